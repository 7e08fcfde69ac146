import type { Answer } from '../answer.ts';
import { type ByteRange, byteRange } from '../byte-range.ts';
import { bucketOf, type Call, keyOf } from '../call.ts';
import { checkHeaderValue, writeHeaders } from '../object-headers.ts';
import type { StoredObject } from '../object-store.ts';
import { isNotModified } from '../preconditions.ts';
import type { S3Request } from '../request.ts';
import { invalidArgument, s3Error } from '../s3-error.ts';
import { checkReadable } from '../storage-class.ts';
import { checksumHeaders } from './checksum-headers.ts';
import { findVersion, versionHeader, versionIdOf } from './find-version.ts';

/** Query names of a GET that replace headers of the answer. */
const OVERRIDES = [
  'content-type',
  'content-language',
  'expires',
  'cache-control',
  'content-disposition',
  'content-encoding',
];

function overrides({ query }: S3Request): Readonly<Record<string, string>> {
  const headers: Record<string, string> = {};
  if (query.size === 0) return headers;
  for (const name of OVERRIDES) {
    const value = query.get(`response-${name}`);
    if (value !== undefined) headers[name] = checkHeaderValue(`response-${name}`, value);
  }
  return headers;
}

/** The bytes of one part, of an object that was uploaded in parts. */
function partRange(text: string, object: StoredObject): ByteRange {
  const wanted = Number(text);
  if (!/^\d{1,5}$/.test(text) || wanted < 1 || wanted > 10_000) {
    throw invalidArgument(
      'Part number must be an integer between 1 and 10000, inclusive',
      'partNumber',
      text,
    );
  }
  let start = 0;
  for (const [index, part] of (object.parts ?? [{ sizeBytes: object.content.sizeBytes }]).entries()) {
    if (index + 1 === wanted) return { start, end: start + part.sizeBytes };
    start += part.sizeBytes;
  }
  throw s3Error('InvalidPartNumber', undefined, { PartNumberRequested: text });
}

function wantedRange(request: S3Request, object: StoredObject): ByteRange | undefined {
  const partNumber = request.query.get('partNumber');
  const range = request.header('range');
  if (partNumber === undefined) return byteRange(range, object.content.sizeBytes);
  if (range !== undefined) {
    throw s3Error('InvalidRequest', 'Cannot specify both Range header and partNumber query parameter');
  }
  return partRange(partNumber, object);
}

function describe(call: Call, object: StoredObject): Record<string, string> {
  const { request, service } = call;
  const checksum =
    request.header('x-amz-checksum-mode')?.toUpperCase() === 'ENABLED' ? object.checksum : undefined;
  const whole = request.header('range') === undefined && !request.query.has('partNumber');
  return {
    ...writeHeaders(object, service.clock.now()),
    ...versionHeader(bucketOf(call), object.versionId),
    ...(whole ? checksumHeaders(checksum) : {}),
    ...(object.parts && request.query.has('partNumber')
      ? { 'x-amz-mp-parts-count': String(object.parts.length) }
      : {}),
    ...overrides(request),
  };
}

function answerWith(call: Call, object: StoredObject, withBody: boolean): Answer {
  const headers = describe(call, object);
  if (isNotModified(call.request, object)) return { status: 304, headers };
  const { content } = object;
  const range = wantedRange(call.request, object);
  const { start, end } = range ?? { start: 0, end: content.sizeBytes };
  headers['content-length'] = String(end - start);
  if (range) headers['content-range'] = `bytes ${start}-${end - 1}/${content.sizeBytes}`;
  return { status: range ? 206 : 200, headers, ...(withBody && { body: { content, start, end } }) };
}

export function getObject(call: Call): Answer {
  const object = findVersion(bucketOf(call), keyOf(call), versionIdOf(call));
  checkReadable(object, call.service.clock.now());
  return answerWith(call, object, true);
}

export function headObject(call: Call): Answer {
  const object = findVersion(bucketOf(call), keyOf(call), versionIdOf(call));
  return answerWith(call, object, false);
}
