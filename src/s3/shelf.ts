import type { Bucket, BucketSettings } from './bucket.ts';
import type { Place } from './listing.ts';
import type { ContentStore, StoredObject, Version } from './object-store.ts';
import type { Uploads } from './uploads.ts';

/** Where one bucket keeps what it holds. What a method changed is kept when it returns. */
export interface Shelf {
  readonly versions: VersionIndex;
  readonly uploads: Uploads;
  /** Each time a greater one, from 1 on; never the same again in this bucket. */
  nextNumber(): number;
  /** What `act` changes becomes one change: files keep all of it, or nothing when `act` throws. */
  whole<Result>(act: () => Result): Result;
  keepSettings(settings: BucketSettings): void;
}

/** The versions of all keys of one bucket. */
export interface VersionIndex {
  /** No object, no older version, no delete marker. */
  readonly isEmpty: boolean;
  /** All versions of `key`, newest first. */
  of(key: string): readonly Version[];
  /** The newest version of `key`, which may be a delete marker. */
  newest(key: string): Version | undefined;
  /** Keys in the order of their UTF-8 bytes. Not to be changed while they are read. */
  keysFrom(place: Place): Iterable<string>;
  /** Puts `version` on top of its key; its content is kept from now on. */
  add(version: Version): void;
  /** Takes `changed` for the version with the same key and id; the content stays. */
  amend(changed: StoredObject): void;
  /** Forgets a version; to release its content is up to the caller. */
  remove(version: Version): void;
}

/** Where all buckets of one endpoint are kept. */
export interface Storeroom {
  readonly contents: ContentStore;
  /** What is kept from earlier. */
  readonly kept: readonly { readonly settings: BucketSettings; readonly shelf: Shelf }[];
  /** A new, empty shelf. */
  add(settings: BucketSettings): Shelf;
  /** Of a bucket that has no versions; what is left of its uploads goes too. */
  remove(bucket: Bucket): void;
  /** Lets go of what other processes may want. Nothing can be kept afterwards; may be called twice. */
  close(): Promise<void>;
}
