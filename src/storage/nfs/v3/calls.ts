// One call of version 3: its status, patience with a busy server, and calls that had to be sent twice.

import type { Clock } from '../../../base/clock.ts';
import type { CallOptions } from '../../backend.ts';
import { type Patience, persist } from '../../wire/patience.ts';
import { NfsFailure } from '../nfs-client.ts';
import type { RpcClient } from '../rpc-client.ts';
import type { XdrReader, XdrWriter } from '../xdr.ts';
import { PROCEDURES, type ProcedureName } from './procedures.ts';
import { OK, statusWord } from './status.ts';

/** The server fetches something from slow storage, or has just started: NFS3ERR_JUKEBOX, RFC 1813 section 2.6. */
const WITH_JUKEBOX: Patience = { firstPauseMs: 100, longestPauseMs: 5_000, limitMs: 60_000 };

export interface NfsCallOptions extends CallOptions {
  /** See `RpcCallOptions`. */
  readonly payload?: Uint8Array | undefined;
}

/** How to know that a call had been done already when the connection broke and it was sent again. */
export interface DoneBefore<Result> {
  /** What a server answers to something that is done already: EXIST, or NOENT. */
  readonly status: string;
  /** The result, when it looks like what we did; undefined: somebody else did something, and the call failed. */
  recognise(): Promise<Result | undefined>;
}

/** Calls NFS procedures on a server. */
export class Nfs3Calls {
  readonly #rpc: RpcClient;
  readonly #clock: Clock;

  constructor(rpc: RpcClient, clock: Clock) {
    this.#rpc = rpc;
    this.#clock = clock;
  }

  /**
   * Calls a procedure that may be done twice without harm.
   * @param decode reads what follows the status NFS3_OK
   * @throws NfsFailure
   */
  async call<Result>(
    name: ProcedureName,
    args: XdrWriter,
    decode: (reader: XdrReader) => Result,
    options: NfsCallOptions = {},
    onAnswer?: (timesSent: number) => void,
  ): Promise<Result> {
    const send = () =>
      this.#rpc.call(
        PROCEDURES[name],
        args,
        (reader, timesSent) => {
          onAnswer?.(timesSent);
          const status = reader.uint32();
          if (status !== OK) throw new NfsFailure(statusWord(status), name);
          return decode(reader);
        },
        options,
      );
    try {
      return await send();
    } catch (error) {
      if (!isBusy(error)) throw error;
    }
    const { signal } = options;
    return persist(send, {
      patience: WITH_JUKEBOX,
      clock: this.#clock,
      signal,
      isWorthAnotherTry: isBusy,
    });
  }

  /** Calls a procedure that finds its own work when it is done twice. @throws NfsFailure */
  async callOnce<Result>(
    name: ProcedureName,
    args: XdrWriter,
    decode: (reader: XdrReader) => Result,
    before: DoneBefore<Result>,
    options?: CallOptions,
  ): Promise<Result> {
    let sentAgain = false;
    const onAnswer = (timesSent: number) => {
      sentAgain ||= timesSent > 1;
    };
    try {
      return await this.call(name, args, decode, options, onAnswer);
    } catch (error) {
      const perhapsDone = sentAgain && error instanceof NfsFailure && error.status === before.status;
      const result = perhapsDone ? await before.recognise() : undefined;
      if (result === undefined) throw error;
      return result;
    }
  }
}

const isBusy = (error: unknown) => error instanceof NfsFailure && error.status === 'JUKEBOX';
