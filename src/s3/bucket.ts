import type { Random } from '../base/random.ts';
import { FIRST_PLACE, type Place } from './listing.ts';
import {
  type Content,
  type ContentStore,
  type DeleteMarker,
  NULL_VERSION,
  type StoredObject,
  type Unversioned,
  type Version,
} from './object-store.ts';
import type { Shelf } from './shelf.ts';
import type { UploadedPart, Uploads } from './uploads.ts';

export type Versioning = 'Enabled' | 'Suspended';

/** What is known of a bucket beside what it holds. */
export interface BucketSettings {
  readonly name: string;
  /** Account id. */
  readonly owner: string;
  readonly region: string;
  /** ms since the epoch */
  readonly createdAt: number;
  /** undefined: never switched on. */
  readonly versioning?: Versioning;
  readonly tags: Readonly<Record<string, string>>;
}

interface BucketParts {
  readonly settings: BucketSettings;
  readonly shelf: Shelf;
  readonly contents: ContentStore;
  readonly random: Random;
}

/** One bucket: its keys in order, their versions, the uploads under way. Every change is whole when it returns. */
export class Bucket {
  readonly uploads: Uploads;

  readonly #shelf: Shelf;
  readonly #contents: ContentStore;
  readonly #random: Random;
  #settings: BucketSettings;

  constructor({ settings, shelf, contents, random }: BucketParts) {
    this.#settings = settings;
    this.#shelf = shelf;
    this.#contents = contents;
    this.#random = random;
    this.uploads = shelf.uploads;
  }

  get name(): string {
    return this.#settings.name;
  }

  get owner(): string {
    return this.#settings.owner;
  }

  get region(): string {
    return this.#settings.region;
  }

  get createdAt(): number {
    return this.#settings.createdAt;
  }

  /** undefined: never switched on. */
  get versioning(): Versioning | undefined {
    return this.#settings.versioning;
  }

  get tags(): Readonly<Record<string, string>> {
    return this.#settings.tags;
  }

  setVersioning(versioning: Versioning): void {
    this.#change({ ...this.#settings, versioning });
  }

  setTags(tags: Readonly<Record<string, string>>): void {
    this.#change({ ...this.#settings, tags });
  }

  /** No object, no older version, no delete marker. Uploads under way do not count. */
  get isEmpty(): boolean {
    return this.#shelf.versions.isEmpty;
  }

  /** All versions of `key`, newest first. */
  versions(key: string): readonly Version[] {
    return this.#shelf.versions.of(key);
  }

  /** What a plain read of `key` meets: the newest version, which may be a delete marker. */
  newest(key: string): Version | undefined {
    return this.#shelf.versions.newest(key);
  }

  /** @see VersionIndex.keysFrom; a key whose newest version is a delete marker is among them. */
  keysFrom(place: Place): Iterable<string> {
    return this.#shelf.versions.keysFrom(place);
  }

  /** Makes `made` the newest version of its key; what it replaces is gone. */
  put<Made extends Unversioned>(made: Made): Made & { readonly versionId: string } {
    return this.#shelf.whole(() => {
      const version = { ...made, versionId: this.#nextVersionId() };
      if (version.versionId === NULL_VERSION) this.deleteVersion(made.key, NULL_VERSION);
      this.#shelf.versions.add(version as Version);
      return version;
    });
  }

  /** Ends the upload `id` and makes `parts`, one after the other, the content of the newest version. */
  complete(
    id: string,
    parts: readonly UploadedPart[],
    made: Omit<StoredObject, 'versionId' | 'content'>,
  ): StoredObject {
    let content: Content | undefined;
    try {
      return this.#shelf.whole(() => {
        content = this.uploads.finish(id, parts);
        return this.put({ ...made, content });
      });
    } catch (error) {
      if (content) this.#contents.release(content);
      throw error;
    }
  }

  /** Takes `changed` for the version with the same key and id; the content stays. */
  amend(changed: StoredObject): void {
    this.#shelf.versions.amend(changed);
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
    return this.#shelf.whole(() => {
      const gone = this.#version(key, versionId);
      if (!gone) return undefined;
      this.#shelf.versions.remove(gone);
      if (gone.kind === 'object') this.#contents.release(gone.content);
      return gone;
    });
  }

  /** Removes all versions of all keys. */
  clear(): void {
    this.#shelf.whole(() => {
      for (const key of [...this.keysFrom(FIRST_PLACE)]) {
        for (const { versionId } of [...this.versions(key)]) this.deleteVersion(key, versionId);
      }
    });
  }

  /** Where there never was versioning, the newest is the only one. */
  #version(key: string, versionId: string): Version | undefined {
    const newest = this.newest(key);
    if (newest?.versionId === versionId || !this.versioning) {
      return newest?.versionId === versionId ? newest : undefined;
    }
    return this.versions(key).find((one) => one.versionId === versionId);
  }

  #nextVersionId(): string {
    if (this.versioning !== 'Enabled') return NULL_VERSION;
    return `${this.#shelf.nextNumber().toString(36).padStart(8, '0')}${this.#random.hex(24)}`;
  }

  #change(settings: BucketSettings): void {
    this.#shelf.keepSettings(settings);
    this.#settings = settings;
  }
}
