// Attributes that a client sets (fattr4 again, with the two times under numbers of their own).

import type { NewAttributes } from '../nfs-client.ts';
import { XdrWriter } from '../xdr.ts';
import { bitmapOf, writeBitmap } from './bitmap.ts';

const NS_PER_SECOND = 1_000_000_000n;

/** RFC 7530 section 2.2 (settime4): the time is given, not the server's. */
const SET_TO_CLIENT_TIME = 1;

interface Settable {
  /** Its number in the tables of RFC 7530 section 5. */
  readonly bit: number;
  /** False: it was not given. */
  write(attributes: NewAttributes, writer: XdrWriter): unknown;
}

/** In the order of the numbers. */
const SETTABLE: readonly Settable[] = [
  { bit: 4, write: ({ sizeBytes }, writer) => sizeBytes !== undefined && writer.uint64(sizeBytes) },
  { bit: 33, write: ({ mode }, writer) => mode !== undefined && writer.uint32(mode) },
  { bit: 36, write: ({ uid }, writer) => uid !== undefined && writer.string(String(uid)) },
  { bit: 37, write: ({ gid }, writer) => gid !== undefined && writer.string(String(gid)) },
  { bit: 48, write: ({ atimeNs }, writer) => atimeNs !== undefined && writeTime(writer, atimeNs) },
  { bit: 54, write: ({ mtimeNs }, writer) => mtimeNs !== undefined && writeTime(writer, mtimeNs) },
];

/** Owners go as numbers written out. RFC 7530 section 5.9 */
export function writeNewAttributes(writer: XdrWriter, attributes: NewAttributes): void {
  const values = new XdrWriter();
  const given = SETTABLE.filter(({ write }) => write(attributes, values) !== false);
  writeBitmap(writer, bitmapOf(given.map(({ bit }) => bit)));
  writer.opaque(values.bytes());
}

function writeTime(writer: XdrWriter, ns: bigint): void {
  const nanoseconds = ((ns % NS_PER_SECOND) + NS_PER_SECOND) % NS_PER_SECOND;
  writer.uint32(SET_TO_CLIENT_TIME);
  writer.int64((ns - nanoseconds) / NS_PER_SECOND);
  writer.uint32(Number(nanoseconds));
}
