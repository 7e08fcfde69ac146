import type { Clock } from '../base/clock.ts';
import { compareNames, nameOf, type RelPath, ROOT } from '../base/path.ts';
import type { Backend, Entry, Listed, ListOptions, SecurityParts } from '../storage/backend.ts';
import { Cursor } from './cursor.ts';
import { goneAway, isMissing, itemFailure } from './failure.ts';
import type { Found } from './found.ts';
import type { Side } from './job.ts';
import type { View } from './select.ts';

export interface MarchOrder {
  readonly source: Backend;
  /** null: it is not looked at. */
  readonly destination: Backend | null;
  readonly view: View;
  /** Whether items are wanted that only the destination has. */
  readonly extras: boolean;
  /** Whether what lies in excluded directories of the source is wanted, as `excluded`. */
  readonly insideExcluded: boolean;
  /** Of Windows; absent: it is not asked for. */
  readonly security?: SecurityParts;
  /** Waits before a listing that was broken off is begun anew. */
  readonly ioClock: Clock;
  readonly signal: AbortSignal;
}

/** A directory on the way. */
interface Frame {
  readonly path: RelPath;
  readonly source: Cursor | undefined;
  readonly destination: Cursor | undefined;
  /** The directory's own pair, as long as nothing below it is known to take part. */
  held: Found | undefined;
  /** Set for a directory that only the destination has, and that may be removed after its content. */
  readonly extra: Entry | undefined;
  /** Something at the destination stays in it, so that it cannot be removed. */
  keeps: boolean;
  readonly excluded: boolean;
  /** Names in lower case, where the destination does not tell them apart. */
  readonly names: Set<string> | undefined;
}

/** What comes of one item: what was found, and the directory to look into next. */
interface Taken {
  readonly found?: Found;
  readonly into?: Frame;
}

/**
 * Walks both locations in lock step, directory by directory, in the order of their listings. Holds one item
 * of each directory on the way, whatever the size of the locations. The root comes first.
 * @throws TransferFailed when the root of a side cannot be looked at
 */
export async function* march(order: MarchOrder): AsyncGenerator<Found> {
  const root = await rootPair(order);
  yield root;
  const { source, destination } = root;
  const stack = [open(order, ROOT, { source: source !== undefined, destination: destination !== undefined })];
  try {
    for (let frame = stack.at(-1); frame; frame = stack.at(-1)) {
      for (const found of await step(order, stack, frame)) yield found;
    }
  } finally {
    await Promise.all(stack.map(close));
  }
}

/** Takes one item from the innermost directory, or leaves that directory. */
async function step(order: MarchOrder, stack: Frame[], frame: Frame): Promise<readonly Found[]> {
  const unlisted = await look(order, frame);
  if (!unlisted && hasMore(frame)) {
    const { found, into } = take(order, frame);
    const all = found ? withHeld(stack, found) : NOTHING;
    if (into) stack.push(into);
    return all;
  }
  stack.pop();
  await close(frame);
  if (frame.keeps || unlisted) keep(stack.at(-1));
  const last = unlisted ?? ownPair(frame);
  return last ? withHeld(stack, last) : NOTHING;
}

const NOTHING: readonly Found[] = [];

const asked = ({ signal, security }: MarchOrder): ListOptions => ({ signal, ...(security && { security }) });

async function rootPair(order: MarchOrder) {
  const { source, destination, signal } = order;
  const [from, to] = await Promise.all([
    source.stat(ROOT, asked(order)).catch((error) => goneAway('source', error, signal)),
    destination?.stat(ROOT, asked(order)).catch((error) => {
      if (isMissing(error)) return undefined;
      return goneAway('destination', error, signal);
    }),
  ]);
  return { type: 'pair', source: from, destination: to } as const;
}

interface OpenAs {
  readonly source: boolean;
  readonly destination: boolean;
  readonly held?: Found | undefined;
  readonly extra?: Entry | undefined;
  readonly excluded?: boolean;
}

function open(order: MarchOrder, path: RelPath, as: OpenAs): Frame {
  const { source, destination } = order;
  const listing = (side: Backend) => new Cursor(() => side.list(path, asked(order)), order);
  return {
    path,
    source: as.source ? listing(source) : undefined,
    destination: as.destination && destination ? listing(destination) : undefined,
    held: as.held,
    extra: as.extra,
    keeps: false,
    excluded: as.excluded ?? false,
    names: destination && !destination.capabilities.caseSensitive ? new Set() : undefined,
  };
}

async function close({ source, destination }: Frame): Promise<void> {
  await source?.close();
  await destination?.close();
}

const hasMore = ({ source, destination }: Frame) =>
  source?.head !== undefined || destination?.head !== undefined;

function keep(frame: Frame | undefined): void {
  if (frame) frame.keeps = true;
}

/** A directory that only the destination has, after its content; nothing for any other, which came before. */
function ownPair({ extra, keeps }: Frame): Found | undefined {
  return extra && !keeps ? { type: 'pair', source: undefined, destination: extra } : undefined;
}

/** Directories that were held back come before the first item that takes part. */
function withHeld(stack: readonly Frame[], found: Found): Found[] {
  const all: Found[] = [];
  for (const frame of stack) {
    if (frame.held) all.push(frame.held);
    frame.held = undefined;
  }
  all.push(found);
  return all;
}

/** Makes the next item of both sides known, or says which side cannot tell. */
async function look(order: MarchOrder, frame: Frame): Promise<Found | undefined> {
  if (frame.source && !frame.source.known) {
    const failed = await lookAt(order, frame, frame.source, 'source');
    if (failed) return failed;
  }
  if (frame.destination && !frame.destination.known)
    return await lookAt(order, frame, frame.destination, 'destination');
  return undefined;
}

async function lookAt(
  order: MarchOrder,
  frame: Frame,
  cursor: Cursor,
  side: Side,
): Promise<Found | undefined> {
  try {
    await cursor.look();
    return undefined;
  } catch (error) {
    const { path, excluded } = frame;
    if (side === 'destination' && isMissing(error)) await cursor.close();
    else if (path === ROOT) goneAway(side, error, order.signal);
    else if (excluded) await cursor.close();
    else return { type: 'unlisted', side, directory: path, error: itemFailure(error, path, order.signal) };
    return undefined;
  }
}

/** Takes the item that comes first, of one side or of both, and judges it. */
function take(order: MarchOrder, frame: Frame): Taken {
  const { source, destination } = frame;
  const which = compareHeads(source, destination);
  const here = which <= 0 ? source?.take() : undefined;
  const there = which >= 0 ? destination?.take() : undefined;
  if (here?.kind === 'unusable') {
    if (there) frame.keeps = true;
    return { found: { type: 'unusable', side: 'source', item: here } };
  }
  if (there?.kind === 'unusable') {
    frame.keeps = true;
    return here ? takeSource(order, frame, here, undefined) : unusableExtra(order, there);
  }
  if (here) return takeSource(order, frame, here, there);
  return there ? takeExtra(order, frame, there) : {};
}

function compareHeads(source: Cursor | undefined, destination: Cursor | undefined): number {
  if (!source?.head) return 1;
  if (!destination?.head) return -1;
  return compareNames(source.key, destination.key);
}

function unusableExtra({ extras }: MarchOrder, item: Extract<Listed, { kind: 'unusable' }>): Taken {
  return extras ? { found: { type: 'unusable', side: 'destination', item } } : {};
}

function takeSource(order: MarchOrder, frame: Frame, source: Entry, destination: Entry | undefined): Taken {
  const { path } = source;
  const verdict = frame.excluded ? 'excluded' : order.view.judge(path);
  if (verdict === 'taken') return takeWanted(order, frame, source, destination);
  const isDirectory = source.kind === 'directory';
  if (destination) frame.keeps = true;
  if (verdict === 'above' && isDirectory) {
    const pair = pairOf(order, frame, source, destination);
    return { into: open(order, path, { ...inBoth(pair), held: pair }) };
  }
  if (verdict !== 'excluded') return {};
  const found = { type: 'excluded', entry: source } as const;
  if (!isDirectory || !order.insideExcluded) return { found };
  return { found, into: open(order, path, { source: true, destination: false, excluded: true }) };
}

type Pair = Extract<Found, { type: 'pair' }>;

function takeWanted(order: MarchOrder, frame: Frame, source: Entry, destination: Entry | undefined): Taken {
  const { path, kind } = source;
  if (collides(frame, path)) return { found: { type: 'pair', source, destination, collides: true } };
  const found = pairOf(order, frame, source, destination);
  return kind === 'directory' ? { found, into: open(order, path, inBoth(found)) } : { found };
}

function pairOf(order: MarchOrder, frame: Frame, source: Entry, destination: Entry | undefined): Pair {
  const unsure = !destination && isUnsure(order, frame);
  return { type: 'pair', source, destination, ...(unsure && { unsure }) };
}

/** Where the listing goes on below a directory. */
const inBoth = ({ destination, unsure = false }: Pair) => ({
  source: true,
  destination: unsure || destination?.kind === 'directory',
});

function takeExtra(order: MarchOrder, frame: Frame, destination: Entry): Taken {
  if (!order.extras) return {};
  const { path, kind } = destination;
  const verdict = order.view.judge(path);
  const inside = { source: false, destination: true };
  if (verdict === 'taken') {
    if (kind === 'directory') return { into: open(order, path, { ...inside, extra: destination }) };
    return { found: { type: 'pair', source: undefined, destination } };
  }
  frame.keeps = true;
  return verdict === 'above' && kind === 'directory' ? { into: open(order, path, inside) } : {};
}

/**
 * Whether the destination may have an item although its listing shows none of its name: as `readme`, where it is asked
 * for `README`. Where extras are removed, that one goes before the item comes.
 */
function isUnsure({ extras }: MarchOrder, { names, destination }: Frame): boolean {
  return names !== undefined && !extras && destination !== undefined && !destination.isEmpty;
}

function collides({ names }: Frame, path: RelPath): boolean {
  if (!names) return false;
  const folded = nameOf(path).toLowerCase();
  if (names.has(folded)) return true;
  names.add(folded);
  return false;
}
