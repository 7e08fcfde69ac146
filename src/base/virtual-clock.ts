import type { Clock } from './clock.ts';
import { nextTurn } from './real-timers.ts';
import { Sleepers } from './sleepers.ts';

/** Time that stands still until it is advanced. */
export class VirtualClock implements Clock {
  #now: number;
  readonly #sleepers = new Sleepers();

  /** @param startAt milliseconds since the epoch */
  constructor(startAt = Date.UTC(2026, 0, 1)) {
    this.#now = startAt;
  }

  now(): number {
    return this.#now;
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    if (ms > 0) await this.#sleepers.add(this.#now + ms, signal);
  }

  /**
   * Moves time forward by `ms`, waking sleepers in the order of their times. What a sleeper starts when it
   * wakes runs before the next one wakes, so a schedule that fires hourly fires once for each hour passed.
   */
  async advance(ms: number): Promise<void> {
    await nextTurn();
    const until = this.#now + ms;
    for (let at = this.#sleepers.nextAt; at !== undefined && at <= until; at = this.#sleepers.nextAt) {
      this.#now = Math.max(this.#now, at);
      this.#sleepers.wakeFirst();
      await nextTurn();
    }
    this.#now = until;
    await nextTurn();
  }

  /** How many wait now. */
  get sleeping(): number {
    return this.#sleepers.count;
  }
}
