import type { Clock } from './clock.ts';
import { nextTurn } from './real-timers.ts';

/** Work that waits for the emulator's clock for so long, in real ms, and does nothing else, counts as waiting. */
const QUIET_MS = 40;

/**
 * Who is at work and who only waits for a clock that may be held. Whoever moves that clock by hand waits for quiet
 * between two steps: what one step has begun is done before the next one comes.
 */
export class Activity {
  readonly #real: Clock;
  #working = 0;
  #sleeping = 0;
  #signs = 0;
  #onChange: (() => void)[] = [];

  /** @param real time that cannot be held */
  constructor(real: Clock) {
    this.#real = real;
  }

  /** Counts as work until it is settled. */
  async during<Result>(work: () => Promise<Result>): Promise<Result> {
    this.#working += 1;
    try {
      return await work();
    } finally {
      this.#working -= 1;
      this.#changed();
    }
  }

  /** Called within `during`: all of that work does nothing but wait until `wait` is settled. */
  async waiting<Result>(wait: Promise<Result>): Promise<Result> {
    this.#working -= 1;
    this.#changed();
    try {
      return await wait;
    } finally {
      this.#working += 1;
    }
  }

  /** A sign of life of something at work. */
  sign(): void {
    this.#signs += 1;
  }

  /** `clock` for parts of a work: while one of them sleeps by it, others may go on. */
  inside(clock: Clock): Clock {
    return {
      now: () => clock.now(),
      sleep: async (ms, signal) => {
        this.#sleeping += 1;
        try {
          await clock.sleep(ms, signal);
        } finally {
          this.#sleeping -= 1;
          this.sign();
        }
      },
    };
  }

  /** Resolves when nothing goes on any more but waiting for the clock. */
  async quiet(): Promise<void> {
    await nextTurn();
    while (this.#working > 0) {
      const { signs, sleeping } = { signs: this.#signs, sleeping: this.#sleeping };
      await this.#changeOrPause();
      if (this.#working > 0 && sleeping > 0 && this.#sleeping >= sleeping && signs === this.#signs) return;
      await nextTurn();
    }
  }

  #changed(): void {
    for (const tell of this.#onChange.splice(0)) tell();
  }

  async #changeOrPause(): Promise<void> {
    const pause = new AbortController();
    const change = new Promise<void>((resolve) => this.#onChange.push(resolve));
    await Promise.race([change, this.#real.sleep(QUIET_MS, pause.signal).catch(() => undefined)]);
    pause.abort();
  }
}
