// A share that outlives its connections.

import { setMaxListeners } from 'node:events';
import type { Clock } from '../../../base/clock.ts';
import type { SmbConfig } from '../../smb.ts';
import { StorageError, type StorageErrorKind } from '../../storage-error.ts';
import { type Address, noAnswer, shownAddress } from '../../wire/connection-error.ts';
import { NO_PATIENCE, type Patience, persist, RECONNECTING } from '../../wire/patience.ts';
import { BARE_BODY } from '../message/bare.ts';
import { NT_STATUS } from '../nt-status.ts';
import {
  type SendOptions,
  SmbFailure,
  type SmbLimits,
  type SmbRequest,
  type SmbResponse,
  type SmbTree,
} from '../smb-tree.ts';
import type { Answer } from './call.ts';
import { distrust } from './distrust.ts';
import { DEFAULT_PORT, establish, type Link } from './establish.ts';
import { renewLogin } from './log-in.ts';
import { withOrphansClosed } from './orphaned-file.ts';

/** How long LOGOFF may take; the server notices the end of the connection anyway. */
const LOGOFF_MS = 1_000;

/** What a try may take at least, where there is no patience left for another one. */
const ONE_TRY_MS = 2_000;

export class ShareTree implements SmbTree {
  readonly #config: SmbConfig;
  readonly #clock: Clock;
  readonly #disposed = new AbortController();
  #link: Link;
  #generation = 1;
  /** Once a server was waited for in vain nobody waits again, until it is back. */
  #patience: Patience = RECONNECTING;
  /** The attempt to connect again that all calls wait for. */
  #reconnecting: Promise<Link> | undefined;
  /** The new login that all calls wait for. */
  #renewing: Promise<void> | undefined;

  constructor(config: SmbConfig, clock: Clock, link: Link) {
    this.#config = config;
    this.#clock = clock;
    this.#link = link;
  }

  get dialect(): SmbTree['dialect'] {
    return this.#link.dialect;
  }

  get generation(): number {
    return this.#generation;
  }

  get limits(): SmbLimits {
    return this.#link.limits;
  }

  get maximalAccess(): number {
    return this.#link.maximalAccess;
  }

  async send(requests: readonly SmbRequest[], options: SendOptions = {}): Promise<readonly SmbResponse[]> {
    const { signal, generation } = options;
    signal?.throwIfAborted();
    const link = this.#link.connection.failure ? await this.#reconnected(signal) : this.#link;
    if (generation !== undefined && generation !== this.#generation) throw this.#handlesLost();
    let answers = await this.#exchange(link, requests, signal);
    if (answers.some(({ status }) => status === NT_STATUS.NETWORK_SESSION_EXPIRED)) {
      await this.#renewed(link);
      answers = await this.#exchange(link, requests, signal);
    }
    this.#expectShare(link, answers);
    refuse(requests, answers);
    return answers;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#disposed.signal.aborted) return;
    this.#disposed.abort(this.#closed());
    const { connection } = this.#link;
    if (!connection.failure) {
      const limit = new AbortController();
      const tooLong = this.#clock.sleep(LOGOFF_MS, limit.signal).catch(() => undefined);
      const logoff = connection.exchangeOne({ command: 'LOGOFF', body: BARE_BODY }).catch(() => undefined);
      await Promise.race([logoff, tooLong]);
      limit.abort();
    }
    connection.close(this.#closed());
  }

  #exchange(
    link: Link,
    requests: readonly SmbRequest[],
    signal: AbortSignal | undefined,
  ): Promise<readonly Answer[]> {
    const { connection } = link;
    return connection.exchange(withOrphansClosed(connection, requests), { signal });
  }

  /** @throws StorageError Unreachable after all patience, and what `establish` throws; the caller's own reason */
  async #reconnected(signal: AbortSignal | undefined): Promise<Link> {
    this.#disposed.signal.throwIfAborted();
    this.#reconnecting ??= this.#reconnect().finally(() => {
      this.#reconnecting = undefined;
    });
    return untilAborted(this.#reconnecting, signal);
  }

  async #reconnect(): Promise<Link> {
    const stop = this.#disposed.signal;
    const patience = this.#patience;
    this.#patience = NO_PATIENCE;
    const link = await persistently(this.#address, patience, this.#clock, stop, (leftMs) => {
      const timeLimitMs = Math.max(leftMs, ONE_TRY_MS);
      return establish({ config: this.#config, clock: this.#clock, timeLimitMs, signal: stop });
    });
    this.#patience = RECONNECTING;
    this.#link = link;
    this.#generation += 1;
    return link;
  }

  async #renewed({ connection }: Link): Promise<void> {
    this.#renewing ??= renewLogin(connection, this.#config).finally(() => {
      this.#renewing = undefined;
    });
    try {
      await this.#renewing;
    } catch (error) {
      throw distrust(connection, error);
    }
  }

  /** A share that the server has taken away takes its files along; the next call finds out whether it is back. */
  #expectShare({ connection }: Link, answers: readonly Answer[]): void {
    if (!answers.some(({ status }) => status === NT_STATUS.NETWORK_NAME_DELETED)) return;
    const shown = shownAddress(this.#address);
    const message = `${shown} has disconnected the share ${this.#config.share}.`;
    connection.close(new StorageError('Unreachable', shown, message));
    throw this.#handlesLost();
  }

  #handlesLost(): StorageError {
    const shown = shownAddress(this.#address);
    const message = `The connection to ${shown} was made anew; files that were open are open no more.`;
    return new StorageError('Interrupted', shown, message);
  }

  #closed(): StorageError {
    return new StorageError('Interrupted', shownAddress(this.#address), 'The location was closed meanwhile.');
  }

  get #address(): Address {
    return { host: this.#config.host, port: this.#config.port ?? DEFAULT_PORT };
  }
}

/** @throws SmbFailure of the first answer that nobody asked for */
function refuse(requests: readonly SmbRequest[], answers: readonly Answer[]): void {
  answers.forEach(({ status }, index) => {
    const request = requests[index];
    if (request && !isAnswer(request, status)) throw new SmbFailure(status, request.command, index);
  });
}

function isAnswer({ accepts = [] }: SmbRequest, status: number): boolean {
  return status === NT_STATUS.SUCCESS || accepts === 'any' || accepts.includes(status);
}

/**
 * The result of an attempt that is made again while the server cannot be reached.
 * @param attempt is told how many milliseconds it may take
 * @throws StorageError Unreachable that tells how long was waited
 */
async function persistently<Result>(
  address: Address,
  patience: Patience,
  clock: Clock,
  signal: AbortSignal,
  attempt: (leftMs: number) => Promise<Result>,
): Promise<Result> {
  const isOf = (error: unknown, ...kinds: readonly StorageErrorKind[]): error is StorageError =>
    error instanceof StorageError && kinds.includes(error.kind);
  // A server that starts may have its shares a little later.
  const isWorthAnotherTry = (error: unknown) => isOf(error, 'Unreachable', 'NotFound');
  try {
    return await persist(attempt, { patience, clock, signal, isWorthAnotherTry });
  } catch (error) {
    if (isOf(error, 'NotFound')) throw gone(error);
    throw isOf(error, 'Unreachable') ? noAnswer(address, patience.limitMs / 1000, error) : error;
  }
}

/** The share was there once. NotFound would be about what is asked of it, as if that were not there. */
function gone({ path, message, code }: StorageError): StorageError {
  return new StorageError('Unreachable', path, `${message} It was there before.`, { ...(code && { code }) });
}

/** What a promise gives, for one of those who wait for it and may lose patience. @throws the signal's reason */
async function untilAborted<Result>(
  promise: Promise<Result>,
  signal: AbortSignal | undefined,
): Promise<Result> {
  if (signal === undefined) return promise;
  let stop = (): void => undefined;
  const stopped = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason);
  });
  setMaxListeners(0, signal);
  signal.addEventListener('abort', stop);
  try {
    return await Promise.race([promise, stopped]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
