import { createHash } from 'node:crypto';
import type { OperationName } from '../model/operations.ts';
import { scopePart } from './arn.ts';
import type { Scope } from './control-plane.ts';
import { invalidRequest } from './errors.ts';

/** Items of one page when `MaxResults` is absent or 0. @source AWS API Reference, ListAgents */
const DEFAULT_PAGE = 100;

export interface PageRequest {
  readonly MaxResults?: number | undefined;
  readonly NextToken?: string | undefined;
}

/** Which list it is; a token holds only for the same. */
interface ListName {
  readonly operation: OperationName;
  readonly scope: Scope;
  /** What else narrows it: filters, the ARN it is about. */
  readonly narrowedBy?: unknown;
}

/** What is listed. */
export interface Listing<Item> extends ListName {
  /** In ascending order of their keys. */
  readonly items: readonly Item[];
  /** Where an item stands; never changes while the item lives. */
  readonly keyOf: (item: Item) => string | number;
}

/**
 * One page, and the token of the next one unless this is the last. A token says which item was seen last,
 * not how many: what is added or removed between two pages neither repeats nor hides another item.
 * @throws ServiceError for a token that is none, or of another list
 */
export function page<Item>(
  request: PageRequest,
  listing: Listing<Item>,
): { readonly items: Item[]; readonly next: { NextToken?: string } } {
  const { items, keyOf } = listing;
  const after = request.NextToken === undefined ? undefined : openToken(request.NextToken, listing);
  const found = after === undefined ? 0 : items.findIndex((item) => keyOf(item) > after);
  const start = found < 0 ? items.length : found;
  const end = start + (request.MaxResults || DEFAULT_PAGE);
  const last = items[end - 1];
  const more = end < items.length && last !== undefined;
  return {
    items: items.slice(start, end),
    next: more ? { NextToken: makeToken(keyOf(last), listing) } : {},
  };
}

function makeToken(after: string | number, list: ListName): string {
  return Buffer.from(JSON.stringify([after, seal(after, list)])).toString('base64url');
}

function openToken(token: string, list: ListName): string | number {
  const [after, given] = parts(token);
  const known = typeof after === 'string' || typeof after === 'number';
  if (!known || given !== seal(after, list)) {
    throw invalidRequest(
      `The NextToken does not belong to this ${list.operation} call. Send the token of the page before, with the same filters, account and Region, or none to begin anew.`,
    );
  }
  return after;
}

function parts(token: string): readonly unknown[] {
  try {
    const read: unknown = JSON.parse(Buffer.from(token, 'base64url').toString());
    return Array.isArray(read) ? read : [];
  } catch {
    return [];
  }
}

function seal(after: string | number, { operation, scope, narrowedBy }: ListName): string {
  const bound = JSON.stringify([operation, scopePart(scope), narrowedBy ?? null, after]);
  return createHash('sha256').update(bound).digest('base64url').slice(0, 16);
}
