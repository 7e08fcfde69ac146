// SET_INFO (MS-SMB2 2.2.39) with the information classes that are written.

import type { SmbRequest } from '../smb-tree.ts';
import { fileTimeOf } from './file-time.ts';

const INFO = { FILE: 1, SECURITY: 3 } as const;

/** Classes of MS-FSCC 2.4. */
const CLASS = { BASIC: 4, RENAME: 10, DISPOSITION: 13, END_OF_FILE: 20 } as const;

const FIXED_BYTES = 32;
const DATA_OFFSET = 96;

function setInfo(fileId: Uint8Array, type: number, kind: number, data: Uint8Array, parts = 0): SmbRequest {
  const body = Buffer.alloc(FIXED_BYTES + data.length);
  body.writeUInt16LE(33, 0);
  body[2] = type;
  body[3] = kind;
  body.writeUInt32LE(data.length, 4);
  body.writeUInt16LE(DATA_OFFSET, 8);
  body.writeUInt32LE(parts, 12);
  body.set(fileId, 16);
  body.set(data, FIXED_BYTES);
  return { command: 'SET_INFO', body, payloadBytes: data.length };
}

/** What is absent stays as it is. */
export interface BasicChange {
  readonly createdNs?: bigint;
  readonly atimeNs?: bigint;
  readonly mtimeNs?: bigint;
  /** All attributes at once; NORMAL when there are none. */
  readonly attributes?: number;
}

/** FileBasicInformation (MS-FSCC 2.4.7). */
export function setBasic(fileId: Uint8Array, change: BasicChange): SmbRequest {
  const data = Buffer.alloc(40);
  const time = (ns: bigint | undefined, at: number) => {
    if (ns !== undefined) data.writeBigUInt64LE(fileTimeOf(ns), at);
  };
  time(change.createdNs, 0);
  time(change.atimeNs, 8);
  time(change.mtimeNs, 16);
  data.writeUInt32LE(change.attributes ?? 0, 32);
  return setInfo(fileId, INFO.FILE, CLASS.BASIC, data);
}

/** FileRenameInformation (MS-FSCC 2.4.42.2), over what is there. @param path below the share, "\\"-separated */
export function rename(fileId: Uint8Array, path: string): SmbRequest {
  const name = Buffer.from(path, 'utf16le');
  // The structure is padded to 24 bytes; a shorter one is refused by some.
  const data = Buffer.alloc(Math.max(24, 20 + name.length));
  data[0] = 1;
  data.writeUInt32LE(name.length, 16);
  name.copy(data, 20);
  return setInfo(fileId, INFO.FILE, CLASS.RENAME, data);
}

/** FileDispositionInformation (MS-FSCC 2.4.11): goes when it is closed. */
export function deleteOnClose(fileId: Uint8Array): SmbRequest {
  return setInfo(fileId, INFO.FILE, CLASS.DISPOSITION, Uint8Array.of(1));
}

/** FileEndOfFileInformation (MS-FSCC 2.4.14). */
export function setEndOfFile(fileId: Uint8Array, sizeBytes: number): SmbRequest {
  const data = Buffer.alloc(8);
  data.writeBigUInt64LE(BigInt(sizeBytes), 0);
  return setInfo(fileId, INFO.FILE, CLASS.END_OF_FILE, data);
}

/** @param parts of `SECURITY_PART`, those that `descriptor` has */
export function setSecurity(fileId: Uint8Array, descriptor: Uint8Array, parts: number): SmbRequest {
  return setInfo(fileId, INFO.SECURITY, 0, descriptor, parts);
}
