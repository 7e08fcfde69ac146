import type { StorageError } from '../storage/backend.ts';
import { itemFailure } from './failure.ts';
import type { Side } from './job.ts';
import type { Planned } from './ledger.ts';
import { linkIdOf } from './links.ts';
import type { Run } from './run.ts';

/** Something of another kind is in the way. */
const IN_THE_WAY: ReadonlySet<StorageError['kind']> = new Set([
  'IsADirectory',
  'NotADirectory',
  'AlreadyExists',
  'DirectoryNotEmpty',
]);

/**
 * Notes and tells that a step came to nothing: it failed, it waits until what blocks it is removed, or it is
 * left alone because nothing may be overwritten.
 * @throws as `Run.fail` does
 */
export async function giveUp(run: Run, step: Planned, side: Side, error: unknown): Promise<void> {
  const { entry, over } = step;
  const failure = itemFailure(error, entry.path, run.signal);
  const blocked = side === 'destination' && IN_THE_WAY.has(failure.kind);
  if (blocked && run.defersBlocked) {
    run.ledger.finish(step, 'blocked');
    return;
  }
  run.ledger.finish(step, 'failed');
  const link = linkIdOf(entry);
  if (link !== undefined) run.ledger.breakFirstName(link, entry.path);
  // A parent in the way is another matter: this item is not at the destination.
  const exists = blocked && failure.kind !== 'NotADirectory';
  if (!exists || over || run.options.overwrite) return await run.fail(entry, 'transfer', side, failure);
  run.ledger.setAside(entry.path, 'exists');
  run.emit({ type: 'skipped', because: 'exists', path: entry.path, kind: entry.kind });
}
