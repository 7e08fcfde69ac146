// NFS version 3 (RFC 1813) as an NfsClient; it is opened by `openNfs3` of v3/opening.ts.

import type { CallOptions } from '../../backend.ts';
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
import type { Nfs3Calls } from './calls.ts';
import { readDirectory } from './listing.ts';
import { createFile, type Device, link, makeDevice, makeDirectory, makeSymlink } from './making.ts';
import { completed, getAttributes, lookup, readLink, setAttributes } from './nodes.ts';
import { OpenFile3 } from './open-file.ts';
import { type NamePlace, remove, rename } from './removing.ts';
import { createWhole, readWhole } from './small-files.ts';

export interface Nfs3Mount {
  readonly calls: Nfs3Calls;
  readonly root: FileHandle;
  readonly limits: NfsLimits;
  /** Ends the connection and tells the server; not rejected. */
  end(): Promise<void>;
}

type WithHandle = CallOptions & { readonly handle?: FileHandle };

/** An export, mounted with version 3. */
export class Nfs3Client implements NfsClient {
  readonly version = '3';
  readonly root: FileHandle;
  readonly limits: NfsLimits;
  readonly #calls: Nfs3Calls;
  readonly #end: () => Promise<void>;

  constructor({ calls, root, limits, end }: Nfs3Mount) {
    this.#calls = calls;
    this.root = root;
    this.limits = limits;
    this.#end = end;
  }

  lookup(directory: FileHandle, name: string, options?: CallOptions): Promise<Node> {
    return lookup(this.#calls, directory, name, options);
  }

  getAttributes(handle: FileHandle, options?: CallOptions): Promise<NfsAttributes> {
    return getAttributes(this.#calls, handle, options);
  }

  async setAttributes(handle: FileHandle, attributes: NewAttributes, options?: CallOptions): Promise<void> {
    await setAttributes(this.#calls, handle, attributes, options);
  }

  readLink(handle: FileHandle, options?: CallOptions): Promise<Uint8Array> {
    return readLink(this.#calls, handle, options);
  }

  readDirectory(directory: FileHandle, options?: CallOptions): AsyncIterable<readonly ListedName[]> {
    return readDirectory(this.#calls, directory, options);
  }

  async open(
    directory: FileHandle,
    name: string,
    _access: 'read' | 'write',
    { handle, ...options }: WithHandle = {},
  ): Promise<OpenFile> {
    const node = handle
      ? await completed(this.#calls, { handle, attributes: undefined }, options)
      : await lookup(this.#calls, directory, name, options);
    return new OpenFile3(this.#calls, node);
  }

  async create(
    directory: FileHandle,
    name: string,
    attributes: NewAttributes,
    options?: CallOptions,
  ): Promise<OpenFile> {
    const node = await createFile(this.#calls, { directory, name, attributes }, options);
    return new OpenFile3(this.#calls, node);
  }

  async readWhole(
    directory: FileHandle,
    name: string,
    maxBytes: number,
    { handle, ...options }: WithHandle = {},
  ): Promise<{ readonly node: Node; readonly content: Uint8Array | undefined }> {
    const node = handle
      ? { handle, attributes: undefined }
      : await lookup(this.#calls, directory, name, options);
    return readWhole(this.#calls, node, { maxBytes, readBytes: this.limits.readBytes }, options);
  }

  createWhole(
    directory: FileHandle,
    name: string,
    content: Uint8Array,
    attributes: NewAttributes,
    options?: CallOptions,
  ): Promise<Node> {
    return createWhole(this.#calls, { directory, name, attributes }, content, options);
  }

  makeDirectory(
    directory: FileHandle,
    name: string,
    attributes: NewAttributes,
    options?: CallOptions,
  ): Promise<Node> {
    return makeDirectory(this.#calls, { directory, name, attributes }, options);
  }

  makeSymlink(
    directory: FileHandle,
    name: string,
    target: string,
    attributes: NewAttributes,
    options?: CallOptions,
  ): Promise<Node> {
    return makeSymlink(this.#calls, { directory, name, attributes }, target, options);
  }

  makeDevice(
    directory: FileHandle,
    name: string,
    device: Device,
    attributes: NewAttributes,
    options?: CallOptions,
  ): Promise<Node> {
    return makeDevice(this.#calls, { directory, name, attributes }, device, options);
  }

  link(file: FileHandle, directory: FileHandle, name: string, options?: CallOptions): Promise<void> {
    return link(this.#calls, file, directory, name, options);
  }

  rename(from: NamePlace, to: NamePlace, options?: CallOptions): Promise<void> {
    return rename(this.#calls, from, to, options);
  }

  remove(directory: FileHandle, name: string, options?: CallOptions): Promise<void> {
    return remove(this.#calls, 'REMOVE', directory, name, options);
  }

  removeDirectory(directory: FileHandle, name: string, options?: CallOptions): Promise<void> {
    return remove(this.#calls, 'RMDIR', directory, name, options);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#end();
  }
}
