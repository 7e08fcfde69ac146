import { type Listed, listingKey } from '../storage/backend.ts';

/** One listing, looked at one item ahead. */
export class Cursor {
  readonly #items: AsyncIterator<Listed>;
  #head: Listed | undefined;
  #key = '';
  #known = false;

  constructor(items: AsyncIterable<Listed>) {
    this.#items = items[Symbol.asyncIterator]();
  }

  /** Makes the next item known, if it is not. Fails as the listing fails. */
  async look(): Promise<void> {
    if (this.#known) return;
    const next = await this.#items.next();
    this.#head = next.done ? undefined : next.value;
    this.#key = this.#head ? listingKey(this.#head) : '';
    this.#known = true;
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
    await this.#items.return?.().catch(() => undefined);
  }
}
