import type nodeFs from 'node:fs';
import type { RelPath } from '../../base/path.ts';
import type { Capabilities, Metadata } from '../backend.ts';

/** The calls of node:fs that a file tree makes. All of them are synchronous; memfs has them too. */
export type NodeFs = Pick<
  typeof nodeFs,
  | 'closeSync'
  | 'fchmodSync'
  | 'fchownSync'
  | 'fstatSync'
  | 'ftruncateSync'
  | 'lchownSync'
  | 'linkSync'
  | 'lstatSync'
  | 'mkdirSync'
  | 'openSync'
  | 'readdirSync'
  | 'readlinkSync'
  | 'readSync'
  | 'renameSync'
  | 'rmdirSync'
  | 'symlinkSync'
  | 'unlinkSync'
  | 'writeSync'
>;

/** One name of a directory as it was read: one character for each byte, so that no name is changed by reading it. */
export interface NameRead {
  readonly latin1: string;
  readonly directory: boolean;
}

/** A device without what the calls for it do not ask. */
export type Device = NonNullable<Metadata['device']>;

/**
 * What sets one file system apart from another, for `fileTree`. Everything throws what node:fs throws
 * (an error with an errno `code`); the tree translates.
 */
export interface Ground {
  readonly label: string;
  readonly capabilities: Capabilities;
  readonly fs: NodeFs;

  /**
   * Where `fs` finds `path`. No directory on the way was a symbolic link when this was called. It is good until
   * the caller lets go of the thread: whoever awaits asks again.
   */
  address(path: RelPath): string;

  /** The names in a directory, in batches, in any order. May be left at any time. */
  names(directory: RelPath): Iterable<readonly NameRead[]>;

  /** Sets mode bits; not through a symbolic link. */
  chmod(address: string, mode: number): void;
  /** Sets both times; of a symbolic link, its own. */
  setTimes(address: string, atimeNs: bigint, mtimeNs: bigint): void;
  setTimesOfOpen(fd: number, atimeNs: bigint, mtimeNs: bigint): void;

  /** Up to all of `into`, 0 at the end. */
  readAt(fd: number, into: Uint8Array, position: number): Promise<number>;
  /** At least one byte of `from`. */
  writeAt(fd: number, from: Uint8Array, position: number): Promise<number>;

  makeDevice?(address: string, device: Device, mode: number): void;

  /** Lets go of everything. */
  close(): void;
}
