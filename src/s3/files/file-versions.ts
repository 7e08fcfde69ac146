import type Database from 'libsql';
import type { Place } from '../listing.ts';
import type { StoredObject, Version } from '../object-store.ts';
import type { VersionIndex } from '../shelf.ts';
import { type FileContents, type Stretch, stretchesOf } from './file-content.ts';
import type { RecentVersions } from './recent-versions.ts';
import type { Row, S3Index } from './s3-index.ts';

/** Keys that a listing reads at once: few at first, for a walk may go on elsewhere after one of them. */
const FIRST_BATCH = 4;
const LARGEST_BATCH = 512;

/** A version as the index has it; its key and id stand in columns of their own. */
type Body =
  | (Omit<StoredObject, 'key' | 'versionId' | 'content'> & { readonly content: readonly Stretch[] })
  | { readonly kind: 'delete-marker'; readonly lastModifiedAt: number };

/** Versions of one bucket as rows of the index. Only the newest of some keys are held in memory. */
export class FileVersions implements VersionIndex {
  readonly #bucket: number;
  readonly #index: S3Index;
  readonly #contents: FileContents;
  readonly #recent: RecentVersions;
  readonly #sql: Statements;

  constructor(
    bucket: number,
    index: S3Index,
    contents: FileContents,
    recent: RecentVersions,
    sql: Statements,
  ) {
    this.#bucket = bucket;
    this.#index = index;
    this.#contents = contents;
    this.#recent = recent;
    this.#sql = sql;
  }

  get isEmpty(): boolean {
    return this.#sql.any.get(this.#bucket) === undefined;
  }

  of(key: string): readonly Version[] {
    const rows = this.#sql.all.all(this.#bucket, Buffer.from(key)) as Row[];
    return rows.map(([version, body]) => this.#version(key, version as string, body as string));
  }

  newest(key: string): Version | undefined {
    const known = this.#recent.get(this.#bucket, key);
    if (known !== undefined) return known ?? undefined;
    const row = this.#sql.newest.get(this.#bucket, Buffer.from(key)) as Row | undefined;
    if (!row) {
      this.#recent.set(this.#bucket, key, null, 0);
      return undefined;
    }
    return this.#remember(key, row[0] as string, row[1] as string);
  }

  *keysFrom(place: Place): Generator<string> {
    let least = leastKey(place);
    for (let size = FIRST_BATCH; ; size = Math.min(LARGEST_BATCH, size * 4)) {
      const rows = this.#sql.page.all(this.#bucket, least, size) as Row[];
      let last: Buffer | undefined;
      for (const [bytes, version, body] of rows as [Buffer, string, string][]) {
        // The rows of a key stand together, the newest first.
        if (last?.equals(bytes)) continue;
        last = bytes;
        const key = bytes.toString();
        this.#remember(key, version, body);
        yield key;
      }
      if (!last || rows.length < size) return;
      least = keyBehind(last);
    }
  }

  add(version: Version): void {
    const { key, versionId } = version;
    const body = JSON.stringify(bodyOf(version));
    this.#change(key, () => {
      if (version.kind === 'object') this.#contents.keep(version.content, (undo) => this.#index.onUndo(undo));
      this.#sql.add.run(this.#bucket, Buffer.from(key), -this.#index.nextNumber(), versionId, body);
    });
    this.#recent.set(this.#bucket, key, version, body.length);
  }

  amend(changed: StoredObject): void {
    const { key, versionId } = changed;
    const body = JSON.stringify(bodyOf(changed));
    this.#change(key, () => this.#sql.amend.run(body, this.#bucket, Buffer.from(key), versionId));
  }

  remove({ key, versionId }: Version): void {
    this.#change(key, () => this.#sql.remove.run(this.#bucket, Buffer.from(key), versionId));
  }

  #change(key: string, act: () => void): void {
    this.#index.whole(() => {
      this.#recent.forget(this.#bucket, key);
      this.#index.onUndo(() => this.#recent.forget(this.#bucket, key));
      act();
    });
  }

  #remember(key: string, versionId: string, body: string): Version {
    const version = this.#version(key, versionId, body);
    this.#recent.set(this.#bucket, key, version, body.length);
    return version;
  }

  #version(key: string, versionId: string, text: string): Version {
    const body = JSON.parse(text) as Body;
    if (body.kind === 'delete-marker') return { ...body, key, versionId };
    return { ...body, key, versionId, content: this.#contents.known(body.content) };
  }
}

function bodyOf(version: Version): Body {
  const { key: _key, versionId: _versionId, ...rest } = version;
  return rest.kind === 'object' ? { ...rest, content: stretchesOf(rest.content) } : rest;
}

/** The smallest key that a listing from `place` may show. */
function leastKey({ kind, name }: Place): Buffer {
  const bytes = Buffer.from(name);
  if (kind === 'at') return bytes;
  if (kind === 'behind') return keyBehind(bytes);
  // No byte of UTF-8 is 255: the next greater one is behind all that start with `name`.
  bytes[bytes.length - 1] = (bytes[bytes.length - 1] ?? 0) + 1;
  return bytes;
}

/** The smallest key that is greater than this one. */
function keyBehind(key: Buffer): Buffer {
  return Buffer.concat([key, Buffer.alloc(1)]);
}

type Verb = 'any' | 'all' | 'newest' | 'page' | 'add' | 'amend' | 'remove';
/** What a bucket asks of the index; the same for all buckets. */
type Statements = Readonly<Record<Verb, Database.Statement>>;

/** Prepared once for all buckets. */
export function versionStatements(index: S3Index): Statements {
  const of = 'FROM versions WHERE bucket = ? AND key = ?';
  return {
    any: index.prepare('SELECT 1 FROM versions WHERE bucket = ? LIMIT 1'),
    all: index.prepare(`SELECT version, body ${of} ORDER BY rank`),
    newest: index.prepare(`SELECT version, body ${of} ORDER BY rank LIMIT 1`),
    page: index.prepare(
      'SELECT key, version, body FROM versions WHERE bucket = ? AND key >= ? ORDER BY key, rank LIMIT ?',
    ),
    add: index.prepare('INSERT INTO versions (bucket, key, rank, version, body) VALUES (?, ?, ?, ?, ?)'),
    amend: index.prepare('UPDATE versions SET body = ? WHERE bucket = ? AND key = ? AND version = ?'),
    remove: index.prepare('DELETE FROM versions WHERE bucket = ? AND key = ? AND version = ?'),
  };
}
