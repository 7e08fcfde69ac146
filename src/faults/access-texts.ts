import type { AccessTrouble } from './fault.ts';

const MOUNT = ['task', 'execution'] as const;

/** @source AWS user guide, "Troubleshooting storage issues": x40015 is the step of credentials, x40016 that of mounting */
const framed = (code: 'x40015' | 'x40016', cause: string) => ({
  tests: MOUNT,
  text: `Task failed to access location {location}: ${code}: ${cause}`,
});

const bucket = (text: string) => ({ tests: ['bucket'] as const, text });

/**
 * What AWS has been seen to say when it cannot access a location, by a short name.
 * @source AWS user guide, "Troubleshooting storage issues" and "Troubleshooting tasks"; the texts about buckets:
 *   users' reports, terraform-provider-aws, AWS Digital Evidence Archive
 */
export const ACCESS_TEXTS = {
  'connection-timed-out': framed('x40016', 'mount.nfs: Connection timed out'),
  'efs-mount-target': framed(
    'x40016',
    "Failed to connect to EFS mount target with IP: 10.0.0.10. Please ensure that mount target's security group allows 2049 ingress from the DataSync security group or hosts within the mount target's subnet.",
  ),
  'kinit-preauthentication': framed(
    'x40015',
    'kinit: Preauthentication failed while getting initial credentials',
  ),
  'kinit-no-kdc': framed(
    'x40015',
    "kinit: Cannot contact any KDC for realm 'EXAMPLE.COM' while getting initial credentials",
  ),
  'permission-denied': framed('x40016', 'Permission denied'),
  'host-is-down': framed('x40016', 'Host is down'),
  'connection-reset': framed('x40016', 'Connection Reset by peer'),
  'input-output-error': framed('x40016', 'Input/output error'),
  'cannot-allocate-memory': framed('x40016', 'Cannot allocate memory'),
  'operation-not-supported': framed('x40016', 'Operation Not Supported'),
  'nfs-id-mapping': {
    tests: MOUNT,
    text: 'DataSync currently does not support server-side NFSv4 ID mapping',
    errorCode: 'FsNfsIdMappingEnabled',
  },
  'azure-list-denied': {
    tests: ['execution'],
    text: 'Unable to list Azure Blobs on the volume root',
    errorCode: 'FsAzureBlobVolRootListBlobsFailed',
  },
  's3-list-denied': bucket(
    'DataSync location access test failed: could not perform s3:ListObjectsV2 on bucket. Ensure bucket access role has s3:ListBucket permission.',
  ),
  's3-get-denied': bucket(
    'DataSync location access test failed: could not perform s3:GetObject in bucket {bucket}. Access denied. Ensure bucket access role has s3:GetObject permission.',
  ),
  's3-head-denied': bucket(
    'DataSync bucket access test failed: could not perform s3:HeadBucket on bucket. Access denied. Ensure bucket access role has s3:ListBucket permission.',
  ),
  's3-put-denied': {
    tests: ['report-bucket'],
    text: 'DataSync bucket access test failed: could not perform s3:PutObject in bucket {bucket}. Access denied. Ensure bucket access role has s3:PutObject permission.',
  },
  'role-not-assumable': bucket(
    'Unable to assume role. Reason: Access denied when calling sts:AssumeRole; roleName={roleName}, roleArn={roleArn}',
  ),
} as const satisfies Readonly<Record<string, AccessTrouble>>;
