// A body cut into the buffers that are sent, with a bound on what is held of all bodies together.

import type { ByteBudget } from './byte-budget.ts';

/** One buffer of a body. `release` must be called once, when it is no longer needed. */
export interface Part {
  /** From 1. */
  readonly number: number;
  readonly bytes: Buffer;
  readonly isLast: boolean;
  readonly release: () => void;
}

export interface Cut {
  readonly partBytes: number;
  /** How much the whole body is expected to give. */
  readonly expectedBytes: number | undefined;
  readonly budget: ByteBudget;
  readonly signal: AbortSignal | undefined;
}

/**
 * Parts of exactly `partBytes` each, but for the last; an empty body is one empty part. A failure of the body
 * passes through. An abort does not wait for a body that hangs.
 */
export async function* cutIntoParts(body: AsyncIterable<Uint8Array>, cut: Cut): AsyncGenerator<Part> {
  const chunks = new Chunks(body, cut.signal);
  try {
    let left = cut.expectedBytes ?? Number.POSITIVE_INFINITY;
    let isLast = false;
    for (let number = 1; !isLast; number += 1) {
      const held = Math.min(cut.partBytes, Math.max(left, 1));
      await cut.budget.take(held, cut.signal);
      const release = once(() => cut.budget.giveBack(held));
      try {
        const bytes = await chunks.take(cut.partBytes);
        isLast = await chunks.ended();
        left -= bytes.length;
        yield { number, bytes, isLast, release };
      } catch (error) {
        release();
        throw error;
      }
    }
  } finally {
    chunks.close();
  }
}

function once(work: () => void): () => void {
  let done = false;
  return () => {
    if (!done) work();
    done = true;
  };
}

/** A body that can be read by the byte. */
class Chunks {
  readonly #iterator: AsyncIterator<Uint8Array>;
  readonly #signal: AbortSignal | undefined;
  #rest: Uint8Array = Buffer.alloc(0);
  #isOver = false;

  constructor(body: AsyncIterable<Uint8Array>, signal: AbortSignal | undefined) {
    this.#iterator = body[Symbol.asyncIterator]();
    this.#signal = signal;
  }

  /** `count` bytes, or what is left. */
  async take(count: number): Promise<Buffer> {
    const taken: Uint8Array[] = [];
    let missing = count;
    while (missing > 0 && !(await this.ended())) {
      const piece = this.#rest.subarray(0, missing);
      this.#rest = this.#rest.subarray(piece.length);
      missing -= piece.length;
      taken.push(piece);
    }
    const [first] = taken;
    return first && taken.length === 1
      ? Buffer.from(first.buffer, first.byteOffset, first.byteLength)
      : Buffer.concat(taken);
  }

  async ended(): Promise<boolean> {
    while (this.#rest.length === 0 && !this.#isOver) {
      const { done, value } = await orAborted(this.#iterator.next(), this.#signal);
      if (done) this.#isOver = true;
      else this.#rest = value;
    }
    return this.#isOver;
  }

  /** Lets the body go, without waiting for it: it may hang. */
  close(): void {
    if (!this.#isOver) Promise.resolve(this.#iterator.return?.()).catch(() => undefined);
  }
}

/** `work`, or the signal's reason when that comes first. */
function orAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return work;
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason);
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}
