import { randomUUID } from 'node:crypto';
import { join, type RelPath } from '../../base/path.ts';
import { attempt, errnoOf } from './errors.ts';
import type { Ground } from './ground.ts';
import { ensureDirectory, keepingTimesOfRoot, lstatIfThere } from './tree.ts';

/** At the root of a location; never listed. */
export const STAGING_FOLDER = '.aws-datasync';

/**
 * Names at a location's root that are never listed.
 * @source AWS DataSync User Guide, "Filtering data transferred": `/.aws-datasync` and `/.awssync` are left out
 */
export const HELPER_FOLDERS: ReadonlySet<string> = new Set([STAGING_FOLDER, '.awssync']);

/** Nobody else can take the folder away more often than this by chance. */
const TRIES = 5;

/**
 * The folder `.aws-datasync/<id>` at the root of a location, where files are written before they are moved to
 * their place. It is made by the first write, closed to other users, and goes with the backend.
 */
export class Staging {
  readonly #ground: Ground;
  readonly #folder: RelPath;
  #used = false;
  #count = 0;

  /** Takes away what a killed run with the same `stagingId` left. */
  constructor(ground: Ground, stagingId: string | undefined) {
    this.#ground = ground;
    this.#folder = join(STAGING_FOLDER as RelPath, stagingId ?? randomUUID());
    if (stagingId !== undefined) this.#remove();
  }

  /**
   * Makes a new thing in the folder by calling `make` with a path that is free.
   * @throws what `make` throws
   */
  create<Made>(make: (path: RelPath) => Made): { readonly path: RelPath; readonly made: Made } {
    for (let tries = 1; ; tries++) {
      try {
        this.#ready();
        const path = join(this.#folder, String(this.#count++));
        return { path, made: make(path) };
      } catch (error) {
        // Another backend over the same place has taken the name, or the empty folder away.
        const errno = errnoOf(error);
        if (tries === TRIES || (errno !== 'EEXIST' && errno !== 'ENOENT')) throw error;
        this.#used = false;
      }
    }
  }

  /** Takes a staged thing away again; it may be gone. */
  discard(path: RelPath): void {
    try {
      this.#ground.fs.unlinkSync(this.#ground.address(path));
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT') throw error;
    }
  }

  /** Removes the folder, and the one around it when nobody else has anything there. */
  dispose(): void {
    if (this.#used) attempt(this.#folder, () => this.#remove());
    this.#used = false;
  }

  #ready(): void {
    if (this.#used) return;
    keepingTimesOfRoot(this.#ground, () => ensureDirectory(this.#ground, STAGING_FOLDER as RelPath, 0o700));
    ensureDirectory(this.#ground, this.#folder, 0o700);
    this.#used = true;
  }

  #remove(): void {
    const { fs } = this.#ground;
    try {
      if (!lstatIfThere(this.#ground, this.#folder)?.isDirectory()) return;
      for (const name of fs.readdirSync(this.#ground.address(this.#folder))) {
        this.discard(join(this.#folder, name));
      }
      fs.rmdirSync(this.#ground.address(this.#folder));
      keepingTimesOfRoot(this.#ground, () => fs.rmdirSync(this.#ground.address(STAGING_FOLDER as RelPath)));
    } catch (error) {
      if (!LEFT_ALONE.has(errnoOf(error) ?? '')) throw error;
    }
  }
}

/** Somebody else uses the folder, or took it, or may write where we may only read: no harm, it is never listed. */
const LEFT_ALONE: ReadonlySet<string> = new Set([
  'ENOTEMPTY',
  'EEXIST',
  'ENOENT',
  'ENOTDIR',
  'EISDIR',
  'EACCES',
  'EPERM',
  'EROFS',
]);
