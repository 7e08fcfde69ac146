// Failures as values, and time that runs while a promise is waited for.

import type { VirtualClock } from '../../../src/base/virtual-clock.ts';
import { StorageError } from '../../../src/storage/storage-error.ts';

/** What a promise fails with. */
export async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  const nothing = Symbol('nothing');
  const reason = await promise.then(
    () => nothing,
    (error: unknown) => error,
  );
  if (reason === nothing) throw new Error('it did not fail');
  return reason;
}

/** The StorageError that a promise fails with. */
export async function storageFailure(promise: Promise<unknown>): Promise<StorageError> {
  const error = await failureOf(promise);
  if (error instanceof StorageError) return error;
  throw error;
}

const REAL_MS = 3;

/** Lets time run until `promise` ends. Sockets are given time of this world between the steps. */
export async function whileTimeRuns<Result>(
  clock: VirtualClock,
  promise: Promise<Result>,
  stepMs = 500,
): Promise<Result> {
  let ended = false;
  const done = () => {
    ended = true;
  };
  promise.then(done, done);
  while (!ended) {
    await new Promise((resolve) => setTimeout(resolve, REAL_MS));
    await clock.advance(stepMs);
  }
  return promise;
}
