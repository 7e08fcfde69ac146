import { type RelPath, ROOT } from '../../base/path.ts';
import type { Entry, StatOptions } from '../backend.ts';
import type { Headers, S3Client } from './client.ts';
import { directoryEntry, impliedDirectory, objectEntry } from './entries.ts';
import type { Keys } from './keys.ts';
import { firstKeys } from './list.ts';
import { getSmallObject, headObject } from './objects.ts';
import { getTags } from './tagging.ts';

/** Options of a look at one path, as they are passed on. */
export type Look = { readonly [Key in keyof StatOptions]: StatOptions[Key] | undefined };

/** Finds out what a path is: an object and a directory of one name are two things. */
export class Lookup {
  readonly #client: S3Client;
  readonly #keys: Keys;

  constructor(client: S3Client, keys: Keys) {
    this.#client = client;
    this.#keys = keys;
  }

  /** The file or link, or undefined. */
  async object(path: RelPath, look: Look = {}): Promise<Entry | undefined> {
    if (path === ROOT) return undefined;
    const key = this.#keys.file(path);
    const { versionId, signal } = look;
    const head = await headObject(this.#client, { key, path, versionId, signal });
    return head && this.entryOf(path, head, look);
  }

  /** The file or link whose key was answered for with `headers`. */
  async entryOf(path: RelPath, headers: Headers, look: Look): Promise<Entry> {
    const entry = await this.#withTags(objectEntry(path, headers), this.#keys.file(path), look);
    return entry.kind === 'symlink' ? this.#withTarget(entry, look) : entry;
  }

  /** The directory, or undefined. The root is always one. */
  async directory(path: RelPath, { tags, signal }: Look = {}): Promise<Entry | undefined> {
    if (this.#keys.isTooLongForDirectory(path)) return undefined;
    const key = this.#keys.marker(path);
    const head = await headObject(this.#client, { key, path, signal });
    if (head) return this.#withTags(directoryEntry(path, head), key, { tags, signal });
    if (path === ROOT) return impliedDirectory(path);
    const keys = await firstKeys(this.#client, this.#keys.below(path), path, signal);
    return keys.length > 0 ? impliedDirectory(path) : undefined;
  }

  /** One or the other; `listedAs` tells which one is asked for first. */
  async either(path: RelPath, look: Look): Promise<Entry | undefined> {
    if (look.listedAs === 'directory') return (await this.directory(path, look)) ?? this.object(path, look);
    const object = await this.object(path, look);
    return object || look.listedAs ? object : this.directory(path, look);
  }

  async #withTags(entry: Entry, key: string, { tags, versionId, signal }: Look): Promise<Entry> {
    if (!tags) return entry;
    const found = await getTags(this.#client, { key, path: entry.path, versionId, signal });
    return { ...entry, metadata: { ...entry.metadata, tags: found } };
  }

  /** An archived link keeps its target to itself. */
  async #withTarget(entry: Entry, { versionId, signal }: Look): Promise<Entry> {
    if (entry.metadata.archived) return entry;
    const { path } = entry;
    const target = await getSmallObject(this.#client, {
      key: this.#keys.file(path),
      path,
      versionId,
      signal,
    });
    return { ...entry, metadata: { ...entry.metadata, linkTarget: target.toString() } };
  }
}
