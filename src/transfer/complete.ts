import type { Backend, Entry, StorageError } from '../storage/backend.ts';
import { isMissing, itemFailure } from './failure.ts';
import type { Found } from './found.ts';
import type { Side } from './job.ts';
import type { Asked } from './run.ts';

interface Both {
  readonly source: Backend;
  readonly destination: Backend;
  readonly asks: Readonly<Record<Side, Asked>>;
  readonly signal: AbortSignal;
}

/** A pair whose sides are known in full, or the side of which the rest cannot be told. */
export type Completed =
  | { readonly source: Entry | undefined; readonly destination: Entry | undefined }
  | { readonly side: Side; readonly error: StorageError; readonly entry: Entry };

type FoundPair = Extract<Found, { type: 'pair' }>;

type Answer = { readonly entry: Entry | undefined } | Extract<Completed, { error: unknown }>;

const needsMore = (entry: Entry | undefined): entry is Entry => entry?.partial === true;

/** Whether a listing left something open that `complete` will have to ask for. */
export const isOpen = ({ source, destination }: FoundPair): boolean =>
  needsMore(source) || needsMore(destination);

/** Asks for what the listings did not say. A destination item that has gone meanwhile counts as missing. */
export async function complete(pair: FoundPair, both: Both): Promise<Completed> {
  const [from, to] = await Promise.all([
    askFor(pair.source, 'source', both),
    askFor(pair.destination, 'destination', both),
  ]);
  if ('error' in from) return from;
  if (!('error' in to)) return { source: from.entry, destination: to.entry };
  return isMissing(to.error) ? { source: from.entry, destination: undefined } : to;
}

async function askFor(entry: Entry | undefined, side: Side, both: Both): Promise<Answer> {
  if (!needsMore(entry)) return { entry };
  const { signal, asks } = both;
  try {
    return { entry: await both[side].stat(entry.path, { signal, ...asks[side], listedAs: entry.kind }) };
  } catch (error) {
    return { side, entry, error: itemFailure(error, entry.path, both.signal) };
  }
}
