// A session of 4.1 or 4.2: exactly-once answers through broken connections, and a new session when one is lost.

import { setMaxListeners } from 'node:events';
import type { Clock } from '../../../base/clock.ts';
import type { NfsFailure } from '../nfs-client.ts';
import type { RpcClient } from '../rpc-client.ts';
import type { MinorVersion, Operations, Results } from './compound.ts';
import {
  type Conversation,
  type ConversationLimits,
  callOnce,
  notKnown,
  type Reply,
} from './conversation.ts';
import { CountedTries } from './counted-tries.ts';
import { type Established, establish, Identity, inSlot } from './establish.ts';
import { farewell } from './farewell.ts';
import { keepLease } from './lease.ts';
import { destroyClientId, destroySession, reclaimComplete, type Sequenced } from './session-operations.ts';
import type { Slot } from './slots.ts';

/** SEQUENCE in front of every compound. */
const OWN_OPERATIONS = 1;

/** The session is of no use any more. RFC 8881 sections 15.1.11 and 15.1.12 */
const SESSION_LOST: ReadonlySet<string> = new Set([
  'BADSESSION',
  'BADSLOT',
  'BAD_HIGH_SLOT',
  'BAD_SESSION_DIGEST',
  'CONN_NOT_BOUND_TO_SESSION',
  'DEADSESSION',
  'SEQ_FALSE_RETRY',
  'SEQ_MISORDERED',
  'STALE_CLIENTID',
]);

/** A new session may be had a little later. */
const PASSING: ReadonlySet<string> = new Set([...SESSION_LOST, 'CLIENTID_BUSY', 'DELAY']);

/** @throws NfsFailure MINOR_VERS_MISMATCH when the server has no such minor version */
export async function openSession(rpc: RpcClient, minorVersion: 1 | 2, clock: Clock): Promise<Session> {
  const session = new Session(rpc, minorVersion, clock);
  await session.open();
  return session;
}

/** Made by `openSession`. */
export class Session implements Conversation {
  readonly minorVersion: MinorVersion;
  readonly #rpc: RpcClient;
  readonly #clock: Clock;
  readonly #identity = new Identity();
  readonly #closed = new AbortController();
  #current: Established | undefined;
  #establishing: Promise<Established> | undefined;
  #lastUsed = 0;
  #reclaiming = false;

  constructor(rpc: RpcClient, minorVersion: MinorVersion, clock: Clock) {
    this.#rpc = rpc;
    this.minorVersion = minorVersion;
    this.#clock = clock;
    // Every call that pauses listens to it.
    setMaxListeners(0, this.#closed.signal);
  }

  async open(): Promise<void> {
    await this.#working();
  }

  get clientId(): bigint {
    return this.#current?.clientId ?? 0n;
  }

  get limits(): ConversationLimits {
    if (!this.#current) throw new TypeError('The session was not opened.');
    const { requestBytes, responseBytes, operations, requests } = this.#current.channel;
    return { inFlight: requests, requestBytes, responseBytes, operations: operations - OWN_OPERATIONS };
  }

  async send<Ops extends Operations>(operations: Ops): Promise<Reply<Ops>> {
    const tries = new CountedTries(this.#clock, this.#closed.signal);
    let again = false;
    let last: NfsFailure | undefined;
    while (await tries.next()) {
      const session = await this.#working();
      const slot = await session.slots.take();
      try {
        if (session.broken) continue;
        const reply = await this.#sendIn(session, slot, operations);
        again ||= reply.again;
        last = reply.failure;
        if (last?.procedure !== 'SEQUENCE' || !this.#passes(session, slot, last.status))
          return { ...reply, again };
        if (last.status === 'RETRY_UNCACHED_REP') again = true;
      } finally {
        session.slots.giveBack(slot);
      }
    }
    throw last ? notKnown(this.#rpc, last) : new TypeError('A session is always tried once.');
  }

  keepAlive(leaseMs: number): void {
    keepLease({
      leaseMs,
      clock: this.#clock,
      signal: this.#closed.signal,
      lastUsed: () => this.#lastUsed,
      renew: () => this.send([]),
    });
  }

  async close(): Promise<void> {
    if (this.#closed.signal.aborted) return;
    this.#closed.abort(new Error('The client was closed.'));
    const session = this.#current;
    if (session && !session.broken) await farewell(this.#clock, () => this.#leave(session));
    this.#rpc.close();
  }

  async #leave({ sessionId, clientId }: Established): Promise<void> {
    await callOnce(this.#rpc, this.minorVersion, [destroySession(sessionId)]);
    await callOnce(this.#rpc, this.minorVersion, [destroyClientId(clientId)]);
  }

  /** One compound in one slot. */
  async #sendIn<Ops extends Operations>(
    session: Established,
    slot: Slot,
    operations: Ops,
  ): Promise<Reply<Ops>> {
    const { sequence } = slot;
    const cached = operations.some(({ once }) => once);
    const sequenced = inSlot(session, slot, cached);
    try {
      const whole = await callOnce(this.#rpc, this.minorVersion, [sequenced, ...operations]);
      const [first, ...results] = whole.results as [Sequenced | undefined, ...unknown[]];
      if (first) this.#heed(session, first);
      // The server answers what is sent again in the same slot from its memory, unless the session is gone.
      const again = first === undefined && whole.again;
      return {
        ...whole,
        results: results as Partial<Results<Ops>>,
        done: Math.max(0, whole.done - 1),
        again,
      };
    } catch (error) {
      // Nobody knows whether the server has counted this request.
      if (slot.sequence === sequence) session.broken = true;
      throw error;
    }
  }

  #heed(session: Established, { targetHighestSlot, reclaimNeeded }: Sequenced): void {
    this.#lastUsed = this.#clock.now();
    session.slots.limit(targetHighestSlot);
    if (reclaimNeeded) this.#completeReclaim();
  }

  /** The server began anew and kept the session, but waits to hear that nothing is claimed. */
  #completeReclaim(): void {
    if (this.#reclaiming) return;
    this.#reclaiming = true;
    const done = () => {
      this.#reclaiming = false;
    };
    this.send([reclaimComplete()]).then(done, done);
  }

  /** Whether a SEQUENCE that failed is worth another; what has to be done before is done. */
  #passes(session: Established, slot: Slot, status: string): boolean {
    if (SESSION_LOST.has(status)) session.broken = true;
    else if (status === 'RETRY_UNCACHED_REP') slot.sequence = (slot.sequence + 1) >>> 0;
    else return status === 'DELAY';
    return true;
  }

  /** The session, or a new one when it is broken. */
  #working(): Promise<Established> {
    if (this.#current && !this.#current.broken) return Promise.resolve(this.#current);
    this.#establishing ??= this.#establish().finally(() => {
      this.#establishing = undefined;
    });
    return this.#establishing;
  }

  async #establish(): Promise<Established> {
    const tries = new CountedTries(this.#clock, this.#closed.signal);
    let last: NfsFailure | undefined;
    while (await tries.next()) {
      const step = await establish(this.#rpc, this.minorVersion, this.#identity);
      if ('result' in step) {
        this.#current = step.result;
        return step.result;
      }
      last = step.failure;
      if (!PASSING.has(last.status)) throw last;
    }
    throw last ? notKnown(this.#rpc, last) : new TypeError('A session is always tried once.');
  }
}
