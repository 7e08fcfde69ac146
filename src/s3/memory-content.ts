import type { Content, ContentPiece, ContentSink, ContentStore } from './object-store.ts';
import { s3Error } from './s3-error.ts';

/** Content as the chunks that came in; nothing is copied, neither on the way in nor on the way out. */
class MemoryContent implements Content {
  readonly sizeBytes: number;
  readonly #chunks: readonly Buffer[];

  constructor(chunks: readonly Buffer[], sizeBytes: number) {
    this.#chunks = chunks;
    this.sizeBytes = sizeBytes;
  }

  *read(start: number, end: number): Generator<Buffer> {
    let at = 0;
    for (const chunk of this.#chunks) {
      const next = at + chunk.length;
      if (at >= end) return;
      if (next > start) {
        const whole = start <= at && next <= end;
        yield whole ? chunk : chunk.subarray(Math.max(0, start - at), Math.min(chunk.length, end - at));
      }
      at = next;
    }
  }
}

/** Keeps content in memory, at most `limitBytes` of it; what shares bytes counts as if it did not. */
export function memoryContentStore(limitBytes: number): ContentStore {
  let heldBytes = 0;
  const hold = (bytes: number) => {
    if (heldBytes + bytes > limitBytes) {
      throw s3Error(
        'InsufficientStorage',
        `The in-memory buckets are full: they hold ${heldBytes} of at most ${limitBytes} bytes. Delete objects, or allow more memory.`,
      );
    }
    heldBytes += bytes;
  };

  const receive = (): ContentSink => {
    const chunks: Buffer[] = [];
    let sizeBytes = 0;
    return {
      write(chunk) {
        hold(chunk.length);
        chunks.push(chunk);
        sizeBytes += chunk.length;
      },
      finish: () => new MemoryContent(chunks, sizeBytes),
      abandon() {
        heldBytes -= sizeBytes;
        sizeBytes = 0;
        chunks.length = 0;
      },
    };
  };

  const join = (pieces: readonly ContentPiece[]): Content => {
    const sizeBytes = pieces.reduce((sum, piece) => sum + piece.end - piece.start, 0);
    hold(sizeBytes);
    const chunks = pieces.flatMap((piece) => [
      ...(piece.content.read(piece.start, piece.end) as Iterable<Buffer>),
    ]);
    return new MemoryContent(chunks, sizeBytes);
  };

  return {
    receive,
    join,
    release(content) {
      heldBytes -= content.sizeBytes;
    },
  };
}
