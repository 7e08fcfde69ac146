// NFS 4.0, 4.1 and 4.2 as an NfsClient; it is opened by `openNfs4` of v4/open-nfs4.ts.

import type { CallOptions } from '../../backend.ts';
import { abortable } from '../abortable.ts';
import { isFailure } from '../failures.ts';
import type {
  FileHandle,
  ListedName,
  NewAttributes,
  NfsAttributes,
  NfsClient,
  NfsLimits,
  Node,
  OpenFile,
} from '../nfs-client.ts';
import type { Compounds } from './compounds.ts';
import { getNodeAttributes, putFh, readLink, setAttr } from './handle-operations.ts';
import { readDirectory } from './listing.ts';
import { lookUp, make, makeLink, move, type NamePlace, removeName } from './making.ts';
import type { Creation } from './name-operations.ts';
import { OpenFile4 } from './open-file.ts';
import { OpenOwners } from './open-owners.ts';
import { type Held, Opening } from './opening.ts';
import { idMapping } from './owner.ts';
import { createWhole, readWhole, type SmallFileParts } from './small-files.ts';

export interface Mounted {
  readonly version: '4.0' | '4.1' | '4.2';
  readonly compounds: Compounds;
  readonly root: FileHandle;
  readonly limits: NfsLimits;
}

type WithHandle = CallOptions & { readonly handle?: FileHandle };

/** A location on a server of version 4. */
export class Nfs4Client implements NfsClient {
  readonly version: Mounted['version'];
  readonly root: FileHandle;
  readonly limits: NfsLimits;
  readonly #compounds: Compounds;
  readonly #opening: Opening;
  readonly #smallFiles: SmallFileParts;

  constructor({ version, compounds, root, limits }: Mounted) {
    this.version = version;
    this.root = root;
    this.limits = limits;
    this.#compounds = compounds;
    this.#opening = new Opening(compounds, new OpenOwners(compounds.conversation));
    this.#smallFiles = { compounds, opening: this.#opening, ...limits };
  }

  lookup(directory: FileHandle, name: string, { signal }: CallOptions = {}): Promise<Node> {
    return abortable(signal, () => lookUp(this.#compounds, { directory, name }, signal));
  }

  getAttributes(handle: FileHandle, { signal }: CallOptions = {}): Promise<NfsAttributes> {
    return abortable(signal, async () => {
      const [, attributes] = await this.#compounds.all([putFh(handle), getNodeAttributes()], signal);
      return attributes;
    });
  }

  /** @throws StorageError Unsupported when the server does not take numbers for owners */
  setAttributes(handle: FileHandle, attributes: NewAttributes, { signal }: CallOptions = {}): Promise<void> {
    return abortable(signal, async () => {
      await numeric(this.#compounds.all([putFh(handle), setAttr(attributes)], signal));
    });
  }

  readLink(handle: FileHandle, { signal }: CallOptions = {}): Promise<Uint8Array> {
    return abortable(signal, async () => {
      const [, target] = await this.#compounds.all([putFh(handle), readLink()], signal);
      return target;
    });
  }

  readDirectory(directory: FileHandle, options?: CallOptions): AsyncIterable<readonly ListedName[]> {
    return readDirectory(this.#compounds, directory, options);
  }

  open(
    directory: FileHandle,
    name: string,
    access: 'read' | 'write',
    { handle, signal }: WithHandle = {},
  ): Promise<OpenFile> {
    return this.#opened({ directory, name }, access, signal, () =>
      this.#opening.existing({ directory, name, handle }, access, signal),
    );
  }

  create(
    directory: FileHandle,
    name: string,
    attributes: NewAttributes,
    { signal }: CallOptions = {},
  ): Promise<OpenFile> {
    return this.#opened({ directory, name }, 'write', signal, () =>
      numeric(this.#opening.created(directory, name, attributes, signal)),
    );
  }

  readWhole(
    directory: FileHandle,
    name: string,
    maxBytes: number,
    { handle, signal }: WithHandle = {},
  ): Promise<{ readonly node: Node; readonly content: Uint8Array | undefined }> {
    const target = { directory, name, handle };
    return abortable(signal, () => readWhole(this.#smallFiles, target, maxBytes, signal));
  }

  createWhole(
    directory: FileHandle,
    name: string,
    content: Uint8Array,
    attributes: NewAttributes,
    { signal }: CallOptions = {},
  ): Promise<Node> {
    const file = { directory, name, content, attributes };
    return abortable(signal, () => numeric(createWhole(this.#smallFiles, file, signal)));
  }

  makeDirectory(
    directory: FileHandle,
    name: string,
    attributes: NewAttributes,
    options?: CallOptions,
  ): Promise<Node> {
    return this.#make({ directory, name }, { type: 'directory' }, attributes, options);
  }

  makeSymlink(
    directory: FileHandle,
    name: string,
    target: string,
    attributes: NewAttributes,
    options?: CallOptions,
  ): Promise<Node> {
    return this.#make({ directory, name }, { type: 'symlink', target }, attributes, options);
  }

  makeDevice(
    directory: FileHandle,
    name: string,
    device: { readonly type: 'block' | 'character'; readonly major: number; readonly minor: number },
    attributes: NewAttributes,
    options?: CallOptions,
  ): Promise<Node> {
    return this.#make({ directory, name }, device, attributes, options);
  }

  link(file: FileHandle, directory: FileHandle, name: string, { signal }: CallOptions = {}): Promise<void> {
    return abortable(signal, () => makeLink(this.#compounds, file, { directory, name }, signal));
  }

  rename(from: NamePlace, to: NamePlace, { signal }: CallOptions = {}): Promise<void> {
    return abortable(signal, () => move(this.#compounds, from, to, signal));
  }

  remove(directory: FileHandle, name: string, { signal }: CallOptions = {}): Promise<void> {
    return abortable(signal, () => removeName(this.#compounds, { directory, name }, 'other', signal));
  }

  removeDirectory(directory: FileHandle, name: string, { signal }: CallOptions = {}): Promise<void> {
    return abortable(signal, () => removeName(this.#compounds, { directory, name }, 'directory', signal));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#compounds.conversation.close();
  }

  #make(
    place: NamePlace,
    creation: Creation,
    attributes: NewAttributes,
    { signal }: CallOptions = {},
  ): Promise<Node> {
    return abortable(signal, () => numeric(make(this.#compounds, place, creation, attributes, signal)));
  }

  /** What is opened after its caller has gone is closed again. */
  #opened(
    place: NamePlace,
    access: 'read' | 'write',
    signal: AbortSignal | undefined,
    open: () => Promise<Held>,
  ): Promise<OpenFile> {
    const { readBytes, writeBytes } = this.limits;
    return abortable(signal, async () => {
      const file = new OpenFile4({
        ...place,
        access,
        held: await open(),
        maxBytes: access === 'read' ? readBytes : writeBytes,
        compounds: this.#compounds,
        opening: this.#opening,
      });
      if (signal?.aborted) await file.close();
      return file;
    });
  }
}

/** @throws StorageError Unsupported when the server does not take numbers for owners. RFC 7530 section 13.1.11.2 */
async function numeric<Result>(call: Promise<Result>): Promise<Result> {
  try {
    return await call;
  } catch (error) {
    throw isFailure(error, 'BADOWNER') ? idMapping('it does not take numbers for owners') : error;
  }
}
