import { type Answer, xmlAnswer } from '../answer.ts';
import type { Bucket } from '../bucket.ts';
import { bucketOf, type Call, keyOf, storedAt, textBody } from '../call.ts';
import { checkWrite } from '../preconditions.ts';
import type { S3Request } from '../request.ts';
import { S3Error, s3Error } from '../s3-error.ts';
import { children, childText, parseXml, type XmlElement, type XmlValue, xmlDocument } from '../xml.ts';
import { checkVersionId, versionIdOf } from './find-version.ts';

/** What a delete did; `versionId` of what was removed, or of the delete marker that was made. */
interface Deleted {
  readonly versionId: string | undefined;
  readonly deleteMarker: boolean;
}

function deleteOne(bucket: Bucket, key: string, versionId: string | undefined, at: number): Deleted {
  if (versionId === undefined) {
    const marker = bucket.delete(key, at);
    return { versionId: marker?.versionId, deleteMarker: marker !== undefined };
  }
  const gone = bucket.deleteVersion(key, versionId);
  return { versionId, deleteMarker: gone?.kind === 'delete-marker' };
}

export function deleteObject(call: Call): Answer {
  const { request } = call;
  const bucket = bucketOf(call);
  const key = keyOf(call);
  checkWrite(request, bucket.newest(key));
  const done = deleteOne(bucket, key, versionIdOf(call), storedAt(call));
  return {
    status: 204,
    headers: {
      ...(done.versionId !== undefined && { 'x-amz-version-id': done.versionId }),
      ...(done.deleteMarker && { 'x-amz-delete-marker': 'true' }),
    },
  };
}

/** @source Amazon S3 API Reference, DeleteObjects */
const MOST_KEYS = 1000;
const LONGEST_KEY_BYTES = 1024;

interface Wanted {
  readonly key: string;
  readonly versionId: string | undefined;
  readonly etag: string | undefined;
}

function wanted(element: XmlElement): Wanted {
  const key = childText(element, 'Key');
  if (key === undefined || key === '') throw s3Error('MalformedXML');
  const versionId = childText(element, 'VersionId') || undefined;
  return { key, versionId, etag: childText(element, 'ETag') };
}

function checkDelete(bucket: Bucket, key: string, etag: string | undefined): void {
  if (Buffer.byteLength(key) > LONGEST_KEY_BYTES) throw s3Error('KeyTooLongError');
  if (etag === undefined) return;
  const there = bucket.newest(key);
  if (there?.kind !== 'object') throw s3Error('NoSuchKey');
  if (etag !== '*' && etag.replaceAll('"', '') !== there.etag) throw s3Error('PreconditionFailed');
}

/** @throws S3Error InvalidRequest: what is deleted in bulk must come with a checksum */
function checkProtected(request: S3Request): void {
  if (request.header('content-md5') || request.header('x-amz-trailer')) return;
  if (request.headersWith('x-amz-checksum-').length > 0) return;
  throw s3Error('InvalidRequest', 'Missing required header for this request: Content-MD5');
}

interface Outcomes {
  readonly deleted: XmlValue[];
  readonly errors: XmlValue[];
}

function deleteWanted(bucket: Bucket, { key: Key, versionId, etag }: Wanted, at: number, to: Outcomes): void {
  try {
    checkVersionId(versionId);
    checkDelete(bucket, Key, etag);
    const done = deleteOne(bucket, Key, versionId, at);
    to.deleted.push({
      Key,
      VersionId: versionId,
      DeleteMarker: done.deleteMarker || undefined,
      DeleteMarkerVersionId: done.deleteMarker ? done.versionId : undefined,
    });
  } catch (error) {
    if (!(error instanceof S3Error)) throw error;
    to.errors.push({ Key, VersionId: versionId, Code: error.code, Message: error.message });
  }
}

export async function deleteObjects(call: Call): Promise<Answer> {
  bucketOf(call);
  checkProtected(call.request);
  const document = parseXml(await textBody(call), 'Delete');
  const objects = children(document, 'Object').map(wanted);
  if (objects.length === 0 || objects.length > MOST_KEYS) throw s3Error('MalformedXML');
  const quiet = childText(document, 'Quiet')?.trim().toLowerCase() === 'true';
  const bucket = bucketOf(call);
  const outcomes: Outcomes = { deleted: [], errors: [] };
  for (const one of objects) deleteWanted(bucket, one, storedAt(call), outcomes);
  return xmlAnswer(
    xmlDocument('DeleteResult', { Deleted: quiet ? [] : outcomes.deleted, Error: outcomes.errors }),
  );
}
