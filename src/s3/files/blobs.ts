import { type FileHandle, mkdir, open, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type Database from 'libsql';
import type { Log } from '../../base/log.ts';
import { nextTurn } from '../../base/real-timers.ts';
import type { Row, S3Index } from './s3-index.ts';

/** Blobs in one directory. */
export const SHARD = 4096;

/** Where blob `id` is below the directory of the contents. */
export function blobPath(id: number): string {
  const shard = Math.floor(id / SHARD).toString(16);
  return join(shard.padStart(6, '0'), String(id));
}

/**
 * Bytes that were received in one go and never change: a row of the index when they are few, else a file. The
 * index counts how many versions and parts use a blob; one that nobody uses or reads goes by itself. A file
 * without a row is seen by nobody, so that no file has to be renamed.
 */
export class Blobs {
  readonly #index: S3Index;
  readonly #directory: string;
  readonly #log: Log;
  /** Received, in no row yet. With its bytes when it is no file. */
  readonly #fresh = new Map<number, Buffer | null>();
  /** How many readers and contents that are not kept yet hold a blob. */
  readonly #pins = new Map<number, number>();
  /** Not used any more, perhaps. */
  readonly #doomed = new Set<number>();
  /** How the uses change in the change under way. */
  readonly #changes = new Map<number, number>();
  readonly #discarding = new Set<Promise<void>>();
  #sweeping: Promise<void> | undefined;
  readonly #insert: Database.Statement;
  readonly #count: Database.Statement;
  readonly #uses: Database.Statement;
  readonly #remove: Database.Statement;
  readonly #data: Database.Statement;

  constructor(index: S3Index, directory: string, log: Log) {
    this.#index = index;
    this.#directory = directory;
    this.#log = log;
    this.#insert = index.prepare('INSERT INTO blobs (id, uses, data) VALUES (?, 1, ?)');
    this.#count = index.prepare('UPDATE blobs SET uses = uses + ? WHERE id = ?');
    this.#uses = index.prepare('SELECT uses, data IS NULL FROM blobs WHERE id = ?');
    this.#remove = index.prepare('DELETE FROM blobs WHERE id = ?');
    this.#data = index.prepare('SELECT data FROM blobs WHERE id = ?');
  }

  /** A file for a new blob, to be written by the caller. */
  async createFile(): Promise<{ readonly id: number; readonly handle: FileHandle }> {
    const id = this.#index.nextNumber();
    const path = this.#pathOf(id);
    try {
      return { id, handle: await open(path, 'wx', 0o600) };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      return { id, handle: await open(path, 'wx', 0o600) };
    }
  }

  openFile(id: number): Promise<FileHandle> {
    return open(this.#pathOf(id), 'r');
  }

  /** A new blob of few bytes; pinned once. */
  addBytes(data: Buffer): number {
    const id = this.#index.nextNumber();
    this.#fresh.set(id, data);
    this.pin(id);
    return id;
  }

  /** The file of `id` has all its bytes; pinned once. */
  addFile(id: number): void {
    this.#fresh.set(id, null);
    this.pin(id);
  }

  /** The bytes, or null when they are in a file. */
  bytes(id: number): Buffer | null {
    const fresh = this.#fresh.get(id);
    if (fresh !== undefined) return fresh;
    const row = this.#data.get(id) as Row | undefined;
    if (!row) throw new Error(`${this.#index.file} has no content ${id}.`);
    return row[0] as Buffer | null;
  }

  /** It is not removed before it is unpinned as often. */
  pin(id: number): void {
    this.#pins.set(id, (this.#pins.get(id) ?? 0) + 1);
  }

  unpin(id: number): void {
    const left = (this.#pins.get(id) ?? 0) - 1;
    if (left > 0) this.#pins.set(id, left);
    else this.#pins.delete(id);
    if (left <= 0 && (this.#fresh.has(id) || this.#doomed.has(id))) this.#doom(id);
  }

  /** Within a whole: one more user (1), or one less (-1). */
  use(id: number, change: 1 | -1): void {
    const fresh = this.#fresh.get(id);
    if (fresh !== undefined && change === 1) {
      this.#insert.run(id, fresh);
      this.#fresh.delete(id);
      this.#index.onUndo(() => this.#fresh.set(id, fresh));
      return;
    }
    if (this.#changes.size === 0) {
      this.#index.atLast(() => this.#writeChanges());
      this.#index.onUndo(() => this.#changes.clear());
    }
    this.#changes.set(id, (this.#changes.get(id) ?? 0) + change);
  }

  /** Closes and removes the file of a body that failed, as soon as nothing writes to it any more. */
  discard(id: number, handle: FileHandle): void {
    const discarded = handle
      .close()
      .catch(() => undefined)
      .then(() => this.#removeFile(id))
      .finally(() => this.#discarding.delete(discarded));
    this.#discarding.add(discarded);
  }

  /** When everything that nobody needs is gone. */
  async settled(): Promise<void> {
    while (this.#sweeping) await this.#sweeping;
    await Promise.all(this.#discarding);
  }

  /** What moves from one user to another, such as the parts of an upload, is not written at all. */
  #writeChanges(): void {
    for (const [id, change] of this.#changes) {
      if (change !== 0) this.#count.run(change, id);
      if (change < 0) this.#doom(id);
    }
    this.#changes.clear();
  }

  #doom(id: number): void {
    this.#doomed.add(id);
    this.#sweeping ??= this.#sweepAll();
  }

  async #sweepAll(): Promise<void> {
    try {
      do {
        // Not at once: whoever was just given the content begins to read it within this turn.
        await nextTurn();
      } while (await this.#sweep());
    } catch (error) {
      this.#log.warn('s3-content-not-removed', { cause: String(error) });
    }
    this.#sweeping = undefined;
  }

  /** Whether there is more to remove. */
  async #sweep(): Promise<boolean> {
    const ids = this.#removable();
    const files = this.#index.whole(() => ids.filter((id) => this.#removeRow(id)));
    for (const id of ids) this.#doomed.delete(id);
    for (const id of files) await this.#removeFile(id);
    return this.#removable().length > 0;
  }

  #removable(): readonly number[] {
    return [...this.#doomed].filter((id) => !this.#pins.has(id));
  }

  /** Whether there is a file to remove. */
  #removeRow(id: number): boolean {
    const fresh = this.#fresh.get(id);
    if (fresh !== undefined) {
      this.#fresh.delete(id);
      return fresh === null;
    }
    const row = this.#uses.get(id) as Row | undefined;
    if (!row || Number(row[0]) > 0) return false;
    this.#remove.run(id);
    return row[1] === 1;
  }

  async #removeFile(id: number): Promise<void> {
    try {
      await unlink(this.#pathOf(id));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
      this.#log.warn('s3-content-not-removed', { file: this.#pathOf(id), cause: String(error) });
    }
  }

  #pathOf(id: number): string {
    return join(this.#directory, blobPath(id));
  }
}
