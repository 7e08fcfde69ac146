// Opening and closing files, with what belongs to it: confirmation in 4.0, and delegations that nobody asked for.

import { isFailure } from '../failures.ts';
import { type FileHandle, type NewAttributes, NfsFailure, type Node } from '../nfs-client.ts';
import type { Compounds } from './compounds.ts';
import { getFh, getNodeAttributes, lookup, putFh } from './handle-operations.ts';
import { close, delegReturn, type Opened, type OpenRequest, open, openConfirm } from './open-operations.ts';
import type { OpenOwners, Owner } from './open-owners.ts';
import { isStateLost, type StateId } from './state-id.ts';

/** What is opened: a name in a directory, or (from 4.1 on) a handle. */
export interface Target {
  readonly directory: FileHandle;
  readonly name: string;
  readonly handle?: FileHandle | undefined;
}

/** A file that is open on the server. */
export interface Held {
  readonly node: Node;
  readonly state: StateId;
  readonly owner: Owner;
}

/** A server that does not like the number of an owner's request gets another owner. */
const MOST_OWNERS = 3;

export class Opening {
  readonly #compounds: Compounds;
  readonly #owners: OpenOwners;

  constructor(compounds: Compounds, owners: OpenOwners) {
    this.#compounds = compounds;
    this.#owners = owners;
  }

  /** Opens a file that is there. @throws NfsFailure */
  async existing(target: Target, access: 'read' | 'write', signal?: AbortSignal): Promise<Held> {
    const { directory, name, handle } = target;
    const byHandle = handle !== undefined && this.#compounds.conversation.minorVersion > 0;
    return this.#open(byHandle ? { at: handle } : { at: directory, name }, { access }, signal);
  }

  /**
   * Makes a file and opens it for writing. Where an answer may have been lost, a file that is there is the one that
   * we made.
   * @throws NfsFailure EXIST
   */
  async created(
    directory: FileHandle,
    name: string,
    attributes: NewAttributes,
    signal?: AbortSignal,
  ): Promise<Held> {
    const create = { guarded: true, attributes };
    return this.#open({ at: directory, name }, { access: 'write', create }, signal);
  }

  /** Opens a file that we made, without what it holds. */
  async emptied(directory: FileHandle, name: string, signal?: AbortSignal): Promise<Held> {
    return this.#open({ at: directory, name }, { access: 'write', create: ANEW }, signal);
  }

  /** Runs `call` with an owner, which is of no use any more when nobody knows what became of the call. */
  async withOwner<Result>(call: (owner: Owner) => Promise<Result>): Promise<Result> {
    const owner = this.#owners.take();
    try {
      return await call(owner);
    } catch (error) {
      if (!(error instanceof NfsFailure)) owner.spoil();
      this.#owners.giveBack(owner);
      throw error;
    }
  }

  /** What an OPEN is to say. */
  request(owner: Owner, rest: Pick<OpenRequest, 'access' | 'create' | 'name'>): OpenRequest {
    return { ...rest, owner, refusesDelegation: this.#compounds.conversation.minorVersion > 0 };
  }

  /**
   * After every OPEN: the file with the state that stands for it from now on.
   * @param node undefined when the server did not come to telling it
   */
  async held(owner: Owner, opened: Opened, place: Place, node: Node | undefined): Promise<Held> {
    try {
      const found = node ?? (await this.#found(place));
      return { node: found, state: await this.#settled(found.handle, opened, owner), owner };
    } catch (error) {
      // It has a file open that nobody knows any more.
      owner.spoil();
      throw error;
    }
  }

  /** An owner that has nothing open. */
  free(owner: Owner): void {
    this.#owners.giveBack(owner);
  }

  /** @throws NfsFailure; that the server lost the state already is none */
  async close({ node: { handle }, state, owner }: Held): Promise<void> {
    try {
      const { failure } = await this.#compounds.attempt([putFh(handle), close(state, owner)]);
      if (failure && !isStateLost(failure.status) && !IS_GONE.has(failure.status)) throw failure;
    } catch (error) {
      owner.spoil();
      throw error;
    } finally {
      this.#owners.giveBack(owner);
    }
  }

  async #open(where: Place, how: How, signal: AbortSignal | undefined): Promise<Held> {
    for (let owners = 1; ; owners += 1) {
      try {
        return await this.withOwner((owner) => this.#openAs(owner, where, how, signal));
      } catch (error) {
        if (!isFailure(error, 'BAD_SEQID') || owners === MOST_OWNERS) throw error;
      }
    }
  }

  async #openAs(owner: Owner, where: Place, how: How, signal: AbortSignal | undefined): Promise<Held> {
    const { at, name } = where;
    const operation = open(this.request(owner, { ...how, name }));
    const reply = await this.#compounds.attempt([putFh(at), operation, getFh(), getNodeAttributes()], signal);
    const [, opened, handle, attributes] = reply.results;
    if (opened === undefined) {
      const isOurs = reply.again && how.create?.guarded && reply.failure?.status === 'EXIST';
      if (isOurs) return this.#openAs(owner, where, { ...how, create: ANEW }, signal);
      throw reply.failure;
    }
    return this.held(owner, opened, where, handle && attributes && { handle, attributes });
  }

  async #settled(handle: FileHandle, opened: Opened, owner: Owner): Promise<StateId> {
    if (opened.delegation) await this.#compounds.attempt([putFh(handle), delegReturn(opened.delegation)]);
    if (!opened.needsConfirmation) return opened.state;
    const [, state] = await this.#compounds.all([putFh(handle), openConfirm(opened.state, owner)]);
    return state;
  }

  /** What was opened, when the server did not come to telling it. */
  async #found({ at, name }: Place): Promise<Node> {
    if (name === undefined) {
      const [, attributes] = await this.#compounds.all([putFh(at), getNodeAttributes()]);
      return { handle: at, attributes };
    }
    const [, , handle, attributes] = await this.#compounds.all([
      putFh(at),
      lookup(name),
      getFh(),
      getNodeAttributes(),
    ]);
    return { handle, attributes };
  }
}

/** What an OPEN leads to. */
export interface Place {
  readonly at: FileHandle;
  /** Undefined: `at` itself. */
  readonly name?: string;
}

type How = Pick<OpenRequest, 'access' | 'create'>;

const ANEW = { guarded: false, attributes: {} };

/** There is nothing left to close. */
const IS_GONE: ReadonlySet<string> = new Set(['STALE', 'BADHANDLE', 'FHEXPIRED', 'BAD_SEQID']);
