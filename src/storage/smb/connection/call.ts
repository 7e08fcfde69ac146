// Requests that go out in one frame, and the wait for their answers.

import { setMaxListeners } from 'node:events';
import type { CommandName, ResponseHeader } from '../message/header.ts';
import type { Waiting } from './credits.ts';

/** One request, as a connection sends it. */
export interface Outgoing {
  readonly command: CommandName;
  readonly body: Uint8Array;
  readonly payload?: readonly Uint8Array[] | undefined;
  /** See `SmbRequest`. */
  readonly payloadBytes?: number | undefined;
  /** Takes the answer when the caller has gone away meanwhile. */
  onLate?(answer: Answer): void;
}

export interface Answer {
  readonly status: number;
  readonly header: ResponseHeader;
  readonly message: Buffer;
}

export interface CallInput {
  readonly requests: readonly Outgoing[];
  /** Credits of each request. */
  readonly charges: readonly number[];
  readonly signal?: AbortSignal | undefined;
  /** Sends them, once there are credits. */
  send(call: Call, firstMessageId: number): void;
  /** The signal came before all were answered. */
  onAbort(call: Call): void;
}

/** Over when all requests are answered or when it failed, whichever comes first. */
export class Call implements Waiting {
  readonly requests: readonly Outgoing[];
  readonly charges: readonly number[];
  readonly charge: number;
  readonly done: Promise<readonly Answer[]>;
  readonly #input: CallInput;
  readonly #answers: Answer[] = [];
  #left: number;
  #isOver = false;
  #resolve: (answers: readonly Answer[]) => void = () => undefined;
  #reject: (error: unknown) => void = () => undefined;

  constructor(input: CallInput) {
    this.#input = input;
    this.requests = input.requests;
    this.charges = input.charges;
    this.charge = input.charges.reduce((sum, charge) => sum + charge, 0);
    this.#left = input.requests.length;
    this.done = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    if (input.signal === undefined) return;
    // Hundreds of calls may share a signal, and none of them is a leak.
    setMaxListeners(0, input.signal);
    input.signal.addEventListener('abort', this.#aborted);
  }

  start(firstMessageId: number): void {
    this.#input.send(this, firstMessageId);
  }

  /** @param index of the request */
  answer(index: number, answer: Answer): void {
    if (this.#isOver) {
      this.requests[index]?.onLate?.(answer);
      return;
    }
    this.#answers[index] = answer;
    this.#left -= 1;
    if (this.#left > 0) return;
    this.#end();
    this.#resolve(this.#answers);
  }

  /** Answers that come later go to `onLate`, and those that came already too. */
  fail(error: unknown): void {
    if (this.#isOver) return;
    this.#end();
    this.#reject(error);
    this.#answers.forEach((answer, index) => {
      this.requests[index]?.onLate?.(answer);
    });
  }

  #end(): void {
    this.#isOver = true;
    this.#input.signal?.removeEventListener('abort', this.#aborted);
  }

  readonly #aborted = () => {
    this.#input.onAbort(this);
  };
}
