import type { Clock } from '../base/clock.ts';
import type { Random } from '../base/random.ts';
import { Bucket } from './bucket.ts';
import type { ContentStore } from './object-store.ts';
import { S3Error, s3Error } from './s3-error.ts';
import type { Storeroom } from './shelf.ts';

/** All buckets of one endpoint. Names are one namespace for all accounts, as in S3. */
export interface Buckets {
  readonly contents: ContentStore;
  /** In the order of their names. */
  list(): readonly Bucket[];
  get(name: string): Bucket | undefined;
  /** @throws S3Error InvalidBucketName, BucketAlreadyExists, BucketAlreadyOwnedByYou */
  create(name: string, about: { readonly owner: string; readonly region: string }): Bucket;
  /** @throws S3Error NoSuchBucket, BucketNotEmpty */
  delete(name: string): void;
  /** Removes all buckets with all they hold. */
  clear(): void;
}

const BUCKET_NAME = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;
const IP_ADDRESS = /^\d{1,3}(\.\d{1,3}){3}$/;
const RESERVED = /^(xn--|sthree-)|(-s3alias|--ol-s3|\.mrap|--x-s3|--table-s3)$/;

/** @source Amazon S3 User Guide, "General purpose bucket naming rules" */
export function isBucketName(name: string): boolean {
  return BUCKET_NAME.test(name) && !name.includes('..') && !IP_ADDRESS.test(name) && !RESERVED.test(name);
}

/** The buckets that are kept in `storeroom`, and new ones. */
export function bucketsIn(storeroom: Storeroom, clock: Clock, random: Random): Buckets {
  const { contents } = storeroom;
  const buckets = new Map<string, Bucket>();
  for (const { settings, shelf } of storeroom.kept) {
    buckets.set(settings.name, new Bucket({ settings, shelf, contents, random }));
  }
  return {
    contents,
    list: () => [...buckets.values()].sort((a, b) => (a.name < b.name ? -1 : 1)),
    get: (name) => buckets.get(name),
    create(name, { owner, region }) {
      if (!isBucketName(name)) throw s3Error('InvalidBucketName', undefined, { BucketName: name });
      const known = buckets.get(name);
      if (known) {
        const code = known.owner === owner ? 'BucketAlreadyOwnedByYou' : 'BucketAlreadyExists';
        throw new S3Error(code, { details: { BucketName: name } });
      }
      const settings = { name, owner, region, createdAt: clock.now(), tags: {} };
      const made = new Bucket({ settings, shelf: storeroom.add(settings), contents, random });
      buckets.set(name, made);
      return made;
    },
    delete(name) {
      const bucket = buckets.get(name);
      if (!bucket) throw s3Error('NoSuchBucket', undefined, { BucketName: name });
      if (!bucket.isEmpty) throw s3Error('BucketNotEmpty', undefined, { BucketName: name });
      storeroom.remove(bucket);
      buckets.delete(name);
    },
    clear() {
      for (const bucket of buckets.values()) {
        bucket.clear();
        storeroom.remove(bucket);
        buckets.delete(bucket.name);
      }
    },
  };
}
