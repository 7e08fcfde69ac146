import { compareNames } from '../base/path.ts';

/** Which names a listing shows. */
export interface ListingQuery {
  readonly prefix: string;
  /** "": none. */
  readonly delimiter: string;
  /** Show what comes after this key or common prefix; "": from the start. */
  readonly after: string;
}

/** Keys in order, from the first for which `isBefore` says no. */
export type KeySource = (isBefore: (key: string) => boolean) => Iterable<string>;

/** A key, or what several keys have in common up to a delimiter. */
export type Shown = { readonly kind: 'key' | 'prefix'; readonly name: string };

/** The part of `key` up to the first delimiter behind the prefix, or undefined. */
function commonPrefix(key: string, { prefix, delimiter }: ListingQuery): string | undefined {
  if (delimiter === '') return undefined;
  const at = key.indexOf(delimiter, prefix.length);
  return at < 0 ? undefined : key.slice(0, at + delimiter.length);
}

/** The place where a listing begins. A common prefix that was the end of the page before is not shown again. */
function beginning(query: ListingQuery): (key: string) => boolean {
  const { prefix, after } = query;
  if (after === '' || compareNames(after, prefix) < 0) return (key) => compareNames(key, prefix) < 0;
  const rolledUp = after.startsWith(prefix) && commonPrefix(after, query) === after;
  return (key) => compareNames(key, after) <= 0 || (rolledUp && key.startsWith(after));
}

/**
 * Keys and common prefixes in order. What lies below a common prefix is not looked through: the walk goes on
 * behind it.
 * @param isShown leaves keys out, such as those whose newest version is a delete marker
 */
export function* walk(
  keysFrom: KeySource,
  query: ListingQuery,
  isShown: (key: string) => boolean,
): Generator<Shown> {
  let isBefore: ((key: string) => boolean) | undefined = beginning(query);
  while (isBefore) {
    let next: ((key: string) => boolean) | undefined;
    for (const key of keysFrom(isBefore)) {
      if (!key.startsWith(query.prefix)) return;
      if (!isShown(key)) continue;
      const common = commonPrefix(key, query);
      if (common === undefined) {
        yield { kind: 'key', name: key };
        continue;
      }
      yield { kind: 'prefix', name: common };
      next = (other) => other.startsWith(common) || compareNames(other, common) < 0;
      break;
    }
    isBefore = next;
  }
}
