// How the service words that a location cannot be reached.

import { StorageError, type StorageErrorKind } from '../storage/storage-error.ts';
import { uriParts } from './bindings.ts';
import { familyOf } from './location-family.ts';
import type { LocationRecord } from './records.ts';

/**
 * What an operating system says of each kind of trouble; DataSync passes such texts on.
 * @source AWS user guide, "Troubleshooting tasks" and "Troubleshooting storage issues"; the rest are the
 *   texts of Linux
 */
const WORDS: { readonly [kind in StorageErrorKind]: string } = {
  NotFound: 'No such file or directory',
  AlreadyExists: 'File exists',
  PermissionDenied: 'Permission denied',
  NotADirectory: 'Not a directory',
  IsADirectory: 'Is a directory',
  DirectoryNotEmpty: 'Directory not empty',
  NoSpace: 'No space left on device',
  ReadOnly: 'Read-only file system',
  NameTooLong: 'File name too long',
  InvalidName: 'Invalid argument',
  TooLarge: 'File too large',
  Busy: 'Device or resource busy',
  Stale: 'Stale file handle',
  Interrupted: 'Connection reset by peer',
  Archived: 'Object is archived',
  Throttled: 'Resource temporarily unavailable',
  Unreachable: 'Connection timed out',
  CredentialsRefused: 'Permission denied',
  ChecksumMismatch: 'Checksum failure',
  Unsupported: 'Operation not supported',
  Io: 'Input/output error',
};

/**
 * The same where more is known than the kind: by what the operating system or the server said.
 * @source AWS user guide, "Troubleshooting storage issues", for the last; the rest are the texts of Linux
 */
const WORDS_OF_CODE: Readonly<Record<string, string | undefined>> = Object.assign(Object.create(null), {
  ECONNREFUSED: 'Connection refused',
  ECONNRESET: 'Connection reset by peer',
  EHOSTUNREACH: 'No route to host',
  ENETUNREACH: 'Network is unreachable',
  ENOTFOUND: 'Name or service not known',
  EAI_AGAIN: 'Temporary failure in name resolution',
  FsNfsIdMappingEnabled: 'DataSync currently does not support server-side NFSv4 ID mapping',
});

/** What Linux calls this trouble. */
export function wordsOf(error: StorageError): string {
  return WORDS_OF_CODE[error.code ?? ''] ?? WORDS[error.kind];
}

/**
 * `x40015` is the step of credentials, `x40016` that of mounting. What really happened follows in brackets.
 * @source AWS user guide, "Troubleshooting storage issues": Task failed to access location loc-…: x40016:
 *   mount.nfs: Connection timed out
 */
export function accessDetail(location: LocationRecord, error: unknown): string {
  const frame = `Task failed to access location ${location.id}:`;
  if (!(error instanceof StorageError)) return `${frame} x40016: ${messageOf(error)}`;
  const code = error.kind === 'CredentialsRefused' ? 'x40015' : 'x40016';
  return `${frame} ${code}: ${mountWords(location, error)} (${error.message})`;
}

/** The code of an error that has one of the service's own. @source AWS user guide, "Troubleshooting tasks" */
export function serviceCode(error: unknown): string | undefined {
  if (!(error instanceof StorageError)) return undefined;
  return error.code === 'FsNfsIdMappingEnabled' ? error.code : undefined;
}

/** What the program that mounts the location would say. */
function mountWords(location: LocationRecord, error: StorageError): string {
  switch (familyOf(location)) {
    case 'windows':
      return cifsWords(error);
    case 'posix':
      return location.type === 'FsxLustre'
        ? `mount.lustre: ${wordsOf(error)}`
        : `mount.nfs: ${nfsWords(location, error)}`;
    case 'object':
    case 'hdfs':
      return wordsOf(error);
  }
}

const UNRESOLVED: readonly (string | undefined)[] = ['ENOTFOUND', 'EAI_AGAIN'];

/** @source the texts of nfs-utils, utils/mount/error.c */
function nfsWords(location: LocationRecord, error: StorageError): string {
  const { host = '', names = [] } = uriParts(location.uri) ?? {};
  const place = `${host}:/${names.join('/')}`;
  if (UNRESOLVED.includes(error.code)) return `Failed to resolve server ${host}: ${wordsOf(error)}`;
  if (error.kind === 'PermissionDenied') return `access denied by server while mounting ${place}`;
  if (error.kind === 'NotFound') return `mounting ${place} failed, reason given by server: ${wordsOf(error)}`;
  return wordsOf(error);
}

/** Numbers of Linux's errors, which mount.cifs puts into its texts. */
const ERRNO: { readonly [kind in StorageErrorKind]?: number } = {
  NotFound: 2,
  Io: 5,
  PermissionDenied: 13,
  CredentialsRefused: 13,
  Busy: 16,
  NotADirectory: 20,
  InvalidName: 22,
  ReadOnly: 30,
  Unsupported: 95,
  Interrupted: 104,
  Unreachable: 110,
};
const ERRNO_OF_CODE: Readonly<Record<string, number | undefined>> = Object.assign(Object.create(null), {
  ENETUNREACH: 101,
  ECONNRESET: 104,
  ECONNREFUSED: 111,
  EHOSTUNREACH: 113,
});

/** @source the texts of cifs-utils, mount.cifs.c; third-party reports show that DataSync passes them on */
function cifsWords(error: StorageError): string {
  if (UNRESOLVED.includes(error.code)) return `mount error: could not resolve address: ${wordsOf(error)}`;
  const number = ERRNO_OF_CODE[error.code ?? ''] ?? ERRNO[error.kind];
  return `mount error${number === undefined ? '' : `(${number})`}: ${wordsOf(error)}`;
}

/** The message of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
