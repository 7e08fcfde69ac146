import type { CallOptions } from '../backend.ts';
import { failed, translate as translateOther } from '../files/errors.ts';
import { StorageError } from '../storage-error.ts';
import { abortable } from './abortable.ts';
import { NfsFailure } from './nfs-client.ts';

/**
 * What a server answered → the errno that Linux makes of it.
 * @source RFC 1813 section 2.6, RFC 7530 section 13, RFC 8881 section 15; Linux, fs/nfs_common/common.c and nfs4proc.c
 */
const ERRNO: Readonly<Record<string, string | undefined>> = Object.assign(Object.create(null), {
  PERM: 'EPERM',
  NOENT: 'ENOENT',
  IO: 'EIO',
  NXIO: 'ENXIO',
  ACCES: 'EACCES',
  ACCESS: 'EACCES',
  EXIST: 'EEXIST',
  XDEV: 'EXDEV',
  NODEV: 'ENODEV',
  NOTDIR: 'ENOTDIR',
  ISDIR: 'EISDIR',
  INVAL: 'EINVAL',
  FBIG: 'EFBIG',
  NOSPC: 'ENOSPC',
  ROFS: 'EROFS',
  MLINK: 'EMLINK',
  NAMETOOLONG: 'ENAMETOOLONG',
  NOTEMPTY: 'ENOTEMPTY',
  DQUOT: 'EDQUOT',
  STALE: 'ESTALE',
  BADHANDLE: 'ESTALE',
  FHEXPIRED: 'ESTALE',
  NOTSUPP: 'EOPNOTSUPP',
  ATTRNOTSUPP: 'EOPNOTSUPP',
  BADTYPE: 'EOPNOTSUPP',
  WRONG_TYPE: 'EOPNOTSUPP',
  SYMLINK: 'ELOOP',
  BADNAME: 'EINVAL',
  BADCHAR: 'EINVAL',
  WRONGSEC: 'EPERM',
  JUKEBOX: 'EAGAIN',
  DELAY: 'EAGAIN',
  GRACE: 'EAGAIN',
  LOCKED: 'EAGAIN',
  SHARE_DENIED: 'EBUSY',
  FILE_OPEN: 'EBUSY',
});

/** Whether a server answered with one of `statuses`. */
export function isFailure(error: unknown, ...statuses: readonly string[]): error is NfsFailure {
  return error instanceof NfsFailure && statuses.includes(error.status);
}

/** The server does not know a handle any more: what it stood for is gone, or is found again by its path. */
export function isStale(error: unknown): boolean {
  return isFailure(error, 'STALE', 'BADHANDLE', 'FHEXPIRED');
}

/** What a failed call means. The only place that knows. */
export function translate(error: unknown, path: string): StorageError {
  if (!(error instanceof NfsFailure)) return translateOther(error, path);
  if (error.status === 'BADOWNER') return mapsOwners(error, path);
  const errno = ERRNO[error.status];
  if (errno !== undefined) return failed(errno, path, error);
  const message = `Remote I/O error: ${error.message}`;
  return new StorageError('Io', path, message, { code: 'EREMOTEIO', cause: error });
}

/**
 * Runs calls about `path`; what they throw is translated. An abort ends the waiting with its reason, though not what
 * is under way.
 */
export async function attempt<Result>(
  path: string,
  { signal }: CallOptions,
  calls: () => Promise<Result>,
): Promise<Result> {
  signal?.throwIfAborted();
  try {
    return await abortable(signal, calls);
  } catch (error) {
    signal?.throwIfAborted();
    throw translate(error, path);
  }
}

/** @source AWS DataSync User Guide, "Troubleshooting issues with DataSync storage": NFSv4 ID mapping is not supported */
function mapsOwners(cause: NfsFailure, path: string): StorageError {
  const message =
    'Invalid argument: the server takes owners by name only (NFSv4 ID mapping); let it take numbers, or use version 3';
  return new StorageError('Unsupported', path, message, { code: 'FsNfsIdMappingEnabled', cause });
}
