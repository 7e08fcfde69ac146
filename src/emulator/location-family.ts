import type { LocationRecord } from './records.ts';

/**
 * What kind of metadata a location's items have: POSIX, Windows, the user metadata of objects, or HDFS's
 * names. @source AWS user guide, "Understanding how DataSync handles metadata"
 */
export type LocationFamily = 'posix' | 'windows' | 'object' | 'hdfs';

/** Both ends of a task. */
export interface LocationPair {
  readonly source: LocationRecord;
  readonly destination: LocationRecord;
}

/** FSx for ONTAP is POSIX or Windows by its protocol. */
export function familyOf(location: LocationRecord): LocationFamily {
  switch (location.type) {
    case 'AzureBlob':
    case 'ObjectStorage':
    case 'S3':
      return 'object';
    case 'Efs':
    case 'FsxLustre':
    case 'FsxOpenZfs':
    case 'Nfs':
      return 'posix';
    case 'FsxWindows':
    case 'Smb':
      return 'windows';
    case 'Hdfs':
      return 'hdfs';
    case 'FsxOntap':
      return isOverSmb(location) ? 'windows' : 'posix';
  }
}

function isOverSmb(location: LocationRecord): boolean {
  const protocol = location.settings['Protocol'];
  return typeof protocol === 'object' && protocol !== null && 'SMB' in protocol;
}

/**
 * Whether owners, groups and modes can go from one end to the other: no end is Windows, and one at least
 * has them of its own. NFS to S3 is such a pair, S3 to S3 is not.
 * @source observed on AWS: NFS to S3 answers INT_VALUE and PRESERVE, S3 to S3 answers NONE
 */
export function isPosixPair(pair: LocationPair): boolean {
  const families = [familyOf(pair.source), familyOf(pair.destination)];
  return !families.includes('windows') && families.some((family) => family === 'posix' || family === 'hdfs');
}

/** Whether access control lists of Windows can be copied. */
export function isWindowsPair(pair: LocationPair): boolean {
  return familyOf(pair.source) === 'windows' && familyOf(pair.destination) === 'windows';
}

/** S3 on Outposts, which is told by its storage class or by the ARN in its URI. */
export function isOutposts(location: LocationRecord): boolean {
  return (
    location.type === 'S3' &&
    (location.settings['S3StorageClass'] === 'OUTPOSTS' || location.uri.includes(':s3-outposts:'))
  );
}
