// Things by their handles, and names by their directories: RFC 1813 sections 3.3.1 to 3.3.3 and 3.3.5.

import type { CallOptions } from '../../backend.ts';
import type { FileHandle, NewAttributes, NfsAttributes, Node } from '../nfs-client.ts';
import { type XdrReader, XdrWriter } from '../xdr.ts';
import { readAttributes, readPostOp, readWcc, writeNewAttributes } from './attributes.ts';
import type { Nfs3Calls } from './calls.ts';

const MAX_HANDLE_BYTES = 64;
const MAX_LINK_BYTES = 65_536;
/** More than most arguments need. */
export const ARGS_BYTES = 384;

/** What a server told of a thing: not always everything. */
export interface Told {
  readonly handle: FileHandle | undefined;
  readonly attributes: NfsAttributes | undefined;
}

/** diropargs3. */
export const writePlace = (writer: XdrWriter, directory: FileHandle, name: string) =>
  writer.opaque(directory).string(name);

/** nfs_fh3. */
export const readHandle = (reader: XdrReader): FileHandle => reader.opaque(MAX_HANDLE_BYTES);

/** post_op_fh3. */
export const readPostOpHandle = (reader: XdrReader): FileHandle | undefined =>
  reader.bool() ? readHandle(reader) : undefined;

/** GETATTR. */
export function getAttributes(
  calls: Nfs3Calls,
  handle: FileHandle,
  options?: CallOptions,
): Promise<NfsAttributes> {
  return calls.call('GETATTR', new XdrWriter().opaque(handle), readAttributes, options);
}

/** SETATTR, whatever the thing has become meanwhile. */
export function setAttributes(
  calls: Nfs3Calls,
  handle: FileHandle,
  attributes: NewAttributes,
  options?: CallOptions,
): Promise<NfsAttributes | undefined> {
  const isGuarded = false;
  const args = writeNewAttributes(new XdrWriter().opaque(handle), attributes).bool(isGuarded);
  return calls.call('SETATTR', args, readWcc, options);
}

/** LOOKUP. */
export async function lookup(
  calls: Nfs3Calls,
  directory: FileHandle,
  name: string,
  options?: CallOptions,
): Promise<Node> {
  const args = writePlace(new XdrWriter(ARGS_BYTES), directory, name);
  const decode = (reader: XdrReader) => ({ handle: readHandle(reader), attributes: readPostOp(reader) });
  const told = await calls.call('LOOKUP', args, decode, options);
  return completed(calls, told, options);
}

/** READLINK. */
export function readLink(calls: Nfs3Calls, handle: FileHandle, options?: CallOptions): Promise<Uint8Array> {
  const decode = (reader: XdrReader) => {
    readPostOp(reader);
    return reader.opaque(MAX_LINK_BYTES);
  };
  return calls.call('READLINK', new XdrWriter().opaque(handle), decode, options);
}

/** Asks for the attributes that a server did not tell. */
export async function completed(
  calls: Nfs3Calls,
  { handle, attributes }: { readonly handle: FileHandle; readonly attributes: NfsAttributes | undefined },
  options?: CallOptions,
): Promise<Node> {
  return { handle, attributes: attributes ?? (await getAttributes(calls, handle, options)) };
}
