import { type Entry, type EntryKind, StorageError } from '../storage/backend.ts';
import { complete, isOpen } from './complete.ts';
import { decide, existing, type Pair } from './decide.ts';
import type { Found } from './found.ts';
import type { Side } from './job.ts';
import type { Step } from './ledger.ts';
import { type LinkName, linkNameOf, noteFirstName } from './links.ts';
import type { Run } from './run.ts';

type FoundPair = Extract<Found, { type: 'pair' }>;

/** What both sides told of something that was found or named. */
export type Known =
  | Exclude<Found, { type: 'pair' }>
  | ({ readonly type: 'known'; readonly collides?: boolean; readonly versionId?: string } & {
      readonly source: Entry | undefined;
      readonly destination: Entry | undefined;
    })
  /** A side could not tell. */
  | {
      readonly type: 'untold';
      readonly path: string;
      readonly kind: EntryKind;
      readonly side: Side;
      readonly error: StorageError;
    };

/** Finds out all that is to be known of an item before it is decided on. */
export function inspect(run: Run, found: Found): Known | Promise<Known> {
  if (found.type !== 'pair') return found;
  const alone = found.unsure || (run.options.compare === 'all' && !run.options.overwrite);
  if (!alone && !isOpen(found)) return { ...found, type: 'known' };
  return alone ? inspectDestination(run, found) : inspectOpen(run, found);
}

async function inspectOpen(run: Run, found: FoundPair): Promise<Known> {
  const known = await complete(found, run);
  if (!('error' in known)) return { ...found, ...known, type: 'known' };
  const { side, error, entry } = known;
  return { type: 'untold', side, error, path: entry.path, kind: entry.kind };
}

/** The destination was not listed, or tells not all names apart; yet what is there must not be touched, or be compared. */
async function inspectDestination(run: Run, found: FoundPair): Promise<Known> {
  const { source } = found;
  return await inspectOpen(run, { ...found, destination: source && { ...source, partial: true } });
}

/** Tells what is known, and returns the step that it asks for, if any. The step is not in the ledger yet. */
export async function plan(run: Run, known: Known): Promise<Step | undefined> {
  switch (known.type) {
    case 'excluded': {
      const { path, kind } = known.entry;
      run.emit({ type: 'listed', side: 'source', path, kind });
      run.emit({ type: 'skipped', because: 'excluded', path, kind });
      return undefined;
    }
    case 'unusable':
      planUnusable(run, known);
      return undefined;
    case 'unlisted':
      run.unlisted = true;
      await run.fail({ path: known.directory, kind: 'directory' }, 'list', known.side, known.error);
      return undefined;
    case 'untold':
      if (known.side === 'source')
        run.emit({ type: 'listed', side: 'source', path: known.path, kind: known.kind });
      await run.fail(known, 'prepare', known.side, known.error);
      return undefined;
    case 'known':
      return planKnown(run, known);
  }
}

function planUnusable(run: Run, { side, item }: Extract<Found, { type: 'unusable' }>): void {
  const { path, message } = item.error;
  if (side === 'source') run.refuse({ path, kind: 'other' }, 'prepare', side, item.error);
  else run.emit({ type: 'warned', path, message });
}

function planKnown(run: Run, known: Extract<Known, { type: 'known' }>): Step | undefined {
  const { source, destination } = known;
  const counted = run.options.removeExtra && destination && !destination.implied;
  if (counted)
    run.emit({ type: 'listed', side: 'destination', path: destination.path, kind: destination.kind });
  if (!source) return destination && planRemoval(run, destination);
  if (source.implied && run.destination.capabilities.directories === 'implied') return undefined;
  run.emit({ type: 'listed', side: 'source', path: source.path, kind: source.kind });
  if (known.collides) return refuseCollision(run, source);
  return planSource(run, { source, destination }, known.versionId);
}

function planRemoval(run: Run, entry: Entry): Step | undefined {
  if (!run.options.removeExtra || entry.implied) return undefined;
  const { path, kind, sizeBytes } = entry;
  run.emit({ type: 'planned', action: 'delete', path, kind, sizeBytes });
  return { lane: kind === 'directory' ? 'deleteDirectory' : 'deleteFile', action: 'delete', entry };
}

function refuseCollision(run: Run, source: Entry): undefined {
  const message =
    'File exists: the destination does not tell this name from another one that differs only in case.';
  const error = new StorageError('AlreadyExists', source.path, message);
  run.refuse(source, 'prepare', 'destination', error);
}

function planSource(run: Run, pair: Pair, versionId?: string): Step | undefined {
  const { source } = pair;
  const { path, kind } = source;
  const link = linkNameOf(run, pair);
  const decision = link?.apart ? ({ do: 'copy' } as const) : decide(pair, run);
  if ('fail' in decision) {
    run.refuse(source, 'prepare', decision.side, decision.fail);
    return undefined;
  }
  if ('skip' in decision) {
    const { skip: because, message } = decision;
    if (because !== 'unchanged') run.ledger.setAside(path, because);
    else noteFirstName(run, pair, link);
    run.emit({ type: 'skipped', because, path, kind, ...(message !== undefined && { message }) });
    return undefined;
  }
  noteFirstName(run, pair, link);
  return announce(run, pair, decision.do, link, versionId);
}

function announce(
  run: Run,
  pair: Pair,
  action: 'copy' | 'set-metadata',
  link: LinkName | undefined,
  versionId: string | undefined,
): Step {
  const { path, kind, sizeBytes } = pair.source;
  const over = existing(pair);
  const linkTo = action === 'copy' ? link?.first : undefined;
  run.emit({ type: 'planned', action, path, kind, sizeBytes: linkTo === undefined ? sizeBytes : 0 });
  return {
    lane: laneOf(kind, linkTo !== undefined),
    action,
    entry: pair.source,
    ...(over && { over }),
    ...(versionId !== undefined && { versionId }),
    ...(linkTo !== undefined && { linkTo }),
  };
}

function laneOf(kind: Entry['kind'], linked: boolean): Step['lane'] {
  if (kind === 'directory') return 'directory';
  return linked ? 'link' : 'file';
}
