import type { Bucket } from '../bucket.ts';
import type { Call } from '../call.ts';
import type { StoredObject } from '../object-store.ts';
import { invalidArgument, S3Error, s3Error } from '../s3-error.ts';

const VERSION_ID = /^[A-Za-z0-9._-]{1,1024}$/;

/** A version id as a client sent it, undefined when it sent none. @throws S3Error InvalidArgument */
export function checkVersionId(versionId: string | undefined): string | undefined {
  if (versionId === undefined || VERSION_ID.test(versionId)) return versionId;
  throw invalidArgument('Invalid version id specified', 'versionId', versionId);
}

/** The version that the query asks for. @throws S3Error InvalidArgument */
export function versionIdOf({ request }: Call): string | undefined {
  return checkVersionId(request.query.get('versionId'));
}

/**
 * The object that a read of `key` (and `versionId`) means.
 * @throws S3Error NoSuchKey, NoSuchVersion, MethodNotAllowed (a delete marker asked for by its id)
 */
export function findVersion(bucket: Bucket, key: string, versionId: string | undefined): StoredObject {
  const found =
    versionId === undefined
      ? bucket.newest(key)
      : bucket.versions(key).find((version) => version.versionId === versionId);
  if (found?.kind === 'object') return found;
  if (!found) {
    if (versionId === undefined) throw s3Error('NoSuchKey', undefined, { Key: key });
    throw s3Error('NoSuchVersion', undefined, { Key: key, VersionId: versionId });
  }
  const headers = { 'x-amz-delete-marker': 'true', 'x-amz-version-id': found.versionId };
  if (versionId === undefined) throw new S3Error('NoSuchKey', { details: { Key: key }, headers });
  throw new S3Error('MethodNotAllowed', {
    details: { Method: 'GET', ResourceType: 'DeleteMarker' },
    headers: { ...headers, 'last-modified': new Date(found.lastModifiedAt).toUTCString() },
  });
}

/** `x-amz-version-id`, in a bucket that has or had versioning. */
export function versionHeader(bucket: Bucket, versionId: string): Readonly<Record<string, string>> {
  return bucket.versioning ? { 'x-amz-version-id': versionId } : {};
}
