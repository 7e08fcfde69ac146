import type { StorageTarget } from '../../storage/index.ts';
import type { Mount } from '../mounts.ts';
import type { Surroundings } from '../places.ts';
import type { LocationRecord, LocationType } from '../records.ts';
import { azureBlob } from './azure-blob.ts';
import { efs } from './efs.ts';
import { fsxLustre } from './fsx-lustre.ts';
import { fsxOntap } from './fsx-ontap.ts';
import { fsxOpenZfs } from './fsx-open-zfs.ts';
import { fsxWindows } from './fsx-windows.ts';
import { hdfs } from './hdfs.ts';
import type { LocationKind } from './location-kind.ts';
import { nfs } from './nfs.ts';
import { objectStorage } from './object-storage.ts';
import { s3 } from './s3.ts';
import { smb } from './smb.ts';

/** The table of kinds: a new type of location is one file and one line here. */
export const locationKinds: { readonly [Type in LocationType]: LocationKind<Type> } = {
  AzureBlob: azureBlob,
  Efs: efs,
  FsxLustre: fsxLustre,
  FsxOntap: fsxOntap,
  FsxOpenZfs: fsxOpenZfs,
  FsxWindows: fsxWindows,
  Hdfs: hdfs,
  Nfs: nfs,
  ObjectStorage: objectStorage,
  S3: s3,
  Smb: smb,
};

/** What the filter LocationType of ListLocations calls it, such as `FSX_ONTAP_SMB`. */
export function listTypeOf({ type, settings }: LocationRecord): string {
  return locationKinds[type].listType(settings);
}

/** Where the bytes of a location are when no binding says otherwise. */
export function builtInTarget(location: LocationRecord, around: Surroundings): StorageTarget {
  return locationKinds[location.type].target(location, around);
}

/** How a location is mounted when its bytes are on a server; undefined: it is none that is mounted. */
export function mountOf(location: LocationRecord): Mount | undefined {
  return locationKinds[location.type].mount?.(location);
}
