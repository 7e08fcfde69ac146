// CREATE: opens or makes a file or directory (MS-SMB2 2.2.13, 2.2.14).

import type { SmbRequest } from '../smb-tree.ts';
import { checkBody } from './answer.ts';
import { ATTRIBUTE } from './attributes.ts';
import { nsOfFileTime } from './file-time.ts';

/** What may be done with the handle (MS-SMB2 2.2.13.1). */
export const ACCESS = {
  READ_DATA: 0x1,
  WRITE_DATA: 0x2,
  READ_ATTRIBUTES: 0x80,
  WRITE_ATTRIBUTES: 0x100,
  DELETE: 0x10000,
  READ_CONTROL: 0x20000,
  WRITE_DAC: 0x40000,
  WRITE_OWNER: 0x80000,
  SYNCHRONIZE: 0x100000,
  ACCESS_SYSTEM_SECURITY: 0x1000000,
} as const;

/** What happens when there is something, or nothing. */
export const DISPOSITION = {
  /** Fails when there is nothing. */
  OPEN: 1,
  /** Fails when there is something. */
  CREATE: 2,
  OPEN_IF: 3,
} as const;

export const OPTION = {
  DIRECTORY_FILE: 0x1,
  NON_DIRECTORY_FILE: 0x40,
  /** Goes as soon as it is closed, or its connection breaks. */
  DELETE_ON_CLOSE: 0x1000,
  /** The rights of backup operators count, for users who have them. */
  OPEN_FOR_BACKUP_INTENT: 0x4000,
  /** A symbolic link or junction is opened itself. */
  OPEN_REPARSE_POINT: 0x200000,
} as const;

/** Others may read, write and delete meanwhile. */
const SHARE_ALL = 0x7;
const IMPERSONATION = 2;
const FIXED_BYTES = 56;
const NAME_OFFSET = 120;

export interface CreateOptions {
  /** Of `ACCESS`. */
  readonly access: number;
  /** Of `DISPOSITION`; default OPEN. */
  readonly disposition?: number;
  /** Of `OPTION`; default none. */
  readonly options?: number;
  /** Of a file that is made. */
  readonly attributes?: number;
}

/** What is known of a file once it is open. */
export interface Opened {
  readonly fileId: Uint8Array;
  readonly createdNs: bigint;
  readonly mtimeNs: bigint;
  readonly changedNs: bigint;
  readonly sizeBytes: bigint;
  readonly attributes: number;
}

/** @param path below the share, "\\"-separated, "" for its root */
export function create(path: string, how: CreateOptions): SmbRequest {
  const name = Buffer.from(path, 'utf16le');
  const body = Buffer.alloc(FIXED_BYTES + Math.max(name.length, 8));
  body.writeUInt16LE(57, 0);
  body.writeUInt32LE(IMPERSONATION, 4);
  body.writeUInt32LE(how.access, 24);
  body.writeUInt32LE(how.attributes ?? ATTRIBUTE.NORMAL, 28);
  body.writeUInt32LE(SHARE_ALL, 32);
  body.writeUInt32LE(how.disposition ?? DISPOSITION.OPEN, 36);
  body.writeUInt32LE(how.options ?? 0, 40);
  body.writeUInt16LE(NAME_OFFSET, 44);
  body.writeUInt16LE(name.length, 46);
  name.copy(body, FIXED_BYTES);
  return { command: 'CREATE', body };
}

/** @throws MalformedAnswer */
export function decodeCreate(message: Buffer): Opened {
  checkBody('CREATE', message, 89, 88);
  return {
    createdNs: nsOfFileTime(message.readBigUInt64LE(72)),
    mtimeNs: nsOfFileTime(message.readBigUInt64LE(88)),
    changedNs: nsOfFileTime(message.readBigUInt64LE(96)),
    sizeBytes: message.readBigUInt64LE(112),
    attributes: message.readUInt32LE(120),
    fileId: Uint8Array.prototype.slice.call(message, 128, 144),
  };
}
