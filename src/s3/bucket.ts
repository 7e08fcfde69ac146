import type { Random } from '../base/random.ts';
import {
  type ContentStore,
  type DeleteMarker,
  NULL_VERSION,
  type StoredObject,
  type Unversioned,
  type Version,
} from './object-store.ts';
import { SortedKeys } from './sorted-keys.ts';
import { Uploads } from './uploads.ts';

export type Versioning = 'Enabled' | 'Suspended';

interface BucketSetUp {
  readonly name: string;
  /** Account id. */
  readonly owner: string;
  readonly region: string;
  /** ms since the epoch */
  readonly createdAt: number;
  readonly contents: ContentStore;
  readonly random: Random;
}

/** One bucket: its keys in order, their versions, the uploads under way. Every change is whole when it returns. */
export class Bucket {
  readonly name: string;
  readonly owner: string;
  readonly region: string;
  readonly createdAt: number;
  readonly uploads: Uploads;
  /** undefined: never switched on. */
  versioning: Versioning | undefined;
  tags: Readonly<Record<string, string>> = {};

  readonly #keys = new SortedKeys();
  /** Newest first; never empty. */
  readonly #versions = new Map<string, readonly Version[]>();
  readonly #contents: ContentStore;
  readonly #random: Random;
  #versionsMade = 0;

  constructor(setUp: BucketSetUp) {
    this.name = setUp.name;
    this.owner = setUp.owner;
    this.region = setUp.region;
    this.createdAt = setUp.createdAt;
    this.#contents = setUp.contents;
    this.#random = setUp.random;
    this.uploads = new Uploads(setUp.contents, setUp.random);
  }

  /** No object, no older version, no delete marker. Uploads under way do not count. */
  get isEmpty(): boolean {
    return this.#keys.size === 0;
  }

  /** All versions of `key`, newest first. */
  versions(key: string): readonly Version[] {
    return this.#versions.get(key) ?? [];
  }

  /** What a plain read of `key` meets: the newest version, which may be a delete marker. */
  newest(key: string): Version | undefined {
    return this.#versions.get(key)?.[0];
  }

  /** @see SortedKeys.from; a key whose newest version is a delete marker is among them. */
  keysFrom(isBefore: (key: string) => boolean): Generator<string> {
    return this.#keys.from(isBefore);
  }

  /** Makes `made` the newest version of its key; what it replaces is gone. */
  put<Made extends Unversioned>(made: Made): Made & { readonly versionId: string } {
    const version = { ...made, versionId: this.#nextVersionId() };
    const older = this.versions(made.key);
    const kept = older.filter((one) => one.versionId !== version.versionId);
    for (const gone of older) if (gone.versionId === version.versionId) this.#release(gone);
    if (older.length === 0) this.#keys.add(made.key);
    this.#versions.set(made.key, [version as Version, ...kept]);
    return version;
  }

  /** Takes `changed` for the version with the same key and id; the content stays. */
  amend(changed: StoredObject): void {
    const versions = this.versions(changed.key);
    this.#versions.set(
      changed.key,
      versions.map((one) => (one.versionId === changed.versionId ? changed : one)),
    );
  }

  /**
   * What a delete without a version does: with versioning a delete marker is put on top, without it the object
   * is removed. Returns the marker, if one was made.
   */
  delete(key: string, at: number): DeleteMarker | undefined {
    if (this.versioning) return this.put({ kind: 'delete-marker', key, lastModifiedAt: at });
    this.deleteVersion(key, NULL_VERSION);
    return undefined;
  }

  /** Removes one version for good. Returns it, or undefined when there is none. */
  deleteVersion(key: string, versionId: string): Version | undefined {
    const versions = this.versions(key);
    const gone = versions.find((one) => one.versionId === versionId);
    if (!gone) return undefined;
    this.#release(gone);
    const kept = versions.filter((one) => one !== gone);
    if (kept.length > 0) this.#versions.set(key, kept);
    else {
      this.#versions.delete(key);
      this.#keys.delete(key);
    }
    return gone;
  }

  #nextVersionId(): string {
    if (this.versioning !== 'Enabled') return NULL_VERSION;
    this.#versionsMade += 1;
    return `${this.#versionsMade.toString(36).padStart(8, '0')}${this.#random.hex(24)}`;
  }

  #release(version: Version): void {
    if (version.kind === 'object') this.#contents.release(version.content);
  }
}
