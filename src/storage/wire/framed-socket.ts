// Records over TCP: what ONC RPC and SMB have in common.

import { connect, type Socket } from 'node:net';
import type { Clock } from '../../base/clock.ts';
import { StorageError } from '../storage-error.ts';
import {
  type Address,
  ENDED,
  fromSocketError,
  shownAddress,
  TIMED_OUT,
  unreachable,
} from './connection-error.ts';
import type { Framing } from './framing.ts';
import { FramingError, RecordReader } from './record-reader.ts';
import { type Silence, watchSilence } from './silence.ts';

export interface FramedOptions extends Address {
  readonly framing: Framing;
  /** A larger record from the other side ends the connection, before memory is taken for it. */
  readonly maxRecordBytes: number;
  readonly connectTimeoutMs: number;
  /** Where the connection starts from; default: what the system gives. */
  readonly localPort?: number;
  readonly clock: Clock;
  /** Ends the attempt to connect; the connection, once it is there, is ended with `close`. */
  readonly signal?: AbortSignal | undefined;
  /** Ends the connection when the other side owes an answer and nothing moves. Default: it may be silent for ever. */
  readonly silence?: Silence;
  /** One whole record, in memory that the receiver may keep. */
  onRecord(record: Buffer): void;
  /**
   * Once, when the connection broke, but not when it was ended with `close`. Unreachable, or Io when the other side
   * sent what no server sends.
   */
  onClose(error: StorageError): void;
}

/** Reads into one large buffer make bulk reads several times as fast. */
const READ_BUFFER_BYTES = 1 << 20;
/** A first part that is shorter is put behind its header in one buffer; one write costs more than copying it. */
const JOINED_BYTES = 16 << 10;
const HEADER_BYTES = 4;

/**
 * Connects; all that happens afterwards comes through `onRecord` and `onClose`.
 * @throws StorageError Unreachable whose `code` is the system's (EADDRINUSE and EACCES of a `localPort` too)
 * @throws the signal's reason
 */
export async function connectFramed(options: FramedOptions): Promise<FramedSocket> {
  options.signal?.throwIfAborted();
  const framed = new FramedSocket(options);
  try {
    await framed.connected();
    return framed;
  } catch (error) {
    framed.close();
    throw error;
  }
}

/** A connection that carries records. Made by `connectFramed`. */
export class FramedSocket {
  readonly address: Address;
  readonly #options: FramedOptions;
  readonly #socket: Socket;
  readonly #reader: RecordReader;
  readonly #ended = new AbortController();
  #connected = false;
  #failure: StorageError | undefined;
  #closed = false;
  #corked = false;
  #bytesReceived = 0;

  constructor(options: FramedOptions) {
    const { host, port, localPort } = options;
    this.#options = options;
    this.address = { host, port };
    this.#reader = new RecordReader(options.framing, options.maxRecordBytes, (record) => {
      if (!this.#closed) options.onRecord(record);
    });
    this.#socket = connect({
      host,
      port,
      ...(localPort === undefined ? {} : { localPort }),
      noDelay: true,
      keepAlive: true,
      onread: {
        buffer: Buffer.allocUnsafeSlow(READ_BUFFER_BYTES),
        callback: (bytes, buffer) => this.#received(buffer, bytes),
      },
    });
  }

  /** Resolves when the connection is there; `connectFramed` has waited for it. */
  async connected(): Promise<void> {
    const { clock, connectTimeoutMs, signal, silence } = this.#options;
    const limit = new AbortController();
    const stop = signal === undefined ? limit.signal : AbortSignal.any([signal, limit.signal]);
    const timeout = clock.sleep(connectTimeoutMs, stop).then(
      () => Promise.reject(unreachable(this.address, TIMED_OUT)),
      () => {
        signal?.throwIfAborted();
        return undefined;
      },
    );
    try {
      await Promise.race([this.#opened(), timeout]);
    } finally {
      limit.abort();
    }
    // It may have broken in the moment between.
    if (this.#failure) throw this.#failure;
    this.#connected = true;
    if (silence) this.#watch(silence);
  }

  /**
   * Sends one record. The parts are not copied and must not be changed until they are sent; what is sent in one turn
   * of the event loop goes to the system together. What the system does not take yet is held, so whoever sends keeps few
   * records in flight. Does nothing on a connection that is gone: `onClose` told so.
   */
  send(parts: readonly Uint8Array[]): void {
    if (this.#closed) return;
    if (!this.#corked) {
      this.#corked = true;
      this.#socket.cork();
      // Not a microtask: all that this turn's answers have set off is to be in one write.
      process.nextTick(this.#uncork);
    }
    for (const part of this.#withHeader(parts)) this.#socket.write(part);
  }

  /** Where the connection starts from; undefined once it is gone. */
  get localPort(): number | undefined {
    return this.#socket.localPort;
  }

  /** Ends the connection at once; nothing comes from it any more. May be called again. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#ended.abort();
    this.#socket.destroy();
  }

  #opened(): Promise<void> {
    return new Promise((resolve, reject) => {
      const fail = (error: StorageError) => {
        if (this.#connected) return this.#broke(error);
        this.#failure ??= error;
        reject(error);
      };
      this.#socket.once('connect', resolve);
      this.#socket.on('error', (error) => fail(fromSocketError(this.address, error)));
      this.#socket.on('close', () => fail(unreachable(this.address, ENDED)));
    });
  }

  #watch(silence: Silence): void {
    const { clock } = this.#options;
    const onSilence = () => this.#broke(unreachable(this.address, TIMED_OUT));
    watchSilence({
      ...silence,
      clock,
      signal: this.#ended.signal,
      activity: () => this.#bytesMoved(),
      onSilence,
    });
  }

  /** What came; and what goes as long as more waits to go: a question that was sent is no sign of life. */
  #bytesMoved(): number {
    const { bytesWritten, writableLength } = this.#socket;
    return this.#bytesReceived + (writableLength > 0 ? bytesWritten - writableLength : 0);
  }

  #received(buffer: Uint8Array, bytes: number): boolean {
    if (this.#closed) return false;
    this.#bytesReceived += bytes;
    try {
      this.#reader.feed(Buffer.from(buffer.buffer, buffer.byteOffset, bytes));
    } catch (error) {
      if (!(error instanceof FramingError)) throw error;
      this.#broke(this.#garbage(error));
    }
    return !this.#closed;
  }

  #garbage(error: FramingError): StorageError {
    const shown = shownAddress(this.address);
    const message = `${shown} does not speak the protocol: ${error.message}. Check host and port.`;
    return new StorageError('Io', shown, message, { cause: error });
  }

  #broke(error: StorageError): void {
    if (this.#closed) return;
    this.close();
    this.#options.onClose(error);
  }

  #withHeader(parts: readonly Uint8Array[]): readonly Uint8Array[] {
    const { framing } = this.#options;
    let bytes = 0;
    for (const part of parts) bytes += part.length;
    if (bytes > framing.maxPieceBytes) throw new RangeError(`A record of ${bytes} bytes cannot be framed.`);
    const [first, ...rest] = parts;
    const joined = first !== undefined && first.length <= JOINED_BYTES ? first.length : 0;
    const start = Buffer.allocUnsafe(HEADER_BYTES + joined);
    start.writeUInt32BE(framing.header(bytes), 0);
    if (first === undefined) return [start];
    if (joined === 0) return [start, ...parts];
    start.set(first, HEADER_BYTES);
    return [start, ...rest];
  }

  readonly #uncork = () => {
    this.#corked = false;
    this.#socket.uncork();
  };
}
