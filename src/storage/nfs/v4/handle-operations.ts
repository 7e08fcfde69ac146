// Operations on the current file handle, and moves from one to the next.

import type { FileHandle, NewAttributes, NfsAttributes } from '../nfs-client.ts';
import { type XdrReader, XdrWriter } from '../xdr.ts';
import {
  type AttributeValues,
  NODE_ATTRIBUTES,
  nodeAttributes,
  readAttributes,
  readHandle,
} from './attributes.ts';
import { type Bitmap, bitmapOf, readBitmap, writeBitmap } from './bitmap.ts';
import { writeNewAttributes } from './new-attributes.ts';
import { nothing, type Operation } from './operation.ts';
import { ANONYMOUS, type StateId, writeStateId } from './state-id.ts';

/** Linux's longest is 4,096; some servers take more. */
const MAX_LINK_BYTES = 65_536;

/** Starts from a thing that is known. RFC 7530 section 16.20 */
export function putFh(handle: FileHandle): Operation<void> {
  return { name: 'PUTFH', encode: (writer) => writer.opaque(handle), decode: nothing };
}

/** Starts from the root of the pseudo file system. RFC 7530 section 16.22 */
export function putRootFh(): Operation<void> {
  return { name: 'PUTROOTFH', decode: nothing };
}

/** Remembers the current handle for RENAME and LINK. RFC 7530 section 16.30 */
export function saveFh(): Operation<void> {
  return { name: 'SAVEFH', decode: nothing };
}

/** Tells the current handle. RFC 7530 section 16.8 */
export function getFh(): Operation<FileHandle> {
  return { name: 'GETFH', decode: readHandle };
}

/** Steps into a directory. RFC 7530 section 16.13 */
export function lookup(name: string): Operation<void> {
  return { name: 'LOOKUP', encode: (writer) => writer.string(name), decode: nothing };
}

/** RFC 7530 section 16.7 */
export function getAttr(wanted: Bitmap): Operation<AttributeValues> {
  return { name: 'GETATTR', encode: (writer) => writeBitmap(writer, wanted), decode: readAttributes };
}

/** All that `NfsAttributes` holds. RFC 7530 section 16.7 */
export function getNodeAttributes(): Operation<NfsAttributes> {
  return {
    name: 'GETATTR',
    encode: (writer) => writeBitmap(writer, NODE_ATTRIBUTES),
    decode: (reader) => nodeAttributes(readAttributes(reader)),
  };
}

/** RFC 7530 section 16.32. @param state of an open file, where its size changes */
export function setAttr(attributes: NewAttributes, state: StateId = ANONYMOUS): Operation<unknown> {
  return {
    name: 'SETATTR',
    encode: (writer) => {
      writeStateId(writer, state);
      writeNewAttributes(writer, attributes);
    },
    decode: readBitmap,
  };
}

/** The bytes that a symbolic link holds. RFC 7530 section 16.25 */
export function readLink(): Operation<Uint8Array> {
  return { name: 'READLINK', decode: (reader: XdrReader) => reader.opaque(MAX_LINK_BYTES) };
}

/** RFC 7530 section 2.1 (nfs_ftype4), and the number of the attribute "type". */
const DIRECTORY = 2;
const TYPE_BIT = 1;

function writeDirectoryType(writer: XdrWriter): void {
  writeBitmap(writer, bitmapOf([TYPE_BIT]));
  writer.opaque(new XdrWriter(4).uint32(DIRECTORY).bytes());
}

/** Goes on where the current handle is a directory, else fails with NOT_SAME. RFC 7530 section 16.35 */
export function onlyDirectory(): Operation<void> {
  return { name: 'VERIFY', encode: writeDirectoryType, decode: nothing };
}

/** Goes on where the current handle is anything else, else fails with SAME. RFC 7530 section 16.15 */
export function noDirectory(): Operation<void> {
  return { name: 'NVERIFY', encode: writeDirectoryType, decode: nothing };
}
