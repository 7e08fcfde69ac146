// Requests that a server has not answered yet, by their message id (MS-SMB2 3.2.1.7).

import { COMMANDS, FLAGS, type ResponseHeader } from '../message/header.ts';
import { Malformed } from '../message/malformed.ts';
import { NT_STATUS } from '../nt-status.ts';
import type { Call, Outgoing } from './call.ts';
import type { Protected } from './guard.ts';

/** One request that was sent. */
export interface Slot {
  readonly messageId: number;
  readonly call: Call;
  readonly index: number;
  readonly request: Outgoing;
  readonly charge: number;
  /** How it was sent, and so how the answer must come. */
  readonly how: Protected;
  /** The server's own number for it, once it said that it takes its time. */
  asyncId: bigint | undefined;
  interimAnswers: number;
  /** Aborted when the answer is there; only with interim answers. */
  answered: AbortController | undefined;
}

/** One is usual (MS-SMB2 3.3.4.2). */
const MOST_INTERIM_ANSWERS = 4;

export class InFlight {
  readonly #slots = new Map<number, Slot>();

  get size(): number {
    return this.#slots.size;
  }

  add(slot: Slot): void {
    this.#slots.set(slot.messageId, slot);
  }

  /** The request that a message answers. @throws Malformed when it answers none */
  slotOf({ messageId, command }: ResponseHeader): Slot {
    const slot = this.#slots.get(messageId);
    if (slot === undefined) throw new Malformed(`an answer is to message ${messageId}, which waits for none`);
    if (command !== COMMANDS[slot.request.command]) {
      throw new Malformed(`the answer to ${slot.request.command} is one to another command (${command})`);
    }
    return slot;
  }

  /** Whether it was an interim answer: the server works on it, and tells a number to cancel it by. @throws Malformed */
  isInterim(slot: Slot, { status, asyncId, flags }: ResponseHeader): boolean {
    if (status !== NT_STATUS.PENDING) return false;
    if (!(flags & FLAGS.ASYNC_COMMAND)) throw new Malformed('STATUS_PENDING came without an AsyncId');
    slot.asyncId = asyncId;
    slot.interimAnswers += 1;
    if (slot.interimAnswers > MOST_INTERIM_ANSWERS) {
      throw new Malformed(`${slot.request.command} is answered with STATUS_PENDING again and again`);
    }
    return true;
  }

  /** The answer is there. */
  settle(slot: Slot): void {
    this.#slots.delete(slot.messageId);
    slot.answered?.abort();
  }

  of(call: Call): readonly Slot[] {
    return [...this.#slots.values()].filter((slot) => slot.call === call);
  }

  /** No answer will come any more. */
  clear(): readonly Slot[] {
    const slots = [...this.#slots.values()];
    for (const slot of slots) this.settle(slot);
    return slots;
  }
}
