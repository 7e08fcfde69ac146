import { parentOf } from '../base/path.ts';
import { pool } from '../base/pool.ts';
import type { Planned } from './ledger.ts';
import type { Run } from './run.ts';
import { WIDTH } from './widths.ts';

/**
 * Removes what the source does not have: first all that is no directory, then directories, children before
 * their parents. Nothing at all when some directory could not be listed: what is missing in a listing may
 * well be there.
 */
export async function removeExtras(run: Run): Promise<void> {
  const files = run.ledger.count('deleteFile');
  const directories = run.ledger.count('deleteDirectory');
  if (files + directories === 0) return;
  if (run.unlisted) {
    const message = 'Nothing is removed from the destination, because not every directory could be listed.';
    run.emit({ type: 'warned', path: '', message });
    return;
  }
  for await (const _ of pool(run.ledger.steps('deleteFile', 'planned'), WIDTH.items, (step) =>
    remove(run, step),
  ));
  for (const step of run.ledger.steps('deleteDirectory', 'planned')) await remove(run, step);
}

async function remove(run: Run, step: Planned): Promise<void> {
  const { path, kind } = step.entry;
  await run.pause();
  try {
    await run.destination.remove(path, { signal: run.signal, listedAs: kind });
    if (run.destination.capabilities.childrenTouchParent) run.ledger.touch(parentOf(path));
    run.ledger.finish(step, 'done');
    run.emit({ type: 'deleted', path, kind });
  } catch (error) {
    run.ledger.finish(step, 'failed');
    await run.fail(step.entry, 'delete', 'destination', error);
  }
}
