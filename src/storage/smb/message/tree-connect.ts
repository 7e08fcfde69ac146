// TREE_CONNECT (MS-SMB2 2.2.9 and 2.2.10).

import { HEADER_BYTES } from './header.ts';
import { expectStructure } from './malformed.ts';

const REQUEST_BYTES = 8;

export function encodeTreeConnect(host: string, share: string): Buffer {
  const path = Buffer.from(`\\\\${host}\\${share}`, 'utf16le');
  const body = Buffer.alloc(REQUEST_BYTES + path.length);
  body.writeUInt16LE(9, 0);
  body.writeUInt16LE(HEADER_BYTES + REQUEST_BYTES, 4);
  body.writeUInt16LE(path.length, 6);
  body.set(path, REQUEST_BYTES);
  return body;
}

/** MS-SMB2 2.2.10, ShareType. */
export const SHARE_TYPES = { DISK: 1, PIPE: 2, PRINT: 3 } as const;
/** MS-SMB2 2.2.10, ShareFlags. */
export const SHARE_FLAGS = { DFS: 0x1, DFS_ROOT: 0x2, ENCRYPT_DATA: 0x8000 } as const;
/** MS-SMB2 2.2.10, Capabilities. */
export const SHARE_CAPABILITIES = { DFS: 0x8 } as const;

export interface TreeConnectResponse {
  readonly shareType: number;
  readonly shareFlags: number;
  readonly capabilities: number;
  readonly maximalAccess: number;
}

/** @throws Malformed */
export function decodeTreeConnect(message: Buffer): TreeConnectResponse {
  const at = HEADER_BYTES;
  expectStructure(message, at, 16, 'The answer to TREE_CONNECT');
  return {
    shareType: message.readUInt8(at + 2),
    shareFlags: message.readUInt32LE(at + 4),
    capabilities: message.readUInt32LE(at + 8),
    maximalAccess: message.readUInt32LE(at + 12),
  };
}
