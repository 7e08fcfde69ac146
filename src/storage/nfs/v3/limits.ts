// What a server can do: RFC 1813 sections 3.3.19 and 3.3.20.

import type { CallOptions } from '../../backend.ts';
import { type FileHandle, NfsFailure, type NfsLimits } from '../nfs-client.ts';
import { type XdrReader, XdrWriter } from '../xdr.ts';
import { readPostOp, readTime } from './attributes.ts';
import type { Nfs3Calls } from './calls.ts';

/** Larger requests gain nothing, and cost memory. */
const MOST_BYTES = 1 << 20;
/** A server that says less makes a mistake. */
const FEWEST_BYTES = 512;
/** Of file names everywhere. */
const NAME_BYTES = 255;

/** FSINFO and PATHCONF of an export. */
export async function readLimits(
  calls: Nfs3Calls,
  root: FileHandle,
  inFlight: number,
  options?: CallOptions,
): Promise<NfsLimits> {
  const args = new XdrWriter().opaque(root);
  const [info, maxNameBytes] = await Promise.all([
    calls.call('FSINFO', args, readInfo, options),
    calls.call('PATHCONF', args, readMaxName, options).catch(usualMaxName),
  ]);
  return { ...info, maxNameBytes, inFlight };
}

function readInfo(reader: XdrReader): Omit<NfsLimits, 'maxNameBytes' | 'inFlight'> {
  readPostOp(reader);
  const sizes = Array.from({ length: 7 }, () => reader.uint32());
  const [rtmax = 0, , , wtmax = 0] = sizes;
  const maxFileBytes = reader.uint64();
  const step = readTime(reader);
  return {
    readBytes: within(rtmax),
    writeBytes: within(wtmax),
    maxFileBytes: Number(
      maxFileBytes < BigInt(Number.MAX_SAFE_INTEGER) ? maxFileBytes : Number.MAX_SAFE_INTEGER,
    ),
    timeStepNs: step > 0n ? step : 1n,
  };
}

function readMaxName(reader: XdrReader): number {
  readPostOp(reader);
  reader.uint32();
  return Math.min(reader.uint32() || NAME_BYTES, NAME_BYTES);
}

/** Not every server answers to PATHCONF. */
function usualMaxName(error: unknown): number {
  if (error instanceof NfsFailure) return NAME_BYTES;
  throw error;
}

const within = (bytes: number) => Math.min(MOST_BYTES, Math.max(FEWEST_BYTES, bytes));
