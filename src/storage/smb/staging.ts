import { randomUUID } from 'node:crypto';
import { join, type RelPath } from '../../base/path.ts';
import { STAGING_FOLDER } from '../files/staging.ts';
import { StorageError } from '../storage-error.ts';
import { ensureDirectory, keepingTimesOfRoot } from './directories.ts';
import { directoryPages } from './directory-pages.ts';
import { NT_STATUS } from './nt-status.ts';
import { ENTRY } from './operations/query-directory.ts';
import { remove } from './removing.ts';
import type { Share } from './share.ts';
import { SmbFailure } from './smb-tree.ts';

const OUTER = STAGING_FOLDER as RelPath;

/** Nobody else can take the folder away more often than this by chance. */
const TRIES = 5;

/**
 * The folder `.aws-datasync/<id>` at the root of a location, where files are written before they are moved to their
 * place. The first write makes it, and it goes with the backend.
 */
export class Staging {
  readonly #share: Share;
  readonly #folder: RelPath;
  #ready: Promise<void> | undefined;
  #used = false;
  #count = 0;

  constructor(share: Share, stagingId: string = randomUUID()) {
    this.#share = share;
    this.#folder = join(OUTER, stagingId);
  }

  /**
   * Makes a new file by calling `make` with a path that is free.
   * @throws what `make` throws
   */
  async create<Made>(make: (path: RelPath) => Promise<Made>): Promise<Made> {
    this.#used = true;
    for (let tries = 1; ; tries++) {
      await this.#prepare();
      try {
        return await make(join(this.#folder, String(this.#count++)));
      } catch (error) {
        if (tries === TRIES || !isTaken(error)) throw error;
        this.#ready = undefined;
      }
    }
  }

  /** Takes a staged file away again; it may be gone. What cannot be taken away now goes with the folder. */
  async discard(path: RelPath): Promise<void> {
    await remove(this.#share, path).catch(() => undefined);
  }

  /** Removes what a killed run with the same id left. */
  async clear(): Promise<void> {
    try {
      await this.#removeAll();
    } catch (error) {
      if (!(error instanceof StorageError) || !LEFT_ALONE.has(error.kind)) throw error;
    }
  }

  /** Removes the folder, and the one around it when nobody else has anything there. */
  async dispose(): Promise<void> {
    if (this.#used) await this.clear();
    this.#used = false;
  }

  /** A folder that could not be made is tried again by the next write. */
  #prepare(): Promise<void> {
    if (this.#ready) return this.#ready;
    const ready = this.#make();
    ready.catch(() => {
      if (this.#ready === ready) this.#ready = undefined;
    });
    this.#ready = ready;
    return ready;
  }

  async #make(): Promise<void> {
    await keepingTimesOfRoot(this.#share, () => ensureDirectory(this.#share, OUTER));
    await ensureDirectory(this.#share, this.#folder);
  }

  async #removeAll(): Promise<void> {
    const names = await this.#share.again(this.#folder, {}, () => this.#names());
    for (const name of names) await this.discard(join(this.#folder, name));
    await remove(this.#share, this.#folder);
    await keepingTimesOfRoot(this.#share, () => remove(this.#share, OUTER));
  }

  async #names(): Promise<string[]> {
    const names: string[] = [];
    for await (const page of directoryPages(this.#share, this.#folder, {})) {
      for (const entry of page) {
        const name = entry.toString('utf16le', ENTRY.NAME);
        // Our own are numbers; others are not taken away.
        if (/^\d+$/.test(name)) names.push(name);
      }
    }
    return names;
  }
}

/** Whether another backend over the same place has taken the name, or the empty folder away. */
function isTaken(error: unknown): boolean {
  if (!(error instanceof SmbFailure) || error.command !== 'CREATE') return false;
  return error.status === NT_STATUS.OBJECT_NAME_COLLISION || error.status === NT_STATUS.OBJECT_PATH_NOT_FOUND;
}

/** Somebody else uses the folder, or took it, or the server is gone: no harm, it is never listed and the next run clears it. */
const LEFT_ALONE: ReadonlySet<StorageError['kind']> = new Set([
  'NotFound',
  'NotADirectory',
  'DirectoryNotEmpty',
  'PermissionDenied',
  'ReadOnly',
  'Busy',
  'Unreachable',
  'Interrupted',
]);
