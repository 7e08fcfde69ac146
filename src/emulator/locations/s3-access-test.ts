import { StorageError } from '../../storage/backend.ts';
import { refuseBucket } from '../access-fault.ts';
import type { ControlPlane } from '../control-plane.ts';
import { invalidRequest } from '../errors.ts';
import { locationLabels } from '../labels.ts';
import { bucketOf } from '../places.ts';
import type { LocationRecord } from '../records.ts';

/**
 * The service lists the bucket while the location is made. Clients that see "access test failed" try again,
 * so a bucket that appears later heals it.
 * @throws ServiceError in the words of AWS, with the bucket's name and the reason
 * @source observed on AWS: DataSync location access test failed: could not perform s3:ListObjectsV2 on
 *   bucket. Ensure bucket access role has s3:ListBucket permission.
 */
export async function testBucketAccess(record: LocationRecord, plane: ControlPlane): Promise<void> {
  refuseBucket(plane, record);
  const target = plane.targetOf(record);
  try {
    await plane.worker.probe(target, { need: 'read', labels: locationLabels(plane, record) });
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    const bucket = bucketOf(String(record.settings['S3BucketArn']));
    const place = target.driver === 's3' ? target.endpoint : record.uri;
    throw invalidRequest(
      `DataSync location access test failed: could not perform s3:ListObjectsV2 in bucket ${bucket}. ${reason(error, bucket, place)}`,
    );
  }
}

const ENSURE = 'Ensure bucket access role has s3:ListBucket permission.';

function reason(error: StorageError, bucket: string, place: string): string {
  switch (error.kind) {
    case 'NotFound':
      return `The specified bucket does not exist. Create the bucket ${bucket} at ${place} and try again. ${ENSURE}`;
    case 'PermissionDenied':
    case 'CredentialsRefused':
      return `Access denied. ${ENSURE}`;
    case 'Unreachable':
      return `Unable to connect to the S3 endpoint ${place}. Check that it is running and try again.`;
    default:
      return `${error.message} ${ENSURE}`;
  }
}
