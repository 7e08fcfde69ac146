import type { Version } from '../object-store.ts';

/** Characters of metadata that are held, and what a key costs beside it. */
const LIMIT = 16 * 1024 ** 2;
const PER_KEY = 256;

interface Known {
  /** null: there is no such key. */
  readonly newest: Version | null;
  readonly cost: number;
}

/** The newest versions of the keys that were looked at last, of all buckets together, as far as 16 MiB go. */
export class RecentVersions {
  readonly #known = new Map<string, Known>();
  #cost = 0;

  /** undefined: not known here. */
  get(bucket: number, key: string): Version | null | undefined {
    return this.#known.get(nameOf(bucket, key))?.newest;
  }

  /** @param length characters of its metadata */
  set(bucket: number, key: string, newest: Version | null, length: number): void {
    this.forget(bucket, key);
    const cost = length + key.length + PER_KEY;
    this.#known.set(nameOf(bucket, key), { newest, cost });
    this.#cost += cost;
    for (const [oldest, known] of this.#known) {
      if (this.#cost <= LIMIT) break;
      this.#known.delete(oldest);
      this.#cost -= known.cost;
    }
  }

  forget(bucket: number, key: string): void {
    const name = nameOf(bucket, key);
    const known = this.#known.get(name);
    if (!known) return;
    this.#known.delete(name);
    this.#cost -= known.cost;
  }
}

const nameOf = (bucket: number, key: string) => `${bucket}/${key}`;
