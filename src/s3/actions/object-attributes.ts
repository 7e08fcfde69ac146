import { type Answer, xmlAnswer } from '../answer.ts';
import { bucketOf, type Call, keyOf } from '../call.ts';
import { type ChecksumAlgorithm, checksums } from '../checksums.ts';
import type { StoredObject } from '../object-store.ts';
import type { S3Request } from '../request.ts';
import { invalidArgument, s3Error } from '../s3-error.ts';
import { type XmlValue, xmlDocument } from '../xml.ts';
import { checksumElements } from './checksum-headers.ts';
import { findVersion, versionHeader, versionIdOf } from './find-version.ts';

const MOST_PARTS = 1000;

function wholeNumber(request: S3Request, name: string, otherwise: number): number {
  const text = request.header(name);
  if (text === undefined) return otherwise;
  if (!/^\d{1,9}$/.test(text)) throw invalidArgument(`${name} must be a whole number`, name, text);
  return Number(text);
}

/** S3 lists the parts themselves only when they have checksums. */
function partsPage(object: StoredObject, request: S3Request): XmlValue {
  if (!object.parts) return undefined;
  const most = Math.min(MOST_PARTS, wholeNumber(request, 'x-amz-max-parts', MOST_PARTS));
  const marker = wholeNumber(request, 'x-amz-part-number-marker', 0);
  const algorithm = object.checksum?.algorithm;
  const rest = object.parts.filter((part) => part.partNumber > marker);
  const page = rest.slice(0, most);
  return {
    PartsCount: object.parts.length,
    PartNumberMarker: marker,
    NextPartNumberMarker: page.at(-1)?.partNumber ?? 0,
    MaxParts: most,
    IsTruncated: rest.length > page.length,
    Part: algorithm && page.map((part) => ({ ...partElements(part, algorithm) })),
  };
}

function partElements(part: NonNullable<StoredObject['parts']>[number], algorithm: ChecksumAlgorithm) {
  return {
    PartNumber: part.partNumber,
    Size: part.sizeBytes,
    ...(part.checksum !== undefined && { [checksums[algorithm].element]: part.checksum }),
  };
}

/** What each attribute that may be asked for looks like. */
const ATTRIBUTES: Readonly<Record<string, (object: StoredObject, request: S3Request) => XmlValue>> = {
  ETag: ({ etag }) => etag,
  Checksum: ({ checksum }) => (checksum ? checksumElements(checksum) : undefined),
  ObjectParts: partsPage,
  StorageClass: ({ storageClass }) => storageClass,
  ObjectSize: ({ content }) => content.sizeBytes,
};

export function getObjectAttributes(call: Call): Answer {
  const { request } = call;
  const wanted = request.header('x-amz-object-attributes');
  if (!wanted)
    throw s3Error(
      'InvalidArgument',
      'The x-amz-object-attributes header specifying the attributes to be retrieved is either missing or empty',
    );
  const names = wanted.split(',').map((name) => name.trim());
  const unknown = names.find((name) => !Object.hasOwn(ATTRIBUTES, name));
  if (unknown !== undefined)
    throw invalidArgument('Invalid attribute name specified.', 'x-amz-object-attributes', unknown);
  const bucket = bucketOf(call);
  const object = findVersion(bucket, keyOf(call), versionIdOf(call));
  const shown = Object.entries(ATTRIBUTES).filter(([name]) => names.includes(name));
  return xmlAnswer(
    xmlDocument(
      'GetObjectAttributesResponse',
      Object.fromEntries(shown.map(([name, value]) => [name, value(object, request)])),
    ),
    {
      ...versionHeader(bucket, object.versionId),
      'last-modified': new Date(object.lastModifiedAt).toUTCString(),
    },
  );
}
