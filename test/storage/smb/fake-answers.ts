// What the share that is made up answers about one open file.

import { NT_STATUS } from '../../../src/storage/smb/nt-status.ts';
import { nsOfFileTime } from '../../../src/storage/smb/operations/file-time.ts';
import { decodeDescriptor, encodeDescriptor } from '../../../src/storage/smb/rights/security-descriptor.ts';
import { allInformation, directoryEntry, type FakeFile, page, touch } from './fake-files.ts';

const DIRECTORY = 0x10;
const PART = { OWNER: 1, DACL: 4, SACL: 8 };

export interface Open {
  readonly file: FakeFile;
  parent: FakeFile | undefined;
  goes: boolean;
  /** Entries of a listing that were not sent yet. */
  left: Buffer[] | undefined;
}

export type Answer = readonly [status: number, body?: Buffer];

export function read(file: FakeFile, body: Buffer): Answer {
  const offset = Number(body.readBigUInt64LE(8));
  const data = file.content.subarray(offset, offset + body.readUInt32LE(4));
  if (data.length === 0) return [NT_STATUS.END_OF_FILE];
  const head = Buffer.alloc(16);
  head.writeUInt16LE(17, 0);
  head[2] = 80;
  head.writeUInt32LE(data.length, 4);
  return [0, Buffer.concat([head, data])];
}

export function write(file: FakeFile, body: Buffer, data: Buffer): Answer {
  const offset = Number(body.readBigUInt64LE(8));
  const before = file.content.length;
  const size = Math.max(before, offset + data.length);
  if (size > file.room.length) {
    const room = Buffer.alloc(2 * size);
    file.content.copy(room);
    file.room = room;
  }
  data.copy(file.room, offset);
  file.content = file.room.subarray(0, size);
  touch(file);
  const answer = Buffer.alloc(16);
  answer.writeUInt16LE(17, 0);
  answer.writeUInt32LE(data.length, 4);
  return [0, answer];
}

function variable(data: Buffer): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt16LE(9, 0);
  head.writeUInt16LE(72, 2);
  head.writeUInt32LE(data.length, 4);
  return Buffer.concat([head, data]);
}

export function queryDirectory(open: Open, body: Buffer): Answer {
  const { file } = open;
  open.left ??= [
    directoryEntry(file, '.'),
    directoryEntry(file, '..'),
    ...[...file.children.values()].map((child) => directoryEntry(child, child.name)),
  ];
  const most = body.readUInt32LE(28);
  const now: Buffer[] = [];
  for (let size = 0; open.left[0] && size + open.left[0].length <= most; ) {
    const [entry] = open.left.splice(0, 1);
    if (entry) now.push(entry);
    size += entry?.length ?? 0;
  }
  return now.length === 0 ? [NT_STATUS.NO_MORE_FILES] : [0, variable(page(now))];
}

export function queryInfo(file: FakeFile, body: Buffer): Answer {
  const parts = body.readUInt32LE(16);
  if (body[2] === 3) {
    const { owner, dacl, sacl } = file;
    const told = {
      ...(parts & PART.OWNER && { owner }),
      ...(parts & PART.DACL && { dacl }),
      ...(parts & PART.SACL && { sacl }),
    };
    return [0, variable(encodeDescriptor(told))];
  }
  if (body[2] === 2) return [0, variable(Buffer.from('6f000000ff00000000000000', 'hex'))];
  if (body[3] === 18) return [0, variable(allInformation(file))];
  const tag = Buffer.alloc(8);
  tag.writeUInt32LE(file.attributes, 0);
  tag.writeUInt32LE(file.reparseTag, 4);
  return [0, variable(tag)];
}

export function setBasic(file: FakeFile, data: Buffer): Answer {
  const time = (at: number, now: bigint) => {
    const steps = data.readBigUInt64LE(at);
    return steps === 0n ? now : nsOfFileTime(steps);
  };
  file.createdNs = time(0, file.createdNs);
  file.atimeNs = time(8, file.atimeNs);
  file.mtimeNs = time(16, file.mtimeNs);
  const attributes = data.readUInt32LE(32);
  if (attributes !== 0) file.attributes = (attributes & 0x3127) | (file.attributes & DIRECTORY);
  return [0];
}

export function setSecurity(file: FakeFile, data: Buffer, parts: number): Answer {
  const given = decodeDescriptor(data, parts);
  Object.assign(file, given);
  return [0];
}
