/**
 * The only source of time. Everything that waits or stamps is handed one; nothing reads the machine's
 * clock by itself, so that a test (or a user who freezes time) decides what "now" is.
 */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /**
   * Resolves once `ms` milliseconds of this clock have passed.
   * @throws the signal's reason, when `signal` aborts first.
   */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}
