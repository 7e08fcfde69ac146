import type { Clock } from '../../../base/clock.ts';

/** Nobody waits longer for a server that is left anyway. */
const LONGEST_MS = 2_000;

/** Tells a server that it may forget us. That it did not hear it is no failure: its lease ends. */
export async function farewell(clock: Clock, say: () => Promise<void>): Promise<void> {
  const done = new AbortController();
  const said = say().catch(() => undefined);
  await Promise.race([said, clock.sleep(LONGEST_MS, done.signal).catch(() => undefined)]);
  done.abort();
}
