import type { CallOptions } from '../backend.ts';
import type { OpenFile } from './nfs-client.ts';
import { type Chunks, readChunks } from './read-ahead.ts';

const ZEROS = Buffer.alloc(1024 * 1024);

/** A shorter hole is not worth two questions to the server: from there on everything is read. */
const WORTH_BYTES = 1024 * 1024;

/** What an opened file holds, in chunks of up to 1 MiB. Where the server tells of holes, their zeros are not sent. */
export function readContentOf(
  file: OpenFile,
  chunks: Chunks,
  options: CallOptions,
): AsyncGenerator<Uint8Array> {
  const { usedBytes, sizeBytes } = file.node.attributes;
  const holes = file.seekData !== undefined && usedBytes + WORTH_BYTES <= sizeBytes;
  return holes ? readSparse(file, chunks, options) : readChunks(file, chunks, options);
}

async function* readSparse(file: OpenFile, chunks: Chunks, options: CallOptions): AsyncGenerator<Uint8Array> {
  const end = Math.min(chunks.to, file.node.attributes.sizeBytes);
  for (let at = chunks.from; at < end; ) {
    const data = await file.seekData?.(at, options);
    const from = Math.min(end, data?.from ?? end);
    if (data && from - at < WORTH_BYTES && at > chunks.from) {
      yield* readChunks(file, { ...chunks, from: at }, options);
      return;
    }
    // A file that was cut off ends in no hole.
    if (!data && !(await isThere(file, end, options))) return;
    yield* zeros(from - at);
    at = Math.min(end, data?.to ?? end);
    yield* readChunks(file, { ...chunks, from, to: at }, options);
  }
}

async function isThere(file: OpenFile, end: number, options: CallOptions): Promise<boolean> {
  const { data } = await file.read(end - 1, 1, options);
  return data.length > 0;
}

function* zeros(length: number): Generator<Uint8Array> {
  for (let left = length; left > 0; left -= ZEROS.length) yield ZEROS.subarray(0, left);
}
