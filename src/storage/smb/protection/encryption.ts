// Encrypted messages (MS-SMB2 2.2.41 and 3.1.4.3).

import { type CipherGCMTypes, createCipheriv, createDecipheriv } from 'node:crypto';
import type { CipherName } from '../message/dialect.ts';
import { bytesAt, Malformed } from '../message/malformed.ts';

/** 0xFD 'S' 'M' 'B', read as a little-endian number. */
const TRANSFORM_ID = 0x424d53fd;
const TRANSFORM_BYTES = 52;
/** Signature and everything before it are not authenticated; all behind it is. */
const NONCE_AT = 20;
const TAG_AT = 4;
const TAG_BYTES = 16;
const IS_ENCRYPTED = 1;
const NONCE_BYTES: Readonly<Record<CipherName, number>> = {
  'aes-128-ccm': 11,
  'aes-128-gcm': 12,
  'aes-256-ccm': 11,
  'aes-256-gcm': 12,
};

export interface Sealer {
  /** The frame that carries messages. @param parts they are not changed */
  seal(parts: readonly Uint8Array[]): readonly Uint8Array[];
  /** The messages in a frame. @throws Malformed when it was not made with the server's key, for this session */
  open(frame: Buffer): Buffer;
}

export function isSealed(frame: Buffer): boolean {
  return frame.length >= 4 && frame.readUInt32LE(0) === TRANSFORM_ID;
}

export interface SealerKeys {
  readonly toServer: Uint8Array;
  readonly fromServer: Uint8Array;
}

/** Encrypts for one session, whose keys are its own: a nonce is a count, so that none comes twice. */
export function sealer(name: CipherName, keys: SealerKeys, sessionId: bigint): Sealer {
  let sealed = 0n;
  return {
    seal(parts) {
      const bytes = parts.reduce((sum, part) => sum + part.length, 0);
      const head = Buffer.alloc(TRANSFORM_BYTES);
      head.writeUInt32LE(TRANSFORM_ID, 0);
      sealed += 1n;
      head.writeBigUInt64LE(sealed, NONCE_AT);
      head.writeUInt32LE(bytes, 36);
      head.writeUInt16LE(IS_ENCRYPTED, 42);
      head.writeBigUInt64LE(sessionId, 44);
      const { data, tag } = encrypt(name, keys.toServer, head, parts, bytes);
      tag.copy(head, TAG_AT);
      return [head, ...data];
    },
    open(frame) {
      const head = bytesAt(frame, 0, TRANSFORM_BYTES, 'The transform header');
      const sealedBytes = frame.subarray(TRANSFORM_BYTES);
      if (head.readUInt32LE(36) !== sealedBytes.length)
        throw new Malformed('an encrypted message has a wrong size');
      if (head.readUInt16LE(42) !== IS_ENCRYPTED) throw new Malformed('an encrypted message has wrong flags');
      if (head.readBigUInt64LE(44) !== sessionId)
        throw new Malformed('an encrypted message is of another session');
      return decrypt(name, keys.fromServer, head, sealedBytes);
    },
  };
}

interface Encrypted {
  readonly data: readonly Buffer[];
  readonly tag: Buffer;
}

// Node's types tell GCM from CCM by the name; at run time both take the same options, and CCM needs the length ahead.
const asGcm = (name: CipherName) => name as CipherGCMTypes;
const nonceIn = (name: CipherName, head: Buffer) => head.subarray(NONCE_AT, NONCE_AT + NONCE_BYTES[name]);

function encrypt(
  name: CipherName,
  key: Uint8Array,
  head: Buffer,
  parts: readonly Uint8Array[],
  bytes: number,
): Encrypted {
  const cipher = createCipheriv(asGcm(name), key, nonceIn(name, head), { authTagLength: TAG_BYTES });
  cipher.setAAD(head.subarray(NONCE_AT), { plaintextLength: bytes });
  // CCM takes its text at once.
  const texts = isCcm(name) ? [Buffer.concat(parts)] : parts;
  const data = texts.map((text) => cipher.update(text));
  cipher.final();
  return { data, tag: cipher.getAuthTag() };
}

function decrypt(name: CipherName, key: Uint8Array, head: Buffer, data: Buffer): Buffer {
  const decipher = createDecipheriv(asGcm(name), key, nonceIn(name, head), { authTagLength: TAG_BYTES });
  decipher.setAuthTag(head.subarray(TAG_AT, TAG_AT + TAG_BYTES));
  decipher.setAAD(head.subarray(NONCE_AT), { plaintextLength: data.length });
  try {
    const text = decipher.update(data);
    decipher.final();
    return text;
  } catch (error) {
    throw new Malformed('an encrypted message was changed on its way', { cause: error });
  }
}

const isCcm = (name: CipherName) => name.endsWith('-ccm');
