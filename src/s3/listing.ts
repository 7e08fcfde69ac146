import { compareNames } from '../base/path.ts';

/** Which names a listing shows. */
export interface ListingQuery {
  readonly prefix: string;
  /** "": none. */
  readonly delimiter: string;
  /** Show what comes after this key or common prefix; "": from the start. */
  readonly after: string;
}

/** Where among the keys to begin: at a name, behind it, or behind all names that start with it (which is not ""). */
export interface Place {
  readonly kind: 'at' | 'behind' | 'past';
  readonly name: string;
}

/** Before all keys. */
export const FIRST_PLACE: Place = { kind: 'at', name: '' };

/** Keys in order, all from `place` on. */
export type KeySource = (place: Place) => Iterable<string>;

/** Whether a key stands before `place`. */
export function standsBefore({ kind, name }: Place): (key: string) => boolean {
  if (kind === 'at') return (key) => compareNames(key, name) < 0;
  if (kind === 'behind') return (key) => compareNames(key, name) <= 0;
  return (key) => key.startsWith(name) || compareNames(key, name) < 0;
}

/** A key, or what several keys have in common up to a delimiter. */
export type Shown = { readonly kind: 'key' | 'prefix'; readonly name: string };

/** The part of `key` up to the first delimiter behind the prefix, or undefined. */
function commonPrefix(key: string, { prefix, delimiter }: ListingQuery): string | undefined {
  if (delimiter === '') return undefined;
  const at = key.indexOf(delimiter, prefix.length);
  return at < 0 ? undefined : key.slice(0, at + delimiter.length);
}

/** A common prefix that was the end of the page before is not shown again. */
function beginning(query: ListingQuery): Place {
  const { prefix, after } = query;
  if (after === '' || compareNames(after, prefix) < 0) return { kind: 'at', name: prefix };
  const rolledUp = after.startsWith(prefix) && commonPrefix(after, query) === after;
  return { kind: rolledUp ? 'past' : 'behind', name: after };
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
  let place: Place | undefined = beginning(query);
  while (place) {
    let next: Place | undefined;
    for (const key of keysFrom(place)) {
      if (!key.startsWith(query.prefix)) return;
      if (!isShown(key)) continue;
      const common = commonPrefix(key, query);
      if (common === undefined) {
        yield { kind: 'key', name: key };
        continue;
      }
      yield { kind: 'prefix', name: common };
      next = { kind: 'past', name: common };
      break;
    }
    place = next;
  }
}
