// Who opens files. A server keeps what one owner opens twice as one: so each open file has an owner to itself.

import type { Conversation } from './conversation.ts';
import type { OpenOwner } from './open-operations.ts';

/** These leave the number of an owner's next request as it was. RFC 7530 section 9.1.7 */
const NOT_COUNTED: ReadonlySet<string> = new Set([
  'BADXDR',
  'BAD_SEQID',
  'BAD_STATEID',
  'MOVED',
  'NOFILEHANDLE',
  'RESOURCE',
  'STALE_CLIENTID',
  'STALE_STATEID',
]);

/** An owner of one open file at a time. */
export class Owner implements OpenOwner {
  readonly name: string;
  readonly #conversation: Conversation;
  #sequence = 0;
  #spoiled = false;

  constructor(name: string, conversation: Conversation) {
    this.name = name;
    this.#conversation = conversation;
  }

  get clientId(): bigint {
    return this.#conversation.clientId;
  }

  get sequence(): number {
    return this.#sequence;
  }

  /** The server's count is not ours any more: it is of no use. */
  get spoiled(): boolean {
    return this.#spoiled;
  }

  answered(status: string): void {
    // Sessions count instead.
    if (this.#conversation.minorVersion !== 0) return;
    if (status === 'BAD_SEQID') this.#spoiled = true;
    if (!NOT_COUNTED.has(status)) this.#sequence = (this.#sequence + 1) >>> 0;
  }

  /** A request of which nobody knows what became. */
  spoil(): void {
    this.#spoiled = true;
  }
}

/** Owners, which are used again: the server keeps each of them for a while. */
export class OpenOwners {
  readonly #conversation: Conversation;
  readonly #idle: Owner[] = [];
  #made = 0;

  constructor(conversation: Conversation) {
    this.#conversation = conversation;
  }

  take(): Owner {
    const idle = this.#idle.pop();
    if (idle) return idle;
    this.#made += 1;
    return new Owner(`owner ${this.#made}`, this.#conversation);
  }

  giveBack(owner: Owner): void {
    if (!owner.spoiled) this.#idle.push(owner);
  }
}
