// Which attributes are meant: a set of numbers, as bits in 32-bit words. RFC 7530 section 2.2 (bitmap4).

import { XdrError, type XdrReader, type XdrWriter } from '../xdr.ts';

export type Bitmap = readonly number[];

/** Attributes have numbers below 96 in every RFC so far. */
const MOST_WORDS = 8;

export function bitmapOf(bits: readonly number[]): Bitmap {
  const words: number[] = new Array(bits.length === 0 ? 0 : (Math.max(...bits) >>> 5) + 1).fill(0);
  for (const bit of bits) words[bit >>> 5] = ((words[bit >>> 5] ?? 0) | (1 << (bit & 31))) >>> 0;
  return words;
}

export function hasBit(bitmap: Bitmap, bit: number): boolean {
  return (((bitmap[bit >>> 5] ?? 0) >>> (bit & 31)) & 1) === 1;
}

/** Whether `bitmap` names nothing that `known` does not. */
export function isWithin(bitmap: Bitmap, known: Bitmap): boolean {
  return bitmap.every((word, index) => (word & ~(known[index] ?? 0)) === 0);
}

export function writeBitmap(writer: XdrWriter, bitmap: Bitmap): void {
  writer.uint32(bitmap.length);
  for (const word of bitmap) writer.uint32(word);
}

export function readBitmap(reader: XdrReader): Bitmap {
  const length = reader.uint32();
  if (length > MOST_WORDS) throw new XdrError(`a bitmap of ${length} words`);
  const words: number[] = [];
  for (let index = 0; index < length; index += 1) words.push(reader.uint32());
  return words;
}
