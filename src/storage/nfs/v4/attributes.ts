// Attributes as they travel (fattr4): a bitmap that says which, and their values in the order of their numbers.
// RFC 7530 section 5, RFC 8881 section 5.

import type { FileHandle, NfsAttributes, NodeType } from '../nfs-client.ts';
import { XdrError, type XdrReader } from '../xdr.ts';
import { type Bitmap, bitmapOf, hasBit, isWithin, readBitmap } from './bitmap.ts';
import { idOf } from './owner.ts';

/** RFC 7530 section 3.1 (NFS4_FHSIZE). */
export const MAX_HANDLE_BYTES = 128;
const MAX_OWNER_BYTES = 1024;
const NS_PER_SECOND = 1_000_000_000n;

interface Attribute<Value> {
  /** Its number in the tables of RFC 7530 section 5. */
  readonly bit: number;
  read(reader: XdrReader): Value;
}

const uint32 = (reader: XdrReader) => reader.uint32();
const uint64 = (reader: XdrReader) => reader.uint64();
const owner = (reader: XdrReader) => idOf(reader.string(MAX_OWNER_BYTES));

/** Every attribute that we ask for, in the order of the numbers. */
const ATTRIBUTES = {
  supported: { bit: 0, read: readBitmap },
  type: { bit: 1, read: readType },
  change: { bit: 3, read: uint64 },
  sizeBytes: { bit: 4, read: (reader: XdrReader) => reader.size64() },
  fileSystemId: { bit: 8, read: readFileSystemId },
  leaseSeconds: { bit: 10, read: uint32 },
  error: { bit: 11, read: uint32 },
  handle: { bit: 19, read: readHandle },
  fileId: { bit: 20, read: uint64 },
  maxFileBytes: { bit: 27, read: uint64 },
  maxNameBytes: { bit: 29, read: uint32 },
  maxReadBytes: { bit: 30, read: uint64 },
  maxWriteBytes: { bit: 31, read: uint64 },
  mode: { bit: 33, read: uint32 },
  linkCount: { bit: 35, read: uint32 },
  uid: { bit: 36, read: owner },
  gid: { bit: 37, read: owner },
  device: { bit: 41, read: readDevice },
  usedBytes: { bit: 45, read: (reader: XdrReader) => reader.size64() },
  atimeNs: { bit: 47, read: readTime },
  timeStepNs: { bit: 51, read: readTime },
  mtimeNs: { bit: 53, read: readTime },
} as const satisfies Record<string, Attribute<unknown>>;

type AttributeName = keyof typeof ATTRIBUTES;

/** What a server told; it leaves out what it does not support. */
export type AttributeValues = {
  -readonly [Name in AttributeName]?: ReturnType<(typeof ATTRIBUTES)[Name]['read']>;
};

const IN_ORDER: readonly (Attribute<unknown> & { readonly name: string })[] = Object.entries(ATTRIBUTES).map(
  ([name, attribute]) => ({ name, ...attribute }),
);

/** Asks for these. */
export function wanted(...names: readonly AttributeName[]): Bitmap {
  return bitmapOf(names.map((name) => ATTRIBUTES[name].bit));
}

const KNOWN = bitmapOf(IN_ORDER.map(({ bit }) => bit));

const OF_A_NODE = [
  'type',
  'change',
  'sizeBytes',
  'fileSystemId',
  'fileId',
  'mode',
  'linkCount',
  'uid',
  'gid',
  'device',
  'usedBytes',
  'atimeNs',
  'mtimeNs',
] as const satisfies readonly AttributeName[];

/** All that `NfsAttributes` holds. */
export const NODE_ATTRIBUTES = wanted(...OF_A_NODE);

/** The same for each name of a listing, with its handle; `error` keeps one bad name from spoiling the others. */
export const LISTED_ATTRIBUTES = wanted('error', 'handle', ...OF_A_NODE);

/** Once for an export. RFC 7530 section 5.8 */
export const EXPORT_ATTRIBUTES = wanted(
  'supported',
  'type',
  'leaseSeconds',
  'maxFileBytes',
  'maxNameBytes',
  'maxReadBytes',
  'maxWriteBytes',
  'timeStepNs',
  ...OF_A_NODE,
);

/**
 * Reads a fattr4. What the bitmap promises has to be what the values hold, to the byte.
 * @throws XdrError
 * @throws StorageError Unsupported when an owner is a name
 */
export function readAttributes(reader: XdrReader): AttributeValues {
  const promised = readBitmap(reader);
  if (!isWithin(promised, KNOWN)) throw new XdrError('attributes that were not asked for');
  const length = reader.uint32();
  if (length > reader.left)
    throw new XdrError(`attributes of ${length} bytes, where ${reader.left} are left`);
  const end = reader.left - length;
  const values: Record<string, unknown> = {};
  for (const { bit, name, read } of IN_ORDER) {
    if (hasBit(promised, bit)) values[name] = read(reader);
  }
  if (reader.left !== end) throw new XdrError(`attributes that are not ${length} bytes long`);
  return values;
}

/** Without these nothing can be told of a thing. */
type Needed = 'type' | 'sizeBytes' | 'mode' | 'uid' | 'gid' | 'mtimeNs';

/** @throws XdrError when the server leaves out what everything rests on */
export function nodeAttributes(values: AttributeValues): NfsAttributes {
  const need = <Name extends Needed>(name: Name): NonNullable<AttributeValues[Name]> => {
    const value = values[name];
    if (value === undefined) throw new XdrError(`no ${name} among the attributes`);
    return value;
  };
  const sizeBytes = need('sizeBytes');
  const mtimeNs = need('mtimeNs');
  return {
    type: need('type'),
    mode: need('mode') & MODE_BITS,
    linkCount: values.linkCount ?? 1,
    uid: need('uid'),
    gid: need('gid'),
    sizeBytes,
    usedBytes: values.usedBytes ?? sizeBytes,
    device: values.device ?? NO_DEVICE,
    fileSystemId: values.fileSystemId ?? '',
    fileId: values.fileId ?? 0n,
    atimeNs: values.atimeNs ?? mtimeNs,
    mtimeNs,
    change: values.change ?? mtimeNs,
  };
}

const MODE_BITS = 0o7777;
const NO_DEVICE = { major: 0, minor: 0 };

/** RFC 7530 section 2.1 (nfs_ftype4). Named attributes are of the last two; they never show in a directory. */
const TYPES: Readonly<Record<number, NodeType>> = {
  1: 'file',
  2: 'directory',
  3: 'block',
  4: 'character',
  5: 'symlink',
  6: 'socket',
  7: 'fifo',
};

function readType(reader: XdrReader): NodeType {
  const number = reader.uint32();
  const type = TYPES[number];
  if (type === undefined) throw new XdrError(`a thing of type ${number}`);
  return type;
}

/** RFC 7530 section 2.2 (nfs_fh4). A copy: handles are kept much longer than messages. */
export function readHandle(reader: XdrReader): FileHandle {
  return Buffer.from(reader.opaque(MAX_HANDLE_BYTES));
}

/** RFC 7530 section 2.2 (fsid4). */
function readFileSystemId(reader: XdrReader): string {
  return `${reader.uint64().toString(16)}:${reader.uint64().toString(16)}`;
}

/** RFC 7530 section 2.2 (specdata4). */
function readDevice(reader: XdrReader): NfsAttributes['device'] {
  const major = reader.uint32();
  return { major, minor: reader.uint32() };
}

/** Nanoseconds since the epoch. RFC 7530 section 2.2 (nfstime4) */
function readTime(reader: XdrReader): bigint {
  const seconds = reader.int64();
  const nanoseconds = reader.uint32();
  if (nanoseconds >= 1_000_000_000) throw new XdrError(`a time with ${nanoseconds} ns`);
  return seconds * NS_PER_SECOND + BigInt(nanoseconds);
}
