import type { Random } from '../base/random.ts';
import { type Place, standsBefore } from './listing.ts';
import { memoryContentStore } from './memory-content.ts';
import type { ContentStore, StoredObject, Version } from './object-store.ts';
import type { Shelf, Storeroom, VersionIndex } from './shelf.ts';
import { SortedKeys } from './sorted-keys.ts';
import { MemoryUploads } from './uploads.ts';

class MemoryVersions implements VersionIndex {
  readonly #keys = new SortedKeys();
  /** Newest first; never empty. */
  readonly #versions = new Map<string, readonly Version[]>();

  get isEmpty(): boolean {
    return this.#keys.size === 0;
  }

  of(key: string): readonly Version[] {
    return this.#versions.get(key) ?? [];
  }

  newest(key: string): Version | undefined {
    return this.#versions.get(key)?.[0];
  }

  keysFrom(place: Place): Iterable<string> {
    return this.#keys.from(standsBefore(place));
  }

  add(version: Version): void {
    const older = this.of(version.key);
    if (older.length === 0) this.#keys.add(version.key);
    this.#versions.set(version.key, [version, ...older]);
  }

  amend(changed: StoredObject): void {
    const versions = this.of(changed.key);
    this.#versions.set(
      changed.key,
      versions.map((one) => (one.versionId === changed.versionId ? changed : one)),
    );
  }

  remove({ key, versionId }: Version): void {
    const kept = this.of(key).filter((one) => one.versionId !== versionId);
    if (kept.length > 0) this.#versions.set(key, kept);
    else {
      this.#versions.delete(key);
      this.#keys.delete(key);
    }
  }
}

function memoryShelf(contents: ContentStore, random: Random): Shelf {
  let made = 0;
  return {
    versions: new MemoryVersions(),
    uploads: new MemoryUploads(contents, random),
    nextNumber() {
      made += 1;
      return made;
    },
    whole: (act) => act(),
    keepSettings: () => undefined,
  };
}

/** Nothing outlives the process. `limitBytes` bounds the content that is held. */
export function memoryStoreroom(random: Random, limitBytes: number): Storeroom {
  const contents = memoryContentStore(limitBytes);
  return {
    contents,
    kept: [],
    add: () => memoryShelf(contents, random),
    remove: ({ uploads }) => uploads.clear(),
    close: () => Promise.resolve(),
  };
}
