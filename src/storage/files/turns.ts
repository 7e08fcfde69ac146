import { setImmediate } from '../../base/real-timers.ts';

/** How long the thread may be held before everybody else gets a turn, microseconds. */
const TURN_US = 300;

/**
 * Keeps synchronous work from starving the event loop. A synchronous call on a small file costs a few
 * microseconds, a promise of the same call costs several times as much; so calls are made synchronously, and
 * every `TURN_US` of them the event loop goes round once.
 */
export class Turns {
  #spentUs = 0;
  #next: Promise<void> | undefined;

  /** Waits until work of about `costUs` microseconds may be done at once. */
  async take(costUs: number): Promise<void> {
    while (this.#spentUs >= TURN_US) await this.#turn();
    this.#spentUs += costUs;
  }

  #turn(): Promise<void> {
    this.#next ??= new Promise((resolve) =>
      setImmediate(() => {
        this.#spentUs = 0;
        this.#next = undefined;
        resolve();
      }),
    );
    return this.#next;
  }
}
