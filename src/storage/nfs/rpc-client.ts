// Remote procedure calls over TCP, RFC 5531: many in flight, each answered once, whatever happens to the connection.

import { randomInt } from 'node:crypto';
import type { Clock } from '../../base/clock.ts';
import type { CallOptions } from '../backend.ts';
import { StorageError } from '../storage-error.ts';
import { type Address, shownAddress } from '../wire/connection-error.ts';
import { OPENING, type Patience } from '../wire/patience.ts';
import { RpcConnection } from './rpc-connection.ts';
import { encodeCall, expectSuccess, type Procedure, readReplyXid } from './rpc-message.ts';
import { XdrError, XdrReader, type XdrWriter } from './xdr.ts';

export type { Procedure } from './rpc-message.ts';

export interface RpcOptions extends Address {
  /** What `authSys` gives. */
  readonly credentials: Buffer;
  readonly clock: Clock;
  /** Calls that the server is given at once; more wait here. Default 64. */
  readonly inFlight?: number;
  /** A larger reply ends the connection. Default 4 MiB. */
  readonly maxReplyBytes?: number;
  /** Of the first connection. Default `OPENING`. */
  readonly patience?: Patience;
  /** Start from any port: for services that no export protects. Default: from a reserved port where one can be had. */
  readonly fromAnyPort?: boolean;
  /** Ends the first attempt to connect. */
  readonly signal?: AbortSignal | undefined;
}

export interface RpcCallOptions extends CallOptions {
  /**
   * Opaque data at the end of the arguments, which end with its length. It is padded, not copied, and must not be
   * changed before the call has ended.
   */
  readonly payload?: Uint8Array | undefined;
}

/**
 * Reads the results of a call.
 * @param timesSent more than once: the connection broke meanwhile, and the server may have done it before
 * @throws whatever the call is to fail with; an XdrError becomes a StorageError Io
 */
export type Decode<Result> = (reader: XdrReader, timesSent: number) => Result;

interface Call {
  readonly xid: number;
  readonly procedure: Procedure;
  readonly parts: readonly Uint8Array[];
  timesSent: number;
  sentAt: number;
  /** Nobody waits for the answer any more; it still counts as in flight. */
  abandoned: boolean;
  answered(reader: XdrReader): void;
  failed(error: unknown): void;
}

const IN_FLIGHT = 64;
const MAX_REPLY_BYTES = 4 << 20;
/** When a call is sent again over a new connection: `overtaken` by answers to later ones, it is lost. */
const LONGEST_CALL_MS = { overtaken: 60_000, otherwise: 300_000 };
const XIDS = 2 ** 32;
const NULL_PROCEDURE = { procedure: 0, name: 'NULL' };
const PADDING = [Buffer.alloc(0), Buffer.alloc(1), Buffer.alloc(2), Buffer.alloc(3)] as const;

/** Connects to a server. @throws StorageError Unreachable, soon */
export async function openRpc(options: RpcOptions): Promise<RpcClient> {
  const client = new RpcClient(options);
  await client.open();
  return client;
}

/** A server that procedures are called on. Made by `openRpc`. */
export class RpcClient {
  /** Host and port, for messages. */
  readonly where: string;
  readonly #credentials: Buffer;
  readonly #clock: Clock;
  readonly #inFlight: number;
  readonly #connection: RpcConnection;
  /** By XID, oldest first: sent, or to be sent as soon as there is a connection. */
  readonly #calls = new Map<number, Call>();
  /** Calls for which there is no room yet. */
  #waiting: Call[] = [];
  #lastXid = randomInt(XIDS);
  #closed = false;
  /** When that call was sent which was sent last of all that were answered. */
  #lastAnsweredSentAt = 0;

  constructor({ credentials, inFlight = IN_FLIGHT, ...to }: RpcOptions) {
    this.where = shownAddress(to);
    this.#credentials = credentials;
    this.#clock = to.clock;
    this.#inFlight = inFlight;
    this.#connection = new RpcConnection({
      maxReplyBytes: MAX_REPLY_BYTES,
      patience: OPENING,
      fromAnyPort: false,
      ...to,
      isExpecting: () => this.#calls.size > 0,
      isOverdue: () => this.#isOverdue(),
      onQuiet: () => this.#ping(),
      onRecord: (record) => this.#reply(record),
      onReconnected: () => this.#sendAgain(),
      onLost: (error) => this.#failAll(error),
    });
  }

  /** Connects; `openRpc` has waited for it. */
  async open(): Promise<void> {
    await this.#connection.open();
  }

  /** The port that calls come from: below 1024 where the process may use such. */
  get localPort(): number | undefined {
    return this.#connection.localPort;
  }

  /**
   * Calls a procedure. When the connection breaks, it is made again and the call is sent again with the same XID.
   * An abort frees the caller at once; the server may still do what it was asked for.
   * @throws StorageError Unreachable when the server is out of reach for good; PermissionDenied when it refuses our
   *   credentials; Unsupported with `code` PROG_UNAVAIL, PROG_MISMATCH or PROC_UNAVAIL; Io for answers without sense
   * @throws what `decode` throws; the signal's reason
   */
  call<Result>(
    procedure: Procedure,
    args: XdrWriter | undefined,
    decode: Decode<Result>,
    { payload, signal }: RpcCallOptions = {},
  ): Promise<Result> {
    return new Promise((resolve, reject) => {
      if (this.#closed) throw new Error('The RPC client is closed.');
      signal?.throwIfAborted();
      const stop = () => {
        call.abandoned = true;
        reject(signal?.reason);
      };
      const call = this.#newCall(procedure, args, payload, {
        answered: (reader) => {
          signal?.removeEventListener('abort', stop);
          resolve(decode(reader, call.timesSent));
        },
        failed: (error) => {
          signal?.removeEventListener('abort', stop);
          reject(error);
        },
      });
      signal?.addEventListener('abort', stop, { once: true });
      if (this.#calls.size < this.#inFlight) this.#start(call);
      else this.#waiting.push(call);
    });
  }

  /** Ends the connection; what is under way fails. May be called again. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#connection.close();
    this.#failAll(new StorageError('Unreachable', this.where, `The connection to ${this.where} was closed.`));
  }

  #newCall(
    procedure: Procedure,
    args: XdrWriter | undefined,
    payload: Uint8Array | undefined,
    ends: Pick<Call, 'answered' | 'failed'>,
  ): Call {
    const xid = this.#newXid();
    const head = encodeCall(xid, procedure, this.#credentials, args);
    return {
      xid,
      procedure,
      parts: payload === undefined ? [head] : [head, ...padded(payload)],
      timesSent: 0,
      sentAt: 0,
      abandoned: false,
      ...ends,
    };
  }

  #newXid(): number {
    this.#lastXid = (this.#lastXid + 1) % XIDS;
    return this.#lastXid;
  }

  #start(call: Call): void {
    this.#calls.set(call.xid, call);
    this.#send(call);
  }

  #send(call: Call): void {
    if (!this.#connection.send(call.parts)) return;
    call.timesSent += 1;
    call.sentAt = this.#clock.now();
  }

  #sendAgain(): void {
    for (const call of this.#calls.values()) {
      if (call.abandoned) this.#calls.delete(call.xid);
      else this.#send(call);
    }
    this.#sendWaiting();
  }

  #sendWaiting(): void {
    while (this.#calls.size < this.#inFlight) {
      const call = this.#waiting.shift();
      if (call === undefined) return;
      if (!call.abandoned) this.#start(call);
    }
  }

  #reply(record: Buffer): void {
    const reader = new XdrReader(record);
    try {
      const xid = readReplyXid(reader);
      // A call to us: there is nothing that a server may ask of this client.
      if (xid === undefined) return;
      const call = this.#calls.get(xid);
      if (call === undefined) throw new XdrError(`it answered a call that nobody made (XID ${xid})`);
      this.#calls.delete(xid);
      this.#connection.proven();
      this.#lastAnsweredSentAt = Math.max(this.#lastAnsweredSentAt, call.sentAt);
      if (!call.abandoned) this.#answer(call, reader);
    } catch (error) {
      if (!(error instanceof XdrError)) throw error;
      this.#connection.drop(this.#nonsense('a call', error));
    }
    this.#sendWaiting();
  }

  #answer(call: Call, reader: XdrReader): void {
    try {
      expectSuccess(reader, call.procedure, this.where);
      call.answered(reader);
    } catch (error) {
      call.failed(error instanceof XdrError ? this.#nonsense(call.procedure.name, error) : error);
    }
  }

  #nonsense(what: string, error: XdrError): StorageError {
    const message = `${this.where} answered ${what} with what makes no sense: ${error.message}.`;
    return new StorageError('Io', this.where, message, { cause: error });
  }

  #isOverdue(): boolean {
    const [oldest] = this.#calls.values();
    if (oldest === undefined || oldest.timesSent === 0) return false;
    const { overtaken, otherwise } = LONGEST_CALL_MS;
    const longestMs = this.#lastAnsweredSentAt > oldest.sentAt ? overtaken : otherwise;
    return this.#clock.now() - oldest.sentAt > longestMs;
  }

  /** Beyond the limit of calls in flight, for those may be what the server is busy with. */
  #ping(): void {
    const [oldest] = this.#calls.values();
    if (oldest === undefined) return;
    const ignore = () => undefined;
    const procedure = { ...oldest.procedure, ...NULL_PROCEDURE };
    this.#start(this.#newCall(procedure, undefined, undefined, { answered: ignore, failed: ignore }));
  }

  #failAll(error: StorageError): void {
    const failing = [...this.#calls.values(), ...this.#waiting];
    this.#calls.clear();
    this.#waiting = [];
    for (const call of failing) call.failed(error);
  }
}

/** Opaque data without its length. */
function padded(payload: Uint8Array): readonly Uint8Array[] {
  const padding = -payload.length & 3;
  return padding === 0 ? [payload] : [payload, PADDING[padding] ?? PADDING[0]];
}
