// Attributes as they travel in version 3: RFC 1813 section 2.5 and 2.6.

import type { NewAttributes, NfsAttributes, NodeType } from '../nfs-client.ts';
import { XdrError, type XdrReader, type XdrWriter } from '../xdr.ts';

/** ftype3. */
const TYPES: ReadonlyMap<number, NodeType> = new Map([
  [1, 'file'],
  [2, 'directory'],
  [3, 'block'],
  [4, 'character'],
  [5, 'symlink'],
  [6, 'socket'],
  [7, 'fifo'],
]);

const PERMISSION_BITS = 0o7777;
const NS = 1_000_000_000n;
const MAX_SECONDS = 0xffff_ffffn;
/** Size, mtime and ctime in wcc_attr. */
const WCC_ATTRIBUTES_BYTES = 24;

/** fattr3. */
export function readAttributes(reader: XdrReader): NfsAttributes {
  const number = reader.uint32();
  const type = TYPES.get(number);
  if (type === undefined) throw new XdrError(`a type of file is ${number}`);
  return {
    type,
    mode: reader.uint32() & PERMISSION_BITS,
    linkCount: reader.uint32(),
    uid: reader.uint32(),
    gid: reader.uint32(),
    sizeBytes: reader.size64(),
    usedBytes: reader.size64(),
    device: { major: reader.uint32(), minor: reader.uint32() },
    fileSystemId: reader.uint64().toString(16),
    fileId: reader.uint64(),
    atimeNs: readTime(reader),
    mtimeNs: readTime(reader),
    change: readTime(reader),
  };
}

/** post_op_attr. */
export function readPostOp(reader: XdrReader): NfsAttributes | undefined {
  return reader.bool() ? readAttributes(reader) : undefined;
}

/** wcc_data: what was before is of no use here, what is afterwards is given back. */
export function readWcc(reader: XdrReader): NfsAttributes | undefined {
  if (reader.bool()) reader.fixed(WCC_ATTRIBUTES_BYTES);
  return readPostOp(reader);
}

/** nfstime3, in ns since the epoch. */
export function readTime(reader: XdrReader): bigint {
  const seconds = reader.uint32();
  const nanoseconds = reader.uint32();
  return BigInt(seconds) * NS + BigInt(nanoseconds);
}

/** time_how. */
const SET_TO_CLIENT_TIME = 2;

/** sattr3. */
export function writeNewAttributes(writer: XdrWriter, attributes: NewAttributes): XdrWriter {
  for (const value of [attributes.mode, attributes.uid, attributes.gid]) {
    writer.bool(value !== undefined);
    if (value !== undefined) writer.uint32(value);
  }
  writer.bool(attributes.sizeBytes !== undefined);
  if (attributes.sizeBytes !== undefined) writer.uint64(attributes.sizeBytes);
  for (const value of [attributes.atimeNs, attributes.mtimeNs]) {
    writer.uint32(value === undefined ? 0 : SET_TO_CLIENT_TIME);
    if (value !== undefined) writeTime(writer, value);
  }
  return writer;
}

/** Version 3 knows times from 1970 to 2106; one outside becomes the nearest that it knows, as with other clients. */
function writeTime(writer: XdrWriter, ns: bigint): void {
  if (ns < 0n) writer.uint32(0).uint32(0);
  else if (ns / NS > MAX_SECONDS) writer.uint32(Number(MAX_SECONDS)).uint32(0);
  else writer.uint32(Number(ns / NS)).uint32(Number(ns % NS));
}
