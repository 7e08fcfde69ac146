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
  const until = clock.now() + patience.limitMs;
  let pauseMs = patience.firstPauseMs;
  for (;;) {
    try {
      return await attempt(until - clock.now());
    } catch (error) {
      signal?.throwIfAborted();
      if (!isWorthAnotherTry(error) || clock.now() + pauseMs >= until) throw error;
    }
    await clock.sleep(pauseMs, signal);
    pauseMs = Math.min(pauseMs * 2, patience.longestPauseMs);
  }
}
