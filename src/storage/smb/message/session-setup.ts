// SESSION_SETUP (MS-SMB2 2.2.5 and 2.2.6): carries the tokens of the login to and fro.

import { HEADER_BYTES } from './header.ts';
import { bytesAt, expectStructure } from './malformed.ts';

const REQUEST_BYTES = 24;
const REQUEST_STRUCTURE = 25;

/** @param securityMode of `SECURITY_MODE`; @param token SPNEGO (RFC 4178) */
export function encodeSessionSetup(securityMode: number, token: Uint8Array): Buffer {
  const body = Buffer.alloc(REQUEST_BYTES + token.length);
  body.writeUInt16LE(REQUEST_STRUCTURE, 0);
  body.writeUInt8(securityMode, 3);
  body.writeUInt16LE(HEADER_BYTES + REQUEST_BYTES, 12);
  body.writeUInt16LE(token.length, 14);
  body.set(token, REQUEST_BYTES);
  return body;
}

/** MS-SMB2 2.2.6, SessionFlags. */
export const SESSION_FLAGS = { IS_GUEST: 1, IS_NULL: 2, ENCRYPT_DATA: 4 } as const;

export interface SessionSetupResponse {
  readonly sessionFlags: number;
  readonly token: Buffer;
}

/** @throws Malformed */
export function decodeSessionSetup(message: Buffer): SessionSetupResponse {
  const at = HEADER_BYTES;
  expectStructure(message, at, 9, 'The answer to SESSION_SETUP');
  const [offset, length] = [message.readUInt16LE(at + 4), message.readUInt16LE(at + 6)];
  return {
    sessionFlags: message.readUInt16LE(at + 2),
    token: bytesAt(message, offset, length, 'The security token'),
  };
}
