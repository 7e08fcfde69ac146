// Operations that say who a client of 4.0 is, and that it is still there.

import type { XdrReader } from '../xdr.ts';
import { nothing, type Operation } from './operation.ts';
import type { ClientOwner } from './session-operations.ts';

const VERIFIER_BYTES = 8;

/** Where nobody listens: without a way to call us back a server grants no delegations. */
const CALLBACK = { program: 0x4000_0000, network: 'tcp', address: '0.0.0.0.0.0', ident: 1 };

export interface UnconfirmedClientId {
  readonly clientId: bigint;
  /** To be given back in SETCLIENTID_CONFIRM. */
  readonly verifier: Uint8Array;
}

/** RFC 7530 section 16.33 */
export function setClientId({ name, verifier }: ClientOwner): Operation<UnconfirmedClientId> {
  return {
    name: 'SETCLIENTID',
    encode: (writer) => {
      writer.fixed(verifier).string(name);
      writer
        .uint32(CALLBACK.program)
        .string(CALLBACK.network)
        .string(CALLBACK.address)
        .uint32(CALLBACK.ident);
    },
    decode: (reader: XdrReader) => ({
      clientId: reader.uint64(),
      verifier: Buffer.from(reader.fixed(VERIFIER_BYTES)),
    }),
  };
}

/** RFC 7530 section 16.34 */
export function setClientIdConfirm({ clientId, verifier }: UnconfirmedClientId): Operation<void> {
  return {
    name: 'SETCLIENTID_CONFIRM',
    encode: (writer) => writer.uint64(clientId).fixed(verifier),
    decode: nothing,
  };
}

/** Everything that we hold is still wanted. RFC 7530 section 16.28 */
export function renew(clientId: () => bigint): Operation<void> {
  return { name: 'RENEW', encode: (writer) => writer.uint64(clientId()), decode: nothing };
}
