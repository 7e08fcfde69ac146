// Security descriptors in self-relative form (MS-DTYP 2.4.6), and what we tell of them: texts of SDDL (2.5.1).

import type { SecurityParts, WindowsSecurity } from '../../backend.ts';
import { MalformedAnswer } from '../operations/answer.ts';
import { SECURITY_PART } from '../operations/query-info.ts';
import { acesOf, acesOfText, acesText, aclOf } from './acl.ts';
import { sidOf, sidText } from './sid.ts';

/** MS-DTYP 2.4.6, Control. */
const CONTROL = {
  DACL_PRESENT: 0x4,
  SACL_PRESENT: 0x10,
  DACL_AUTO_INHERIT_REQ: 0x100,
  SACL_AUTO_INHERIT_REQ: 0x200,
  DACL_AUTO_INHERITED: 0x400,
  SACL_AUTO_INHERITED: 0x800,
  DACL_PROTECTED: 0x1000,
  SACL_PROTECTED: 0x2000,
  SELF_RELATIVE: 0x8000,
} as const;

const HEADER_BYTES = 20;
const REVISION = 1;
const AT = { CONTROL: 2, OWNER: 4, SACL: 12, DACL: 16 } as const;

interface ListKind {
  readonly letter: 'D' | 'S';
  readonly at: number;
  readonly present: number;
  readonly protect: number;
  readonly inherited: number;
  readonly inherit: number;
}

const DACL: ListKind = {
  letter: 'D',
  at: AT.DACL,
  present: CONTROL.DACL_PRESENT,
  protect: CONTROL.DACL_PROTECTED,
  inherited: CONTROL.DACL_AUTO_INHERITED,
  inherit: CONTROL.DACL_AUTO_INHERIT_REQ,
};

const SACL: ListKind = {
  letter: 'S',
  at: AT.SACL,
  present: CONTROL.SACL_PRESENT,
  protect: CONTROL.SACL_PROTECTED,
  inherited: CONTROL.SACL_AUTO_INHERITED,
  inherit: CONTROL.SACL_AUTO_INHERIT_REQ,
};

/** No list at all: everybody may do everything. An empty list lets nobody in. */
const NO_LIST = 'NO_ACCESS_CONTROL';

/** Which parts are to be asked for, as `SECURITY_PART` numbers them. */
export function partsAsked(parts: SecurityParts): number {
  const { OWNER, DACL, SACL } = SECURITY_PART;
  return parts === 'owner-dacl' ? OWNER | DACL : OWNER | DACL | SACL;
}

/** Which parts `security` has. */
export function partsOf({ owner, dacl, sacl }: WindowsSecurity): number {
  return (
    (owner === undefined ? 0 : SECURITY_PART.OWNER) |
    (dacl === undefined ? 0 : SECURITY_PART.DACL) |
    (sacl === undefined ? 0 : SECURITY_PART.SACL)
  );
}

/** @param asked parts, see `partsAsked`: others are not told @throws MalformedAnswer */
export function decodeDescriptor(bytes: Buffer, asked: number): WindowsSecurity {
  if (bytes.length < HEADER_BYTES || bytes[0] !== REVISION)
    throw new MalformedAnswer('A security descriptor that the server sent cannot be read');
  const owner = bytes.readUInt32LE(AT.OWNER);
  return {
    ...(asked & SECURITY_PART.OWNER && owner !== 0 && { owner: sidText(part(bytes, owner)) }),
    ...(asked & SECURITY_PART.DACL && { dacl: listText(bytes, DACL) }),
    ...(asked & SECURITY_PART.SACL && { sacl: listText(bytes, SACL) }),
  };
}

/** @throws TypeError for texts that are none of ours and no SDDL */
export function encodeDescriptor({ owner, dacl, sacl }: WindowsSecurity): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header[0] = REVISION;
  let control: number = CONTROL.SELF_RELATIVE;
  const parts: Buffer[] = [header];
  let end = HEADER_BYTES;
  const add = (at: number, bytes: Buffer) => {
    header.writeUInt32LE(end, at);
    parts.push(bytes);
    end += bytes.length;
  };
  for (const [text, kind] of [
    [sacl, SACL],
    [dacl, DACL],
  ] as const) {
    if (text === undefined) continue;
    const list = listOfText(text, kind);
    control |= list.control;
    if (list.acl) add(kind.at, list.acl);
  }
  if (owner !== undefined) add(AT.OWNER, sidOf(owner));
  header.writeUInt16LE(control, AT.CONTROL);
  return Buffer.concat(parts);
}

function part(bytes: Buffer, offset: number): Buffer {
  if (offset < HEADER_BYTES || offset >= bytes.length)
    throw new MalformedAnswer('A security descriptor that the server sent points outside itself');
  return bytes.subarray(offset);
}

function listText(bytes: Buffer, kind: ListKind): string {
  const control = bytes.readUInt16LE(AT.CONTROL);
  const offset = bytes.readUInt32LE(kind.at);
  const flags = `${control & kind.protect ? 'P' : ''}${control & kind.inherited ? 'AI' : ''}`;
  const there = (control & kind.present) !== 0 && offset !== 0;
  if (there) return `${kind.letter}:${flags}${acesText(acesOf(part(bytes, offset)))}`;
  // Nothing is audited without a list, as with an empty one.
  return `${kind.letter}:${flags}${kind === DACL ? NO_LIST : ''}`;
}

function listOfText(text: string, kind: ListKind): { readonly control: number; readonly acl?: Buffer } {
  const match = /^([DS]):((?:P|AI|AR)*)(NO_ACCESS_CONTROL)?((?:\(.*\))?)$/s.exec(text);
  if (match?.[1] !== kind.letter || (match[3] && match[4]))
    throw new TypeError(`${JSON.stringify(text)} is no list of rights in SDDL.`);
  const flags = match[2] ?? '';
  // A server believes AI only together with the wish for it (MS-DTYP 2.4.6, the request bits).
  const control =
    kind.present |
    (flags.includes('P') ? kind.protect : 0) |
    (flags.includes('AI') ? kind.inherited | kind.inherit : 0);
  return match[3] ? { control } : { control, acl: aclOf(acesOfText(match[4] ?? '')) };
}
