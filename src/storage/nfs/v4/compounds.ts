// Compounds as files and names need them: a server that asks for patience gets it.

import type { Clock } from '../../../base/clock.ts';
import { type Patience, Tries } from '../../wire/patience.ts';
import type { Operations, Results } from './compound.ts';
import type { Conversation, Reply } from './conversation.ts';

/**
 * What a server says when it cannot do a thing just now. GRACE: it began anew and lets its earlier clients claim what
 * they held; Linux servers take 90 s for that. RFC 7530 sections 13.1.1.3, 13.1.2.7 and 13.1.9.1
 */
const PATIENCE: Readonly<Record<string, Patience>> = {
  DELAY: { firstPauseMs: 20, longestPauseMs: 2_000, limitMs: 60_000 },
  GRACE: { firstPauseMs: 200, longestPauseMs: 2_000, limitMs: 120_000 },
  RESOURCE: { firstPauseMs: 100, longestPauseMs: 2_000, limitMs: 10_000 },
};

export class Compounds {
  readonly conversation: Conversation;
  readonly #clock: Clock;

  constructor(conversation: Conversation, clock: Clock) {
    this.conversation = conversation;
    this.#clock = clock;
  }

  /** What all operations answered. @throws NfsFailure when one failed */
  async all<const Ops extends Operations>(operations: Ops, signal?: AbortSignal): Promise<Results<Ops>> {
    const { results, failure } = await this.attempt(operations, signal);
    if (failure) throw failure;
    return results as Results<Ops>;
  }

  /** What became of a compound. @param signal ends the waiting for a better moment */
  async attempt<const Ops extends Operations>(operations: Ops, signal?: AbortSignal): Promise<Reply<Ops>> {
    let tries: Map<string, Tries> | undefined;
    let again = false;
    for (;;) {
      const reply = await this.conversation.send(operations);
      again ||= reply.again;
      const status = reply.failure?.status;
      const patience = status === undefined ? undefined : PATIENCE[status];
      if (status === undefined || patience === undefined || isHalfDone(operations, reply.done)) {
        return { ...reply, again };
      }
      tries ??= new Map();
      if (!tries.has(status)) tries.set(status, await begun(patience, this.#clock));
      if (!(await tries.get(status)?.next(signal))) return { ...reply, again };
    }
  }
}

/** Tries whose first is over. */
async function begun(patience: Patience, clock: Clock): Promise<Tries> {
  const tries = new Tries(patience, clock);
  await tries.next();
  return tries;
}

/** Whether something was done that may not be done twice. */
function isHalfDone(operations: Operations, done: number): boolean {
  return operations.slice(0, done).some(({ once }) => once);
}
