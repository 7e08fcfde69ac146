// Operations on the names of a directory, which is the current file handle.

import type { ListedName, NewAttributes, Node } from '../nfs-client.ts';
import type { XdrReader, XdrWriter } from '../xdr.ts';
import { type AttributeValues, LISTED_ATTRIBUTES, nodeAttributes, readAttributes } from './attributes.ts';
import { readBitmap, writeBitmap } from './bitmap.ts';
import { writeNewAttributes } from './new-attributes.ts';
import type { Operation } from './operation.ts';

/** Longer than any file system has; what is over 255 is judged above. */
const MAX_NAME_BYTES = 4096;
const VERIFIER_BYTES = 8;

/** What CREATE makes: everything but files. RFC 7530 section 16.4 (createtype4) */
export type Creation =
  | { readonly type: 'directory' }
  | { readonly type: 'symlink'; readonly target: string }
  | { readonly type: 'block' | 'character'; readonly major: number; readonly minor: number };

/** RFC 7530 section 2.1 (nfs_ftype4). */
const TYPE_NUMBERS = { directory: 2, block: 3, character: 4, symlink: 5 } as const;

/** Makes `name`, and goes there. RFC 7530 section 16.4 */
export function create(creation: Creation, name: string, attributes: NewAttributes): Operation<void> {
  return {
    name: 'CREATE',
    once: true,
    encode: (writer) => {
      writeCreation(writer, creation);
      writer.string(name);
      writeNewAttributes(writer, attributes);
    },
    decode: (reader) => {
      skipChangeInfo(reader);
      readBitmap(reader);
    },
  };
}

function writeCreation(writer: XdrWriter, creation: Creation): void {
  writer.uint32(TYPE_NUMBERS[creation.type]);
  if (creation.type === 'symlink') writer.string(creation.target);
  else if (creation.type !== 'directory') writer.uint32(creation.major).uint32(creation.minor);
}

/** Gives the saved thing another name in the current directory. RFC 7530 section 16.9 */
export function link(name: string): Operation<void> {
  return { name: 'LINK', once: true, encode: (writer) => writer.string(name), decode: skipChangeInfo };
}

/** From the saved directory to the current one. RFC 7530 section 16.27 */
export function rename(from: string, to: string): Operation<void> {
  return {
    name: 'RENAME',
    once: true,
    encode: (writer) => writer.string(from).string(to),
    decode: (reader) => {
      skipChangeInfo(reader);
      skipChangeInfo(reader);
    },
  };
}

/** Removes a name, whatever it is of. RFC 7530 section 16.26 */
export function remove(name: string): Operation<void> {
  return { name: 'REMOVE', once: true, encode: (writer) => writer.string(name), decode: skipChangeInfo };
}

/** Where a listing goes on. */
export interface DirectoryPosition {
  readonly cookie: bigint;
  /** Of the cookies. */
  readonly verifier: Uint8Array;
}

/** Where every listing begins. RFC 7530 section 16.24 */
export const DIRECTORY_START: DirectoryPosition = { cookie: 0n, verifier: new Uint8Array(VERIFIER_BYTES) };

export interface DirectoryPage {
  readonly names: readonly ListedName[];
  /** After the last name. */
  readonly next: DirectoryPosition;
  readonly eof: boolean;
}

/** The next names with what LISTED_ATTRIBUTES says. RFC 7530 section 16.24. @param maxBytes of the answer */
export function readDir(from: DirectoryPosition, maxBytes: number): Operation<DirectoryPage> {
  return {
    name: 'READDIR',
    encode: (writer) => {
      writer.uint64(from.cookie).fixed(from.verifier);
      // The first limit is of names and cookies alone; it is a hint.
      writer.uint32(maxBytes).uint32(maxBytes);
      writeBitmap(writer, LISTED_ATTRIBUTES);
    },
    decode: (reader) => readPage(reader, from),
  };
}

function readPage(reader: XdrReader, from: DirectoryPosition): DirectoryPage {
  const verifier = Buffer.from(reader.fixed(VERIFIER_BYTES));
  let { cookie } = from;
  const names: ListedName[] = [];
  while (reader.bool()) {
    cookie = reader.uint64();
    names.push({ name: reader.opaque(MAX_NAME_BYTES), node: listedNode(readAttributes(reader)) });
  }
  return { names, next: { cookie, verifier }, eof: reader.bool() };
}

/** Undefined where the server had an error for this name, or where something else is mounted that it does not show. */
function listedNode(values: AttributeValues): Node | undefined {
  const { error = 0, handle, type } = values;
  if (error !== 0 || handle === undefined || type === undefined) return undefined;
  return { handle, attributes: nodeAttributes(values) };
}

const CHANGE_INFO_BYTES = 20;

/** How a directory changed, for those who cache it. RFC 7530 section 2.2 (change_info4) */
export function skipChangeInfo(reader: XdrReader): void {
  reader.fixed(CHANGE_INFO_BYTES);
}
