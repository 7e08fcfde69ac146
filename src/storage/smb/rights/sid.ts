// Security identifiers: binary (MS-DTYP 2.4.2.2) and text (2.4.2.1).

import { MalformedAnswer } from '../operations/answer.ts';

const REVISION = 1;
const MOST_PARTS = 15;
const FIXED_BYTES = 8;
const AUTHORITY_BYTES = 6;

/** Authorities from here on are written in hexadecimal. */
const HEXADECIMAL_FROM = 2 ** 32;

const TEXT = /^S-1-(\d{1,15}|0x[0-9a-f]{1,12})((?:-\d{1,10}){0,15})$/i;

/** How many bytes the SID takes that `bytes` begins with. @throws MalformedAnswer */
export function sidBytes(bytes: Buffer): number {
  const parts = bytes[1] ?? MOST_PARTS + 1;
  const length = FIXED_BYTES + 4 * parts;
  if (bytes[0] !== REVISION || parts > MOST_PARTS || bytes.length < length)
    throw new MalformedAnswer('A SID that the server sent cannot be read');
  return length;
}

/** The SID that `bytes` begins with, such as `S-1-5-21-1-2-3-1000`. @throws MalformedAnswer */
export function sidText(bytes: Buffer): string {
  const end = sidBytes(bytes);
  const authority = bytes.readUIntBE(2, AUTHORITY_BYTES);
  let text = `S-1-${authority < HEXADECIMAL_FROM ? authority : `0x${authority.toString(16).padStart(12, '0')}`}`;
  for (let at = FIXED_BYTES; at < end; at += 4) text += `-${bytes.readUInt32LE(at)}`;
  return text;
}

/** @param text a SID, or an alias of SDDL that means the same everywhere @throws TypeError */
export function sidOf(text: string): Buffer {
  const match = TEXT.exec(WELL_KNOWN[text.toUpperCase()] ?? text);
  const authority = Number(match?.[1]);
  const parts = (match?.[2] ?? '').split('-').slice(1).map(Number);
  if (!match || authority >= 2 ** 48 || parts.some((part) => part >= 2 ** 32))
    throw new TypeError(`${JSON.stringify(text)} is no SID.`);
  const bytes = Buffer.alloc(FIXED_BYTES + 4 * parts.length);
  bytes[0] = REVISION;
  bytes[1] = parts.length;
  bytes.writeUIntBE(authority, 2, AUTHORITY_BYTES);
  for (const [index, part] of parts.entries()) bytes.writeUInt32LE(part, FIXED_BYTES + 4 * index);
  return bytes;
}

/** Aliases of SDDL (MS-DTYP 2.5.1.1) that need no domain to be understood. */
const WELL_KNOWN: Readonly<Record<string, string>> = {
  WD: 'S-1-1-0',
  CO: 'S-1-3-0',
  CG: 'S-1-3-1',
  OW: 'S-1-3-4',
  NU: 'S-1-5-2',
  IU: 'S-1-5-4',
  SU: 'S-1-5-6',
  AN: 'S-1-5-7',
  ED: 'S-1-5-9',
  PS: 'S-1-5-10',
  AU: 'S-1-5-11',
  RC: 'S-1-5-12',
  SY: 'S-1-5-18',
  LS: 'S-1-5-19',
  NS: 'S-1-5-20',
  BA: 'S-1-5-32-544',
  BU: 'S-1-5-32-545',
  BG: 'S-1-5-32-546',
  PU: 'S-1-5-32-547',
  BO: 'S-1-5-32-551',
  LW: 'S-1-16-4096',
  ME: 'S-1-16-8192',
  HI: 'S-1-16-12288',
  SI: 'S-1-16-16384',
};
