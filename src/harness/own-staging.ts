import { readdir } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { StorageContext } from '../storage/backend.ts';
import { openBackend, STAGING_FOLDER } from '../storage/index.ts';

const mine = () => `run-${hostname()}-`;

/** Names the helper folder of this process, so that runs side by side do not take away each other's. */
export const ownStagingId = () => `${mine()}${process.pid}`;

/** Takes away what runs of this machine that were killed have left in `directory`. */
export async function clearDeadStaging(directory: string, context: StorageContext): Promise<void> {
  const ids = await readdir(join(directory, STAGING_FOLDER)).catch(() => []);
  for (const stagingId of ids.filter(isDead)) {
    // Whoever opens a location clears the folder of that name.
    await using _ = await openBackend({ driver: 'directory', directory, root: '', stagingId }, context);
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
