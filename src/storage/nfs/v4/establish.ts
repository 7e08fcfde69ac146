// From "who are you" to a session that works: RFC 8881 section 2.10.8.1 and 18.35, 18.36, 18.51.

import { randomBytes, randomUUID } from 'node:crypto';
import type { NfsFailure } from '../nfs-client.ts';
import type { RpcClient } from '../rpc-client.ts';
import type { MinorVersion } from './compound.ts';
import { callOnce } from './conversation.ts';
import type { Operation } from './operation.ts';
import {
  type Channel,
  type ClientOwner,
  createSession,
  exchangeId,
  reclaimComplete,
  sequence,
} from './session-operations.ts';
import { type Slot, Slots } from './slots.ts';

const VERIFIER_BYTES = 8;

/** Who we are, and how far the numbers of our sessions have come. */
export class Identity {
  readonly name = `datasync-local ${randomUUID()}`;
  #verifier: Uint8Array = randomBytes(VERIFIER_BYTES);
  #clientId: bigint | undefined;
  /** Of the next CREATE_SESSION. */
  #sequence = 0;

  get owner(): ClientOwner {
    return { name: this.name, verifier: this.#verifier };
  }

  /** The server then drops what it holds for us, once it has confirmed the new one. */
  beginAnew(): void {
    this.#verifier = randomBytes(VERIFIER_BYTES);
    this.#clientId = undefined;
  }

  /** What to number the next session; a confirmed client id goes on counting. */
  sequenceFor(
    clientId: bigint,
    { sequence: first, confirmed }: { sequence: number; confirmed: boolean },
  ): number {
    if (!confirmed || clientId !== this.#clientId) this.#sequence = first;
    this.#clientId = clientId;
    return this.#sequence;
  }

  created(): void {
    this.#sequence = (this.#sequence + 1) >>> 0;
  }
}

/** A session as the server granted it. */
export interface Established {
  readonly clientId: bigint;
  readonly sessionId: Uint8Array;
  readonly channel: Channel;
  readonly slots: Slots;
  /** Nothing more is to be sent in it. */
  broken: boolean;
}

/** Data of 1 MiB and what stands round it. */
const MESSAGE_BYTES = (1 << 20) + (16 << 10);
const WANTED: Channel = {
  requestBytes: MESSAGE_BYTES,
  responseBytes: MESSAGE_BYTES,
  cachedBytes: 8192,
  operations: 16,
  requests: 64,
};

/** How one operation of a session in the making went. */
export type Step<Result> = { readonly result: Result } | { readonly failure: NfsFailure };

/**
 * One attempt at a new session, for the client id that the server knows us by or a new one.
 * @returns the failure, when the server refused a step
 */
export async function establish(
  rpc: RpcClient,
  minorVersion: MinorVersion,
  identity: Identity,
): Promise<Step<Established>> {
  const exchanged = await single(rpc, minorVersion, exchangeId(identity.owner));
  if ('failure' in exchanged) return exchanged;
  const { clientId, confirmed } = exchanged.result;
  const number = identity.sequenceFor(clientId, exchanged.result);
  const created = await single(rpc, minorVersion, createSession(clientId, number, WANTED));
  if ('failure' in created) {
    if (BEGIN_ANEW.has(created.failure.status)) identity.beginAnew();
    return created;
  }
  identity.created();
  const { sessionId } = created.result;
  const channel = granted(created.result.channel);
  const slots = new Slots(channel.requests);
  const established = { clientId, sessionId, channel, slots, broken: false };
  if (confirmed) return { result: established };
  const refused = await completeReclaim(rpc, minorVersion, established);
  return refused ? { failure: refused } : { result: established };
}

/** The count of our sessions, or what it belongs to, is lost. */
const BEGIN_ANEW: ReadonlySet<string> = new Set(['SEQ_MISORDERED', 'STALE_CLIENTID']);

/** A server that grants more than was wanted is not taken at its word. */
function granted(channel: Channel): Channel {
  return {
    requestBytes: Math.min(channel.requestBytes, WANTED.requestBytes),
    responseBytes: Math.min(channel.responseBytes, WANTED.responseBytes),
    cachedBytes: Math.min(channel.cachedBytes, WANTED.cachedBytes),
    operations: Math.min(channel.operations, WANTED.operations),
    requests: Math.max(1, Math.min(channel.requests, WANTED.requests)),
  };
}

/** Says that nothing will be reclaimed: without it no file can be opened. @returns why not */
async function completeReclaim(
  rpc: RpcClient,
  minorVersion: MinorVersion,
  session: Established,
): Promise<NfsFailure | undefined> {
  const slot = await session.slots.take();
  try {
    const { failure } = await callOnce(rpc, minorVersion, [inSlot(session, slot, true), reclaimComplete()]);
    return failure?.status === 'COMPLETE_ALREADY' ? undefined : failure;
  } finally {
    session.slots.giveBack(slot);
  }
}

/** The SEQUENCE that goes first in `slot`. The slot counts on once the server has shown that it took it. */
export function inSlot(session: Established, slot: Slot, cached: boolean): ReturnType<typeof sequence> {
  const operation = sequence({
    sessionId: session.sessionId,
    slot: slot.id,
    sequence: slot.sequence,
    highestSlot: Math.max(slot.id, session.slots.highest),
    cached,
  });
  return {
    ...operation,
    decode: (reader) => {
      const sequenced = operation.decode(reader);
      slot.sequence = (slot.sequence + 1) >>> 0;
      return sequenced;
    },
  };
}

async function single<Result>(
  rpc: RpcClient,
  minorVersion: MinorVersion,
  operation: Operation<Result>,
): Promise<Step<Result>> {
  const { results, failure } = await callOnce(rpc, minorVersion, [operation] as const);
  return failure ? { failure } : { result: results[0] as Result };
}
