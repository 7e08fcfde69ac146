// Signatures of NTLM itself, which SPNEGO's mechListMIC is one of (MS-NLMP 3.4.4.2, 3.4.5.2 and 3.4.5.3).

import { createHash } from 'node:crypto';
import { hmacMd5 } from './ntlm-v2.ts';
import { rc4 } from './rc4.ts';

export type Side = 'client-to-server' | 'server-to-client';

const signKeyMagic = (side: Side) => `session key to ${side} signing key magic constant\0`;
const sealKeyMagic = (side: Side) => `session key to ${side} sealing key magic constant\0`;

const md5 = (...parts: readonly Uint8Array[]): Buffer => {
  const hash = createHash('md5');
  for (const part of parts) hash.update(part);
  return hash.digest();
};

/**
 * Signs the first message that one side sends (sequence number 0), with 128-bit keys and extended session security.
 * @param sealsChecksum whether KEY_EXCHANGE was negotiated
 */
export function ntlmSignature(
  sessionKey: Uint8Array,
  side: Side,
  data: Uint8Array,
  sealsChecksum: boolean,
): Buffer {
  const signKey = md5(sessionKey, Buffer.from(signKeyMagic(side), 'latin1'));
  const sequence = Buffer.alloc(4);
  const checksum = hmacMd5(signKey, sequence, data).subarray(0, 8);
  const sealKey = md5(sessionKey, Buffer.from(sealKeyMagic(side), 'latin1'));
  return Buffer.concat([
    Uint8Array.of(1, 0, 0, 0),
    sealsChecksum ? rc4(sealKey)(checksum) : checksum,
    sequence,
  ]);
}
