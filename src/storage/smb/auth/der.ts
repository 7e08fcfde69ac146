// As much of DER (X.690) as SPNEGO needs: definite lengths, tags of one byte.

import { bytesAt, Malformed } from '../message/malformed.ts';

export const TAG = {
  OCTET_STRING: 0x04,
  OID: 0x06,
  ENUMERATED: 0x0a,
  SEQUENCE: 0x30,
  /** [APPLICATION 0], constructed. */
  APPLICATION_0: 0x60,
} as const;

/** [n] EXPLICIT. */
export const contextTag = (number: number): number => 0xa0 + number;

/** One value: tag, length, contents. */
export function der(tag: number, ...contents: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(contents);
  return Buffer.concat([Uint8Array.of(tag, ...lengthBytes(content.length)), content]);
}

function lengthBytes(length: number): readonly number[] {
  if (length < 0x80) return [length];
  if (length < 0x100) return [0x81, length];
  if (length < 0x1_0000) return [0x82, length >> 8, length & 0xff];
  throw new RangeError(`A value of ${length} bytes is too long.`);
}

export interface Element {
  readonly tag: number;
  readonly content: Buffer;
}

/** The values that follow each other in `data`, none of them looked into. @throws Malformed */
export function readElements(data: Buffer): readonly Element[] {
  const elements: Element[] = [];
  let rest = data;
  while (rest.length > 0) {
    const { tag, length, headBytes } = readHead(rest);
    elements.push({ tag, content: bytesAt(rest, headBytes, length, 'A DER value') });
    rest = rest.subarray(headBytes + length);
  }
  return elements;
}

/** The contents of the one value in `data`. @throws Malformed when it is another one, or more than one */
export function readOnly(data: Buffer, tag: number): Buffer {
  const [element, more] = readElements(data);
  if (element === undefined || more !== undefined || element.tag !== tag) {
    throw new Malformed(`DER tag 0x${tag.toString(16)} is missing in the security token`);
  }
  return element.content;
}

function readHead(data: Buffer): { tag: number; length: number; headBytes: number } {
  const [tag = 0, first = 0] = bytesAt(data, 0, 2, 'A DER value');
  if (first < 0x80) return { tag, length: first, headBytes: 2 };
  const lengthOctets = first & 0x7f;
  // Four octets hold more than any token has; 0x80 alone is the indefinite length, which DER forbids.
  if (lengthOctets === 0 || lengthOctets > 4) throw new Malformed('a DER length cannot be read');
  const length = bytesAt(data, 2, lengthOctets, 'A DER length').readUIntBE(0, lengthOctets);
  return { tag, length, headBytes: 2 + lengthOctets };
}
