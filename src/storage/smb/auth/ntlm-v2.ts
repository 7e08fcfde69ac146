// The arithmetic of NTLMv2 (MS-NLMP 3.3.2).

import { createHmac } from 'node:crypto';
import { md4 } from 'hash-wasm';

export interface Account {
  readonly user: string;
  /** "" when there is none. */
  readonly domain: string;
  readonly password: string;
}

export function hmacMd5(key: Uint8Array, ...parts: readonly Uint8Array[]): Buffer {
  const hmac = createHmac('md5', key);
  for (const part of parts) hmac.update(part);
  return hmac.digest();
}

/** NTOWFv2: what the server keeps of a password, tied to user and domain. */
export async function responseKey({ user, domain, password }: Account): Promise<Buffer> {
  const hash = Buffer.from(await md4(Buffer.from(password, 'utf16le')), 'hex');
  return hmacMd5(hash, Buffer.from(user.toUpperCase() + domain, 'utf16le'));
}

export interface ResponseInput {
  readonly responseKey: Buffer;
  readonly serverChallenge: Buffer;
  /** 8 random bytes. */
  readonly clientChallenge: Uint8Array;
  /** FILETIME, 8 bytes. */
  readonly timestamp: Buffer;
  /** AV_PAIRs with their end. */
  readonly targetInfo: Buffer;
}

export interface Response {
  readonly ntResponse: Buffer;
  /** Also the KeyExchangeKey, as NTLMv2 has it (MS-NLMP 3.4.5.1). */
  readonly sessionBaseKey: Buffer;
}

/** The NTLMv2_RESPONSE (MS-NLMP 2.2.2.8) and the key that comes with it. */
export function ntlmV2Response(input: ResponseInput): Response {
  const clientBlob = Buffer.concat([
    Uint8Array.of(1, 1, 0, 0, 0, 0, 0, 0),
    input.timestamp,
    input.clientChallenge,
    Buffer.alloc(4),
    input.targetInfo,
    Buffer.alloc(4),
  ]);
  const proof = hmacMd5(input.responseKey, input.serverChallenge, clientBlob);
  return {
    ntResponse: Buffer.concat([proof, clientBlob]),
    sessionBaseKey: hmacMd5(input.responseKey, proof),
  };
}
