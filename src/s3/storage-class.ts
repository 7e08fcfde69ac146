import type { StoredObject } from './object-store.ts';
import { S3Error, s3Error } from './s3-error.ts';

const CLASSES: ReadonlySet<string> = new Set([
  'STANDARD',
  'REDUCED_REDUNDANCY',
  'STANDARD_IA',
  'ONEZONE_IA',
  'INTELLIGENT_TIERING',
  'GLACIER',
  'DEEP_ARCHIVE',
  'GLACIER_IR',
]);

const ARCHIVES: ReadonlySet<string> = new Set(['GLACIER', 'DEEP_ARCHIVE']);

/** @throws S3Error InvalidStorageClass */
export function storageClassOf(header: string | undefined): string {
  if (header === undefined) return 'STANDARD';
  if (!CLASSES.has(header))
    throw s3Error('InvalidStorageClass', undefined, { StorageClassRequested: header });
  return header;
}

/** The object is of a class whose objects must be restored before they are read. */
export function isArchived(object: StoredObject): boolean {
  return ARCHIVES.has(object.storageClass);
}

export type RestoreState = 'none' | 'ongoing' | 'restored';

export function restoreState({ restored }: StoredObject, now: number): RestoreState {
  if (!restored || now >= restored.untilAt) return 'none';
  return now < restored.fromAt ? 'ongoing' : 'restored';
}

/** The value of `x-amz-restore`, or undefined for an object that is not restored. */
export function restoreHeader(object: StoredObject, now: number): string | undefined {
  const state = restoreState(object, now);
  if (state === 'none') return undefined;
  if (state === 'ongoing') return 'ongoing-request="true"';
  const expiry = new Date(object.restored?.untilAt ?? 0).toUTCString();
  return `ongoing-request="false", expiry-date="${expiry}"`;
}

/** @throws S3Error InvalidObjectState when the object is archived and not restored */
export function checkReadable(object: StoredObject, now: number): void {
  if (!isArchived(object) || restoreState(object, now) === 'restored') return;
  throw new S3Error('InvalidObjectState', { details: { StorageClass: object.storageClass } });
}
