// One login with NTLMv2 inside SPNEGO: three messages of ours and the server's (MS-NLMP 3.1.5, RFC 4178).

import { randomBytes, timingSafeEqual } from 'node:crypto';
import { Malformed } from '../message/malformed.ts';
import {
  decodeChallenge,
  encodeAuthenticate,
  encodeNegotiate,
  MIC_AT,
  MIC_BYTES,
  NTLM_FLAGS,
} from './ntlm-message.ts';
import { ntlmSignature } from './ntlm-signature.ts';
import { type Account, hmacMd5, ntlmV2Response, responseKey } from './ntlm-v2.ts';
import { rc4 } from './rc4.ts';
import { decodeNegTokenResp, MECH_TYPES, negTokenInit, negTokenResp } from './spnego.ts';
import { answeredTargetInfo, readTargetInfo, timestampIn, writeTargetInfo } from './target-info.ts';

const WANTED =
  (NTLM_FLAGS.UNICODE |
    NTLM_FLAGS.REQUEST_TARGET |
    NTLM_FLAGS.SIGN |
    NTLM_FLAGS.NTLM |
    NTLM_FLAGS.ALWAYS_SIGN |
    NTLM_FLAGS.EXTENDED_SESSION_SECURITY |
    NTLM_FLAGS.TARGET_INFO |
    NTLM_FLAGS.VERSION |
    NTLM_FLAGS.KEY_128 |
    NTLM_FLAGS.KEY_EXCHANGE |
    NTLM_FLAGS.KEY_56) >>>
  0;

/** Without these a password would be worth little, or the keys would not be ours alone. */
const NEEDED = NTLM_FLAGS.UNICODE | NTLM_FLAGS.EXTENDED_SESSION_SECURITY | NTLM_FLAGS.KEY_128;

export interface NtlmLogin {
  /** For the first SESSION_SETUP. */
  readonly firstToken: Buffer;
  /**
   * What answers the server's challenge.
   * @param now ms since the epoch, for servers that do not tell their own time
   * @throws Malformed
   */
  answer(token: Buffer, now: number): Promise<NtlmAnswer>;
}

export interface NtlmAnswer {
  /** For the second SESSION_SETUP. */
  readonly token: Buffer;
  /** 16 bytes. */
  readonly sessionKey: Buffer;
  /** Looks at the server's last token. @throws Malformed when its mechListMIC is wrong */
  confirm(token: Buffer): void;
}

/** @param host by which the server is called */
export function ntlmLogin(account: Account, host: string): NtlmLogin {
  const negotiate = encodeNegotiate(WANTED);
  return {
    firstToken: negTokenInit(negotiate),
    async answer(token, now) {
      const challengeMessage = decodeNegTokenResp(token).responseToken;
      if (challengeMessage === undefined) throw new Malformed('the server sent no NTLM challenge');
      const challenge = decodeChallenge(challengeMessage);
      const flags = (WANTED & challenge.flags) >>> 0;
      if ((flags & NEEDED) !== NEEDED) throw new Malformed('the server offers too weak an NTLM');

      const told = readTargetInfo(challenge.targetInfo);
      const { ntResponse, sessionBaseKey } = ntlmV2Response({
        responseKey: await responseKey(account),
        serverChallenge: challenge.serverChallenge,
        clientChallenge: randomBytes(8),
        timestamp: timestampIn(told) ?? fileTime(now),
        targetInfo: writeTargetInfo(answeredTargetInfo(told, `cifs/${host}`)),
      });
      const exchangesKey = (flags & NTLM_FLAGS.KEY_EXCHANGE) !== 0;
      const sessionKey = exchangesKey ? randomBytes(16) : sessionBaseKey;
      const authenticate = encodeAuthenticate({
        flags,
        // Zeros, as MS-NLMP 3.1.5.1.2 has it where the server tells its time: nobody looks at LMv2 then.
        lmResponse: Buffer.alloc(24),
        ntResponse,
        domain: account.domain,
        user: account.user,
        workstation: '',
        encryptedSessionKey: exchangesKey ? rc4(sessionBaseKey)(sessionKey) : Buffer.alloc(0),
      });
      const mic = hmacMd5(sessionKey, negotiate, challengeMessage, authenticate);
      authenticate.set(mic.subarray(0, MIC_BYTES), MIC_AT);

      return {
        token: negTokenResp(
          authenticate,
          ntlmSignature(sessionKey, 'client-to-server', MECH_TYPES, exchangesKey),
        ),
        sessionKey,
        confirm: (last) => confirm(last, sessionKey, exchangesKey),
      };
    },
  };
}

function confirm(token: Buffer, sessionKey: Buffer, exchangesKey: boolean): void {
  if (token.length === 0) return;
  const { state, mechListMic } = decodeNegTokenResp(token);
  if (state !== 'accept-completed') throw new Malformed('the server did not complete the login');
  if (mechListMic === undefined) return;
  const expected = ntlmSignature(sessionKey, 'server-to-client', MECH_TYPES, exchangesKey);
  if (mechListMic.length !== expected.length || !timingSafeEqual(mechListMic, expected)) {
    throw new Malformed('the server signed the login wrongly (mechListMIC)');
  }
}

const FILETIME_OF_1970 = 11_644_473_600_000;

/** 100 ns since 1601. */
function fileTime(now: number): Buffer {
  const time = Buffer.alloc(8);
  time.writeBigUInt64LE(BigInt(Math.round(now) + FILETIME_OF_1970) * 10_000n);
  return time;
}
