// One open file: its content in and out, and the file opened again when the server lost what it held for us.

import type { CallOptions } from '../../backend.ts';
import { StorageError } from '../../storage-error.ts';
import { abortable } from '../abortable.ts';
import { type FileHandle, NfsFailure, type Node, type OpenFile } from '../nfs-client.ts';
import type { Compounds } from './compounds.ts';
import { commit, type ReadResult, read, UNSTABLE, type WriteVerifier, write } from './content-operations.ts';
import { putFh } from './handle-operations.ts';
import { type DataRange, seekData } from './holes.ts';
import type { Held, Opening } from './opening.ts';
import type { Operation } from './operation.ts';
import { isStateLost, type StateId } from './state-id.ts';

/** A server that loses a state as soon as it gave it, loses it again. */
const MOST_REOPENINGS = 5;

export interface OpenFileParts {
  readonly compounds: Compounds;
  readonly opening: Opening;
  readonly held: Held;
  readonly access: 'read' | 'write';
  /** Where it was found, to open it again. */
  readonly directory: FileHandle;
  readonly name: string;
  /** In one READ or WRITE. */
  readonly maxBytes: number;
}

/** A file that is open on a server of version 4. */
export class OpenFile4 implements OpenFile {
  readonly node: Node;
  readonly #parts: OpenFileParts;
  #held: Held;
  #reopening: Promise<void> | undefined;
  /** Of the writes that are not committed yet. */
  #verifier: WriteVerifier | undefined;
  #interrupted = false;
  #closed = false;

  readonly seekData?: (offset: number, options?: CallOptions) => Promise<DataRange | undefined>;

  constructor(parts: OpenFileParts) {
    this.node = parts.held.node;
    this.#held = parts.held;
    this.#parts = parts;
    if (parts.compounds.conversation.minorVersion < 2) return;
    this.seekData = (offset, { signal } = {}) =>
      abortable(signal, () =>
        seekData((operation) => this.#withFile(operation, signal), this.#state, offset),
      );
  }

  read(offset: number, length: number, { signal }: CallOptions = {}): Promise<ReadResult> {
    return abortable(signal, async () => {
      const first = await this.#readOnce(offset, length, signal);
      if (first.eof || first.data.length === length) return first;
      return this.#readRest(first.data, offset, length, signal);
    });
  }

  write(offset: number, data: Uint8Array, { signal }: CallOptions = {}): Promise<void> {
    return abortable(signal, async () => {
      for (let at = 0; at < data.length; ) {
        at += await this.#writeOnce(offset + at, data.subarray(at, at + this.#parts.maxBytes), signal);
      }
    });
  }

  commit({ signal }: CallOptions = {}): Promise<void> {
    return abortable(signal, async () => {
      if (this.#interrupted) throw this.#lost();
      if (this.#verifier === undefined) return;
      this.#check(await this.#withFile(commit(), signal));
      this.#verifier = undefined;
    });
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#reopening?.catch(() => undefined);
    await this.#parts.opening.close(this.#held);
  }

  /** What it is at the time of asking: it may change while a request waits. */
  readonly #state = () => this.#held.state;

  async #readOnce(offset: number, length: number, signal: AbortSignal | undefined): Promise<ReadResult> {
    const count = Math.min(length, this.#parts.maxBytes);
    const result = await this.#withFile(read(this.#state, offset, count), signal);
    if (result.data.length === 0 && !result.eof && count > 0)
      throw this.#nonsense('no byte, and no end of the file');
    return result;
  }

  /** For servers that give less than they were asked for. */
  async #readRest(
    start: Uint8Array,
    offset: number,
    length: number,
    signal: AbortSignal | undefined,
  ): Promise<ReadResult> {
    const pieces = [start];
    let got = start.length;
    let eof = false;
    while (got < length && !eof) {
      const next = await this.#readOnce(offset + got, length - got, signal);
      pieces.push(next.data);
      got += next.data.length;
      eof = next.eof;
    }
    return { data: Buffer.concat(pieces, got), eof };
  }

  /** @returns how many bytes the server took */
  async #writeOnce(offset: number, data: Uint8Array, signal: AbortSignal | undefined): Promise<number> {
    if (this.#interrupted) throw this.#lost();
    const result = await this.#withFile(write(this.#state, offset, data, UNSTABLE), signal);
    if (result.count === 0 || result.count > data.length) {
      throw this.#nonsense(`that ${result.count} of ${data.length} bytes are written`);
    }
    this.#check(result.verifier);
    if (!result.stable) this.#verifier = result.verifier;
    return result.count;
  }

  /** @throws StorageError Interrupted when the server began anew since what was written and not committed */
  #check(verifier: WriteVerifier): void {
    if (this.#verifier === undefined || this.#verifier === verifier) return;
    this.#interrupted = true;
    throw this.#lost();
  }

  #lost(): StorageError {
    const message =
      'The NFS server began anew while this file was being written, and may have lost a part of it.';
    return new StorageError('Interrupted', this.#parts.name, message);
  }

  #nonsense(what: string): StorageError {
    return new StorageError('Io', this.#parts.name, `Input/output error: the NFS server answers ${what}.`);
  }

  /** Runs an operation on this file, which is opened again when the server has lost our state. */
  async #withFile<Result>(operation: Operation<Result>, signal: AbortSignal | undefined): Promise<Result> {
    const { compounds } = this.#parts;
    const { handle } = this.node;
    for (let reopenings = 0; ; reopenings += 1) {
      const used = this.#held.state;
      const { results, failure } = await compounds.attempt([putFh(handle), operation] as const, signal);
      if (!failure) return results[1] as Result;
      if (!isStateLost(failure.status) || reopenings === MOST_REOPENINGS || this.#closed) throw failure;
      await this.#reopen(used);
    }
  }

  /** Once for all who found the same state lost. */
  #reopen(lost: StateId): Promise<void> {
    if (this.#held.state !== lost) return Promise.resolve();
    this.#reopening ??= this.#openAgain().finally(() => {
      this.#reopening = undefined;
    });
    return this.#reopening;
  }

  async #openAgain(): Promise<void> {
    const { opening, directory, name, access } = this.#parts;
    const { handle } = this.node;
    const held = await opening.existing({ directory, name, handle }, access);
    if (Buffer.compare(held.node.handle, handle) !== 0) {
      // By that name there is another file now.
      await opening.close(held);
      throw new NfsFailure('STALE', 'OPEN');
    }
    opening.free(this.#held.owner);
    this.#held = held;
  }
}
