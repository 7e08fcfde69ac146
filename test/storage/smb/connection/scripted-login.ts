// The server's side of NTLMv2 in SPNEGO, for one account. Who does not know the password is refused.

import { randomBytes } from 'node:crypto';
import { contextTag, der, TAG } from '../../../../src/storage/smb/auth/der.ts';
import { ntlmSignature } from '../../../../src/storage/smb/auth/ntlm-signature.ts';
import { type Account, hmacMd5, responseKey } from '../../../../src/storage/smb/auth/ntlm-v2.ts';
import { rc4 } from '../../../../src/storage/smb/auth/rc4.ts';
import { MECH_TYPES } from '../../../../src/storage/smb/auth/spnego.ts';
import { AV, writeTargetInfo } from '../../../../src/storage/smb/auth/target-info.ts';

const NTLM = Buffer.from('NTLMSSP\0', 'latin1');
const enumerated = (value: number) => der(TAG.ENUMERATED, Uint8Array.of(value));
const resp = (...fields: readonly Buffer[]) => der(contextTag(1), der(TAG.SEQUENCE, ...fields));

export interface Accepted {
  readonly sessionKey: Buffer;
  readonly token: Buffer;
}

export class ScriptedLogin {
  readonly #account: Account;
  readonly #serverChallenge = randomBytes(8);
  #negotiate: Buffer = Buffer.alloc(0);
  #challenge: Buffer = Buffer.alloc(0);

  constructor(account: Account) {
    this.#account = account;
  }

  /** @param token the first of the client's */
  challenge(token: Buffer): Buffer {
    this.#negotiate = token.subarray(token.indexOf(NTLM));
    const targetInfo = writeTargetInfo([
      { id: 2, value: Buffer.from('SERVER', 'utf16le') },
      { id: AV.TIMESTAMP, value: randomBytes(8) },
    ]);
    const fixed = Buffer.alloc(56);
    NTLM.copy(fixed);
    fixed.writeUInt32LE(2, 8);
    fixed.writeUInt32LE(56, 16);
    fixed.writeUInt32LE(this.#negotiate.readUInt32LE(12), 20);
    this.#serverChallenge.copy(fixed, 24);
    fixed.writeUInt16LE(targetInfo.length, 40);
    fixed.writeUInt16LE(targetInfo.length, 42);
    fixed.writeUInt32LE(56, 44);
    this.#challenge = Buffer.concat([fixed, targetInfo]);
    return resp(
      der(contextTag(0), enumerated(1)),
      der(contextTag(2), der(TAG.OCTET_STRING, this.#challenge)),
    );
  }

  /** @param token the second; undefined when its proof, MIC or mechListMIC is wrong */
  async accept(token: Buffer): Promise<Accepted | undefined> {
    const authenticate = Buffer.from(token.subarray(token.indexOf(NTLM)));
    const field = (at: number) => {
      const [length, offset] = [authenticate.readUInt16LE(at), authenticate.readUInt32LE(at + 4)];
      return authenticate.subarray(offset, offset + length);
    };
    const user = field(36).toString('utf16le');
    const domain = field(28).toString('utf16le');
    if (user !== this.#account.user) return undefined;
    const key = await responseKey({ user, domain, password: this.#account.password });
    const response = field(20);
    const proof = hmacMd5(key, this.#serverChallenge, response.subarray(16));
    if (!proof.equals(response.subarray(0, 16))) return undefined;
    const sessionKey = rc4(hmacMd5(key, proof))(field(52));

    const end = 88 + [12, 20, 28, 36, 44, 52].reduce((sum, at) => sum + authenticate.readUInt16LE(at), 0);
    const message = authenticate.subarray(0, end);
    const mic = Buffer.from(message.subarray(72, 88));
    message.fill(0, 72, 88);
    if (!hmacMd5(sessionKey, this.#negotiate, this.#challenge, message).equals(mic)) return undefined;
    if (!token.includes(ntlmSignature(sessionKey, 'client-to-server', MECH_TYPES, true))) return undefined;

    const ours = ntlmSignature(sessionKey, 'server-to-client', MECH_TYPES, true);
    return {
      sessionKey,
      token: resp(der(contextTag(0), enumerated(0)), der(contextTag(3), der(TAG.OCTET_STRING, ours))),
    };
  }
}
