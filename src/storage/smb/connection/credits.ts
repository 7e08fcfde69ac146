// Credits and message ids (MS-SMB2 3.2.4.1.2 and 3.2.4.1.5): what may be sent, and under which number.

/** Something that waits until it may be sent. */
export interface Waiting {
  /** Credits it takes, and message ids. */
  readonly charge: number;
  start(firstMessageId: number): void;
}

/** What is asked of the server, in all: 32 MiB of payload in flight. */
export const WANTED_CREDITS = 512;
/** With as many in flight, one is kept back: a server that is at work on all of them can still be asked for an ECHO. */
const ENOUGH_TO_SPARE_ONE = 64;
const CREDIT_BYTES = 64 << 10;

/** Credits for a payload sent or asked for (MS-SMB2 3.1.5.2). */
export function chargeFor(payloadBytes: number): number {
  return Math.max(1, Math.ceil(payloadBytes / CREDIT_BYTES));
}

/** First come, first served: a large request that waits is not overtaken by small ones. */
export class Credits<One extends Waiting = Waiting> {
  #free = 1;
  #taken = 0;
  #nextMessageId = 0;
  #queue: One[] = [];

  /** Starts it now, or when the credits for it are there. */
  enqueue(waiting: One): void {
    this.#queue.push(waiting);
    this.#startWhatCan();
  }

  /** Whether it was still waiting. */
  withdraw(waiting: One): boolean {
    const index = this.#queue.indexOf(waiting);
    if (index >= 0) this.#queue.splice(index, 1);
    this.#startWhatCan();
    return index >= 0;
  }

  /** Empties the queue. */
  dismiss(): readonly One[] {
    return this.#queue.splice(0);
  }

  /** A message id for one that may not wait; undefined without a credit. */
  takeOne(): number | undefined {
    return this.#free > 0 ? this.#take(1) : undefined;
  }

  /** The server granted credits in an answer. */
  grant(credits: number): void {
    this.#free += credits;
    this.#startWhatCan();
  }

  /** A request is answered for good; its credits do not come back by themselves. */
  settle(charge: number): void {
    this.#taken -= charge;
  }

  /** What the next request is to ask for: its own credits again, and what is missing. @param charge of that request */
  toRequest(charge: number): number {
    return charge + Math.max(0, WANTED_CREDITS - this.#free - this.#taken);
  }

  /** Credits that the first in the queue lacks; 0 when nobody waits. */
  get missing(): number {
    const [first] = this.#queue;
    return first === undefined ? 0 : Math.max(0, first.charge - this.#free);
  }

  #startWhatCan(): void {
    for (;;) {
      const [first] = this.#queue;
      const kept = this.#taken > ENOUGH_TO_SPARE_ONE ? 1 : 0;
      if (first === undefined || this.#free - kept < first.charge) return;
      this.#queue.shift();
      first.start(this.#take(first.charge));
    }
  }

  #take(credits: number): number {
    const messageId = this.#nextMessageId;
    this.#nextMessageId += credits;
    this.#free -= credits;
    this.#taken += credits;
    return messageId;
  }
}
