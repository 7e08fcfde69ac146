// The connection below RPC calls: made again when it breaks, with patience.

import type { Clock } from '../../base/clock.ts';
import { StorageError } from '../storage-error.ts';
import { type Address, fromSocketError, isWorthAnotherTry, noAnswer } from '../wire/connection-error.ts';
import { connectFramed, type FramedSocket } from '../wire/framed-socket.ts';
import { recordMarking } from '../wire/framing.ts';
import { NO_PATIENCE, type Patience, persist, RECONNECTING, Tries } from '../wire/patience.ts';
import { fromReservedPort } from './rpc-source-port.ts';

export interface RpcConnectionOptions extends Address {
  readonly clock: Clock;
  readonly maxReplyBytes: number;
  /** Of the first connection. */
  readonly patience: Patience;
  /** Start from any port, not from a reserved one. */
  readonly fromAnyPort: boolean;
  /** Ends the first attempt to connect. */
  readonly signal?: AbortSignal | undefined;

  /** Whether an answer is waited for. */
  isExpecting(): boolean;
  /** Whether one is waited for in vain. */
  isOverdue(): boolean;
  /** Asks the server for a sign of life. */
  onQuiet(): void;
  onRecord(record: Buffer): void;
  /** The connection was made again: what is not answered is to be sent again. */
  onReconnected(): void;
  /** Nothing that is waited for will come. A call of `want` tries anew. */
  onLost(error: StorageError): void;
}

const CONNECT_TIMEOUT_MS = 10_000;
const LEAST_CONNECT_TIMEOUT_MS = 2_000;
/**
 * A server that owes answers and says nothing for so long, even when it is called, is gone. Where it was waited for in
 * vain before, what is still asked of it (to close, to clear away) does not add up to minutes.
 */
const SILENCE_MS = { opening: 10_000, proven: 15_000, inVain: 3_000 };

/** A connection to one server. */
export class RpcConnection {
  readonly #options: RpcConnectionOptions;
  readonly #ended = new AbortController();
  #socket: FramedSocket | undefined;
  #connecting = false;
  /** Whether the server ever answered. */
  #proven = false;
  /** Of connecting, since the server's last answer. */
  #tries: Tries | undefined;
  #patience: Patience = RECONNECTING;
  #lastError: StorageError | undefined;

  constructor(options: RpcConnectionOptions) {
    this.#options = options;
  }

  /** The port that the connection starts from. */
  get localPort(): number | undefined {
    return this.#socket?.localPort;
  }

  /** Connects for the first time. @throws StorageError Unreachable */
  async open(): Promise<void> {
    const { clock, patience, signal } = this.#options;
    this.#socket = await persist((leftMs) => this.#connect(leftMs, signal), {
      patience,
      clock,
      signal,
      isWorthAnotherTry,
    });
  }

  /** @returns false when there is no connection now; it is made, and `onReconnected` or `onLost` tells of it */
  send(parts: readonly Uint8Array[]): boolean {
    if (this.#socket === undefined) {
      this.#want();
      return false;
    }
    this.#socket.send(parts);
    return true;
  }

  /** The server has given an answer that makes sense. */
  proven(): void {
    this.#proven = true;
    this.#tries = undefined;
    this.#patience = RECONNECTING;
  }

  /** Gives the connection up, for the server sent what makes no sense. */
  drop(error: StorageError): void {
    this.#socket?.close();
    this.#broke(error);
  }

  close(): void {
    this.#ended.abort();
    this.#socket?.close();
    this.#socket = undefined;
  }

  #want(): void {
    if (this.#connecting || this.#ended.signal.aborted) return;
    this.#connecting = true;
    this.#reconnect().then(
      (socket) => {
        this.#connecting = false;
        if (this.#ended.signal.aborted) return socket.close();
        this.#socket = socket;
        this.#options.onReconnected();
      },
      (error: unknown) => {
        this.#connecting = false;
        if (!this.#ended.signal.aborted) this.#lost(asStorageError(error, this.#options));
      },
    );
  }

  async #reconnect(): Promise<FramedSocket> {
    const { signal } = this.#ended;
    this.#tries ??= new Tries(this.#patience, this.#options.clock);
    while (await this.#tries.next(signal)) {
      try {
        return await this.#connect(this.#tries.leftMs, signal);
      } catch (error) {
        signal.throwIfAborted();
        if (!(error instanceof StorageError)) throw error;
        this.#lastError = error;
      }
    }
    throw noAnswer(this.#options, this.#tries.patience.limitMs / 1000, this.#lastError);
  }

  #connect(leftMs: number, signal: AbortSignal | undefined): Promise<FramedSocket> {
    const { host, port, clock, maxReplyBytes, isExpecting, isOverdue, onQuiet, onRecord } = this.#options;
    const limitMs = this.#silenceMs();
    const connectTimeoutMs = Math.min(CONNECT_TIMEOUT_MS, Math.max(leftMs, LEAST_CONNECT_TIMEOUT_MS));
    const connect = (localPort: number | undefined) =>
      connectFramed({
        host,
        port,
        framing: recordMarking,
        maxRecordBytes: maxReplyBytes,
        connectTimeoutMs,
        ...(localPort !== undefined && { localPort }),
        clock,
        signal,
        silence: { limitMs, isExpecting, isOverdue, onQuiet },
        onRecord,
        onClose: (error) => this.#broke(error),
      });
    return this.#options.fromAnyPort ? connect(undefined) : fromReservedPort(connect);
  }

  #silenceMs(): number {
    if (!this.#proven) return SILENCE_MS.opening;
    return this.#patience === NO_PATIENCE ? SILENCE_MS.inVain : SILENCE_MS.proven;
  }

  #broke(error: StorageError): void {
    this.#socket = undefined;
    this.#lastError = error;
    if (error.kind !== 'Unreachable' || !this.#proven) this.#lost(error);
    else if (this.#options.isExpecting()) this.#want();
    else this.#tries = undefined;
  }

  #lost(error: StorageError): void {
    this.#tries = undefined;
    this.#patience = NO_PATIENCE;
    this.#options.onLost(error);
  }
}

function asStorageError(error: unknown, address: Address): StorageError {
  return error instanceof StorageError ? error : fromSocketError(address, error);
}
