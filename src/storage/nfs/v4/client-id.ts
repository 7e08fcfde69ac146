// Who a client of 4.0 is. There are no sessions: a call that is sent again may be done again.

import { randomBytes, randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import type { Clock } from '../../../base/clock.ts';
import type { NfsFailure } from '../nfs-client.ts';
import type { RpcClient } from '../rpc-client.ts';
import { renew, setClientId, setClientIdConfirm } from './client-id-operations.ts';
import type { Operations } from './compound.ts';
import {
  type Conversation,
  type ConversationLimits,
  callOnce,
  notKnown,
  type Reply,
} from './conversation.ts';
import { CountedTries } from './counted-tries.ts';
import { keepLease } from './lease.ts';

const VERIFIER_BYTES = 8;

/** Nothing is agreed on in 4.0; servers take what is usual. */
const LIMITS: ConversationLimits = {
  inFlight: 64,
  requestBytes: (1 << 20) + (16 << 10),
  responseBytes: (1 << 20) + (16 << 10),
  operations: 16,
};

/** The server began anew, or our lease ended: it needs to be told who we are. RFC 7530 sections 13.1.5 and 13.1.10 */
const CLIENT_ID_LOST: ReadonlySet<string> = new Set(['STALE_CLIENTID', 'EXPIRED']);
/** The operations that bear our client id; of the others EXPIRED is said of a file. */
const BEARS_CLIENT_ID: ReadonlySet<string> = new Set(['OPEN', 'RENEW']);

/** A new client id may be had a little later. */
const PASSING: ReadonlySet<string> = new Set(['DELAY', 'RESOURCE', 'STALE_CLIENTID']);

/** @throws NfsFailure MINOR_VERS_MISMATCH when the server has no 4.0 */
export async function openClientId(rpc: RpcClient, clock: Clock): Promise<ClientId> {
  const client = new ClientId(rpc, clock);
  await client.open();
  return client;
}

/** Made by `openClientId`. */
export class ClientId implements Conversation {
  readonly minorVersion = 0;
  readonly limits = LIMITS;
  readonly #rpc: RpcClient;
  readonly #clock: Clock;
  readonly #name = `datasync-local ${randomUUID()}`;
  readonly #closed = new AbortController();
  #clientId: bigint | undefined;
  #confirming: Promise<bigint> | undefined;
  #lastRenewed = 0;

  constructor(rpc: RpcClient, clock: Clock) {
    this.#rpc = rpc;
    this.#clock = clock;
    // Every call that pauses listens to it.
    setMaxListeners(0, this.#closed.signal);
  }

  async open(): Promise<void> {
    await this.#known();
  }

  get clientId(): bigint {
    return this.#clientId ?? 0n;
  }

  async send<Ops extends Operations>(operations: Ops): Promise<Reply<Ops>> {
    const tries = new CountedTries(this.#clock, this.#closed.signal);
    let again = false;
    let last: NfsFailure | undefined;
    while (await tries.next()) {
      const clientId = await this.#known();
      const reply = await callOnce(this.#rpc, this.minorVersion, operations);
      again ||= reply.again;
      last = reply.failure;
      if (!isClientIdLost(last)) return { ...reply, again };
      if (this.#clientId === clientId) this.#clientId = undefined;
    }
    throw last ? notKnown(this.#rpc, last) : new TypeError('A call is always tried once.');
  }

  /** Nothing but RENEW is sure to renew it, as reads and writes may go without an open file. */
  keepAlive(leaseMs: number): void {
    keepLease({
      leaseMs,
      clock: this.#clock,
      signal: this.#closed.signal,
      lastUsed: () => this.#lastRenewed,
      renew: async () => {
        await this.send([renew(() => this.clientId)]);
        this.#lastRenewed = this.#clock.now();
      },
    });
  }

  /** 4.0 has no words for good-bye: the lease ends. */
  async close(): Promise<void> {
    this.#closed.abort(new Error('The client was closed.'));
    this.#rpc.close();
  }

  #known(): Promise<bigint> {
    if (this.#clientId !== undefined) return Promise.resolve(this.#clientId);
    this.#confirming ??= this.#confirm().finally(() => {
      this.#confirming = undefined;
    });
    return this.#confirming;
  }

  /** A new verifier each time: what the server may still hold for us is dropped. RFC 7530 section 16.33.5 */
  async #confirm(): Promise<bigint> {
    const tries = new CountedTries(this.#clock, this.#closed.signal);
    const owner = { name: this.#name, verifier: randomBytes(VERIFIER_BYTES) };
    let last: NfsFailure | undefined;
    while (await tries.next()) {
      const { results, failure } = await callOnce(this.#rpc, 0, [setClientId(owner)] as const);
      last = failure;
      const [unconfirmed] = results;
      if (unconfirmed) {
        const confirmed = await callOnce(this.#rpc, 0, [setClientIdConfirm(unconfirmed)]);
        last = confirmed.failure;
        if (!last) {
          this.#clientId = unconfirmed.clientId;
          return unconfirmed.clientId;
        }
      }
      if (last && !PASSING.has(last.status)) throw last;
    }
    throw last ? notKnown(this.#rpc, last) : new TypeError('A client id is always tried once.');
  }
}

function isClientIdLost(failure: NfsFailure | undefined): boolean {
  return (
    failure !== undefined && CLIENT_ID_LOST.has(failure.status) && BEARS_CLIENT_ID.has(failure.procedure)
  );
}
