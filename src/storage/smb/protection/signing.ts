// Signatures of messages (MS-SMB2 3.1.4.1).

import { createCipheriv, createHmac, timingSafeEqual } from 'node:crypto';
import type { SigningAlgorithm } from '../message/dialect.ts';
import { COMMANDS, FIELD, FLAGS } from '../message/header.ts';
import { aesCmac } from './aes-cmac.ts';

/** Signs and verifies the messages of one session. */
export interface Signer {
  /** Marks the message as signed and writes its signature. @param parts one message; the first holds the header */
  sign(parts: readonly [Buffer, ...Uint8Array[]]): void;
  /** Whether the signature of a message fits; leaves zeros in its place. */
  verifies(message: Buffer): boolean;
}

const SIGNATURE_BYTES = 16;

/** The first 16 bytes of what it returns are the signature of a message that has zeros in that place. */
type Mac = (parts: readonly [Buffer, ...Uint8Array[]]) => Buffer;

const MACS: Readonly<Record<SigningAlgorithm, (key: Uint8Array) => Mac>> = {
  'HMAC-SHA256': (key) => (parts) => {
    const hmac = createHmac('sha256', key);
    for (const part of parts) hmac.update(part);
    return hmac.digest();
  },
  'AES-CMAC': aesCmac,
  'AES-GMAC': (key) => (parts) => {
    const gcm = createCipheriv('aes-128-gcm', key, gmacNonce(parts[0]));
    for (const part of parts) gcm.setAAD(part);
    gcm.final();
    return gcm.getAuthTag();
  },
};

/** The MessageId, which side signs, and whether it is a CANCEL, which has the MessageId of another request. */
function gmacNonce(header: Buffer): Buffer {
  const nonce = Buffer.alloc(12);
  header.copy(nonce, 0, FIELD.messageId, FIELD.messageId + 8);
  const isFromServer = header.readUInt32LE(FIELD.flags) & FLAGS.SERVER_TO_REDIR ? 1 : 0;
  const isCancel = header.readUInt16LE(12) === COMMANDS.CANCEL ? 2 : 0;
  nonce.writeUInt32LE(isFromServer | isCancel, 8);
  return nonce;
}

/** @param key 16 bytes */
export function signer(algorithm: SigningAlgorithm, key: Uint8Array): Signer {
  const mac = MACS[algorithm](key);
  return {
    sign(parts) {
      const header = parts[0];
      header.writeUInt32LE(header.readUInt32LE(FIELD.flags) | FLAGS.SIGNED, FIELD.flags);
      header.fill(0, FIELD.signature, FIELD.signature + SIGNATURE_BYTES);
      mac(parts).copy(header, FIELD.signature, 0, SIGNATURE_BYTES);
    },
    verifies(message) {
      const field = message.subarray(FIELD.signature, FIELD.signature + SIGNATURE_BYTES);
      const signature = Buffer.from(field);
      field.fill(0);
      return timingSafeEqual(mac([message]).subarray(0, SIGNATURE_BYTES), signature);
    },
  };
}
