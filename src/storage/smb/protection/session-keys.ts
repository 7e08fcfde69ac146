// The keys of a session (MS-SMB2 3.1.4.2 and 3.2.5.3.1).

import { createHmac } from 'node:crypto';
import { type CipherName, type Dialect, isAtLeast } from '../message/dialect.ts';
import type { SealerKeys } from './encryption.ts';

export interface SessionKeys {
  readonly signing: Buffer;
  /** undefined for dialects that cannot encrypt. */
  readonly sealing: SealerKeys | undefined;
}

interface Purpose {
  readonly label: string;
  /** Of 3.0 and 3.0.2; 3.1.1 takes the hash of the conversation instead. */
  readonly context: string;
}

const BEFORE_3_1_1 = {
  signing: { label: 'SMB2AESCMAC', context: 'SmbSign\0' },
  toServer: { label: 'SMB2AESCCM', context: 'ServerIn \0' },
  fromServer: { label: 'SMB2AESCCM', context: 'ServerOut\0' },
} as const satisfies Record<string, Purpose>;

const LABELS_3_1_1 = {
  signing: 'SMBSigningKey',
  toServer: 'SMBC2SCipherKey',
  fromServer: 'SMBS2CCipherKey',
} as const;

export interface KeyInput {
  readonly dialect: Dialect;
  readonly cipher: CipherName;
  /** What the login left behind, 16 bytes. */
  readonly sessionKey: Buffer;
  /** SHA-512 over the conversation so far; for 3.1.1. */
  readonly preauthHash: Buffer;
}

export function sessionKeys({ dialect, cipher, sessionKey, preauthHash }: KeyInput): SessionKeys {
  // Before 3.0 the session key signs by itself.
  if (!isAtLeast(dialect, '3.0')) return { signing: sessionKey, sealing: undefined };
  const key = (purpose: keyof typeof BEFORE_3_1_1, bytes: number): Buffer => {
    if (dialect === '3.1.1') return deriveKey(sessionKey, LABELS_3_1_1[purpose], preauthHash, bytes);
    const { label, context } = BEFORE_3_1_1[purpose];
    return deriveKey(sessionKey, label, Buffer.from(context, 'latin1'), bytes);
  };
  const cipherBytes = cipher.startsWith('aes-256') ? 32 : 16;
  return {
    signing: key('signing', 16),
    sealing: { toServer: key('toServer', cipherBytes), fromServer: key('fromServer', cipherBytes) },
  };
}

/** SP800-108 in counter mode with HMAC-SHA256, counter and length of 32 bits. @param bytes at most 32 */
export function deriveKey(key: Uint8Array, label: string, context: Uint8Array, bytes: number): Buffer {
  const lengthBits = Buffer.alloc(4);
  lengthBits.writeUInt32BE(bytes * 8);
  return createHmac('sha256', key)
    .update(Uint8Array.of(0, 0, 0, 1))
    .update(Buffer.from(`${label}\0`, 'latin1'))
    .update(Uint8Array.of(0))
    .update(context)
    .update(lengthBits)
    .digest()
    .subarray(0, bytes);
}
