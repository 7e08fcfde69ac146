import { constants } from 'node:fs';
import { parentOf, type RelPath } from '../../base/path.ts';
import { attempt, errnoOf, translate } from './errors.ts';
import type { Ground } from './ground.ts';
import { dataRuns } from './holes.ts';
import { moveAside } from './move-aside.ts';
import { inheriting, type PosixStamp, stampOpen } from './stamping.ts';
import { ensureDirectory, type Tree } from './tree.ts';

const WRITE_FLAGS = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;

/** A file in the staging folder that is being written and will be moved to `path`. */
export class StagedFile {
  readonly #tree: Tree;
  readonly #path: RelPath;
  readonly #sparse: boolean;
  readonly #staged: RelPath;
  readonly #fd: number;
  #sizeBytes = 0;
  /** Where the last byte that was really written ends. */
  #writtenTo = 0;
  #pending: Promise<void> = Promise.resolve();
  #open = true;

  constructor(tree: Tree, path: RelPath, mode: number | undefined, sparse: boolean) {
    const { ground, staging } = tree;
    const { path: staged, made } = staging.create((at) =>
      ground.fs.openSync(ground.address(at), WRITE_FLAGS, (mode ?? 0o666) & 0o777),
    );
    this.#tree = tree;
    this.#path = path;
    this.#sparse = sparse;
    this.#staged = staged;
    this.#fd = made;
  }

  /** Appends `chunks` before it returns. */
  writeNow(chunks: readonly Uint8Array[]): void {
    attempt(this.#path, () => {
      for (const chunk of chunks) {
        for (const piece of this.#pieces(chunk)) this.#writeWhole(piece.data, piece.position);
      }
    });
  }

  /** Takes `chunk` to be appended once what came before is written; a failure shows in a later call. */
  async write(chunk: Uint8Array): Promise<void> {
    await this.#pending;
    this.#pending = this.#append(chunk);
    this.#pending.catch(() => undefined);
  }

  /** Waits until all that was taken is written. */
  async written(): Promise<void> {
    await this.#pending;
  }

  /** Stamps the file and moves it to its place; readers see it from here on. */
  async finish(stamp: PosixStamp): Promise<void> {
    const { ground } = this.#tree;
    const full = attempt(this.#path, () => {
      if (this.#writtenTo < this.#sizeBytes) ground.fs.ftruncateSync(this.#fd, this.#sizeBytes);
      const all = inheriting(ground, this.#path, stamp);
      stampOpen(ground, this.#fd, all);
      this.#close();
      return all;
    });
    try {
      attempt(this.#path, () => place(ground, this.#staged, this.#path));
    } catch (error) {
      if (errnoOf(error) !== 'EXDEV') throw error;
      await moveAside(this.#tree, this.#staged, this.#path, full);
    }
  }

  /** Leaves nothing of it. */
  async discard(): Promise<void> {
    await this.#pending.catch(() => undefined);
    this.#close();
    attempt(this.#path, () => this.#tree.staging.discard(this.#staged));
  }

  async #append(chunk: Uint8Array): Promise<void> {
    const { ground } = this.#tree;
    try {
      for (const { data, position } of this.#pieces(chunk)) {
        for (let done = 0; done < data.length; ) {
          done += await ground.writeAt(this.#fd, data.subarray(done), position + done);
        }
      }
    } catch (error) {
      throw translate(error, this.#path);
    }
  }

  #writeWhole(data: Uint8Array, position: number): void {
    const { fs } = this.#tree.ground;
    for (let done = 0; done < data.length; ) {
      done += fs.writeSync(this.#fd, data, done, data.length - done, position + done);
    }
  }

  /** What of `chunk` is to be written, and where; counts it as written. */
  *#pieces(chunk: Uint8Array): Generator<{ readonly data: Uint8Array; readonly position: number }> {
    const start = this.#sizeBytes;
    this.#sizeBytes += chunk.length;
    for (const [from, to] of this.#sparse ? dataRuns(chunk, start) : [[0, chunk.length] as const]) {
      yield { data: chunk.subarray(from, to), position: start + from };
      this.#writtenTo = start + to;
    }
  }

  #close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#tree.ground.fs.closeSync(this.#fd);
  }
}

/** Moves what was staged to `path`, over what is there; its parents are made when they are missing. */
export function place(ground: Ground, staged: RelPath, path: RelPath): void {
  const move = () => ground.fs.renameSync(ground.address(staged), ground.address(path));
  try {
    move();
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error;
    ensureDirectory(ground, parentOf(path));
    move();
  }
}
