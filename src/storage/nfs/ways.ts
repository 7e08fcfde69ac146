import type { Clock } from '../../base/clock.ts';
import { nameOf, parentOf, type RelPath, ROOT } from '../../base/path.ts';
import { failed } from '../files/errors.ts';
import { isFailure, isStale } from './failures.ts';
import type { FileHandle, NfsClient } from './nfs-client.ts';

/** How many directories' handles are kept. */
const KEPT = 4096;
/** For so long a handle is used without asking whether its path still leads to it. */
const FRESH_MS = 3_000;

interface Kept {
  readonly handle: FileHandle;
  readonly since: number;
}

/**
 * The ways from the root to directories. No way leads through a symbolic link: each name on it was looked up and
 * was a directory. A directory that was moved is followed for `FRESH_MS` at most, as other clients of NFS do.
 */
export class Ways {
  readonly #client: NfsClient;
  readonly #clock: Clock;
  /** The least recently looked up first. */
  readonly #kept = new Map<RelPath, Kept>();
  readonly #walking = new Map<RelPath, Promise<FileHandle>>();

  constructor(client: NfsClient, clock: Clock) {
    this.#client = client;
    this.#clock = clock;
  }

  /** @throws NfsFailure NOENT, StorageError NotADirectory */
  async handle(directory: RelPath): Promise<FileHandle> {
    if (directory === ROOT) return this.#client.root;
    const kept = this.#kept.get(directory);
    if (kept && this.#clock.now() - kept.since < FRESH_MS) return kept.handle;
    return this.#walk(directory);
  }

  /**
   * Runs `call` with the handle of `directory`. When the server does not know what was kept, the way is walked anew,
   * and where it leads to another handle `call` is run once more.
   */
  async within<Result>(directory: RelPath, call: (handle: FileHandle) => Promise<Result>): Promise<Result> {
    let used: FileHandle | undefined;
    try {
      used = await this.handle(directory);
      return await call(used);
    } catch (error) {
      if (directory === ROOT || !(isStale(error) || isFailure(error, 'NOENT'))) throw error;
      this.#giveUp(directory);
      if (isStale(error)) this.#forgetBelow(firstOf(directory));
      const found = await this.handle(directory);
      if (used && Buffer.compare(used, found) === 0) throw error;
      return call(found);
    }
  }

  /** Keeps what was learned by the way. */
  learn(directory: RelPath, handle: FileHandle): void {
    const before = this.#kept.get(directory);
    if (before && Buffer.compare(before.handle, handle) !== 0) this.#forgetBelow(directory);
    this.#kept.delete(directory);
    // A copy: the bytes of the message around it are not kept.
    this.#kept.set(directory, { handle: Buffer.from(handle), since: this.#clock.now() });
    if (this.#kept.size <= KEPT) return;
    for (const oldest of this.#kept.keys()) {
      this.#kept.delete(oldest);
      return;
    }
  }

  /** Gives up a directory and what was reached through it. */
  forget(directory: RelPath): void {
    this.#kept.delete(directory);
    this.#forgetBelow(directory);
  }

  #giveUp(way: RelPath): void {
    for (let at = way; at !== ROOT; at = parentOf(at)) this.#kept.delete(at);
  }

  #forgetBelow(directory: string): void {
    for (const path of this.#kept.keys()) {
      if (path.startsWith(`${directory}/`)) this.#kept.delete(path);
    }
  }

  /** Whoever needs the same way waits for the same walk; so nobody's signal may end it. */
  #walk(directory: RelPath): Promise<FileHandle> {
    const underWay = this.#walking.get(directory);
    if (underWay) return underWay;
    const walk = this.#lookUp(directory).finally(() => this.#walking.delete(directory));
    this.#walking.set(directory, walk);
    return walk;
  }

  async #lookUp(directory: RelPath): Promise<FileHandle> {
    const parent = await this.handle(parentOf(directory));
    const { handle, attributes } = await this.#client.lookup(parent, nameOf(directory));
    if (attributes.type !== 'directory') throw failed('ENOTDIR', directory);
    this.learn(directory, handle);
    return handle;
  }
}

const firstOf = (directory: RelPath) => directory.split('/', 1)[0] ?? directory;
