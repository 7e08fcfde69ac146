// Bytes of files: RFC 1813 sections 3.3.6, 3.3.7 and 3.3.21.

import type { CallOptions } from '../../backend.ts';
import type { FileHandle, NfsAttributes } from '../nfs-client.ts';
import { XdrError, type XdrReader, XdrWriter } from '../xdr.ts';
import { readPostOp, readWcc } from './attributes.ts';
import type { Nfs3Calls } from './calls.ts';

/** stable_how, RFC 1813 section 3.3.7. */
export const STABLE = { UNSTABLE: 0, DATA_SYNC: 1, FILE_SYNC: 2 } as const;

export interface ReadAnswer {
  readonly attributes: NfsAttributes | undefined;
  readonly data: Uint8Array;
  readonly eof: boolean;
}

export interface WriteAnswer {
  readonly attributes: NfsAttributes | undefined;
  /** Bytes that were taken, from the beginning of what was given; at least one. */
  readonly count: number;
  /** Nothing of it is lost when the server begins anew. */
  readonly isStable: boolean;
  /** Differs after the server began anew. */
  readonly verifier: bigint;
}

/** READ of up to `length` bytes; a server may give fewer. */
export function readBytes(
  calls: Nfs3Calls,
  handle: FileHandle,
  offset: number,
  length: number,
  options?: CallOptions,
): Promise<ReadAnswer> {
  const args = new XdrWriter().opaque(handle).uint64(offset).uint32(length);
  return calls.call('READ', args, (reader) => readRead(reader, length), options);
}

/** WRITE; a server may take only a part. */
export function writeBytes(
  calls: Nfs3Calls,
  handle: FileHandle,
  offset: number,
  data: Uint8Array,
  stable: (typeof STABLE)[keyof typeof STABLE],
  options?: CallOptions,
): Promise<WriteAnswer> {
  const args = new XdrWriter().opaque(handle).uint64(offset).uint32(data.length).uint32(stable);
  const decode = (reader: XdrReader) => readWrite(reader, data.length);
  return calls.call('WRITE', args.uint32(data.length), decode, { ...options, payload: data });
}

/** COMMIT of the whole file. @returns the verifier */
export function commit(calls: Nfs3Calls, handle: FileHandle, options?: CallOptions): Promise<bigint> {
  const start = 0;
  const toTheEnd = 0;
  const args = new XdrWriter().opaque(handle).uint64(start).uint32(toTheEnd);
  const decode = (reader: XdrReader) => {
    readWcc(reader);
    return reader.uint64();
  };
  return calls.call('COMMIT', args, decode, options);
}

function readRead(reader: XdrReader, length: number): ReadAnswer {
  const attributes = readPostOp(reader);
  const count = reader.uint32();
  const eof = reader.bool();
  const data = reader.opaque(length);
  if (data.length !== count) throw new XdrError(`${count} bytes were told and ${data.length} given`);
  return { attributes, data, eof };
}

function readWrite(reader: XdrReader, length: number): WriteAnswer {
  const attributes = readWcc(reader);
  const count = reader.uint32();
  const stable = reader.uint32();
  if (count > length || (count === 0 && length > 0))
    throw new XdrError(`${count} of ${length} bytes were taken`);
  return { attributes, count, isStable: stable !== STABLE.UNSTABLE, verifier: reader.uint64() };
}
