// Operations that make and keep a session, from 4.1 on.

import type { XdrReader, XdrWriter } from '../xdr.ts';
import { XdrError } from '../xdr.ts';
import { nothing, type Operation } from './operation.ts';

export const SESSION_ID_BYTES = 16;

/** Who we are to a server: `verifier` changes when we begin anew, and the server then drops what it held for us. */
export interface ClientOwner {
  readonly name: string;
  readonly verifier: Uint8Array;
}

export interface ExchangedId {
  readonly clientId: bigint;
  /** For the first CREATE_SESSION of a client id that is not confirmed. */
  readonly sequence: number;
  /** The server knew us. */
  readonly confirmed: boolean;
}

/** RFC 8881 section 18.35 (EXCHGID4_FLAG_*, state_protect_how4) */
const USE_NON_PNFS = 0x1_0000;
const CONFIRMED = 0x8000_0000;
const PROTECT_NONE = 0;

/** RFC 8881 section 18.35 */
export function exchangeId({ name, verifier }: ClientOwner): Operation<ExchangedId> {
  const noImplementationIds = 0;
  return {
    name: 'EXCHANGE_ID',
    encode: (writer) => {
      writer.fixed(verifier).string(name);
      writer.uint32(USE_NON_PNFS).uint32(PROTECT_NONE).uint32(noImplementationIds);
    },
    decode: readExchangedId,
  };
}

function readExchangedId(reader: XdrReader): ExchangedId {
  const clientId = reader.uint64();
  const sequence = reader.uint32();
  const flags = reader.uint32();
  const protection = reader.uint32();
  if (protection !== PROTECT_NONE)
    throw new XdrError(`state protection ${protection}, which was not asked for`);
  // Who the server is follows: a minor and a major id, a scope, and what software it runs. Nothing hangs on it.
  return { clientId, sequence, confirmed: (flags & CONFIRMED) !== 0 };
}

/** What one direction of a session can carry. RFC 8881 section 18.36 (channel_attrs4) */
export interface Channel {
  readonly requestBytes: number;
  readonly responseBytes: number;
  /** Of an answer that the server keeps, for those who ask again. */
  readonly cachedBytes: number;
  /** In one compound. */
  readonly operations: number;
  /** Slots: compounds at once. */
  readonly requests: number;
}

/** What a server would call us back with; the least that servers accept, as there is nothing to call back for. */
const BACK_CHANNEL: Channel = {
  requestBytes: 4096,
  responseBytes: 4096,
  cachedBytes: 4096,
  operations: 2,
  requests: 1,
};
const CALLBACK_PROGRAM = 0x4000_0000;
const NO_FLAGS = 0;
const AUTH_NONE = 0;

export interface CreatedSession {
  readonly sessionId: Uint8Array;
  /** As the server wants it. */
  readonly channel: Channel;
}

/** RFC 8881 section 18.36 */
export function createSession(
  clientId: bigint,
  sequence: number,
  channel: Channel,
): Operation<CreatedSession> {
  return {
    name: 'CREATE_SESSION',
    encode: (writer) => {
      writer.uint64(clientId).uint32(sequence).uint32(NO_FLAGS);
      writeChannel(writer, channel);
      writeChannel(writer, BACK_CHANNEL);
      writer.uint32(CALLBACK_PROGRAM);
      // One way to secure callbacks: not at all.
      writer.uint32(1).uint32(AUTH_NONE);
    },
    decode: (reader) => {
      const sessionId = Buffer.from(reader.fixed(SESSION_ID_BYTES));
      const answeredSequence = reader.uint32();
      if (answeredSequence !== sequence)
        throw new XdrError(`session ${answeredSequence} instead of ${sequence}`);
      reader.uint32();
      return { sessionId, channel: readChannel(reader) };
    },
  };
}

function writeChannel(writer: XdrWriter, channel: Channel): void {
  const headerPadding = 0;
  const noRdma = 0;
  writer.uint32(headerPadding).uint32(channel.requestBytes).uint32(channel.responseBytes);
  writer.uint32(channel.cachedBytes).uint32(channel.operations).uint32(channel.requests).uint32(noRdma);
}

function readChannel(reader: XdrReader): Channel {
  reader.uint32();
  return {
    requestBytes: reader.uint32(),
    responseBytes: reader.uint32(),
    cachedBytes: reader.uint32(),
    operations: reader.uint32(),
    requests: reader.uint32(),
  };
}

/** RFC 8881 section 18.37 */
export function destroySession(sessionId: Uint8Array): Operation<void> {
  return { name: 'DESTROY_SESSION', encode: (writer) => writer.fixed(sessionId), decode: nothing };
}

/** RFC 8881 section 18.50 */
export function destroyClientId(clientId: bigint): Operation<void> {
  return { name: 'DESTROY_CLIENTID', encode: (writer) => writer.uint64(clientId), decode: nothing };
}

/** There is nothing (more) that we held before the server began anew. RFC 8881 section 18.51 */
export function reclaimComplete(): Operation<void> {
  const ofOneFileSystem = false;
  return { name: 'RECLAIM_COMPLETE', encode: (writer) => writer.bool(ofOneFileSystem), decode: nothing };
}

/** RFC 8881 section 18.46 (SEQ4_STATUS_RESTART_RECLAIM_NEEDED): the server began anew, but kept the session. */
const RECLAIM_NEEDED = 0x40;

export interface Sequenced {
  /** The highest slot that the server would like to see used. */
  readonly targetHighestSlot: number;
  readonly reclaimNeeded: boolean;
}

/** What a slot says of one request. */
export interface SequenceRequest {
  readonly sessionId: Uint8Array;
  readonly slot: number;
  readonly sequence: number;
  readonly highestSlot: number;
  /** The answer is to be kept, because doing it twice would be wrong. */
  readonly cached: boolean;
}

/** The first operation of every compound in a session. RFC 8881 section 18.46 */
export function sequence(request: SequenceRequest): Operation<Sequenced> {
  return {
    name: 'SEQUENCE',
    encode: (writer) => {
      writer.fixed(request.sessionId).uint32(request.sequence).uint32(request.slot);
      writer.uint32(request.highestSlot).bool(request.cached);
    },
    decode: (reader) => readSequenced(reader, request),
  };
}

function readSequenced(reader: XdrReader, request: SequenceRequest): Sequenced {
  const sessionId = reader.fixed(SESSION_ID_BYTES);
  if (!sessionId.equals(request.sessionId)) throw new XdrError('an answer in another session');
  const number = reader.uint32();
  const slot = reader.uint32();
  if (number !== request.sequence || slot !== request.slot) {
    throw new XdrError(`request ${number} of slot ${slot} instead of ${request.sequence} of ${request.slot}`);
  }
  reader.uint32();
  const targetHighestSlot = reader.uint32();
  return { targetHighestSlot, reclaimNeeded: (reader.uint32() & RECLAIM_NEEDED) !== 0 };
}
