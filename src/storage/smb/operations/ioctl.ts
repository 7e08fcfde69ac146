// IOCTL (MS-SMB2 2.2.31) with the file-system controls of MS-FSCC 2.3 that files are given properties by.

import type { SmbRequest } from '../smb-tree.ts';

const FSCTL = {
  SET_SPARSE: 0x000900c4,
  SET_COMPRESSION: 0x0009c040,
} as const;

/** The volume's usual way of compression (MS-FSCC 2.3.67). */
const COMPRESSION_FORMAT_DEFAULT = 1;

const FIXED_BYTES = 56;
const DATA_OFFSET = 120;
const IS_FSCTL = 1;

/** Parts that are never written take no room from now on (MS-FSCC 2.3.69). */
export function setSparse(fileId: Uint8Array): SmbRequest {
  return ioctl(fileId, FSCTL.SET_SPARSE, Uint8Array.of(1));
}

/** Has the file kept compressed, or a directory's new files (MS-FSCC 2.3.67). */
export function setCompression(fileId: Uint8Array): SmbRequest {
  return ioctl(fileId, FSCTL.SET_COMPRESSION, Uint8Array.of(COMPRESSION_FORMAT_DEFAULT, 0));
}

function ioctl(fileId: Uint8Array, code: number, input: Uint8Array): SmbRequest {
  const body = Buffer.alloc(FIXED_BYTES + input.length);
  body.writeUInt16LE(57, 0);
  body.writeUInt32LE(code, 4);
  body.set(fileId, 8);
  body.writeUInt32LE(DATA_OFFSET, 24);
  body.writeUInt32LE(input.length, 28);
  body.writeUInt32LE(IS_FSCTL, 48);
  body.set(input, FIXED_BYTES);
  return { command: 'IOCTL', body };
}
