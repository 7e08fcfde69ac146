import type { ObjectDraft, ObjectHeaders, StoredObject } from './object-store.ts';
import type { S3Request } from './request.ts';
import { invalidArgument, s3Error } from './s3-error.ts';
import { restoreHeader, storageClassOf } from './storage-class.ts';
import { tagsOfHeader } from './tags.ts';

/** The headers that come back as they were sent, and the member each is kept in. */
const KEPT = [
  ['content-type', 'contentType'],
  ['content-encoding', 'contentEncoding'],
  ['content-language', 'contentLanguage'],
  ['content-disposition', 'contentDisposition'],
  ['cache-control', 'cacheControl'],
  ['expires', 'expires'],
  ['x-amz-website-redirect-location', 'websiteRedirectLocation'],
  ['x-amz-server-side-encryption', 'serverSideEncryption'],
] as const satisfies readonly (readonly [string, keyof ObjectHeaders])[];

/** @source Amazon S3 User Guide, "Working with object metadata": keys and values together, 2 KB */
const LARGEST_USER_METADATA_BYTES = 2048;

/** What HTTP allows in the value of a header. */
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/** @source S3 answers binary/octet-stream for objects put without a Content-Type */
const DEFAULT_CONTENT_TYPE = 'binary/octet-stream';

/** `aws-chunked` is how a body travels, not what it is. */
function withoutAwsChunked(encoding: string): string {
  if (!encoding.includes('aws-chunked')) return encoding;
  const codings = encoding.split(',').map((coding) => coding.trim());
  return codings.filter((coding) => coding !== 'aws-chunked').join(',');
}

/** @throws S3Error InvalidArgument when `value` cannot be sent back as a header */
export function checkHeaderValue(name: string, value: string): string {
  if (HEADER_VALUE.test(value)) return value;
  throw invalidArgument('The value cannot be used in an HTTP header.', name, value);
}

export function readHeaders(request: S3Request): ObjectHeaders {
  const headers: { -readonly [Member in keyof ObjectHeaders]: ObjectHeaders[Member] } = {};
  for (const [name, member] of KEPT) {
    const value = request.header(name);
    if (value === undefined) continue;
    const kept = name === 'content-encoding' ? withoutAwsChunked(value) : value;
    if (kept !== '') headers[member] = checkHeaderValue(name, kept);
  }
  headers.contentType ??= DEFAULT_CONTENT_TYPE;
  return headers;
}

export function readUserMetadata(request: S3Request): Readonly<Record<string, string>> {
  const found = request.headersWith('x-amz-meta-');
  let bytes = 0;
  for (const [name, value] of found) bytes += name.length + checkHeaderValue(name, value).length;
  if (bytes > LARGEST_USER_METADATA_BYTES) {
    throw s3Error('MetadataTooLarge', undefined, {
      Size: String(bytes),
      MaxSizeAllowed: String(LARGEST_USER_METADATA_BYTES),
    });
  }
  return Object.fromEntries(found);
}

/** All that the headers of an upload say of the object. @throws S3Error */
export function readDraft(request: S3Request, key: string): ObjectDraft {
  const tagging = request.header('x-amz-tagging');
  return {
    key,
    headers: readHeaders(request),
    user: readUserMetadata(request),
    tags: tagging === undefined ? {} : tagsOfHeader(tagging),
    storageClass: storageClassOf(request.header('x-amz-storage-class')),
  };
}

/** The headers that GET and HEAD answer with, but for length, range and checksum. */
export function writeHeaders(object: StoredObject, now: number): Record<string, string> {
  const headers: Record<string, string> = {
    etag: `"${object.etag}"`,
    'last-modified': new Date(object.lastModifiedAt).toUTCString(),
    'accept-ranges': 'bytes',
  };
  for (const [name, member] of KEPT) {
    const value = object.headers[member];
    if (value !== undefined) headers[name] = value;
  }
  for (const name in object.user) headers[`x-amz-meta-${name}`] = object.user[name] ?? '';
  if (object.storageClass !== 'STANDARD') headers['x-amz-storage-class'] = object.storageClass;
  const restore = restoreHeader(object, now);
  if (restore !== undefined) headers['x-amz-restore'] = restore;
  const tags = Object.keys(object.tags).length;
  if (tags > 0) headers['x-amz-tagging-count'] = String(tags);
  return headers;
}
