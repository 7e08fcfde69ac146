import type { StoredObject, Version } from './object-store.ts';
import type { S3Request } from './request.ts';
import { invalidArgument, type S3Error, s3Error } from './s3-error.ts';

/** Header names of one set of conditions. */
interface Names {
  readonly match: string;
  readonly noneMatch: string;
  readonly modifiedSince: string;
  readonly unmodifiedSince: string;
}

const READ: Names = {
  match: 'if-match',
  noneMatch: 'if-none-match',
  modifiedSince: 'if-modified-since',
  unmodifiedSince: 'if-unmodified-since',
};

const COPY_SOURCE: Names = {
  match: 'x-amz-copy-source-if-match',
  noneMatch: 'x-amz-copy-source-if-none-match',
  modifiedSince: 'x-amz-copy-source-if-modified-since',
  unmodifiedSince: 'x-amz-copy-source-if-unmodified-since',
};

function names(list: string, etag: string): boolean {
  return list.split(',').some((one) => {
    const text = one.trim().replace(/^W\//, '');
    return text === '*' || text === etag || text === `"${etag}"`;
  });
}

const SHOWN: Readonly<Record<string, string>> = {
  match: 'If-Match',
  noneMatch: 'If-None-Match',
  modifiedSince: 'If-Modified-Since',
  unmodifiedSince: 'If-Unmodified-Since',
};

function failed(condition: keyof Names): S3Error {
  return s3Error('PreconditionFailed', undefined, { Condition: SHOWN[condition] ?? condition });
}

/** A date that cannot be read is no condition. HTTP knows whole seconds only. */
function isAfter(lastModifiedAt: number, date: string): boolean | undefined {
  const at = Date.parse(date);
  return Number.isNaN(at) ? undefined : Math.floor(lastModifiedAt / 1000) > at / 1000;
}

/** The condition that does not hold, or undefined. An ETag that matches outweighs a date. */
function broken(request: S3Request, of: Names, object: StoredObject): keyof Names | undefined {
  const match = request.header(of.match);
  const unmodified = request.header(of.unmodifiedSince);
  if (match !== undefined) {
    if (!names(match, object.etag)) return 'match';
  } else if (unmodified !== undefined && isAfter(object.lastModifiedAt, unmodified) === true) {
    return 'unmodifiedSince';
  }
  const noneMatch = request.header(of.noneMatch);
  const modified = request.header(of.modifiedSince);
  if (noneMatch !== undefined) return names(noneMatch, object.etag) ? 'noneMatch' : undefined;
  if (modified !== undefined && isAfter(object.lastModifiedAt, modified) === false) return 'modifiedSince';
  return undefined;
}

/** Whether a GET or HEAD is answered 304. @throws S3Error PreconditionFailed */
export function isNotModified(request: S3Request, object: StoredObject): boolean {
  const condition = broken(request, READ, object);
  if (condition === 'match' || condition === 'unmodifiedSince') throw failed(condition);
  return condition !== undefined;
}

/** @throws S3Error PreconditionFailed */
export function checkCopySource(request: S3Request, object: StoredObject): void {
  const condition = broken(request, COPY_SOURCE, object);
  if (condition) throw failed(condition);
}

/**
 * The conditions of a write or delete on what is there now.
 * @throws S3Error PreconditionFailed, NoSuchKey (If-Match on nothing), NotImplemented, InvalidArgument
 */
export function checkWrite(request: S3Request, there: Version | undefined): void {
  const match = request.header('if-match');
  const noneMatch = request.header('if-none-match');
  if (match === undefined && noneMatch === undefined) return;
  if (match !== undefined && noneMatch !== undefined) {
    throw s3Error('NotImplemented', 'If-Match and If-None-Match cannot be used together.');
  }
  const object = there?.kind === 'object' ? there : undefined;
  if (noneMatch !== undefined) checkNothingThere(noneMatch, object);
  else if (!object) throw s3Error('NoSuchKey');
  else if (!names(match ?? '', object.etag)) throw failed('match');
}

function checkNothingThere(noneMatch: string, object: StoredObject | undefined): void {
  if (noneMatch.trim() !== '*') {
    throw invalidArgument('If-None-Match takes only "*" here.', 'If-None-Match', noneMatch);
  }
  if (object) throw failed('noneMatch');
}
