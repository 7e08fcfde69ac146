import { compareNames } from '../../base/path.ts';
import { type Answer, xmlAnswer } from '../answer.ts';
import { bucketOf, type Call } from '../call.ts';
import { checksums } from '../checksums.ts';
import { invalidArgument } from '../s3-error.ts';
import type { Upload, UploadedPart } from '../uploads.ts';
import { type XmlValue, xmlDocument } from '../xml.ts';
import { canonicalId } from './buckets.ts';
import { nameWriter, pageSize } from './list-objects.ts';
import { uploadOf } from './multipart-upload.ts';

function describePart({ partNumber, lastModifiedAt, etag, content, checksum }: UploadedPart): XmlValue {
  return {
    PartNumber: partNumber,
    LastModified: new Date(lastModifiedAt).toISOString(),
    ETag: `"${etag}"`,
    Size: content.sizeBytes,
    ...(checksum && { [checksums[checksum.algorithm].element]: checksum.value }),
  };
}

export function listParts(call: Call): Answer {
  const { query } = call.request;
  const bucket = bucketOf(call);
  const upload = uploadOf(call);
  const name = nameWriter(query);
  const size = pageSize(query, 'max-parts');
  const marker = query.get('part-number-marker') ?? '0';
  if (!/^\d{1,9}$/.test(marker))
    throw invalidArgument('part-number-marker must be a whole number', 'part-number-marker', marker);
  const rest = [...upload.parts.values()]
    .filter((part) => part.partNumber > Number(marker))
    .sort((a, b) => a.partNumber - b.partNumber);
  const parts = rest.slice(0, size);
  const owner = { ID: canonicalId(bucket.owner) };
  return xmlAnswer(
    xmlDocument('ListPartsResult', {
      Bucket: bucket.name,
      Key: name(upload.draft.key),
      UploadId: upload.id,
      PartNumberMarker: Number(marker),
      NextPartNumberMarker: parts.at(-1)?.partNumber ?? 0,
      MaxParts: size,
      EncodingType: query.get('encoding-type') || undefined,
      IsTruncated: rest.length > parts.length,
      ChecksumAlgorithm: upload.checksum?.algorithm,
      ChecksumType: upload.checksum?.type,
      Part: parts.map(describePart),
      Initiator: owner,
      Owner: owner,
      StorageClass: upload.draft.storageClass,
    }),
  );
}

interface Wanted {
  readonly prefix: string;
  readonly delimiter: string;
  readonly keyMarker: string;
  readonly uploadIdMarker: string;
}

/** An upload, or what the keys of several have in common. */
type Shown = { readonly upload: Upload } | { readonly prefix: string };

function isBehind({ draft, id }: Upload, { keyMarker, uploadIdMarker, prefix, delimiter }: Wanted): boolean {
  if (keyMarker === '') return true;
  const order = compareNames(draft.key, keyMarker);
  if (order === 0) return uploadIdMarker !== '' && id > uploadIdMarker;
  const rolledUp = delimiter !== '' && keyMarker.endsWith(delimiter) && keyMarker.length > prefix.length;
  return order > 0 && !(rolledUp && draft.key.startsWith(keyMarker));
}

function shownUploads(uploads: readonly Upload[], wanted: Wanted): readonly Shown[] {
  const shown: Shown[] = [];
  let common: string | undefined;
  for (const upload of uploads) {
    const { key } = upload.draft;
    if (!key.startsWith(wanted.prefix) || !isBehind(upload, wanted)) continue;
    const at = wanted.delimiter === '' ? -1 : key.indexOf(wanted.delimiter, wanted.prefix.length);
    if (at < 0) shown.push({ upload });
    else if (common === undefined || !key.startsWith(common)) {
      common = key.slice(0, at + wanted.delimiter.length);
      shown.push({ prefix: common });
    }
  }
  return shown;
}

export function listMultipartUploads(call: Call): Answer {
  const { query } = call.request;
  const bucket = bucketOf(call);
  const name = nameWriter(query);
  const size = pageSize(query, 'max-uploads');
  const keyMarker = query.get('key-marker') ?? '';
  const wanted: Wanted = {
    prefix: query.get('prefix') ?? '',
    delimiter: query.get('delimiter') ?? '',
    keyMarker,
    uploadIdMarker: query.get('upload-id-marker') ?? '',
  };
  const shown = shownUploads(bucket.uploads.list(), wanted);
  const page = shown.slice(0, size);
  const more = size > 0 && shown.length > page.length;
  const last = more ? page.at(-1) : undefined;
  return xmlAnswer(
    xmlDocument('ListMultipartUploadsResult', {
      Bucket: bucket.name,
      KeyMarker: name(keyMarker),
      UploadIdMarker: wanted.uploadIdMarker,
      NextKeyMarker: last && name('upload' in last ? last.upload.draft.key : last.prefix),
      NextUploadIdMarker: last && 'upload' in last ? last.upload.id : undefined,
      Prefix: name(wanted.prefix),
      Delimiter: wanted.delimiter === '' ? undefined : name(wanted.delimiter),
      EncodingType: query.get('encoding-type') || undefined,
      MaxUploads: size,
      IsTruncated: more,
      Upload: page.flatMap((one) =>
        'upload' in one ? [describeUpload(one.upload, bucket.owner, name)] : [],
      ),
      CommonPrefixes: page.flatMap((one) => ('prefix' in one ? [{ Prefix: name(one.prefix) }] : [])),
    }),
  );
}

function describeUpload(
  { id, draft, startedAt, checksum }: Upload,
  account: string,
  name: (text: string) => string,
): XmlValue {
  const owner = { ID: canonicalId(account) };
  return {
    Key: name(draft.key),
    UploadId: id,
    Initiator: owner,
    Owner: owner,
    StorageClass: draft.storageClass,
    Initiated: new Date(startedAt).toISOString(),
    ChecksumAlgorithm: checksum?.algorithm,
    ChecksumType: checksum?.type,
  };
}
