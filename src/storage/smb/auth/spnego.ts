// SPNEGO (RFC 4178 section 4.2, as profiled by MS-SPNG), with NTLM as the only mechanism.

import { Malformed } from '../message/malformed.ts';
import { contextTag, der, readElements, readOnly, TAG } from './der.ts';

/** 1.3.6.1.5.5.2 */
const SPNEGO_OID = Uint8Array.of(0x2b, 0x06, 0x01, 0x05, 0x05, 0x02);
/** 1.3.6.1.4.1.311.2.2.10 */
const NTLM_OID = Uint8Array.of(0x2b, 0x06, 0x01, 0x04, 0x01, 0x82, 0x37, 0x02, 0x02, 0x0a);

/** MechTypeList, the bytes that mechListMIC is computed over (RFC 4178 section 5). */
export const MECH_TYPES: Buffer = der(TAG.SEQUENCE, der(TAG.OID, NTLM_OID));

/** NegTokenInit, the first token: we speak NTLM, and this is its first message. */
export function negTokenInit(ntlm: Uint8Array): Buffer {
  const init = der(
    TAG.SEQUENCE,
    der(contextTag(0), MECH_TYPES),
    der(contextTag(2), der(TAG.OCTET_STRING, ntlm)),
  );
  return der(TAG.APPLICATION_0, der(TAG.OID, SPNEGO_OID), der(contextTag(0), init));
}

/** NegTokenResp, every later one. */
export function negTokenResp(ntlm: Uint8Array, mechListMic: Uint8Array): Buffer {
  const resp = der(
    TAG.SEQUENCE,
    der(contextTag(2), der(TAG.OCTET_STRING, ntlm)),
    der(contextTag(3), der(TAG.OCTET_STRING, mechListMic)),
  );
  return der(contextTag(1), resp);
}

/** RFC 4178 section 4.2.2, NegState. */
const STATES = ['accept-completed', 'accept-incomplete', 'reject', 'request-mic'] as const;

export interface NegTokenResp {
  /** undefined: the server does not say. */
  readonly state: (typeof STATES)[number] | undefined;
  /** The mechanism's own message. */
  readonly responseToken: Buffer | undefined;
  readonly mechListMic: Buffer | undefined;
}

/** @throws Malformed, and when the server wants another mechanism than NTLM */
export function decodeNegTokenResp(token: Buffer): NegTokenResp {
  const fields = readElements(readOnly(readOnly(token, contextTag(1)), TAG.SEQUENCE));
  const field = (number: number, tag: number): Buffer | undefined => {
    const element = fields.find((candidate) => candidate.tag === contextTag(number));
    return element && readOnly(element.content, tag);
  };
  const mechanism = field(1, TAG.OID);
  if (mechanism && !mechanism.equals(NTLM_OID))
    throw new Malformed('the server wants another login than NTLM');
  const state = field(0, TAG.ENUMERATED);
  return {
    state: state?.length === 1 ? STATES[state.readUInt8(0)] : undefined,
    responseToken: field(2, TAG.OCTET_STRING),
    mechListMic: field(3, TAG.OCTET_STRING),
  };
}
