// From the path of a location to a file handle: MOUNT of the export that holds it.

import type { Clock } from '../../base/clock.ts';
import { type CallOptions, StorageError, type StorageErrorKind } from '../backend.ts';
import { listExports, type Mounted, mnt, umnt } from './mount-client.ts';
import { type FileHandle, NfsFailure } from './nfs-client.ts';
import { openRpc, type RpcClient, type RpcOptions } from './rpc-client.ts';

export interface MountOrder {
  readonly host: string;
  /** Of the MOUNT service. */
  readonly port: number;
  /** As the server calls it, such as `/export/photos`. */
  readonly path: string;
  readonly credentials: Buffer;
  readonly clock: Clock;
}

/** An export, and the way from it to what was asked for. */
export interface Mount {
  readonly handle: FileHandle;
  /** Names to be looked up one after the other; often none. */
  readonly rest: readonly string[];
  /** Tells the server that it is not used any more. Never rejected, and soon done. */
  release(): Promise<void>;
}

const MAX_REPLY_BYTES = 1 << 20;
const RELEASE_LIMIT_MS = 2_000;
const AUTH_SYS_FLAVOR = 1;
/** With these a server refuses a directory below an export, too. */
const PERHAPS_BELOW: ReadonlySet<string> = new Set(['ACCES', 'NOENT', 'NOTDIR', 'INVAL', 'PERM']);

/**
 * Mounts the export that `path` is, or the nearest one above it.
 * @throws StorageError Unreachable, PermissionDenied, NotFound, NotADirectory …
 */
export async function mount(order: MountOrder, options: CallOptions = {}): Promise<Mount> {
  const to: RpcOptions = { ...order, ...options, maxReplyBytes: MAX_REPLY_BYTES };
  const rpc = await openRpc(to);
  try {
    const { path, mounted } = await mountNearest(rpc, withoutEnd(order.path), options);
    refuseOtherFlavors(order, mounted);
    return {
      handle: mounted.handle,
      rest: namesOf(order.path.slice(path.length)),
      release: () => release(to, path),
    };
  } catch (error) {
    throw error instanceof NfsFailure ? explained(error, order, rpc) : error;
  } finally {
    rpc.close();
  }
}

async function mountNearest(
  rpc: RpcClient,
  path: string,
  options: CallOptions,
): Promise<{ readonly path: string; readonly mounted: Mounted }> {
  try {
    return { path, mounted: await mnt(rpc, path, options) };
  } catch (error) {
    if (!(error instanceof NfsFailure && PERHAPS_BELOW.has(error.status))) throw error;
    const above = await exportAbove(rpc, path, options);
    if (above === undefined) throw error;
    return { path: above, mounted: await mnt(rpc, above, options) };
  }
}

/** The nearest export above `path`; undefined when there is none, when it is one itself, or when nobody tells. */
async function exportAbove(rpc: RpcClient, path: string, options: CallOptions): Promise<string | undefined> {
  try {
    const exports = (await listExports(rpc, options)).map(withoutEnd);
    if (exports.includes(path)) return undefined;
    const above = exports.filter((each) => path.startsWith(each === '/' ? '/' : `${each}/`));
    return above.sort((a, b) => b.length - a.length)[0];
  } catch (error) {
    options.signal?.throwIfAborted();
    if (error instanceof StorageError) return undefined;
    throw error;
  }
}

async function release(to: RpcOptions, path: string): Promise<void> {
  const limit = new AbortController();
  const overdue = to.clock.sleep(RELEASE_LIMIT_MS, limit.signal).catch(() => undefined);
  const told = tell(to, path, limit.signal).catch(() => undefined);
  await Promise.race([told, overdue]);
  limit.abort();
}

async function tell(to: RpcOptions, path: string, signal: AbortSignal): Promise<void> {
  const rpc = await openRpc({ ...to, signal, fromAnyPort: true });
  try {
    await umnt(rpc, path, { signal });
  } finally {
    rpc.close();
  }
}

function refuseOtherFlavors({ host, path }: MountOrder, { flavors }: Mounted): void {
  if (flavors.length === 0 || flavors.includes(AUTH_SYS_FLAVOR)) return;
  const message =
    `${host}:${path} takes other security flavors only, such as Kerberos. ` +
    'Allow "sec=sys" in the options of the export.';
  throw new StorageError('PermissionDenied', `${host}:${path}`, message, { code: 'AUTH_TOOWEAK' });
}

/** Texts as mount.nfs has them. @source nfs-utils, utils/mount/error.c */
const MEANINGS: Readonly<Record<string, readonly [StorageErrorKind, string, string]>> = {
  ACCES: [
    'PermissionDenied',
    'access denied by server while mounting @',
    'Allow this client in the options of the export',
  ],
  PERM: [
    'PermissionDenied',
    'access denied by server while mounting @',
    'Allow this client in the options of the export',
  ],
  NOENT: [
    'NotFound',
    'mounting @ failed, reason given by server: No such file or directory',
    'Check the path of the location',
  ],
  NOTDIR: [
    'NotADirectory',
    'mounting @ failed, reason given by server: Not a directory',
    'Check the path of the location',
  ],
  NAMETOOLONG: [
    'NameTooLong',
    'mounting @ failed, reason given by server: File name too long',
    'Check the path of the location',
  ],
  NOTSUPP: [
    'Unsupported',
    'requested NFS version or transport protocol is not supported for @',
    'Choose another version',
  ],
};

const RESERVED_BELOW = 1024;

function explained(
  failure: NfsFailure,
  { host, path }: MountOrder,
  { localPort = 0 }: RpcClient,
): StorageError {
  const shown = `${host}:${path}`;
  const [kind, happened, next] = MEANINGS[failure.status] ?? [
    'Io',
    `mounting @ failed, reason given by server: ${failure.status}`,
    "Look into the server's log",
  ];
  const ports =
    kind === 'PermissionDenied' && localPort >= RESERVED_BELOW
      ? ' ("insecure", for this process may not use ports below 1024)'
      : '';
  const message = `${happened.replace('@', shown)}. ${next}${ports}.`;
  return new StorageError(kind, shown, message, { code: failure.status, cause: failure });
}

/** Without slashes at the end. */
function withoutEnd(path: string): string {
  return path.replace(/(?<=.)\/+$/, '');
}

const namesOf = (path: string) => path.split('/').filter((name) => name !== '' && name !== '.');
