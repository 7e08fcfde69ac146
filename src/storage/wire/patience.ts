import type { Clock } from '../../base/clock.ts';

/** How long something is tried, and how often. */
export interface Patience {
  readonly firstPauseMs: number;
  /** Pauses double up to this. */
  readonly longestPauseMs: number;
  /** No try begins later than this after the first one. */
  readonly limitMs: number;
}

/** For a connection that broke in the middle of work: a server that is started anew is waited for. */
export const RECONNECTING: Patience = { firstPauseMs: 50, longestPauseMs: 2_000, limitMs: 30_000 };

/** For the first connection to a server, when a location is opened. */
export const OPENING: Patience = { firstPauseMs: 250, longestPauseMs: 2_000, limitMs: 10_000 };

/** For a server that was waited for in vain: what is asked of it from then on is tried once. */
export const NO_PATIENCE: Patience = { firstPauseMs: 50, longestPauseMs: 50, limitMs: 0 };

/** The tries of one thing, spaced out. */
export class Tries {
  readonly patience: Patience;
  readonly #clock: Clock;
  readonly #until: number;
  #pauseMs = 0;

  constructor(patience: Patience, clock: Clock) {
    this.patience = patience;
    this.#clock = clock;
    this.#until = clock.now() + patience.limitMs;
  }

  /** Negative once patience is over. */
  get leftMs(): number {
    return this.#until - this.#clock.now();
  }

  /**
   * Waits until the next try is due: the first time not at all, then longer each time.
   * @returns false when patience is over
   * @throws the signal's reason
   */
  async next(signal?: AbortSignal): Promise<boolean> {
    const pauseMs = this.#pauseMs;
    this.#pauseMs = Math.min(Math.max(pauseMs * 2, this.patience.firstPauseMs), this.patience.longestPauseMs);
    if (pauseMs === 0) return true;
    if (pauseMs >= this.leftMs) return false;
    await this.#clock.sleep(pauseMs, signal);
    return true;
  }
}

export interface PersistOptions {
  readonly patience: Patience;
  readonly clock: Clock;
  readonly signal?: AbortSignal | undefined;
  /** Whether another try may go better. */
  isWorthAnotherTry(error: unknown): boolean;
}

/**
 * The result of `attempt`, which is tried until it succeeds or patience ends.
 * @param attempt is told how many milliseconds are left
 * @throws the last failure, or the first that is not worth another try; the signal's reason
 */
export async function persist<Result>(
  attempt: (leftMs: number) => Promise<Result>,
  { patience, clock, signal, isWorthAnotherTry }: PersistOptions,
): Promise<Result> {
  const tries = new Tries(patience, clock);
  let last: unknown;
  while (await tries.next(signal)) {
    try {
      return await attempt(tries.leftMs);
    } catch (error) {
      signal?.throwIfAborted();
      if (!isWorthAnotherTry(error)) throw error;
      last = error;
    }
  }
  throw last;
}
