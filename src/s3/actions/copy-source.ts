import type { Bucket } from '../bucket.ts';
import type { Call } from '../call.ts';
import type { StoredObject } from '../object-store.ts';
import { checkCopySource } from '../preconditions.ts';
import { invalidArgument, s3Error } from '../s3-error.ts';
import { checkReadable } from '../storage-class.ts';
import { checkVersionId, findVersion } from './find-version.ts';

export interface CopySource {
  readonly bucket: Bucket;
  readonly object: StoredObject;
  readonly versionId: string | undefined;
}

function decoded(text: string, header: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw invalidArgument('Copy Source must be URL-encoded.', 'x-amz-copy-source', header);
  }
}

/** Some clients put a plus sign for a space, S3 reads it so. */
function parse(header: string): { bucket: string; key: string; versionId: string | undefined } {
  const [path = '', versionId] = header.replace(/^\//, '').split('?versionId=');
  const slash = path.indexOf('/');
  const slashCode = slash < 0 ? path.search(/%2f/i) : -1;
  const at = slash < 0 ? slashCode : slash;
  const key = at < 0 ? '' : decoded(path.slice(at + (slash < 0 ? 3 : 1)).replaceAll('+', '%20'), header);
  if (at <= 0 || key === '') {
    throw invalidArgument(
      'Copy Source must mention the source bucket and key: sourcebucket/sourcekey',
      'x-amz-copy-source',
      header,
    );
  }
  return { bucket: decoded(path.slice(0, at), header), key, versionId: checkVersionId(versionId) };
}

/**
 * The object that `x-amz-copy-source` names, when it may be copied.
 * @throws S3Error InvalidArgument, NoSuchBucket, NoSuchKey, PreconditionFailed, InvalidObjectState, InvalidRequest
 */
export function copySource({ request, service }: Call): CopySource {
  const { bucket: name, key, versionId } = parse(request.header('x-amz-copy-source') ?? '');
  const bucket = service.buckets.get(name);
  if (!bucket) throw s3Error('NoSuchBucket', undefined, { BucketName: name });
  const expected = request.header('x-amz-source-expected-bucket-owner');
  if (expected !== undefined && expected !== bucket.owner) throw s3Error('AccessDenied');
  const there = bucket.versions(key).find((one) => one.versionId === versionId);
  if (there?.kind === 'delete-marker') {
    throw s3Error(
      'InvalidRequest',
      'The source of a copy request may not specifically refer to a delete marker by version id.',
    );
  }
  const object = findVersion(bucket, key, versionId);
  checkCopySource(request, object);
  checkReadable(object, service.clock.now());
  return { bucket, object, versionId };
}
