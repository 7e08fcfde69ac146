// Signatures of NTLM itself, which SPNEGO's mechListMIC is one of (MS-NLMP 3.4.4.2, 3.4.5.2 and 3.4.5.3).

import { createHash } from 'node:crypto';
import { hmacMd5 } from './ntlm-v2.ts';
import { rc4 } from './rc4.ts';

export type Side = 'client-to-server' | 'server-to-client';

/** SIGNKEY and SEALKEY for keys of 128 bits. */
export function signatureKey(sessionKey: Uint8Array, side: Side, use: 'signing' | 'sealing'): Buffer {
  const magic = `session key to ${side} ${use} key magic constant\0`;
  return createHash('md5').update(sessionKey).update(magic, 'latin1').digest();
}

/**
 * Signs the first message that one side sends (sequence number 0), with extended session security.
 * @param sealsChecksum whether KEY_EXCHANGE was negotiated
 */
export function ntlmSignature(
  sessionKey: Uint8Array,
  side: Side,
  data: Uint8Array,
  sealsChecksum: boolean,
): Buffer {
  const sequence = Buffer.alloc(4);
  const checksum = hmacMd5(signatureKey(sessionKey, side, 'signing'), sequence, data).subarray(0, 8);
  const seal = rc4(signatureKey(sessionKey, side, 'sealing'));
  return Buffer.concat([Uint8Array.of(1, 0, 0, 0), sealsChecksum ? seal(checksum) : checksum, sequence]);
}
