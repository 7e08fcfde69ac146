import type { Clock } from '../../../base/clock.ts';

const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 2_000;
/** About half a minute of pauses. */
const MOST_TRIES = 20;

/** Tries that are counted, not timed: each may have waited long for a server that was away. */
export class CountedTries {
  readonly #clock: Clock;
  readonly #signal: AbortSignal;
  #tries = 0;

  /** @param signal ends the pauses */
  constructor(clock: Clock, signal: AbortSignal) {
    this.#clock = clock;
    this.#signal = signal;
  }

  /**
   * Waits until the next try is due: the first two times not at all, then longer each time.
   * @returns false when there were enough
   * @throws the signal's reason
   */
  async next(): Promise<boolean> {
    this.#tries += 1;
    if (this.#tries > MOST_TRIES) return false;
    if (this.#tries > 2) {
      const pauseMs = FIRST_PAUSE_MS * 2 ** (this.#tries - 3);
      await this.#clock.sleep(Math.min(pauseMs, LONGEST_PAUSE_MS), this.#signal);
    }
    return true;
  }
}
