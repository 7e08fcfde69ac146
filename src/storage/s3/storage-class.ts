import type { Entry } from '../backend.ts';
import type { Headers } from './client.ts';

export const STANDARD = 'STANDARD';

/**
 * Below this an object costs more in the class than in STANDARD, where it goes then.
 * @source AWS DataSync User Guide, "Storage class considerations with Amazon S3 locations". KB or KiB: it does not say; KiB here
 */
const SMALLEST_BYTES: Readonly<Record<string, number>> = {
  STANDARD_IA: 128 * 1024,
  ONEZONE_IA: 128 * 1024,
  GLACIER_INSTANT_RETRIEVAL: 128 * 1024,
  GLACIER_IR: 128 * 1024,
  GLACIER: 40 * 1024,
  DEEP_ARCHIVE: 40 * 1024,
};

/** DataSync's name for a class, where S3 has another. */
const S3_NAMES: Readonly<Record<string, string>> = { GLACIER_INSTANT_RETRIEVAL: 'GLACIER_IR' };

/** The class of an object that replaces `over`, or is new: an existing object keeps the class it has. */
export function classFor(configured: string | undefined, sizeBytes: number, over?: Entry): string {
  if (over && over.kind !== 'directory') return over.metadata.storageClass ?? STANDARD;
  const wanted = configured ?? STANDARD;
  return sizeBytes < (SMALLEST_BYTES[wanted] ?? 0) ? STANDARD : (S3_NAMES[wanted] ?? wanted);
}

/** STANDARD is not sent: some servers know no classes. */
export function classHeaders(storageClass: string): Headers {
  return storageClass === STANDARD ? {} : { 'x-amz-storage-class': storageClass };
}
