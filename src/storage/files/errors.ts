import { StorageError, type StorageErrorKind } from '../storage-error.ts';

/** errno → what it means to us, and the words that libc has for it. */
const ERRORS: Readonly<Record<string, readonly [StorageErrorKind, string]>> = {
  ENOENT: ['NotFound', 'No such file or directory'],
  EEXIST: ['AlreadyExists', 'File exists'],
  EACCES: ['PermissionDenied', 'Permission denied'],
  EPERM: ['PermissionDenied', 'Operation not permitted'],
  ENOTDIR: ['NotADirectory', 'Not a directory'],
  EISDIR: ['IsADirectory', 'Is a directory'],
  ENOTEMPTY: ['DirectoryNotEmpty', 'Directory not empty'],
  ENOSPC: ['NoSpace', 'No space left on device'],
  EDQUOT: ['NoSpace', 'Disk quota exceeded'],
  EROFS: ['ReadOnly', 'Read-only file system'],
  ENAMETOOLONG: ['NameTooLong', 'File name too long'],
  EILSEQ: ['InvalidName', 'Invalid or incomplete multibyte or wide character'],
  EINVAL: ['InvalidName', 'Invalid argument'],
  EFBIG: ['TooLarge', 'File too large'],
  EBUSY: ['Busy', 'Device or resource busy'],
  ETXTBSY: ['Busy', 'Text file busy'],
  EAGAIN: ['Busy', 'Resource temporarily unavailable'],
  ESTALE: ['Stale', 'Stale file handle'],
  ELOOP: ['Unsupported', 'Too many levels of symbolic links'],
  EMLINK: ['Unsupported', 'Too many links'],
  ENOSYS: ['Unsupported', 'Function not implemented'],
  ENOTSUP: ['Unsupported', 'Operation not supported'],
  EOPNOTSUPP: ['Unsupported', 'Operation not supported'],
  EHOSTDOWN: ['Unreachable', 'Host is down'],
  ETIMEDOUT: ['Unreachable', 'Connection timed out'],
  EIO: ['Io', 'Input/output error'],
  ENXIO: ['Io', 'No such device or address'],
  ENODEV: ['Io', 'No such device'],
  EXDEV: ['Io', 'Invalid cross-device link'],
  EMFILE: ['Io', 'Too many open files'],
  ENFILE: ['Io', 'Too many open files in system'],
  ENOMEM: ['Io', 'Cannot allocate memory'],
};

/** A name that Node itself refuses before it asks the system. */
const REFUSED_BY_NODE = /^ERR_INVALID_ARG/;

/** The errno of a failed call, such as `ENOENT`; undefined for anything else. */
export function errnoOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** A failure as the system would have reported it, for what we find out before asking it. */
export function failed(errno: keyof typeof ERRORS, path: string, cause?: unknown): StorageError {
  const [kind, message] = ERRORS[errno] ?? ['Io', errno];
  return new StorageError(kind, path, message, { code: errno, cause });
}

/** What a failed file-system call means. The only place that knows. */
export function translate(error: unknown, path: string): StorageError {
  if (error instanceof StorageError) return error;
  const code = errnoOf(error);
  if (code !== undefined && code in ERRORS) return failed(code, path, error);
  if (code !== undefined && REFUSED_BY_NODE.test(code)) return failed('EINVAL', path, error);
  const message = error instanceof Error ? error.message : String(error);
  return new StorageError('Io', path, message, { cause: error, ...(code === undefined ? {} : { code }) });
}

/** Runs file-system calls about `path`; what they throw is translated. */
export function attempt<Result>(path: string, calls: () => Result): Result {
  try {
    return calls();
  } catch (error) {
    throw translate(error, path);
  }
}
