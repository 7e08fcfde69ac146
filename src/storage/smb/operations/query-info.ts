// QUERY_INFO (MS-SMB2 2.2.37, 2.2.38) with the information classes that are asked for.

import { NT_STATUS } from '../nt-status.ts';
import type { SmbLimits, SmbRequest, SmbResponse } from '../smb-tree.ts';
import { checkBody, checkLength, variablePart } from './answer.ts';
import { nsOfFileTime } from './file-time.ts';

const INFO = { FILE: 1, FILE_SYSTEM: 2, SECURITY: 3 } as const;

/** Classes of MS-FSCC 2.4 and 2.5. */
const CLASS = { ALL: 18, ATTRIBUTE_TAG: 35, FS_ATTRIBUTE: 5 } as const;

/** Parts of a security descriptor (MS-DTYP 2.4.7). */
export const SECURITY_PART = { OWNER: 0x1, DACL: 0x4, SACL: 0x8 } as const;

/** No security descriptor with both lists full is larger than this. */
const MOST_SECURITY_BYTES = 0x20100;
/** Room for what comes before the name; what is cut off of the name is not needed. */
const ALL_BYTES = 4096;

interface Question {
  readonly type: number;
  readonly class: number;
  readonly bytes: number;
  readonly parts?: number;
  readonly accepts?: readonly number[];
}

function queryInfo(
  fileId: Uint8Array,
  { type, class: kind, bytes, parts = 0, accepts }: Question,
): SmbRequest {
  const body = Buffer.alloc(41);
  body.writeUInt16LE(41, 0);
  body[2] = type;
  body[3] = kind;
  body.writeUInt32LE(bytes, 4);
  body.writeUInt32LE(parts, 16);
  body.set(fileId, 24);
  return { command: 'QUERY_INFO', body, payloadBytes: bytes, ...(accepts && { accepts }) };
}

function decodeQueryInfo(message: Buffer): Buffer {
  checkBody('QUERY_INFO', message, 9, 8);
  return variablePart('QUERY_INFO', message, message.readUInt16LE(66), message.readUInt32LE(68));
}

/** FileAllInformation (MS-FSCC 2.4.2). */
export function queryAll(fileId: Uint8Array): SmbRequest {
  const accepts = [NT_STATUS.BUFFER_OVERFLOW];
  return queryInfo(fileId, { type: INFO.FILE, class: CLASS.ALL, bytes: ALL_BYTES, accepts });
}

/** Times in ns since the epoch. */
export interface FileFacts {
  readonly createdNs: bigint;
  readonly atimeNs: bigint;
  readonly mtimeNs: bigint;
  readonly changedNs: bigint;
  readonly attributes: number;
  readonly sizeBytes: bigint;
  /** The number of the file in its volume. */
  readonly fileNumber: bigint;
}

/** @throws MalformedAnswer */
export function decodeAll({ message }: SmbResponse): FileFacts {
  const data = decodeQueryInfo(message);
  checkLength('FileAllInformation', data, 72);
  const time = (at: number) => nsOfFileTime(data.readBigUInt64LE(at));
  return {
    createdNs: time(0),
    atimeNs: time(8),
    mtimeNs: time(16),
    changedNs: time(24),
    attributes: data.readUInt32LE(32),
    sizeBytes: data.readBigUInt64LE(48),
    fileNumber: data.readBigUInt64LE(64),
  };
}

/** FileAttributeTagInformation (MS-FSCC 2.4.6). */
export function queryAttributeTag(fileId: Uint8Array): SmbRequest {
  return queryInfo(fileId, { type: INFO.FILE, class: CLASS.ATTRIBUTE_TAG, bytes: 8 });
}

/** The reparse tag of a reparse point. @throws MalformedAnswer */
export function decodeAttributeTag({ message }: SmbResponse): number {
  const data = decodeQueryInfo(message);
  checkLength('FileAttributeTagInformation', data, 8);
  return data.readUInt32LE(4);
}

/** FileFsAttributeInformation (MS-FSCC 2.5.1). */
export function queryVolumeAttributes(fileId: Uint8Array): SmbRequest {
  const accepts = [NT_STATUS.BUFFER_OVERFLOW];
  return queryInfo(fileId, { type: INFO.FILE_SYSTEM, class: CLASS.FS_ATTRIBUTE, bytes: 512, accepts });
}

const FILE_SUPPORTS_SPARSE_FILES = 0x40;

export interface VolumeFacts {
  readonly sparse: boolean;
  /** UTF-16 units. */
  readonly maxNameUnits: number;
}

/** @throws MalformedAnswer */
export function decodeVolumeAttributes({ message }: SmbResponse): VolumeFacts {
  const data = decodeQueryInfo(message);
  checkLength('FileFsAttributeInformation', data, 8);
  return {
    sparse: (data.readUInt32LE(0) & FILE_SUPPORTS_SPARSE_FILES) !== 0,
    maxNameUnits: data.readUInt32LE(4),
  };
}

/**
 * A security descriptor (MS-DTYP 2.4.6).
 * @param parts of `SECURITY_PART`
 * @param limits more than a server admits at all is refused as a whole, as dialect 2.0.2 does from 64 KiB on
 */
export function querySecurity(
  fileId: Uint8Array,
  parts: number,
  { transactBytes }: Pick<SmbLimits, 'transactBytes'>,
): SmbRequest {
  const bytes = Math.min(MOST_SECURITY_BYTES, transactBytes);
  return queryInfo(fileId, { type: INFO.SECURITY, class: 0, bytes, parts });
}

/** The security descriptor, a part of the message. @throws MalformedAnswer */
export function decodeSecurity({ message }: SmbResponse): Buffer {
  return decodeQueryInfo(message);
}
