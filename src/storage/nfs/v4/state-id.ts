// What stands for an open file in requests. RFC 7530 section 9.1.4, RFC 8881 section 8.2.

import type { XdrReader, XdrWriter } from '../xdr.ts';

/** Opaque to us: a counter and what the server calls the state. */
export type StateId = Uint8Array;

const STATE_ID_BYTES = 16;

/** No open file. RFC 7530 section 9.1.4.3 */
export const ANONYMOUS: StateId = new Uint8Array(STATE_ID_BYTES);

/** What an earlier operation of the same compound opened. RFC 8881 section 16.2.3.1.2; not in 4.0 */
export const CURRENT: StateId = Uint8Array.of(0, 0, 0, 1, ...new Uint8Array(12));

export function writeStateId(writer: XdrWriter, state: StateId): void {
  writer.fixed(state);
}

/** A copy: it is kept longer than the message. */
export function readStateId(reader: XdrReader): StateId {
  return Buffer.from(reader.fixed(STATE_ID_BYTES));
}

/** The server knows the state no longer, but the file may be opened again. RFC 7530 section 13.1.5, RFC 8881 section 15.1.5 */
const LOST: ReadonlySet<string> = new Set([
  'ADMIN_REVOKED',
  'BAD_STATEID',
  'EXPIRED',
  'OLD_STATEID',
  'STALE_STATEID',
]);

/** Whether `status` says that a state is gone. */
export function isStateLost(status: string): boolean {
  return LOST.has(status);
}
