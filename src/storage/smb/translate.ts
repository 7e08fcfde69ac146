import { StorageError, type StorageErrorKind } from '../storage-error.ts';
import { NT_STATUS, statusName } from './nt-status.ts';
import { MalformedAnswer } from './operations/answer.ts';
import { SmbFailure } from './smb-tree.ts';

type Name = keyof typeof NT_STATUS;

const NOT_FOUND = ['NotFound', 'No such file or directory'] as const;
const NO_DATA = ['Unsupported', 'No data available'] as const;
const DENIED = ['PermissionDenied', 'Permission denied'] as const;
const INVALID = [
  'InvalidName',
  'The server does not take this name; rename it to have it transferred',
] as const;
const UNSUPPORTED = ['Unsupported', 'Operation not supported'] as const;
const SHORT = ['Throttled', 'The server is short of memory or handles for now'] as const;
const LOST = ['Interrupted', 'The server has closed the file; it is tried again from its start'] as const;
const LOCKED = ['Busy', 'A part of the file is locked by another program on the server'] as const;

/** What a server refuses → what it means to us, and words for people. */
const MEANINGS: Partial<Record<Name, readonly [StorageErrorKind, string]>> = {
  OBJECT_NAME_NOT_FOUND: NOT_FOUND,
  OBJECT_PATH_NOT_FOUND: NOT_FOUND,
  NO_SUCH_FILE: NOT_FOUND,
  NOT_FOUND,
  FILE_DELETED: NOT_FOUND,
  OBJECT_NAME_COLLISION: ['AlreadyExists', 'File exists'],
  ACCESS_DENIED: DENIED,
  NETWORK_ACCESS_DENIED: DENIED,
  CANNOT_DELETE: ['PermissionDenied', 'Operation not permitted'],
  PRIVILEGE_NOT_HELD: [
    'PermissionDenied',
    'Permission denied: the user lacks the right that this needs (SE_SECURITY_NAME for a SACL, SE_RESTORE_NAME for an owner)',
  ],
  INVALID_OWNER: [
    'PermissionDenied',
    'Permission denied: the user may not give files to this owner (SE_RESTORE_NAME)',
  ],
  OBJECT_NAME_INVALID: INVALID,
  OBJECT_PATH_INVALID: INVALID,
  OBJECT_PATH_SYNTAX_BAD: INVALID,
  NAME_TOO_LONG: ['NameTooLong', 'File name too long'],
  FILE_IS_A_DIRECTORY: ['IsADirectory', 'Is a directory'],
  NOT_A_DIRECTORY: ['NotADirectory', 'Not a directory'],
  DIRECTORY_NOT_EMPTY: ['DirectoryNotEmpty', 'Directory not empty'],
  SHARING_VIOLATION: ['Busy', 'The file is in use: another program holds it open and does not share it'],
  FILE_LOCK_CONFLICT: LOCKED,
  LOCK_NOT_GRANTED: LOCKED,
  DELETE_PENDING: ['Busy', 'The file is being deleted, but another program still holds it open'],
  DISK_FULL: ['NoSpace', 'No space left on device'],
  QUOTA_EXCEEDED: ['NoSpace', 'Disk quota exceeded'],
  MEDIA_WRITE_PROTECTED: ['ReadOnly', 'Read-only file system'],
  INSUFFICIENT_RESOURCES: SHORT,
  TOO_MANY_OPENED_FILES: SHORT,
  FILE_CLOSED: LOST,
  INVALID_HANDLE: LOST,
  STOPPED_ON_SYMLINK: ['Unsupported', 'Too many levels of symbolic links'],
  IO_REPARSE_TAG_NOT_HANDLED: NO_DATA,
  PATH_NOT_COVERED: ['Unsupported', 'It is a link of a DFS namespace, which is not followed'],
  NOT_SUPPORTED: UNSUPPORTED,
  NOT_IMPLEMENTED: UNSUPPORTED,
  INVALID_DEVICE_REQUEST: UNSUPPORTED,
  INVALID_SECURITY_DESCR: ['Io', 'Input/output error: the server does not take these rights'],
  IO_TIMEOUT: ['Io', 'Input/output error: the server waited too long for its disk'],
};

const BY_STATUS: ReadonlyMap<number, readonly [StorageErrorKind, string]> = new Map(
  Object.entries(MEANINGS).map(([name, meaning]) => [NT_STATUS[name as Name], meaning]),
);

/** The status that a server refused with; undefined for any other failure. */
export function statusOf(error: unknown): number | undefined {
  return error instanceof SmbFailure ? error.status : undefined;
}

/** What the server's refusal means; other failures as they are. The only place that knows. */
export function translate(error: unknown, path: string): unknown {
  if (error instanceof MalformedAnswer) return new StorageError('Io', path, error.message, { cause: error });
  if (!(error instanceof SmbFailure)) return error;
  return failed(error.status, path, error);
}

/** A refusal as the server would have told it, for what we find out before asking. */
export function failed(status: number, path: string, cause?: unknown): StorageError {
  const code = statusName(status);
  const [kind, message] = BY_STATUS.get(status) ?? ['Io', `Input/output error (${code})`];
  return new StorageError(kind, path, message, { code, cause });
}
