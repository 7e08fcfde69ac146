// READ (MS-SMB2 2.2.19, 2.2.20).

import { NT_STATUS } from '../nt-status.ts';
import type { SmbRequest, SmbResponse } from '../smb-tree.ts';
import { checkBody, MalformedAnswer, variablePart } from './answer.ts';

/** Where data may begin in the answer at the earliest. */
const DATA_OFFSET = 0x50;

export function read(fileId: Uint8Array, offset: number, length: number): SmbRequest {
  const body = Buffer.alloc(49);
  body.writeUInt16LE(49, 0);
  body[2] = DATA_OFFSET;
  body.writeUInt32LE(length, 4);
  body.writeBigUInt64LE(BigInt(offset), 8);
  body.set(fileId, 16);
  return { command: 'READ', body, payloadBytes: length, accepts: [NT_STATUS.END_OF_FILE] };
}

/** What was read: a part of the message; nothing at the end of the file. @throws MalformedAnswer */
export function decodeRead({ status, message }: SmbResponse, asked: number): Buffer {
  if (status === NT_STATUS.END_OF_FILE) return message.subarray(0, 0);
  checkBody('READ', message, 17, 16);
  const length = message.readUInt32LE(68);
  if (length > asked) throw new MalformedAnswer('The server answered READ with more than was asked for');
  return variablePart('READ', message, message.readUInt8(66), length);
}
