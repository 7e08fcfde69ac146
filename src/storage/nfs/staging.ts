import { randomUUID } from 'node:crypto';
import type { CallOptions } from '../backend.ts';
import { STAGING_FOLDER } from '../files/staging.ts';
import { StorageError } from '../storage-error.ts';
import { isFailure, isStale } from './failures.ts';
import type { NfsClient, Node } from './nfs-client.ts';
import { makeUnlessThere, type Place } from './tree.ts';

/** Nobody else can take the folder away more often than this by chance. */
const TRIES = 5;
/** Of both folders: closed to other users. */
const PRIVATE = { mode: 0o700 };

/**
 * The folder `.aws-datasync/<id>` at the root of a location, where things are made before they are moved to their
 * place. The first write makes it, and it goes with the backend.
 */
export class Staging {
  readonly #client: NfsClient;
  readonly #id: string;
  #folder: Promise<Node> | undefined;
  #used = false;
  #count = 0;

  constructor(client: NfsClient, stagingId: string = randomUUID()) {
    this.#client = client;
    this.#id = stagingId;
  }

  /**
   * Makes a new thing in the folder by calling `make` with a place that is free.
   * @throws what `make` throws
   */
  async create<Made>(
    make: (place: Place) => Promise<Made>,
  ): Promise<{ readonly place: Place; readonly made: Made }> {
    this.#used = true;
    for (let tries = 1; ; tries++) {
      const place = { directory: (await this.#ready()).handle, name: String(this.#count++) };
      try {
        return { place, made: await make(place) };
      } catch (error) {
        // Another backend over the same place has taken the name, or the empty folder away.
        const again = isFailure(error, 'EXIST', 'NOENT') || isStale(error);
        if (!again) await this.discard(place);
        if (tries === TRIES || !again) throw error;
        this.#folder = undefined;
      }
    }
  }

  /** Whether what we make belongs to root: then we may give it to others. */
  async isRoots(): Promise<boolean> {
    this.#used = true;
    const { attributes } = await this.#ready();
    return attributes.uid === 0;
  }

  /** Takes a staged thing away again; it may be gone. What cannot be taken away now goes with the folder. */
  async discard({ directory, name }: Place): Promise<void> {
    await this.#client.remove(directory, name).catch(() => undefined);
  }

  /** Removes what a killed run with the same id left. */
  async clear(options: CallOptions = {}): Promise<void> {
    try {
      await this.#removeFolder(options);
    } catch (error) {
      if (!isLeftAlone(error)) throw error;
    }
  }

  /** Removes the folder, and the one around it when nobody else has anything there. */
  async dispose(): Promise<void> {
    if (!this.#used) return;
    this.#used = false;
    // Of a server that is gone, the next run with the same id takes it away.
    await this.clear().catch(unlessUnreachable);
  }

  /** One that could not be made is tried again by the next write. */
  #ready(): Promise<Node> {
    if (this.#folder) return this.#folder;
    const folder = this.#makeFolder();
    folder.catch(() => {
      if (this.#folder === folder) this.#folder = undefined;
    });
    this.#folder = folder;
    return folder;
  }

  async #makeFolder(): Promise<Node> {
    const { root } = this.#client;
    const outer = await this.#keepingTimesOfRoot(() =>
      makeUnlessThere(this.#client, root, STAGING_FOLDER, PRIVATE),
    );
    return makeUnlessThere(this.#client, outer.handle, this.#id, PRIVATE);
  }

  async #removeFolder(options: CallOptions): Promise<void> {
    const client = this.#client;
    const outer = await client.lookup(client.root, STAGING_FOLDER, options);
    const folder = await client.lookup(outer.handle, this.#id, options);
    if (outer.attributes.type !== 'directory' || folder.attributes.type !== 'directory') return;
    for await (const page of client.readDirectory(folder.handle, options)) {
      const places = page.map(({ name }) => ({
        directory: folder.handle,
        name: Buffer.from(name).toString(),
      }));
      await Promise.all(places.map((place) => this.discard(place)));
    }
    await client.removeDirectory(outer.handle, this.#id);
    await this.#keepingTimesOfRoot(() => client.removeDirectory(client.root, STAGING_FOLDER));
  }

  /**
   * Runs `work` and gives the root the times it had: what we do for ourselves is not a change of the location.
   * Where only the owner may set times, somebody else's root keeps the new ones.
   */
  async #keepingTimesOfRoot<Result>(work: () => Promise<Result>): Promise<Result> {
    const { root } = this.#client;
    const { atimeNs, mtimeNs } = await this.#client.getAttributes(root);
    const result = await work();
    try {
      await this.#client.setAttributes(root, { atimeNs, mtimeNs });
    } catch (error) {
      if (!isFailure(error, 'PERM', 'ACCES', 'ACCESS')) throw error;
    }
    return result;
  }
}

const LEFT_ALONE = [
  ...['NOTEMPTY', 'EXIST', 'NOENT', 'NOTDIR', 'ISDIR'],
  ...['ACCES', 'ACCESS', 'PERM', 'ROFS', 'INVAL', 'SYMLINK'],
];

/** Somebody else uses the folder, or took it, or may write where we may only read: no harm, it is never listed. */
const isLeftAlone = (error: unknown) => isStale(error) || isFailure(error, ...LEFT_ALONE);

function unlessUnreachable(error: unknown): void {
  if (!(error instanceof StorageError) || error.kind !== 'Unreachable') throw error;
}
