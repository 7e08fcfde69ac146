import type { SmbRequest } from '../smb-tree.ts';

/** FLUSH (MS-SMB2 2.2.17): what was written is on the server's disk when it is answered. */
export function flush(fileId: Uint8Array): SmbRequest {
  const body = Buffer.alloc(24);
  body.writeUInt16LE(24, 0);
  body.set(fileId, 8);
  return { command: 'FLUSH', body };
}
