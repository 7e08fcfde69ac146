// The three messages of NTLM (MS-NLMP 2.2.1).

import { bytesAt, Malformed } from '../message/malformed.ts';

const SIGNATURE = Buffer.from('NTLMSSP\0', 'latin1');

/** MS-NLMP 2.2.2.5, the flags that are asked for or looked at. */
export const NTLM_FLAGS = {
  UNICODE: 0x0000_0001,
  REQUEST_TARGET: 0x0000_0004,
  SIGN: 0x0000_0010,
  NTLM: 0x0000_0200,
  ALWAYS_SIGN: 0x0000_8000,
  EXTENDED_SESSION_SECURITY: 0x0008_0000,
  TARGET_INFO: 0x0080_0000,
  VERSION: 0x0200_0000,
  KEY_128: 0x2000_0000,
  KEY_EXCHANGE: 0x4000_0000,
  KEY_56: 0x8000_0000,
} as const;

/** MS-NLMP 2.2.2.10: only for people who look at the traffic; revision 15 of NTLM. */
const VERSION = Uint8Array.of(10, 0, 0, 0, 0, 0, 0, 15);

/** MS-NLMP 2.2.1.1, with neither domain nor workstation. */
export function encodeNegotiate(flags: number): Buffer {
  const message = Buffer.alloc(40);
  message.set(SIGNATURE, 0);
  message.writeUInt32LE(1, 8);
  message.writeUInt32LE(flags, 12);
  message.writeUInt32LE(40, 20);
  message.writeUInt32LE(40, 28);
  message.set(VERSION, 32);
  return message;
}

export interface Challenge {
  readonly flags: number;
  /** 8 bytes. */
  readonly serverChallenge: Buffer;
  /** AV_PAIRs; empty when there are none. */
  readonly targetInfo: Buffer;
}

const CHALLENGE_FIXED_BYTES = 48;

/** MS-NLMP 2.2.1.2. @throws Malformed */
export function decodeChallenge(message: Buffer): Challenge {
  const fixed = bytesAt(message, 0, CHALLENGE_FIXED_BYTES, 'The NTLM challenge');
  if (!fixed.subarray(0, 8).equals(SIGNATURE) || fixed.readUInt32LE(8) !== 2) {
    throw new Malformed('the token is no NTLM challenge');
  }
  const [length, offset] = [fixed.readUInt16LE(40), fixed.readUInt32LE(44)];
  return {
    flags: fixed.readUInt32LE(20),
    serverChallenge: fixed.subarray(24, 32),
    targetInfo: bytesAt(message, offset, length, 'The target info'),
  };
}

export interface Authenticate {
  readonly flags: number;
  readonly lmResponse: Uint8Array;
  readonly ntResponse: Uint8Array;
  readonly domain: string;
  readonly user: string;
  readonly workstation: string;
  readonly encryptedSessionKey: Uint8Array;
}

const AUTHENTICATE_FIXED_BYTES = 88;
/** Where the MIC is in AUTHENTICATE; it is computed over all three messages with zeros in its place. */
export const MIC_AT = 72;
export const MIC_BYTES = 16;

/** MS-NLMP 2.2.1.3, the MIC left 0. */
export function encodeAuthenticate(message: Authenticate): Buffer {
  const parts = [
    message.lmResponse,
    message.ntResponse,
    Buffer.from(message.domain, 'utf16le'),
    Buffer.from(message.user, 'utf16le'),
    Buffer.from(message.workstation, 'utf16le'),
    message.encryptedSessionKey,
  ];
  const fixed = Buffer.alloc(AUTHENTICATE_FIXED_BYTES);
  fixed.set(SIGNATURE, 0);
  fixed.writeUInt32LE(3, 8);
  let offset = AUTHENTICATE_FIXED_BYTES;
  parts.forEach((part, index) => {
    const field = 12 + index * 8;
    fixed.writeUInt16LE(part.length, field);
    fixed.writeUInt16LE(part.length, field + 2);
    fixed.writeUInt32LE(offset, field + 4);
    offset += part.length;
  });
  fixed.writeUInt32LE(message.flags, 60);
  fixed.set(VERSION, 64);
  return Buffer.concat([fixed, ...parts]);
}
