// Room: storage. Bytes, names and metadata, nothing of DataSync and no AWS words but those of S3 itself.
// This file is the contract between the engine and every kind of storage; test/contract/backend.ts checks it.

import type { Clock } from '../base/clock.ts';
import type { RelPath } from '../base/path.ts';
import type { StorageError } from './storage-error.ts';

export { StorageError, type StorageErrorKind } from './storage-error.ts';

/** `device` is a block or character device; `other` a socket, a FIFO or what nobody knows. */
export type EntryKind = 'file' | 'directory' | 'symlink' | 'device' | 'other';

/** What is known of one thing in a location. */
export interface Entry {
  readonly path: RelPath;
  readonly kind: EntryKind;
  /** Bytes of the content; 0 for anything but a file. */
  readonly sizeBytes: number;
  /** Last change of the content, ns since the epoch, cut to `mtimePrecisionNs`; null where none is kept for it. */
  readonly mtimeNs: bigint | null;
  readonly metadata: Metadata;
  /** A directory that exists only because something is below it (object stores). */
  readonly implied?: boolean;
  /** Listed without its metadata and perhaps with a wrong kind: `stat` tells the rest. */
  readonly partial?: boolean;
  /** Differs whenever content or metadata may have changed (an inode's change time, an ETag); compared for equality only. */
  readonly token?: string;
}

/** An absent member: the storage cannot say, or the thing has none. */
export interface Metadata {
  /** Permission bits with set-uid, set-gid and sticky: 0 to 0o7777. */
  readonly mode?: number;
  readonly uid?: number;
  readonly gid?: number;
  readonly atimeNs?: bigint;
  /** Where a symbolic link points, as it is written in the link. */
  readonly linkTarget?: string;
  /** Equal for two names of one file; only on files with several names. */
  readonly hardLinkId?: string;
  /** The file has holes. */
  readonly sparse?: boolean;
  /** major and minor of a device. */
  readonly device?: { readonly type: 'block' | 'character'; readonly major: number; readonly minor: number };
  /** User metadata of an object, keys in lower case without `x-amz-meta-`, everything it has, file-* keys too. */
  readonly user?: Readonly<Record<string, string>>;
  readonly content?: ContentHeaders;
  readonly tags?: Readonly<Record<string, string>>;
  readonly storageClass?: string;
  /** The content must be restored before it can be read. */
  readonly archived?: boolean;
  readonly versionId?: string;
  readonly etag?: string;
  /**
   * When an object was stored, ns since the epoch, whole seconds. For the engine: an object whose `mtimeNs` is
   * null was not written by a file transfer; a file made from it gets this as its time, and from then on only
   * sizes are compared.
   */
  readonly lastModifiedNs?: bigint;
  /** Windows: when the file was made, ns since the epoch. */
  readonly createdNs?: bigint;
  /** Windows: FILE_ATTRIBUTE_* bits as MS-FSCC 2.6 numbers them, those that a copy can carry. */
  readonly windowsAttributes?: number;
  /** Windows: who owns it and who may do what. Only when it was asked for (`SecurityParts`). */
  readonly security?: WindowsSecurity;
}

/** Parts of a security descriptor (MS-DTYP 2.4.6) as SDDL texts (MS-DTYP 2.5.1); equal texts mean equal rights. */
export interface WindowsSecurity {
  /** Such as `S-1-5-21-1-2-3-1000`. */
  readonly owner?: string;
  /** Such as `D:PAI(A;OICI;FA;;;S-1-1-0)`. */
  readonly dacl?: string;
  /** Such as `S:(AU;SA;FA;;;S-1-1-0)`. */
  readonly sacl?: string;
}

/** Which parts of a security descriptor are wanted. */
export type SecurityParts = 'owner-dacl' | 'owner-dacl-sacl';

/** What an object store keeps about the content, as HTTP has it. */
export interface ContentHeaders {
  readonly contentType?: string;
  readonly contentEncoding?: string;
  readonly contentLanguage?: string;
  readonly contentDisposition?: string;
  readonly cacheControl?: string;
}

/** What is to be written beside the content. An absent member is left to the storage. */
export interface Stamp {
  readonly mtimeNs?: bigint;
  readonly atimeNs?: bigint;
  readonly mode?: number;
  readonly uid?: number;
  readonly gid?: number;
  /** When given, it is the whole user metadata of the object; POSIX members are then written beside it only if they are given too. */
  readonly user?: Readonly<Record<string, string>>;
  readonly content?: ContentHeaders;
  readonly tags?: Readonly<Record<string, string>>;
  readonly createdNs?: bigint;
  readonly windowsAttributes?: number;
  /** The parts that are given are written, the others left as the storage makes them. */
  readonly security?: WindowsSecurity;
}

/** Something the listing found but that cannot be used: a name that is not UTF-8, a key like `a//b`, an entry that cannot be looked at. */
export interface Unusable {
  readonly kind: 'unusable';
  /** Shown to people: unprintable bytes escaped. Not a path. */
  readonly shown: string;
  /** Its `listingKey`, where `shown` would not be in the order of the listing. */
  readonly sortKey?: string;
  /** Its path is the directory's and `shown`. */
  readonly error: StorageError;
}

export type Listed = Entry | Unusable;

/** How backends differ. The engine may branch on these, never on a backend's name. */
export interface Capabilities {
  /** The step of the times that are kept; null: times are not kept. */
  readonly mtimePrecisionNs: bigint | null;
  /** `real`: they have to be made and removed. `implied`: they come with their children; an empty one is a marker. */
  readonly directories: 'real' | 'implied';
  /** Writing or removing a child changes the directory's own mtime. */
  readonly childrenTouchParent: boolean;
  readonly caseSensitive: boolean;
  /** What a name that cannot be written here matches: such a write is InvalidName. Absent: every name can be. */
  readonly refusedNames?: RegExp;
  readonly sparse: boolean;
  /** `unsure`: the storage may leave symbolic links with other times than were set. Absent: their times are kept as others are. */
  readonly linkTimes?: 'unsure';
  /** Which members of `Metadata` (and of `Stamp`) are kept. */
  readonly metadata: ReadonlySet<keyof Metadata>;
  readonly maxFileBytes: number;
  /** UTF-8 bytes in one name. */
  readonly maxNameBytes: number;
  /** UTF-8 bytes in one path. */
  readonly maxPathBytes: number;
}

export interface CallOptions {
  readonly signal?: AbortSignal;
}

export interface ListOptions extends CallOptions {
  /** Fill in `metadata.security` where it is kept; one more request for each item. Default: not. */
  readonly security?: SecurityParts;
}

export interface StatOptions extends CallOptions {
  /** As in `ListOptions`. */
  readonly security?: SecurityParts;
  /** A version other than the newest, where the storage keeps versions. */
  readonly versionId?: string;
  /**
   * What a listing said it is. An object store may have a file `a` beside a directory `a`: this tells which one
   * is meant, and saves a request.
   */
  readonly listedAs?: EntryKind;
  /** Read `metadata.tags` too; where they are kept apart from the rest that is one more request. Default false. */
  readonly tags?: boolean;
}

export interface RemoveOptions extends CallOptions {
  /** As in `StatOptions`. */
  readonly listedAs?: EntryKind;
}

export interface ReadOptions extends CallOptions {
  /** First byte; default 0. */
  readonly offset?: number;
  /** How many bytes; default all the rest. Reading past the end gives what there is. */
  readonly length?: number;
  /** A version other than the newest, where the storage keeps versions. */
  readonly versionId?: string;
  /** What it was when it was last looked at: for a file the storage may save another look. */
  readonly listedAs?: EntryKind;
}

export interface ReadSmallOptions extends Omit<StatOptions, 'versionId' | 'listedAs'> {
  /** A content that is larger is not read. */
  readonly maxBytes: number;
}

/** A path and, of a file that is small enough, its whole content. */
export interface SmallFile {
  readonly entry: Entry;
  readonly content?: Uint8Array;
}

export interface WriteOptions extends CallOptions {
  /** How many bytes `body` is expected to give, so that the storage can choose how to take them. The body decides. */
  readonly sizeBytes?: number;
  /** Runs of zeros may become holes. */
  readonly sparse?: boolean;
  /** What the write replaces, when that is known; an object keeps its storage class then. */
  readonly over?: Entry;
}

/** What a write left behind. */
export interface Written {
  readonly sizeBytes: number;
  /** Of the object written, in a bucket with versions. */
  readonly versionId?: string;
}

/**
 * One opened location. Fails with StorageError only; three things pass through unchanged: the failure of a
 * `body` that was handed in, the reason of an aborted signal, and a programmer's TypeError.
 */
export interface Backend extends AsyncDisposable {
  /** For logs and messages; never a secret. */
  readonly label: string;
  readonly capabilities: Capabilities;

  /**
   * What is directly in `directory`, ordered by `listingKey` (UTF-8 bytes; a directory counts as its name and
   * "/"), each name once. Read as it is consumed; a huge directory is not held as entries.
   * @throws NotFound, NotADirectory, PermissionDenied
   */
  list(directory: RelPath, options?: ListOptions): AsyncIterable<Listed>;

  /** Everything known of one path; never follows a symbolic link. The root can be asked for. @throws NotFound */
  stat(path: RelPath, options?: StatOptions): Promise<Entry>;

  /** The content of a file, in chunks of up to 1 MiB. @throws NotFound, IsADirectory, PermissionDenied, Busy, Archived */
  read(path: RelPath, options?: ReadOptions): AsyncIterable<Uint8Array>;

  /**
   * What `stat` tells of a path that was a file when it was last looked at, and its content as it is in the
   * storage now: one look instead of two, and both of one moment. Absent: nothing is saved by it.
   * @throws NotFound, PermissionDenied, Busy, Archived
   */
  readSmall?(path: RelPath, options: ReadSmallOptions): Promise<SmallFile>;

  /**
   * Makes or replaces a file. All or nothing for readers: they see what was there before, or all of the new
   * content with its stamp. Missing parent directories are made. A body that fails leaves nothing behind.
   * @throws Interrupted when a server lost what was under way: nothing is left behind, and a new body may be tried
   */
  write(
    path: RelPath,
    body: AsyncIterable<Uint8Array>,
    stamp: Stamp,
    options?: WriteOptions,
  ): Promise<Written>;

  /** Makes a directory (its parents too) or takes the one that is there, and stamps it. @throws AlreadyExists for a non-directory */
  makeDirectory(path: RelPath, stamp: Stamp, options?: CallOptions): Promise<void>;

  /** Removes a file, a link or an empty directory; one that is not there is no failure. @throws DirectoryNotEmpty */
  remove(path: RelPath, options?: RemoveOptions): Promise<void>;

  /** Writes metadata without the content. @throws NotFound */
  setMetadata(path: RelPath, stamp: Stamp, options?: WriteOptions): Promise<Written | undefined>;

  /** Makes or replaces a symbolic link. Absent: the storage has none. */
  makeSymlink?(path: RelPath, target: string, stamp: Stamp, options?: WriteOptions): Promise<void>;

  /** Makes `path` another name of the file `existing`, replacing what was there. Absent: the storage has none. */
  makeHardLink?(path: RelPath, existing: RelPath, options?: CallOptions): Promise<void>;

  /** Makes or replaces a device node. Absent: the storage has none. */
  makeDevice?(
    path: RelPath,
    device: NonNullable<Metadata['device']>,
    stamp: Stamp,
    options?: CallOptions,
  ): Promise<void>;
}

/** How to open one kind of backend. A driver is a value: no class, no state. */
export interface Driver<Config> {
  /** @throws StorageError Unreachable, NotFound, CredentialsRefused, PermissionDenied when the location is not to be had */
  open(config: Config, context: StorageContext, options?: CallOptions): Promise<Backend>;
}

/** What drivers may need beside their (serialisable) config. */
export interface StorageContext {
  readonly volumes: import('./volumes.ts').Volumes;
  /** Signs, and spaces out retries: real time for real servers. */
  readonly clock: Clock;
}

/** The key that listings are ordered by, within one directory. Compare with `compareNames`. */
export function listingKey(item: Listed): string {
  if (item.kind === 'unusable') return item.sortKey ?? item.shown;
  const name = item.path.slice(item.path.lastIndexOf('/') + 1);
  return item.kind === 'directory' ? `${name}/` : name;
}
