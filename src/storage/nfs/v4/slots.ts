/** A place for one request at a time, in which the server remembers the last answer. RFC 8881 section 2.10.6.1 */
export interface Slot {
  readonly id: number;
  /** Of the next request. */
  sequence: number;
}

/** The slots of a session. */
export class Slots {
  /** The lowest are at the end and are taken first. */
  readonly #free: Slot[];
  /** Above what the server wants to see used. */
  #resting: Slot[] = [];
  readonly #waiting: ((slot: Slot) => void)[] = [];
  readonly #last: number;
  #highest: number;

  constructor(count: number) {
    this.#last = count - 1;
    this.#highest = this.#last;
    this.#free = Array.from({ length: count }, (_, index) => ({ id: count - 1 - index, sequence: 1 }));
  }

  /** The highest that is in use. */
  get highest(): number {
    return this.#highest;
  }

  /** Resolves when a slot is free; it is to be given back. */
  async take(): Promise<Slot> {
    return this.#free.pop() ?? new Promise((resolve) => this.#waiting.push(resolve));
  }

  giveBack(slot: Slot): void {
    if (slot.id > this.#highest) {
      this.#resting.push(slot);
      return;
    }
    const next = this.#waiting.shift();
    if (next) next(slot);
    else this.#free.push(slot);
  }

  /** The server wants fewer slots used, or more again. Slot 0 always is. RFC 8881 section 2.10.6.1 */
  limit(wanted: number): void {
    const highest = Math.min(wanted, this.#last);
    if (highest === this.#highest) return;
    this.#highest = highest;
    const idle = [...this.#resting.splice(0), ...this.#free.splice(0)];
    for (const slot of idle.sort((one, other) => other.id - one.id)) this.giveBack(slot);
  }
}
