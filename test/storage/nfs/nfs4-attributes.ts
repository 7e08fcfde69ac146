// Attributes as a server of NFS 4 writes them.

import { XdrWriter } from '../../../src/storage/nfs/xdr.ts';

export interface Shape {
  readonly type?: number;
  readonly sizeBytes?: number;
  readonly owner?: string;
  readonly device?: readonly [number, number];
  readonly handle?: Buffer;
  /** Of one name of a listing. */
  readonly error?: number;
  readonly mtime?: readonly [seconds: bigint, nanoseconds: number];
}

type Write = (writer: XdrWriter, shape: Shape) => unknown;

/** By number. */
const VALUES: Readonly<Record<number, Write>> = {
  0: (writer) => writer.uint32(1).uint32(0),
  1: (writer, { type = 1 }) => writer.uint32(type),
  3: (writer) => writer.uint64(9),
  4: (writer, { sizeBytes = 5 }) => writer.uint64(sizeBytes),
  8: (writer) => writer.uint64(1).uint64(2),
  10: (writer) => writer.uint32(90),
  11: (writer, { error = 0 }) => writer.uint32(error),
  19: (writer, { handle = Buffer.from('handle') }) => writer.opaque(handle),
  20: (writer) => writer.uint64(5),
  27: (writer) => writer.uint64(2n ** 63n),
  29: (writer) => writer.uint32(255),
  30: (writer) => writer.uint64(1024),
  31: (writer) => writer.uint64(1024),
  33: (writer) => writer.uint32(0o644),
  35: (writer) => writer.uint32(1),
  36: (writer, { owner = '11' }) => writer.string(owner),
  37: (writer) => writer.string('22'),
  41: (writer, { device = [0, 0] }) => writer.uint32(device[0]).uint32(device[1]),
  45: (writer) => writer.uint64(4096),
  47: (writer) => writer.int64(1n).uint32(2),
  51: (writer) => writer.int64(0n).uint32(1),
  53: (writer, { mtime = [3n, 4] }) => writer.int64(mtime[0]).uint32(mtime[1]),
};

const LISTED = [11, 19, 1, 3, 4, 8, 20, 33, 35, 36, 37, 41, 45, 47, 53];

/** A fattr4 with what is wanted: words of a bitmap, or all that a listing asks for. */
export function fattr4(
  writer: XdrWriter,
  wanted: readonly number[] | 'listed',
  shape: Shape,
  without: readonly number[] = [],
): XdrWriter {
  const isWanted = (bit: number) =>
    wanted === 'listed' ? LISTED.includes(bit) : (((wanted[bit >> 5] ?? 0) >>> (bit & 31)) & 1) === 1;
  const bits = Object.keys(VALUES)
    .map(Number)
    .filter((bit) => isWanted(bit) && !without.includes(bit));
  const values = new XdrWriter();
  for (const bit of bits) VALUES[bit]?.(values, shape);
  const words = [0, 0];
  for (const bit of bits) words[bit >> 5] = ((words[bit >> 5] ?? 0) | (1 << (bit & 31))) >>> 0;
  writer.uint32(words.length);
  for (const word of words) writer.uint32(word);
  return writer.opaque(values.bytes());
}
