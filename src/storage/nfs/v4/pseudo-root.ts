// The way from the root of a server's pseudo file system to a location. RFC 7530 section 7, RFC 8881 section 7.

import { StorageError, type StorageErrorKind } from '../../storage-error.ts';
import type { FileHandle } from '../nfs-client.ts';
import { type AttributeValues, EXPORT_ATTRIBUTES } from './attributes.ts';
import type { Compounds } from './compounds.ts';
import { getAttr, getFh, lookup, putFh, putRootFh } from './handle-operations.ts';

/** Names in one compound: some servers take no more than 8 operations. */
const NAMES_AT_ONCE = 4;

export interface Location {
  readonly host: string;
  /** As the server calls it, such as `/export/photos`. */
  readonly path: string;
}

export interface Root {
  readonly handle: FileHandle;
  readonly values: AttributeValues;
}

/** @throws StorageError that says at which name the way ended */
export async function findRoot(
  compounds: Compounds,
  location: Location,
  signal?: AbortSignal,
): Promise<Root> {
  const names = location.path.split('/').filter((name) => name !== '' && name !== '.');
  const [, start] = await compounds.all([putRootFh(), getFh()], signal);
  let handle = start;
  for (let at = 0; at < names.length; at += NAMES_AT_ONCE) {
    handle = await descend(compounds, location, { handle, names, at }, signal);
  }
  const { results, failure } = await compounds.attempt([putFh(handle), getAttr(EXPORT_ATTRIBUTES)], signal);
  if (failure) throw refusal(location, names, failure.status);
  const values = results[1] ?? {};
  if (values.type !== 'directory') throw refusal(location, names, 'NOTDIR');
  return { handle, values };
}

interface Way {
  readonly handle: FileHandle;
  readonly names: readonly string[];
  /** How many names were gone already. */
  readonly at: number;
}

async function descend(
  compounds: Compounds,
  location: Location,
  { handle, names, at }: Way,
  signal: AbortSignal | undefined,
): Promise<FileHandle> {
  const next = names.slice(at, at + NAMES_AT_ONCE);
  const reply = await compounds.attempt([putFh(handle), ...next.map(lookup), getFh()], signal);
  const found = reply.results[next.length + 1];
  if (found) return found;
  // The first operation is PUTFH: so many names were done as operations, but one, and the next failed.
  const reached = names.slice(0, at + Math.max(reply.done, 1));
  throw refusal(location, reached, reply.failure?.status ?? 'NOENT');
}

const ALLOW_CLIENT = 'Allow this client and the security flavor "sys" in the options of the export';
const CHECK_PATH = 'Check the path of the location';
const DENIED = 'access denied by server while mounting @';
const FAILED = 'mounting @ failed, reason given by server: ';

/** Texts as mount.nfs has them. @source nfs-utils, utils/mount/error.c */
const REFUSALS: Readonly<Record<string, readonly [StorageErrorKind, string, string]>> = {
  NOENT: ['NotFound', `${FAILED}No such file or directory`, CHECK_PATH],
  NOTDIR: ['NotADirectory', `${FAILED}Not a directory`, CHECK_PATH],
  SYMLINK: ['NotADirectory', `${FAILED}Not a directory`, CHECK_PATH],
  NAMETOOLONG: ['NameTooLong', `${FAILED}File name too long`, CHECK_PATH],
  ACCES: ['PermissionDenied', DENIED, ALLOW_CLIENT],
  PERM: ['PermissionDenied', DENIED, ALLOW_CLIENT],
  WRONGSEC: ['PermissionDenied', DENIED, ALLOW_CLIENT],
  MOVED: ['Unsupported', `${FAILED}it is on another server`, 'Make that server the host of the location'],
};

/** @param reached the names up to the one at which the server refused */
function refusal({ host, path }: Location, reached: readonly string[], status: string): StorageError {
  const shown = `${host}:${path}`;
  const [kind, happened, next] = REFUSALS[status] ?? [
    'Io',
    `${FAILED}${status}`,
    "Look into the server's log",
  ];
  const at = `/${reached.join('/')}`;
  const where = at === path ? '' : ` (at ${at})`;
  const message = `${happened.replace('@', shown)}${where}. ${next}.`;
  return new StorageError(kind, shown, message, { code: status });
}
