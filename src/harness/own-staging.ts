import { hostname } from 'node:os';
import { posix } from 'node:path';
import { nameOf, ROOT } from '../base/path.ts';
import { type StorageContext, StorageError } from '../storage/backend.ts';
import { openBackend, STAGING_FOLDER, type StorageTarget } from '../storage/index.ts';

const { join } = posix;

const mine = () => `run-${hostname()}-`;

/** Names the helper folder of this process, so that runs side by side do not take away each other's. */
export const ownStagingId = () => `${mine()}${process.pid}`;

/** A target whose unfinished writes go to a helper folder that outlives the process. */
type Staged = Extract<StorageTarget, { driver: 'directory' | 'nfs' | 'smb' }>;

export const isStaged = (target: StorageTarget): target is Staged =>
  target.driver === 'directory' || target.driver === 'nfs' || target.driver === 'smb';

/** Takes away what runs of this machine that were killed have left at `target`. */
export async function clearDeadStaging(target: Staged, context: StorageContext): Promise<void> {
  for (const stagingId of (await stagingIds(target, context)).filter(isDead)) {
    // Whoever opens a location clears the folder of that name.
    await using _ = await openBackend({ ...target, stagingId }, context);
  }
}

/** The helper folder never shows in listings of the location, but it can be looked at as a location of its own. */
async function stagingIds(target: Staged, context: StorageContext): Promise<string[]> {
  try {
    await using folder = await openBackend(below(target, STAGING_FOLDER), context);
    const ids: string[] = [];
    for await (const item of folder.list(ROOT)) if (item.kind === 'directory') ids.push(nameOf(item.path));
    return ids;
  } catch (error) {
    if (error instanceof StorageError) return [];
    throw error;
  }
}

function below(target: Staged, folder: string): Staged {
  switch (target.driver) {
    case 'directory':
      return { ...target, root: join(target.root, folder) };
    case 'nfs':
      return { ...target, path: join(target.path, folder) };
    case 'smb':
      return { ...target, root: join(target.root, folder) };
  }
}

function isDead(id: string): boolean {
  const pid = id.startsWith(mine()) ? Number(id.slice(mine().length)) : Number.NaN;
  if (!Number.isSafeInteger(pid) || pid < 1) return false;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}
