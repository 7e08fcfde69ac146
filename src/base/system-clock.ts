import type { Clock } from './clock.ts';
import { clearTimeout, now, setTimeout } from './real-timers.ts';

/** `setTimeout` fires at once for longer waits than this (2^31 - 1 ms). */
const LONGEST_TIMER_MS = 2_147_483_647;

function wait(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, ms);
    signal?.addEventListener('abort', stop, { once: true });
  });
}

/** Real time. `scale` makes its waits shorter: at 60, a minute of this clock's sleep takes a second. */
export function systemClock(scale = 1): Clock {
  const startedAt = now();
  return {
    now: () => (scale === 1 ? now() : startedAt + (now() - startedAt) * scale),
    async sleep(ms, signal) {
      signal?.throwIfAborted();
      let left = ms / scale;
      while (left > 0) {
        await wait(Math.min(left, LONGEST_TIMER_MS), signal);
        left -= LONGEST_TIMER_MS;
      }
    },
  };
}
