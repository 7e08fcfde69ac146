// WRITE (MS-SMB2 2.2.21, 2.2.22).

import type { SmbRequest } from '../smb-tree.ts';
import { checkBody, MalformedAnswer } from './answer.ts';

const FIXED_BYTES = 48;
const DATA_OFFSET = 112;

/** @param data one part behind the other, none of which may change until the answer @param length of all parts */
export function write(
  fileId: Uint8Array,
  offset: number,
  data: readonly Uint8Array[],
  length: number,
): SmbRequest {
  const body = Buffer.alloc(FIXED_BYTES);
  body.writeUInt16LE(49, 0);
  body.writeUInt16LE(DATA_OFFSET, 2);
  body.writeUInt32LE(length, 4);
  body.writeBigUInt64LE(BigInt(offset), 8);
  body.set(fileId, 16);
  return { command: 'WRITE', body, payload: data, payloadBytes: length };
}

/** Fails unless the server took all of `given` bytes. @throws MalformedAnswer */
export function checkWritten(message: Buffer, given: number): void {
  checkBody('WRITE', message, 17, 16);
  const taken = message.readUInt32LE(68);
  if (taken !== given)
    throw new MalformedAnswer(`The server took ${taken} of ${given} bytes and told no reason`);
}
