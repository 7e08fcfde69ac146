import { parentOf, type RelPath } from '../base/path.ts';
import type { Stamp } from '../storage/backend.ts';
import { stampOf } from './carry-out.ts';
import { isMissing, itemFailure } from './failure.ts';
import { giveUp } from './give-up.ts';
import type { Planned } from './ledger.ts';
import type { Run } from './run.ts';

/** Whoever runs this must be able to write into a directory until its children are there. */
const WORKING_MODE = 0o700;

/**
 * Makes a directory, or readies one that is there, so that its children can be written. Where children
 * change their parent's times the stamp follows in `stampDirectories`, and only then it is done.
 */
export async function makeDirectory(run: Run, step: Planned): Promise<void> {
  const { entry, over } = step;
  const { destination, signal } = run;
  const stamp = stampOf(run, entry);
  const stampedLater = destination.capabilities.childrenTouchParent;
  try {
    if (over?.kind !== 'directory' || !stampedLater) {
      await destination.makeDirectory(entry.path, stampedLater ? working(stamp) : stamp, { signal });
      if (stampedLater) run.ledger.touch(parentOf(entry.path));
    } else if (needsOpening(over.metadata.mode)) {
      await destination.setMetadata(
        entry.path,
        { mode: (over.metadata.mode ?? 0) | WORKING_MODE },
        { signal },
      );
    }
    if (!stampedLater) done(run, step);
  } catch (error) {
    await giveUp(run, step, 'destination', error);
  }
}

const working = ({ mode, uid, gid }: Stamp): Stamp => ({
  ...(mode !== undefined && { mode: mode | WORKING_MODE }),
  ...(uid !== undefined && { uid }),
  ...(gid !== undefined && { gid }),
});

const needsOpening = (mode: number | undefined) =>
  mode !== undefined && (mode & WORKING_MODE) !== WORKING_MODE;

function done(run: Run, step: Planned): void {
  const { entry, action, over } = step;
  run.ledger.finish(step, 'done');
  run.emit({
    type: 'transferred',
    action: action === 'copy' ? 'copy' : 'set-metadata',
    path: entry.path,
    kind: 'directory',
    sizeBytes: 0,
    overwrote: over !== undefined,
  });
}

/**
 * Gives the directories their times and modes, now that nothing more is written into them: the deepest first,
 * for a mode may close the way to what is below.
 */
export async function stampDirectories(run: Run): Promise<void> {
  if (!run.destination.capabilities.childrenTouchParent) return;
  for (const { entry } of run.ledger.steps('directory', 'planned')) run.ledger.untouch(entry.path);
  if (run.options.preserve.mtime && run.options.overwrite && !run.listed) await restoreTimes(run);
  for (const step of run.ledger.stepsBackwards('directory', 'planned')) {
    await run.pause();
    try {
      await run.destination.setMetadata(step.entry.path, stampOf(run, step.entry), { signal: run.signal });
      done(run, step);
    } catch (error) {
      await giveUp(run, step, 'destination', error);
    }
  }
}

/** Directories that were equal, until something in them was made or removed. */
async function restoreTimes(run: Run): Promise<void> {
  for (const directory of run.ledger.touchedDirectories()) {
    await run.pause();
    try {
      await restoreTime(run, directory);
    } catch (error) {
      const failure = itemFailure(error, directory, run.signal);
      if (isMissing(failure)) continue;
      run.emit({
        type: 'warned',
        path: directory,
        message: `Its time could not be restored: ${failure.message}`,
      });
    }
  }
}

async function restoreTime(run: Run, directory: RelPath): Promise<void> {
  const { signal } = run;
  const { mtimeNs, kind } = await run.source.stat(directory, { signal, listedAs: 'directory' });
  if (kind === 'directory' && mtimeNs !== null)
    await run.destination.setMetadata(directory, { mtimeNs }, { signal });
}
