// Entries of access control lists: binary (MS-DTYP 2.4.4) and text (2.5.1.1).

import { MalformedAnswer } from '../operations/answer.ts';
import { maskOf, maskText } from './access-mask.ts';
import { sidBytes, sidOf, sidText } from './sid.ts';

/** Types that are a mask and a SID, nothing else. */
const PLAIN: Readonly<Record<string, number>> = { A: 0, D: 1, AU: 2, AL: 3, ML: 0x11, SP: 0x13 };

/** Types that may name the type of object they are about and the one they are inherited by (MS-DTYP 2.4.4.3). */
const OBJECT: Readonly<Record<string, number>> = { OA: 5, OD: 6, OU: 7, OL: 8 };

/** MS-DTYP 2.4.4.1, AceFlags. */
const FLAGS: Readonly<Record<string, number>> = {
  OI: 0x1,
  CI: 0x2,
  NP: 0x4,
  IO: 0x8,
  ID: 0x10,
  SA: 0x40,
  FA: 0x80,
};
const ALL_FLAGS = Object.values(FLAGS).reduce((all, bit) => all | bit, 0);

const HEADER_BYTES = 4;
const GUID_BYTES = 16;
const OBJECT_TYPE_PRESENT = 1;
const INHERITED_TYPE_PRESENT = 2;

const named = (table: Readonly<Record<string, number>>) =>
  new Map(Object.entries(table).map(([name, number]) => [number, name]));
const PLAIN_NAME = named(PLAIN);
const OBJECT_NAME = named(OBJECT);

/**
 * The entry as SDDL has it, between its parentheses. What SDDL has no words for, or what carries a condition or
 * other data, is `#` and its bytes in hexadecimal: nothing is lost, and equal entries have equal texts.
 * @param ace header first, of the length its header tells
 */
export function aceText(ace: Buffer): string {
  return readable(ace) ?? `#${ace.toString('hex')}`;
}

/** @throws TypeError */
export function aceOf(text: string): Buffer {
  if (text.startsWith('#')) return rawAce(text);
  const [type = '', flags = '', rights = '', object = '', inherited = '', sid = '', ...more] =
    text.split(';');
  const name = type.toUpperCase();
  const number = PLAIN[name] ?? OBJECT[name];
  if (number === undefined || more.length > 0)
    throw new TypeError(`(${text}) is no entry of an access control list.`);
  const mask = Buffer.alloc(4);
  mask.writeUInt32LE(maskOf(rights));
  const parts = [mask, ...(name in OBJECT ? objectPart(object, inherited) : []), sidOf(sid)];
  return withHeader(number, flagsOf(flags), Buffer.concat(parts));
}

function readable(ace: Buffer): string | undefined {
  const type = ace.readUInt8(0);
  const flags = ace.readUInt8(1);
  const name = PLAIN_NAME.get(type) ?? OBJECT_NAME.get(type);
  if (name === undefined || (flags & ~ALL_FLAGS) !== 0 || ace.length < HEADER_BYTES + 4) return undefined;
  const types = OBJECT_NAME.has(type) ? objectTypes(ace) : { object: '', inherited: '', end: 8 };
  if (!types) return undefined;
  const sid = ace.subarray(types.end);
  // What stands behind the SID has no place in the text.
  if (!isExactlyOneSid(sid)) return undefined;
  const mask = maskText(ace.readUInt32LE(4));
  return [name, flagsText(flags), mask, types.object, types.inherited, sidText(sid)].join(';');
}

function isExactlyOneSid(bytes: Buffer): boolean {
  try {
    return sidBytes(bytes) === bytes.length;
  } catch (error) {
    if (error instanceof MalformedAnswer) return false;
    throw error;
  }
}

function objectTypes(ace: Buffer) {
  if (ace.length < 12) return undefined;
  const present = ace.readUInt32LE(8);
  if ((present & ~(OBJECT_TYPE_PRESENT | INHERITED_TYPE_PRESENT)) !== 0) return undefined;
  let end = 12;
  const take = (bit: number) => {
    if ((present & bit) === 0) return '';
    end += GUID_BYTES;
    return end <= ace.length ? guidText(ace.subarray(end - GUID_BYTES, end)) : '';
  };
  const object = take(OBJECT_TYPE_PRESENT);
  const inherited = take(INHERITED_TYPE_PRESENT);
  return end > ace.length ? undefined : { object, inherited, end };
}

function objectPart(object: string, inherited: string): Buffer[] {
  const present = Buffer.alloc(4);
  present.writeUInt32LE(
    (object === '' ? 0 : OBJECT_TYPE_PRESENT) | (inherited === '' ? 0 : INHERITED_TYPE_PRESENT),
  );
  return [present, ...[object, inherited].filter((guid) => guid !== '').map(guidOf)];
}

function flagsText(flags: number): string {
  return Object.entries(FLAGS)
    .filter(([, bit]) => (flags & bit) !== 0)
    .map(([name]) => name)
    .join('');
}

function flagsOf(text: string): number {
  let flags = 0;
  for (let at = 0; at < text.length; at += 2) {
    const bit = FLAGS[text.slice(at, at + 2).toUpperCase()];
    if (bit === undefined) throw new TypeError(`${JSON.stringify(text)} are no flags of an entry.`);
    flags |= bit;
  }
  return flags;
}

/** MS-DTYP 2.3.4.2: the first three fields with their low byte first. */
function guidText(guid: Buffer): string {
  const hex = Buffer.from(guid);
  hex.subarray(0, 4).reverse();
  hex.subarray(4, 6).reverse();
  hex.subarray(6, 8).reverse();
  return hex.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

function guidOf(text: string): Buffer {
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text))
    throw new TypeError(`${JSON.stringify(text)} is no GUID.`);
  const guid = Buffer.from(text.replaceAll('-', ''), 'hex');
  guid.subarray(0, 4).reverse();
  guid.subarray(4, 6).reverse();
  guid.subarray(6, 8).reverse();
  return guid;
}

function rawAce(text: string): Buffer {
  const bytes = /^#([0-9a-f]{2}){4,}$/i.test(text) ? Buffer.from(text.slice(1), 'hex') : Buffer.alloc(0);
  if (bytes.length < HEADER_BYTES || bytes.readUInt16LE(2) !== bytes.length)
    throw new TypeError(`(${text}) is no entry of an access control list.`);
  return bytes;
}

function withHeader(type: number, flags: number, content: Buffer): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header[0] = type;
  header[1] = flags;
  header.writeUInt16LE(HEADER_BYTES + content.length, 2);
  return Buffer.concat([header, content]);
}

/** Types that a list of the usual revision may hold: the plain ones, and those with a condition. */
const USUAL: ReadonlySet<number> = new Set([0, 1, 2, 3, 9, 0xa, 0xd, 0xe]);

/** Whether a list that holds it needs the revision that Active Directory brought (MS-DTYP 2.4.5). */
export function needsObjectRevision(ace: Buffer): boolean {
  return !USUAL.has(ace.readUInt8(0));
}
