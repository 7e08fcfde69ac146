// One TCP connection that speaks SMB: requests out, each answered by number; credits, protection, signs of life.

import type { Clock } from '../../../base/clock.ts';
import { StorageError } from '../../storage-error.ts';
import { type Address, ENDED, shownAddress, unreachable } from '../../wire/connection-error.ts';
import { connectFramed, type FramedSocket } from '../../wire/framed-socket.ts';
import { directTcp } from '../../wire/framing.ts';
import { BARE_BODY } from '../message/bare.ts';
import { bytesOf, compose } from '../message/compose.ts';
import { FLAGS, type RequestHeader, readHeader, SpokeSmb1, UNSOLICITED } from '../message/header.ts';
import { NT_STATUS } from '../nt-status.ts';
import { type Answer, Call, type Outgoing } from './call.ts';
import { Credits, chargeFor } from './credits.ts';
import { expectProtected, NO_SESSION, protect, protectionOf, type Session, unprotect } from './guard.ts';
import { InFlight, type Slot } from './in-flight.ts';

export interface ConnectOptions extends Address {
  readonly clock: Clock;
  readonly connectTimeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

export interface ExchangeOptions {
  readonly signal?: AbortSignal | undefined;
  /** These have to be signed, whatever the session does. */
  readonly signed?: boolean;
  /** Sees the first message as it goes out. */
  onSent?(message: Buffer): void;
}

/** Requests carry up to 1 MiB; the answers to a compound may bring several payloads in one frame. */
const MAX_FRAME_BYTES = 4 << 20;
/** With requests under way and no byte for so long, a connection counts as broken. Half-way an ECHO asks. */
const SILENCE_MS = 20_000;
/** How long a server may say that it is still at work on one request. */
const PENDING_LIMIT_MS = 120_000;
/** ECHOs that are to bring the credits which a request lacks. */
const MOST_BEGGING = 16;

const OF_NO_SHARE: ReadonlySet<string> = new Set(['SESSION_SETUP', 'LOGOFF', 'ECHO']);

/** Connects to a server; nothing has been said yet. @throws StorageError Unreachable; the signal's reason */
export async function connect(options: ConnectOptions): Promise<Connection> {
  const connection = new Connection(options);
  await connection.start(options);
  return connection;
}

/** Made by `connect`. Once it has failed it is of no use any more. */
export class Connection {
  readonly address: Address;
  readonly clock: Clock;
  session: Session = NO_SESSION;
  /** Whether the other side ever said anything. */
  hasHeard = false;
  readonly #credits = new Credits<Call>();
  readonly #inFlight = new InFlight();
  #socket: FramedSocket | undefined;
  #failure: StorageError | undefined;
  #begged = 0;
  /** When an ECHO asked for a sign of life; undefined once something has come. */
  #echoedAt: number | undefined;

  constructor({ host, port, clock }: ConnectOptions) {
    this.address = { host, port };
    this.clock = clock;
  }

  /** For `connect`. */
  async start(options: ConnectOptions): Promise<void> {
    this.#socket = await connectFramed({
      ...options,
      framing: directTcp,
      maxRecordBytes: MAX_FRAME_BYTES,
      silence: {
        limitMs: SILENCE_MS,
        isExpecting: () => this.#inFlight.size > 0,
        isOverdue: () => this.clock.now() - (this.#echoedAt ?? Number.POSITIVE_INFINITY) >= SILENCE_MS / 2,
        onQuiet: () => this.#askForLife(),
      },
      onRecord: (frame) => this.#received(frame),
      onClose: (error) => this.close(error),
    });
  }

  /** What ended it; undefined while it is good. */
  get failure(): StorageError | undefined {
    return this.#failure;
  }

  /**
   * Sends requests as one frame, related to each other when there are several; resolves when all are answered,
   * whatever the answers say.
   * @throws StorageError Interrupted when the connection breaks meanwhile, Io when the server breaks the rules, Busy
   *   when it does not come to an end; the signal's reason
   */
  exchange(requests: readonly Outgoing[], options: ExchangeOptions = {}): Promise<readonly Answer[]> {
    const { signal } = options;
    if (signal?.aborted) return Promise.reject(signal.reason);
    if (this.#failure) return Promise.reject(this.#interrupted(this.#failure));
    const call = new Call({
      requests,
      charges: requests.map((request) => this.#chargeOf(request)),
      signal,
      send: (started, firstMessageId) => this.#send(started, firstMessageId, options),
      onAbort: (aborted) => this.#abandon(aborted, signal?.reason),
    });
    this.#credits.enqueue(call);
    this.#beg();
    return call.done;
  }

  /** As `exchange`, of one request. */
  async exchangeOne(request: Outgoing, options?: ExchangeOptions): Promise<Answer> {
    const [answer] = await this.exchange([request], options);
    if (answer === undefined) throw new Error('A call without an answer');
    return answer;
  }

  /** Ends it; what is under way fails with `error`, or as Interrupted by it. May be called again. */
  close(error: StorageError = unreachable(this.address, ENDED)): void {
    if (this.#failure) return;
    this.#failure = error;
    this.#socket?.close();
    const interrupted = this.#interrupted(error);
    for (const { call } of this.#inFlight.clear()) call.fail(interrupted);
    for (const call of this.#credits.dismiss()) call.fail(interrupted);
  }

  #chargeOf({ payload = [], payloadBytes = bytesOf(payload) }: Outgoing): number {
    return this.session.hasLargeMtu ? chargeFor(payloadBytes) : 1;
  }

  #send(call: Call, firstMessageId: number, { signed = false, onSent }: ExchangeOptions): void {
    this.#begged = 0;
    const { protection, hasLargeMtu } = this.session;
    const how = protectionOf(protection, signed);
    let messageId = firstMessageId;
    const messages = call.requests.map((request, index) => {
      const charge = call.charges[index] ?? 1;
      this.#inFlight.add({
        messageId,
        call,
        index,
        request,
        charge,
        how,
        asyncId: undefined,
        interimAnswers: 0,
        answered: undefined,
      });
      const header = {
        ...this.#headerOf(request, messageId),
        creditCharge: hasLargeMtu ? charge : 0,
        creditRequest: this.#credits.toRequest(charge),
        flags: index > 0 ? FLAGS.RELATED_OPERATIONS : 0,
      };
      messageId += charge;
      return compose(header, request.body, request.payload ?? [], index < call.requests.length - 1);
    });
    const frame = protect(how, messages, protection);
    if (messages[0]) onSent?.(messages[0][0]);
    this.#socket?.send(frame);
  }

  #headerOf({ command }: Pick<Outgoing, 'command'>, messageId: number): RequestHeader {
    const { id, treeId } = this.session;
    return {
      command,
      messageId,
      sessionId: id,
      treeId: OF_NO_SHARE.has(command) ? 0 : treeId,
      creditCharge: 0,
      creditRequest: 0,
      flags: 0,
    };
  }

  #received(frame: Buffer): void {
    this.#echoedAt = undefined;
    this.hasHeard = true;
    try {
      const { messages, isSealed } = unprotect(frame, this.session.protection);
      for (const message of messages) this.#take(message, isSealed);
      this.#beg();
    } catch (error) {
      // Whatever it is: what cannot be read ends the connection, and not the process.
      this.close(this.#brokeTheRules(error));
    }
  }

  #take(message: Buffer, isSealed: boolean): void {
    const header = readHeader(message);
    // Nobody here asks for oplocks; what a server says about them is of no consequence.
    if (header.messageId === UNSOLICITED) return;
    const slot = this.#inFlight.slotOf(header);
    if (this.#inFlight.isInterim(slot, header)) {
      this.#credits.grant(header.credits);
      if (slot.interimAnswers === 1) this.#limitPending(slot);
      return;
    }
    if (header.status === NT_STATUS.USER_SESSION_DELETED) {
      this.close(this.#sessionLost());
      return;
    }
    expectProtected(slot.how, message, header, isSealed, this.session.protection);
    this.#inFlight.settle(slot);
    this.#credits.settle(slot.charge);
    this.#credits.grant(header.credits);
    slot.call.answer(slot.index, { status: header.status, header, message });
  }

  #abandon(call: Call, reason: unknown): void {
    if (!this.#credits.withdraw(call)) for (const slot of this.#inFlight.of(call)) this.#cancel(slot);
    call.fail(reason);
  }

  /** CANCEL has no number of its own, takes no credit and is not answered (MS-SMB2 3.2.4.24). */
  #cancel({ messageId, asyncId }: Slot): void {
    const { protection } = this.session;
    const header = this.#headerOf({ command: 'CANCEL' }, messageId);
    const isAsync = asyncId === undefined ? {} : { asyncId, flags: FLAGS.ASYNC_COMMAND };
    const message = compose({ ...header, ...isAsync }, BARE_BODY, [], false);
    this.#socket?.send(protect(protectionOf(protection, false), [message], protection));
  }

  #limitPending(slot: Slot): void {
    const answered = new AbortController();
    slot.answered = answered;
    const tooLong = () => {
      this.#cancel(slot);
      const text = `${slot.request.command} was not finished in ${PENDING_LIMIT_MS / 1000} s.`;
      slot.call.fail(new StorageError('Busy', this.#shown, `${text} Check what the server waits for.`));
    };
    this.clock.sleep(PENDING_LIMIT_MS, answered.signal).then(tooLong, () => undefined);
  }

  #askForLife(): void {
    if (this.#echoedAt === undefined && this.#echo()) this.#echoedAt = this.clock.now();
  }

  /** Asks for a sign of life, and for credits. Whether there was a credit to ask with. */
  #echo(): boolean {
    const messageId = this.#credits.takeOne();
    if (messageId === undefined) return false;
    const call = new Call({
      requests: [{ command: 'ECHO', body: BARE_BODY }],
      charges: [1],
      send: () => undefined,
      onAbort: () => undefined,
    });
    // Whoever waits for something else is told of a failure.
    call.done.catch(() => undefined);
    this.#send(call, messageId, {});
    return true;
  }

  /** With nothing under way no answer will bring the credits that somebody waits for: an ECHO is to. */
  #beg(): void {
    if (this.#failure || this.#inFlight.size > 0 || this.#credits.missing === 0) return;
    const begged = this.#begged + 1;
    if (begged > MOST_BEGGING || !this.#echo()) {
      const text = `${this.#shown} grants too few credits: ${this.#credits.missing} more are needed for one request.`;
      this.close(new StorageError('Io', this.#shown, text));
    }
    this.#begged = begged;
  }

  get #shown(): string {
    return shownAddress(this.address);
  }

  #interrupted(failure: StorageError): StorageError {
    if (failure.kind !== 'Unreachable') return failure;
    const message = `The connection to ${this.#shown} broke while something was under way. ${failure.message}`;
    return new StorageError('Interrupted', this.#shown, message, { cause: failure });
  }

  #sessionLost(): StorageError {
    return new StorageError('Unreachable', this.#shown, `${this.#shown} has ended the session.`);
  }

  #brokeTheRules(error: unknown): StorageError {
    const what = error instanceof Error ? error.message : String(error);
    const message = `${this.#shown} broke the rules of SMB, and the connection was ended: ${what}. Check the server, and what is between.`;
    return new StorageError(error instanceof SpokeSmb1 ? 'Unsupported' : 'Io', this.#shown, message, {
      cause: error,
    });
  }
}
