import type { CallOptions } from '../backend.ts';
import type { NfsLimits, OpenFile } from './nfs-client.ts';

const CHUNK_BYTES = 1024 * 1024;
/** Asked for and not yet taken, of one file. */
const AHEAD_BYTES = 8 * CHUNK_BYTES;

export interface Chunks {
  /** First byte. */
  readonly from: number;
  /** Behind the last byte that is wanted; there may be fewer. */
  readonly to: number;
  readonly limits: Pick<NfsLimits, 'readBytes' | 'inFlight'>;
}

interface Piece {
  readonly data: Uint8Array;
  readonly eof: boolean;
}

/** The content of an opened file in chunks of up to 1 MiB, in order, with many READs in flight. */
export async function* readChunks(
  file: OpenFile,
  { from, to, limits }: Chunks,
  options: CallOptions,
): AsyncGenerator<Uint8Array> {
  const chunkBytes = Math.min(CHUNK_BYTES, limits.readBytes);
  const width = Math.max(1, Math.min(limits.inFlight, Math.ceil(AHEAD_BYTES / chunkBytes)));
  const ahead: Promise<Piece>[] = [];
  let next = from;
  // What was there when it was opened; a file that has grown is read to its end all the same.
  let end = Math.min(to, file.node.attributes.sizeBytes);
  const ask = () => {
    while (ahead.length < width && next < end) {
      const length = Math.min(chunkBytes, end - next);
      const piece = readPiece(file, next, length, options);
      // Looked at when its turn comes.
      piece.catch(() => undefined);
      ahead.push(piece);
      next += length;
    }
  };
  try {
    ask();
    for (let piece = await ahead.shift(); piece; piece = await ahead.shift()) {
      const { data, eof } = piece;
      if (eof && ahead.length > 0) await Promise.allSettled(ahead.splice(0));
      if (eof) end = next;
      else if (ahead.length === 0 && next === end) end = Math.min(to, end + chunkBytes);
      ask();
      if (data.length > 0) yield data;
    }
  } finally {
    await Promise.allSettled(ahead);
  }
}

/** Up to `length` bytes; fewer at the end of the file only, even when a server gives them by and by. */
async function readPiece(
  file: OpenFile,
  offset: number,
  length: number,
  options: CallOptions,
): Promise<Piece> {
  const first = await file.read(offset, length, options);
  if (first.eof || first.data.length === length) return first;
  const parts = [first.data];
  let size = first.data.length;
  for (;;) {
    const { data, eof } = await file.read(offset + size, length - size, options);
    if (data.length === 0 && !eof) throw new Error('The server gives neither bytes nor the end of the file');
    parts.push(data);
    size += data.length;
    if (eof || size === length) return { data: Buffer.concat(parts, size), eof };
  }
}
