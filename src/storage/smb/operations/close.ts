import type { SmbRequest } from '../smb-tree.ts';

/** CLOSE (MS-SMB2 2.2.15), without asking what became of the attributes. */
export function close(fileId: Uint8Array): SmbRequest {
  const body = Buffer.alloc(24);
  body.writeUInt16LE(24, 0);
  body.set(fileId, 8);
  return { command: 'CLOSE', body };
}
