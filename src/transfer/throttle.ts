import type { Clock } from '../base/clock.ts';

/** Longest wait before the rate is asked for again, ms. */
const LOOK_AGAIN_MS = 200;
/** What was not used within this time is lost: the largest burst, ms. A busy process stalls for less. */
const BURST_MS = 300;
/** Chunks are let through in pieces of so much time, ms. */
const PIECE_MS = 50;

/** Holds all bytes of a run to one rate. A byte passes when it has been earned, first come, first served. */
export class Throttle {
  readonly #clock: Clock;
  readonly #rate: () => number | null;
  readonly #signal: AbortSignal;
  #turn: Promise<void> = Promise.resolve();
  #earned = 0;
  #countedAt: number;

  /** @param rate bytes per second, asked again and again; null is no limit */
  constructor(clock: Clock, rate: () => number | null, signal: AbortSignal) {
    this.#clock = clock;
    this.#rate = rate;
    this.#signal = signal;
    this.#countedAt = clock.now();
  }

  get limited(): boolean {
    return this.#rate() !== null;
  }

  /** The chunk in pieces, each as soon as it may go. */
  async *pass(chunk: Uint8Array): AsyncGenerator<Uint8Array> {
    let from = 0;
    while (from < chunk.length) {
      const rate = this.#rate();
      const most = rate === null ? chunk.length : Math.max(1, Math.floor((rate * PIECE_MS) / 1000));
      const piece = from === 0 && most >= chunk.length ? chunk : chunk.subarray(from, from + most);
      from += piece.length;
      if (rate !== null) await this.#wait(piece.length);
      yield piece;
    }
  }

  #wait(bytes: number): Promise<void> {
    const turn = this.#turn.then(() => this.#earn(bytes));
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  async #earn(bytes: number): Promise<void> {
    for (;;) {
      this.#signal.throwIfAborted();
      const rate = this.#rate();
      if (rate === null) return;
      const now = this.#clock.now();
      const more = (rate * (now - this.#countedAt)) / 1000;
      this.#earned = Math.min(this.#earned + more, Math.max(bytes, (rate * BURST_MS) / 1000));
      this.#countedAt = now;
      if (this.#earned >= bytes) {
        this.#earned -= bytes;
        return;
      }
      const missingMs = rate > 0 ? Math.ceil(((bytes - this.#earned) * 1000) / rate) : LOOK_AGAIN_MS;
      await this.#clock.sleep(Math.min(missingMs, LOOK_AGAIN_MS), this.#signal);
    }
  }
}
