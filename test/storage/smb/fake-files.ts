// The files of a share that is made up: what a server keeps, and the answers of MS-FSCC that tell of it.

import { fileTimeOf } from '../../../src/storage/smb/operations/file-time.ts';

const DIRECTORY = 0x10;

export interface FakeFile {
  readonly number: bigint;
  name: string;
  attributes: number;
  reparseTag: number;
  content: Buffer;
  /** What `content` is the begin of. */
  room: Buffer;
  createdNs: bigint;
  atimeNs: bigint;
  mtimeNs: bigint;
  changedNs: bigint;
  /** A security descriptor's parts, as SDDL. */
  owner: string;
  dacl: string;
  sacl: string;
  /** By their names in lower case. */
  readonly children: Map<string, FakeFile>;
}

let numbers = 0n;

export function fakeFile(name: string, attributes: number): FakeFile {
  numbers += 1n;
  // Each file is a step later than the one before.
  const now = 1_700_000_000_000_000_000n + numbers * 100n;
  return {
    number: numbers,
    name,
    attributes,
    reparseTag: 0,
    content: Buffer.alloc(0),
    room: Buffer.alloc(0),
    createdNs: now,
    atimeNs: now,
    mtimeNs: now,
    changedNs: now,
    owner: 'S-1-5-21-1-2-3-1000',
    dacl: 'D:(A;;FA;;;S-1-1-0)',
    sacl: 'S:',
    children: new Map(),
  };
}

export const isDirectory = (file: FakeFile) => (file.attributes & DIRECTORY) !== 0;

export function touch(file: FakeFile): void {
  numbers += 1n;
  file.mtimeNs = 1_700_000_000_000_000_000n + numbers * 100n;
  file.changedNs = file.mtimeNs;
}

function times(file: FakeFile, into: Buffer, at: number): void {
  const all = [file.createdNs, file.atimeNs, file.mtimeNs, file.changedNs];
  for (const [index, ns] of all.entries()) into.writeBigUInt64LE(fileTimeOf(ns), at + 8 * index);
}

/** What CREATE answers, from its begin to its FileId. */
export function createAnswer(file: FakeFile, fileId: bigint): Buffer {
  const body = Buffer.alloc(88);
  body.writeUInt16LE(89, 0);
  times(file, body, 8);
  body.writeBigUInt64LE(BigInt(file.content.length), 48);
  body.writeUInt32LE(file.attributes, 56);
  body.writeBigUInt64LE(fileId, 64);
  return body;
}

/** FileAllInformation (MS-FSCC 2.4.2). */
export function allInformation(file: FakeFile): Buffer {
  const data = Buffer.alloc(100);
  times(file, data, 0);
  data.writeUInt32LE(file.attributes, 32);
  data.writeBigUInt64LE(BigInt(file.content.length), 48);
  data.writeBigUInt64LE(file.number, 64);
  return data;
}

/** An entry of FileIdBothDirectoryInformation (MS-FSCC 2.4.17), padded. */
export function directoryEntry(file: FakeFile, name: string): Buffer {
  const text = Buffer.from(name, 'utf16le');
  const data = Buffer.alloc((104 + text.length + 7) & ~7);
  times(file, data, 8);
  data.writeBigUInt64LE(BigInt(file.content.length), 40);
  data.writeUInt32LE(file.attributes, 56);
  data.writeUInt32LE(text.length, 60);
  data.writeUInt32LE(file.reparseTag, 64);
  data.writeBigUInt64LE(file.number, 96);
  text.copy(data, 104);
  return data;
}

/** Entries one behind the other, linked. */
export function page(entries: readonly Buffer[]): Buffer {
  for (const entry of entries.slice(0, -1)) entry.writeUInt32LE(entry.length, 0);
  return Buffer.concat(entries);
}
