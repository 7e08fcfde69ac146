import { compareNames } from '../base/path.ts';

/** Keys in one block; a full one is cut in two. Inserting moves at most this many. */
const BLOCK = 512;

/** Keys in the order of their UTF-8 bytes, cheap to change and to seek in with hundreds of thousands of them. */
export class SortedKeys {
  /** None of them is empty. */
  #blocks: string[][] = [];
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** A key that is there already stays as it is. */
  add(key: string): void {
    if (this.#blocks.length === 0) {
      this.#blocks.push([key]);
      this.#size = 1;
      return;
    }
    const at = Math.min(this.#blockOf(key), this.#blocks.length - 1);
    const block = this.#blocks[at] ?? [];
    const place = firstNotBefore(block, (other) => compareNames(other, key) < 0);
    if (block[place] === key) return;
    block.splice(place, 0, key);
    this.#size += 1;
    if (block.length > BLOCK) this.#cut(at, block, place);
  }

  delete(key: string): void {
    const at = this.#blockOf(key);
    const block = this.#blocks[at];
    if (!block) return;
    const place = firstNotBefore(block, (other) => compareNames(other, key) < 0);
    if (block[place] !== key) return;
    block.splice(place, 1);
    this.#size -= 1;
    if (block.length === 0) this.#blocks.splice(at, 1);
  }

  /**
   * The first key for which `isBefore` says no; undefined when there is none. `isBefore` must say yes for all
   * keys up to some place and no for all after it.
   */
  first(isBefore: (key: string) => boolean): string | undefined {
    const block = this.#blocks[this.#firstBlock(isBefore)];
    return block?.[firstNotBefore(block, isBefore)];
  }

  /** All keys from the first for which `isBefore` says no. Not to be changed while it is read. */
  *from(isBefore: (key: string) => boolean): Generator<string> {
    const start = this.#firstBlock(isBefore);
    for (let at = start; at < this.#blocks.length; at += 1) {
      const block = this.#blocks[at] ?? [];
      const place = at === start ? firstNotBefore(block, isBefore) : 0;
      for (let index = place; index < block.length; index += 1) yield block[index] as string;
    }
  }

  /** The block whose last key is not before `key`. */
  #blockOf(key: string): number {
    return this.#firstBlock((other) => compareNames(other, key) < 0);
  }

  #firstBlock(isBefore: (key: string) => boolean): number {
    return firstNotBefore(this.#blocks, (block) => isBefore(block[block.length - 1] as string));
  }

  /** Keys that come in order fill their blocks; others leave two halves. */
  #cut(at: number, block: string[], place: number): void {
    const appending = at === this.#blocks.length - 1 && place === block.length - 1;
    const rest = block.splice(appending ? BLOCK : BLOCK / 2);
    this.#blocks.splice(at + 1, 0, rest);
  }
}

/** Where in `list` the first element stands for which `isBefore` says no; its length when there is none. */
function firstNotBefore<Element>(list: readonly Element[], isBefore: (element: Element) => boolean): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isBefore(list[middle] as Element)) low = middle + 1;
    else high = middle;
  }
  return low;
}
