import type { Clock } from '../base/clock.ts';
import { StorageError } from '../storage/backend.ts';

/** How long a server that broke off is left alone before each further try, ms. */
const PAUSES_MS = [500, 1000, 2000, 4000] as const;

/** What waiting takes. */
export interface Waiting {
  /** Real time, where a server is real: see `TransferControl`. */
  readonly ioClock: Clock;
  readonly signal: AbortSignal;
}

/**
 * Does something that a server may break off, and does it again from its start when that happened, a few times with
 * growing pauses. Storages do by themselves again what they can; this is for what only its beginner can begin anew.
 * @throws whatever `act` throws otherwise, or the last time
 */
export async function again<Result>(waiting: Waiting, act: () => Promise<Result>): Promise<Result> {
  for (const pauseMs of PAUSES_MS) {
    try {
      return await act();
    } catch (error) {
      if (!wasInterrupted(error)) throw error;
    }
    await waiting.ioClock.sleep(pauseMs, waiting.signal);
  }
  return await act();
}

/** Whether the storage asks for another try from the start; errors that say on which side are looked into. */
export function wasInterrupted(error: unknown): boolean {
  const own = error instanceof Error && !(error instanceof StorageError) ? error.cause : error;
  return own instanceof StorageError && own.kind === 'Interrupted';
}
