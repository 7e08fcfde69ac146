import { compareNames } from '../base/path.ts';
import { type Listed, listingKey } from '../storage/backend.ts';
import { again, type Waiting, wasInterrupted } from './again.ts';

/** One listing, looked at one item ahead. */
export class Cursor {
  readonly #open: () => AsyncIterable<Listed>;
  readonly #waiting: Waiting;
  #items: AsyncIterator<Listed> | undefined;
  /** What comes up to here was listed before the listing broke off. */
  #after: string | undefined;
  #head: Listed | undefined;
  #key = '';
  #known = false;
  #isEmpty = true;

  /** @param open begins the listing; once more when it was broken off, and then goes on behind what came already */
  constructor(open: () => AsyncIterable<Listed>, waiting: Waiting) {
    this.#open = open;
    this.#waiting = waiting;
  }

  /** Makes the next item known, if it is not. Fails as the listing fails. */
  async look(): Promise<void> {
    if (this.#known) return;
    this.#head = await this.#next();
    this.#key = this.#head ? listingKey(this.#head) : '';
    this.#known = true;
    if (this.#head) this.#isEmpty = false;
  }

  /** Whether nothing was found so far. */
  get isEmpty(): boolean {
    return this.#isEmpty;
  }

  /** Whether the next item is known already, so that `look` would do nothing. */
  get known(): boolean {
    return this.#known;
  }

  /** The item `look` has found; undefined at the end. */
  get head(): Listed | undefined {
    return this.#head;
  }

  /** Its `listingKey`. */
  get key(): string {
    return this.#key;
  }

  /** Takes the item away, so that the next `look` finds another. */
  take(): Listed | undefined {
    this.#known = this.#head === undefined;
    return this.#head;
  }

  /** Ends a listing that need not be read to its end. Never fails. */
  async close(): Promise<void> {
    this.#head = undefined;
    this.#known = true;
    await this.#items?.return?.().catch(() => undefined);
  }

  async #next(): Promise<Listed | undefined> {
    try {
      return await this.#nextOf(this.#begun());
    } catch (error) {
      if (!wasInterrupted(error)) throw error;
      return await again(this.#waiting, () => this.#nextOf(this.#begunAnew()));
    }
  }

  async #nextOf(items: AsyncIterator<Listed>): Promise<Listed | undefined> {
    for (;;) {
      const { done, value } = await items.next();
      if (done) return undefined;
      if (this.#after === undefined || compareNames(listingKey(value), this.#after) > 0) return value;
    }
  }

  #begun(): AsyncIterator<Listed> {
    this.#items ??= this.#open()[Symbol.asyncIterator]();
    return this.#items;
  }

  #begunAnew(): AsyncIterator<Listed> {
    if (this.#key !== '') this.#after = this.#key;
    this.#items = undefined;
    return this.#begun();
  }
}
