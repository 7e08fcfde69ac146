// How the service words that a location cannot be reached.

import { StorageError, type StorageErrorKind } from '../storage/storage-error.ts';
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

/** What Linux calls this trouble. */
export function wordsOf(error: StorageError): string {
  return WORDS[error.kind];
}

/** Who speaks in the text, by type of location. */
const MOUNTERS: { readonly [type in LocationRecord['type']]?: string } = {
  Nfs: 'mount.nfs: ',
  Efs: 'mount.nfs: ',
  FsxOpenZfs: 'mount.nfs: ',
  FsxOntap: 'mount.nfs: ',
  FsxLustre: 'mount.lustre: ',
  Smb: 'mount error: ',
  FsxWindows: 'mount error: ',
};

/**
 * `x40015` is the step of credentials, `x40016` that of mounting. What really happened follows in brackets.
 * @source AWS user guide, "Troubleshooting storage issues": Task failed to access location loc-…: x40016:
 *   mount.nfs: Connection timed out
 */
export function accessDetail(location: LocationRecord, error: unknown): string {
  const frame = `Task failed to access location ${location.id}:`;
  if (!(error instanceof StorageError)) return `${frame} x40016: ${messageOf(error)}`;
  const code = error.kind === 'CredentialsRefused' ? 'x40015' : 'x40016';
  return `${frame} ${code}: ${MOUNTERS[location.type] ?? ''}${wordsOf(error)} (${error.message})`;
}

/** The message of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
