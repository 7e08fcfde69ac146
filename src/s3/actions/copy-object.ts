import { type Answer, xmlAnswer } from '../answer.ts';
import { bucketOf, type Call, keyOf, LARGEST_BODY_BYTES, storedAt } from '../call.ts';
import { checksumAlgorithm, type StoredChecksum } from '../checksums.ts';
import { digestContent } from '../digest-content.ts';
import { readDraft } from '../object-headers.ts';
import type { Content, ObjectDraft, StoredObject } from '../object-store.ts';
import { checkWrite } from '../preconditions.ts';
import type { S3Request } from '../request.ts';
import { invalidArgument, s3Error } from '../s3-error.ts';
import { xmlDocument } from '../xml.ts';
import { checksumElements } from './checksum-headers.ts';
import { type CopySource, copySource } from './copy-source.ts';
import { versionHeader } from './find-version.ts';
import { encryptionHeader } from './put-object.ts';

/** Whether a directive header says REPLACE; COPY is the default. @throws S3Error InvalidArgument */
function replaces(request: S3Request, name: string): boolean {
  const directive = request.header(name)?.toUpperCase() ?? 'COPY';
  if (directive === 'COPY') return false;
  if (directive === 'REPLACE') return true;
  throw invalidArgument('Unknown metadata directive.', name, directive);
}

function draftOf(request: S3Request, key: string, { object }: CopySource): ObjectDraft {
  const own = readDraft(request, key);
  const described = replaces(request, 'x-amz-metadata-directive')
    ? own
    : { ...own, headers: copiedHeaders(object, own), user: object.user };
  return replaces(request, 'x-amz-tagging-directive') ? described : { ...described, tags: object.tags };
}

/** Where a website redirects and how the object is encrypted belong to the copy, not to its source. */
function copiedHeaders(object: StoredObject, own: ObjectDraft): ObjectDraft['headers'] {
  const { websiteRedirectLocation: _redirect, serverSideEncryption: _encryption, ...kept } = object.headers;
  const { websiteRedirectLocation, serverSideEncryption } = own.headers;
  return {
    ...kept,
    ...(websiteRedirectLocation !== undefined && { websiteRedirectLocation }),
    ...(serverSideEncryption !== undefined && { serverSideEncryption }),
  };
}

/** Headers that make a copy of an object onto itself a change. */
const CHANGES = [
  'x-amz-storage-class',
  'x-amz-website-redirect-location',
  'x-amz-server-side-encryption',
  'x-amz-checksum-algorithm',
];

function checkChanges(call: Call, { bucket, object, versionId }: CopySource): void {
  if (bucket !== bucketOf(call) || object.key !== keyOf(call) || versionId !== undefined) return;
  const { request } = call;
  if (replaces(request, 'x-amz-metadata-directive')) return;
  if (CHANGES.some((name) => request.header(name) !== undefined)) return;
  throw s3Error(
    'InvalidRequest',
    "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
  );
}

interface Digests {
  readonly etag: string;
  readonly checksum: StoredChecksum | undefined;
}

/** What was uploaded in parts is one piece after the copy: it is hashed again, as is what gets another checksum. */
async function digestsOf(request: S3Request, object: StoredObject, content: Content): Promise<Digests> {
  const word = request.header('x-amz-checksum-algorithm');
  const algorithm = word === undefined ? object.checksum?.algorithm : checksumAlgorithm(word);
  if (word !== undefined && !algorithm) {
    throw s3Error('InvalidRequest', 'Value for x-amz-checksum-algorithm header is invalid.');
  }
  const { checksum } = object;
  const sameChecksum = checksum?.algorithm === algorithm && checksum?.type !== 'COMPOSITE';
  if (!object.parts && sameChecksum) return { etag: object.etag, checksum };
  const digests = await digestContent(content, algorithm);
  return {
    etag: digests.md5,
    checksum:
      algorithm && digests.checksum !== undefined
        ? { algorithm, type: 'FULL_OBJECT', value: digests.checksum }
        : undefined,
  };
}

export async function copyObject(call: Call): Promise<Answer> {
  const { request, service } = call;
  const key = keyOf(call);
  checkWrite(request, bucketOf(call).newest(key));
  const source = copySource(call);
  const { object } = source;
  checkChanges(call, source);
  if (object.content.sizeBytes > LARGEST_BODY_BYTES) {
    throw s3Error(
      'InvalidRequest',
      `The specified copy source is larger than the maximum allowable size for a copy source: ${LARGEST_BODY_BYTES}`,
    );
  }
  const draft = draftOf(request, key, source);
  const { contents } = service.buckets;
  const content = contents.join([{ content: object.content, start: 0, end: object.content.sizeBytes }]);
  try {
    const digests = await digestsOf(request, object, content);
    const bucket = bucketOf(call);
    checkWrite(request, bucket.newest(key));
    const { checksum, etag } = digests;
    const lastModifiedAt = storedAt(call);
    const copy = bucket.put({
      kind: 'object',
      ...draft,
      lastModifiedAt,
      etag,
      content,
      ...(checksum && { checksum }),
    });
    return xmlAnswer(
      xmlDocument('CopyObjectResult', {
        LastModified: new Date(lastModifiedAt).toISOString(),
        ETag: `"${etag}"`,
        ...checksumElements(checksum),
      }),
      {
        ...versionHeader(bucket, copy.versionId),
        ...(source.bucket.versioning && { 'x-amz-copy-source-version-id': object.versionId }),
        ...encryptionHeader(draft.headers.serverSideEncryption),
      },
    );
  } catch (error) {
    contents.release(content);
    throw error;
  }
}
