import { closeSync, constants, openSync, readlinkSync } from 'node:fs';
import { nameOf, parentOf, type RelPath, ROOT } from '../../base/path.ts';
import { setImmediate } from '../../base/real-timers.ts';
import { below, type Places } from './places.ts';

/** How many directories are kept open. */
const KEPT = 128;

/** Linux's `O_PATH`, which Node has no name for: a handle on a directory that needs no permission to read it. */
const O_PATH = 0o10000000;

const OPEN_FLAGS = O_PATH | constants.O_DIRECTORY | constants.O_NOFOLLOW;

const handlePath = (fd: number) => `/proc/self/fd/${fd}`;

/**
 * Addresses relative to open directories: `/proc/self/fd/<n>/<name>` is Linux's `openat` in plain Node. Each
 * directory is opened inside its parent's handle and never through a symbolic link, so whatever is swapped while
 * we work, no address leads out of the location. A kept handle is asked for its path before each use: one whose
 * directory was moved or removed is given up and the way is walked anew.
 */
export class DirectoryHandles implements Places {
  readonly #real: string;
  readonly #root: RelPath;
  readonly #base: number;
  /** By path below `#base`, the least recently used first. */
  readonly #handles = new Map<string, number>();
  /** Handles that were asked for their path since somebody last let go of the thread. */
  readonly #asked = new Set<number>();
  #given: number[] = [];

  /** Whether this system can do it. */
  static available(directory: string): boolean {
    if (process.platform !== 'linux') return false;
    const fd = openSync(directory, O_PATH | constants.O_DIRECTORY);
    try {
      return readlinkSync(handlePath(fd)) === directory;
    } catch {
      // No /proc here.
      return false;
    } finally {
      closeSync(fd);
    }
  }

  /** @param real a directory, its path without a symbolic link anywhere */
  constructor(real: string, root: RelPath) {
    this.#real = real === '/' ? '' : real;
    this.#root = root;
    this.#base = openSync(real, OPEN_FLAGS);
    try {
      this.directory(ROOT);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  address(path: RelPath): string {
    const full = below(this.#root, path);
    if (full === ROOT) return `${handlePath(this.#base)}/.`;
    return `${handlePath(this.#handle(parentOf(full)))}/${nameOf(full)}`;
  }

  directory(path: RelPath): string {
    return handlePath(this.#handle(below(this.#root, path)));
  }

  close(): void {
    for (const fd of [this.#base, ...this.#handles.values(), ...this.#given]) closeSync(fd);
    this.#handles.clear();
    this.#given = [];
  }

  #handle(directory: RelPath): number {
    if (directory === ROOT) return this.#base;
    const kept = this.#handles.get(directory);
    if (kept !== undefined) {
      this.#handles.delete(directory);
      if (this.#isStill(directory, kept)) {
        this.#handles.set(directory, kept);
        return kept;
      }
      this.#giveUp(kept);
    }
    const parent = this.#handle(parentOf(directory));
    const fd = openSync(`${handlePath(parent)}/${nameOf(directory)}`, OPEN_FLAGS);
    this.#keep(directory, fd);
    return fd;
  }

  #isStill(directory: RelPath, fd: number): boolean {
    if (this.#asked.has(fd)) return true;
    try {
      if (readlinkSync(handlePath(fd)) !== `${this.#real}/${directory}`) return false;
      this.#remember(fd);
      return true;
    } catch {
      // The path is too long to be told.
      return false;
    }
  }

  #remember(fd: number): void {
    if (this.#asked.size === 0) queueMicrotask(() => this.#asked.clear());
    this.#asked.add(fd);
  }

  #keep(directory: RelPath, fd: number): void {
    this.#handles.set(directory, fd);
    this.#remember(fd);
    if (this.#handles.size <= KEPT) return;
    for (const [oldest, oldFd] of this.#handles) {
      this.#handles.delete(oldest);
      this.#giveUp(oldFd);
      return;
    }
  }

  /** Closes `fd` later: an address with it may be in somebody's hand until he lets go of the thread. */
  #giveUp(fd: number): void {
    this.#asked.delete(fd);
    this.#given.push(fd);
    if (this.#given.length > 1) return;
    setImmediate(() => {
      for (const given of this.#given.splice(0)) closeSync(given);
    });
  }
}
