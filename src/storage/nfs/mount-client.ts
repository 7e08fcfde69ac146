// The MOUNT protocol, version 3: RFC 1813 appendix I.

import type { CallOptions } from '../backend.ts';
import type { FileHandle } from './nfs-client.ts';
import { NfsFailure } from './nfs-client.ts';
import type { Procedure, RpcClient } from './rpc-client.ts';
import { XdrError, type XdrReader, XdrWriter } from './xdr.ts';

export const MOUNT_PROGRAM = 100005;
export const MOUNT_VERSION = 3;

const procedure = (number: number, name: string): Procedure => ({
  program: MOUNT_PROGRAM,
  version: MOUNT_VERSION,
  procedure: number,
  name,
});

const MNT = procedure(1, 'MNT');
const UMNT = procedure(3, 'UMNT');
const EXPORT = procedure(5, 'EXPORT');

const MAX_PATH_BYTES = 1024;
const MAX_NAME_BYTES = 255;
const MAX_HANDLE_BYTES = 64;

const OK = 0;
/** mountstat3, without its prefix. */
const STATUSES: ReadonlyMap<number, string> = new Map([
  [1, 'PERM'],
  [2, 'NOENT'],
  [5, 'IO'],
  [13, 'ACCES'],
  [20, 'NOTDIR'],
  [22, 'INVAL'],
  [63, 'NAMETOOLONG'],
  [10004, 'NOTSUPP'],
  [10006, 'SERVERFAULT'],
]);

/** What a server gives to whoever mounts. */
export interface Mounted {
  readonly handle: FileHandle;
  /** RPC authentication flavors, the best liked first; empty: it does not say. */
  readonly flavors: readonly number[];
}

/** Mounts an export. @throws NfsFailure whose status is that of mountstat3, such as ACCES */
export function mnt(rpc: RpcClient, path: string, options?: CallOptions): Promise<Mounted> {
  return rpc.call(MNT, new XdrWriter().string(path), readMounted, options);
}

/** Tells the server that an export is not used any more. */
export function umnt(rpc: RpcClient, path: string, options?: CallOptions): Promise<void> {
  return rpc.call(UMNT, new XdrWriter().string(path), () => undefined, options);
}

/** The paths that the server exports, to us or to others. */
export function listExports(rpc: RpcClient, options?: CallOptions): Promise<readonly string[]> {
  return rpc.call(EXPORT, undefined, readExports, options);
}

function readMounted(reader: XdrReader): Mounted {
  const status = reader.uint32();
  if (status !== OK) throw new NfsFailure(STATUSES.get(status) ?? `status ${status}`, MNT.name);
  const handle = reader.opaque(MAX_HANDLE_BYTES);
  const count = reader.uint32();
  if (count * 4 > reader.left) throw new XdrError(`a list of ${count} flavors`);
  return { handle, flavors: Array.from({ length: count }, () => reader.uint32()) };
}

/** A list of exports, each with the list of those who may mount it. */
function readExports(reader: XdrReader): string[] {
  const paths: string[] = [];
  while (reader.bool()) {
    paths.push(reader.string(MAX_PATH_BYTES));
    while (reader.bool()) reader.opaque(MAX_NAME_BYTES);
  }
  return paths;
}
