// Access control lists: binary (MS-DTYP 2.4.5) and the part of SDDL between its parentheses.

import { MalformedAnswer } from '../operations/answer.ts';
import { aceOf, aceText, needsObjectRevision } from './ace.ts';

const HEADER_BYTES = 8;
const ACE_HEADER_BYTES = 4;
const REVISION = 2;
const OBJECT_REVISION = 4;
const MOST_BYTES = 0xffff;

/** The entries of the list that `bytes` begins with, in their order. @throws MalformedAnswer */
export function acesOf(bytes: Buffer): Buffer[] {
  if (bytes.length < HEADER_BYTES) throw cutOff();
  const end = bytes.readUInt16LE(2);
  const count = bytes.readUInt16LE(4);
  if (end < HEADER_BYTES || end > bytes.length) throw cutOff();
  const aces: Buffer[] = [];
  let at = HEADER_BYTES;
  for (let index = 0; index < count; index++) {
    if (at + ACE_HEADER_BYTES > end) throw cutOff();
    const length = bytes.readUInt16LE(at + 2);
    if (length < ACE_HEADER_BYTES || at + length > end) throw cutOff();
    aces.push(bytes.subarray(at, at + length));
    at += length;
  }
  return aces;
}

/** A list of `aces`. @throws TypeError when they are more than a list can hold */
export function aclOf(aces: readonly Buffer[]): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  const all = Buffer.concat([header, ...aces]);
  if (all.length > MOST_BYTES) throw new TypeError('The access control list is too long for Windows.');
  all[0] = aces.some(needsObjectRevision) ? OBJECT_REVISION : REVISION;
  all.writeUInt16LE(all.length, 2);
  all.writeUInt16LE(aces.length, 4);
  return all;
}

/** `(A;;FA;;;S-1-1-0)(…)` */
export function acesText(aces: readonly Buffer[]): string {
  return aces.map((ace) => `(${aceText(ace)})`).join('');
}

/** @throws TypeError */
export function acesOfText(text: string): Buffer[] {
  if (!/^(\([^()]*\))*$/.test(text)) throw new TypeError(`${JSON.stringify(text)} is no list of entries.`);
  return text === '' ? [] : text.slice(1, -1).split(')(').map(aceOf);
}

const cutOff = () => new MalformedAnswer('An access control list that the server sent is cut off');
