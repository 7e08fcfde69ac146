// Operations on the content of a file, which is the current file handle.

import type { XdrReader } from '../xdr.ts';
import type { Operation } from './operation.ts';
import { type StateId, writeStateId } from './state-id.ts';

const VERIFIER_BYTES = 8;

export interface ReadResult {
  readonly eof: boolean;
  /** Shares memory with the message. */
  readonly data: Uint8Array;
}

/** RFC 7530 section 16.23. @param count bytes at most */
export function read(state: () => StateId, offset: number, count: number): Operation<ReadResult> {
  return {
    name: 'READ',
    encode: (writer) => {
      writeStateId(writer, state());
      writer.uint64(offset).uint32(count);
    },
    decode: (reader) => ({ eof: reader.bool(), data: reader.opaque(count) }),
  };
}

/** How lasting a write is. RFC 7530 section 16.36 (stable_how4) */
export const UNSTABLE = 0;
export const FILE_SYNC = 2;

export interface WriteResult {
  readonly count: number;
  /** Stands on the disk, and needs no COMMIT. */
  readonly stable: boolean;
  readonly verifier: WriteVerifier;
}

/** Changes when the server begins anew: what it had not committed then may be lost. RFC 7530 section 16.36 */
export type WriteVerifier = bigint;

/** RFC 7530 section 16.36 */
export function write(
  state: () => StateId,
  offset: number,
  data: Uint8Array,
  stability: typeof UNSTABLE | typeof FILE_SYNC,
): Operation<WriteResult> {
  return {
    name: 'WRITE',
    encode: (writer) => {
      writeStateId(writer, state());
      writer.uint64(offset).uint32(stability).uint32(data.length);
    },
    payload: data,
    decode: (reader) => ({
      count: reader.uint32(),
      stable: reader.uint32() !== UNSTABLE,
      verifier: readVerifier(reader),
    }),
  };
}

/** Everything written is to be on the disk. RFC 7530 section 16.3 */
export function commit(): Operation<WriteVerifier> {
  return {
    name: 'COMMIT',
    // Offset 0 and count 0 mean the whole file.
    encode: (writer) => writer.uint64(0).uint32(0),
    decode: readVerifier,
  };
}

function readVerifier(reader: XdrReader): WriteVerifier {
  return reader.fixed(VERIFIER_BYTES).readBigUInt64BE();
}

/** RFC 7862 section 15.11 (data_content4). */
const SEEK_FOR = { data: 0, hole: 1 } as const;

/** Where the next data or the next hole begins at or after `offset`. The end of a file is a hole. RFC 7862 section 15.11 */
export function seek(
  state: () => StateId,
  offset: number,
  what: keyof typeof SEEK_FOR,
): Operation<{ readonly eof: boolean; readonly offset: number }> {
  return {
    name: 'SEEK',
    encode: (writer) => {
      writeStateId(writer, state());
      writer.uint64(offset).uint32(SEEK_FOR[what]);
    },
    decode: (reader) => ({ eof: reader.bool(), offset: reader.size64() }),
  };
}
