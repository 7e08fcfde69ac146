// What NFS versions 3, 4.0 and 4.1 have in common, for the backend above them. Handles and names, no paths.

import type { CallOptions } from '../backend.ts';

/** What a server calls a file; opaque, up to 128 bytes. */
export type FileHandle = Uint8Array;

/** One name of a directory as it travels: bytes, which need not be UTF-8. */
export type NameBytes = Uint8Array;

export type NodeType = 'file' | 'directory' | 'symlink' | 'block' | 'character' | 'socket' | 'fifo';

/** What a server tells of one thing. Times are ns since the epoch. */
export interface NfsAttributes {
  readonly type: NodeType;
  /** Permission bits with set-uid, set-gid and sticky. */
  readonly mode: number;
  readonly linkCount: number;
  readonly uid: number;
  readonly gid: number;
  readonly sizeBytes: number;
  /** Bytes on the disk: fewer than `sizeBytes` where there are holes. */
  readonly usedBytes: number;
  /** Of a device. */
  readonly device: { readonly major: number; readonly minor: number };
  /** Together unique on the server. */
  readonly fileSystemId: string;
  readonly fileId: bigint;
  readonly atimeNs: bigint;
  readonly mtimeNs: bigint;
  /** Differs whenever anything of it changed: ctime in version 3, `change` in version 4. */
  readonly change: bigint;
}

/** An absent member is left as it is, or to the server. */
export interface NewAttributes {
  readonly mode?: number;
  readonly uid?: number;
  readonly gid?: number;
  readonly sizeBytes?: number;
  readonly atimeNs?: bigint;
  readonly mtimeNs?: bigint;
}

export interface Node {
  readonly handle: FileHandle;
  readonly attributes: NfsAttributes;
}

/** One name of a listing. */
export interface ListedName {
  readonly name: NameBytes;
  /** Undefined where the server did not tell: it is to be looked up. */
  readonly node: Node | undefined;
}

export interface NfsLimits {
  /** In one READ and one WRITE. */
  readonly readBytes: number;
  readonly writeBytes: number;
  readonly maxFileBytes: number;
  readonly maxNameBytes: number;
  /** The step of the times that are kept, ns. */
  readonly timeStepNs: bigint;
  /** Requests that the client keeps in flight at most, on all files together. */
  readonly inFlight: number;
}

/** A file that was opened; in version 3 that costs nothing. */
export interface OpenFile {
  readonly node: Node;
  /** Up to `length` bytes; fewer at the end of the file only. */
  read(
    offset: number,
    length: number,
    options?: CallOptions,
  ): Promise<{ readonly data: Uint8Array; readonly eof: boolean }>;
  /**
   * All of `data`, perhaps not yet on the disk.
   * @throws StorageError Interrupted when the server began anew since an earlier write of this file: what it had not
   *   committed may be lost
   */
  write(offset: number, data: Uint8Array, options?: CallOptions): Promise<void>;
  /** Everything written is on the disk when this resolves. @throws StorageError Interrupted as `write` does */
  commit(options?: CallOptions): Promise<void>;
  /**
   * Where data begins at or after `offset`, and where it ends; undefined: only a hole is left. Of a file that is read;
   * absent below 4.2.
   */
  seekData?(
    offset: number,
    options?: CallOptions,
  ): Promise<{ readonly from: number; readonly to: number } | undefined>;
  close(): Promise<void>;
}

/**
 * One mounted export. Many calls may be under way at once. What a server refuses is an `NfsFailure`; a server that is
 * out of reach for good is a StorageError Unreachable. A broken connection is made again and what was under way is sent
 * again without being done twice: calls below do not show it, but for OpenFile's writes.
 */
export interface NfsClient extends AsyncDisposable {
  readonly version: '3' | '4.0' | '4.1' | '4.2';
  /** The location's root. */
  readonly root: FileHandle;
  readonly limits: NfsLimits;

  lookup(directory: FileHandle, name: string, options?: CallOptions): Promise<Node>;
  getAttributes(handle: FileHandle, options?: CallOptions): Promise<NfsAttributes>;
  setAttributes(handle: FileHandle, attributes: NewAttributes, options?: CallOptions): Promise<void>;
  readLink(handle: FileHandle, options?: CallOptions): Promise<Uint8Array>;

  /** In pages, in the server's order, without "." and "..". A page that the server repeats for ever ends in a StorageError. */
  readDirectory(directory: FileHandle, options?: CallOptions): AsyncIterable<readonly ListedName[]>;

  /** Opens a file that is there. `handle` is known when it was looked up just now. */
  open(
    directory: FileHandle,
    name: string,
    access: 'read' | 'write',
    options?: CallOptions & { readonly handle?: FileHandle },
  ): Promise<OpenFile>;
  /** Makes a file that was not there and opens it for writing. @throws NfsFailure EXIST */
  create(
    directory: FileHandle,
    name: string,
    attributes: NewAttributes,
    options?: CallOptions,
  ): Promise<OpenFile>;

  /** Attributes and the whole content of a file of up to `maxBytes`, in as few round trips as the version allows. */
  readWhole(
    directory: FileHandle,
    name: string,
    maxBytes: number,
    options?: CallOptions & { readonly handle?: FileHandle },
  ): Promise<{ readonly node: Node; readonly content: Uint8Array | undefined }>;
  /**
   * Makes a file that was not there, writes it and commits it, in as few round trips as the version allows. The node
   * tells what it has after that: times that the writing changed again are the caller's to set.
   * @param content up to `limits.writeBytes`
   * @throws NfsFailure EXIST
   */
  createWhole(
    directory: FileHandle,
    name: string,
    content: Uint8Array,
    attributes: NewAttributes,
    options?: CallOptions,
  ): Promise<Node>;

  makeDirectory(
    directory: FileHandle,
    name: string,
    attributes: NewAttributes,
    options?: CallOptions,
  ): Promise<Node>;
  makeSymlink(
    directory: FileHandle,
    name: string,
    target: string,
    attributes: NewAttributes,
    options?: CallOptions,
  ): Promise<Node>;
  makeDevice(
    directory: FileHandle,
    name: string,
    device: { readonly type: 'block' | 'character'; readonly major: number; readonly minor: number },
    attributes: NewAttributes,
    options?: CallOptions,
  ): Promise<Node>;
  /** Another name for a file. @throws NfsFailure EXIST */
  link(file: FileHandle, directory: FileHandle, name: string, options?: CallOptions): Promise<void>;
  /** Over what is there, all at once. */
  rename(
    from: { readonly directory: FileHandle; readonly name: string },
    to: { readonly directory: FileHandle; readonly name: string },
    options?: CallOptions,
  ): Promise<void>;
  /** Anything but a directory. */
  remove(directory: FileHandle, name: string, options?: CallOptions): Promise<void>;
  removeDirectory(directory: FileHandle, name: string, options?: CallOptions): Promise<void>;
}

/** What a server refused, in the words of RFC 1813 and RFC 7530 without their prefix: NOENT, ACCES, STALE … */
export class NfsFailure extends Error {
  override readonly name = 'NfsFailure';
  readonly status: string;
  /** Such as LOOKUP. */
  readonly procedure: string;

  constructor(status: string, procedure: string) {
    super(`${procedure} was answered with ${status}`);
    this.status = status;
    this.procedure = procedure;
  }
}
