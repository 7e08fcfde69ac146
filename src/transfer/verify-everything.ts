import { type RelPath, ROOT } from '../base/path.ts';
import { pool } from '../base/pool.ts';
import type { Entry } from '../storage/backend.ts';
import type { Found } from './found.ts';
import { march } from './march.ts';
import type { Run } from './run.ts';
import { type Verifiable, verifiable, verifyItem } from './verify.ts';
import { WIDTH } from './widths.ts';

/**
 * Verifies all items of both sides, not only those that were transferred; with a manifest, all that it names.
 * Left out are items that failed or were skipped on purpose, which has been told.
 */
export async function verifyEverything(run: Run): Promise<void> {
  run.ledger.indexDone();
  const items = run.listed ? named(run) : found(run);
  for await (const _ of pool(items, WIDTH.items, (item) => verifyItem(run, item)));
}

function* named(run: Run): Generator<Verifiable> {
  for (const { path, versionId } of run.ledger.manifest()) {
    const at = path as RelPath;
    if (run.ledger.isAside(at)) continue;
    yield { ...itemAt(run, at, undefined), ...(versionId !== undefined && { versionId }) };
  }
}

async function* found(run: Run): AsyncGenerator<Verifiable> {
  const { source, destination, view, ioClock, signal } = run;
  const { tags: _tags, ...security } = run.asks.source;
  const sides = { source, destination, ...security };
  const all = march({ ...sides, view, extras: true, insideExcluded: false, ioClock, signal });
  for await (const one of all) {
    await run.pause();
    if (one.type === 'unlisted' && !run.ledger.isAside(one.directory))
      await run.fail({ path: one.directory, kind: 'directory' }, 'verify', one.side, one.error);
    if (one.type === 'pair' && counts(run, one)) yield pairItem(run, one);
  }
}

type FoundPair = Extract<Found, { type: 'pair' }>;

/**
 * What only the destination has counts when it was to be removed, or came there in this run.
 * @source AWS API Reference, Options, PreserveDeletedFiles: PRESERVE ignores such destination files
 */
function counts(run: Run, { source, destination }: FoundPair): boolean {
  const path = source?.path ?? destination?.path ?? ROOT;
  if (run.ledger.isAside(path) || source?.kind === 'other') return false;
  if (source) return !(source.implied && run.destination.capabilities.directories === 'implied');
  return !destination?.implied && (run.options.removeExtra || run.ledger.done(path) !== undefined);
}

function pairItem(run: Run, { source, destination }: FoundPair): Verifiable {
  const entry = (source ?? destination) as Entry;
  return {
    ...itemAt(run, entry.path, entry.kind),
    ...(source && { source }),
    ...(destination && { destination }),
  };
}

function itemAt(run: Run, path: RelPath, kind: Verifiable['kind']): Verifiable {
  const done = run.ledger.done(path);
  return done ? verifiable(done) : { path, kind };
}
