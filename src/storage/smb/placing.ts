import type { Clock } from '../../base/clock.ts';
import { parentOf, type RelPath } from '../../base/path.ts';
import { StorageError } from '../backend.ts';
import { ensureDirectory } from './directories.ts';
import { lookIfThere } from './looking.ts';
import { NT_STATUS } from './nt-status.ts';
import { ACCESS, OPTION } from './operations/create.ts';
import { rename } from './operations/set-info.ts';
import { makeWritable } from './removing.ts';
import type { Handle, Share } from './share.ts';
import { RELATED_FILE_ID, SmbFailure, type SmbRequest } from './smb-tree.ts';
import { failed, statusOf } from './translate.ts';

/** How long somebody may have the old file open before the new one is given up: 10 + 20 + … + 320 ms. */
const FIRST_PAUSE_MS = 10;
const TRIES = 7;

const ITSELF = OPTION.OPEN_REPARSE_POINT | OPTION.OPEN_FOR_BACKUP_INTENT;

/** Where a staged file goes. */
export interface Move {
  readonly path: RelPath;
  /** What is done to it once it has its name. */
  readonly after: readonly SmbRequest[];
  /** What a handle must be allowed for that. */
  readonly access: number;
}

/** Statuses that a name which cannot be taken is refused with. */
const IN_THE_WAY: ReadonlySet<number | undefined> = new Set([
  NT_STATUS.ACCESS_DENIED,
  NT_STATUS.OBJECT_NAME_COLLISION,
  NT_STATUS.SHARING_VIOLATION,
  NT_STATUS.CANNOT_DELETE,
  NT_STATUS.DELETE_PENDING,
  NT_STATUS.FILE_IS_A_DIRECTORY,
  NT_STATUS.INVALID_PARAMETER,
]);

/**
 * Moves a staged file that is open to its place, over what is there, and closes it.
 * @throws StorageError IsADirectory, NotADirectory, Busy, PermissionDenied and others
 */
export async function place(share: Share, clock: Clock, handle: Handle, move: Move): Promise<void> {
  try {
    const renaming = rename(handle.fileId, share.address(move.path));
    return await share.askAndClose(handle, [renaming, ...move.after]);
  } catch (error) {
    if (!(error instanceof SmbFailure) || error.index !== 0) throw error;
    await placeAfter(share, clock, handle.path, move, error);
  }
}

/** Makes missing parents, takes "read-only" from the old file, waits a moment for those who have it open. */
async function placeAfter(
  share: Share,
  clock: Clock,
  staged: RelPath,
  move: Move,
  refusal: SmbFailure,
): Promise<void> {
  let pauseMs = FIRST_PAUSE_MS;
  let last: unknown = refusal;
  for (let tries = 1; ; tries++) {
    if (await clearTheWay(share, move.path, last)) {
      if (tries >= TRIES) throw busy(move.path, last);
      await clock.sleep(pauseMs);
      pauseMs *= 2;
    }
    try {
      return await again(share, staged, move);
    } catch (error) {
      if (tries >= TRIES) throw error;
      last = error;
    }
  }
}

async function again(share: Share, staged: RelPath, { path, after, access }: Move): Promise<void> {
  const how = { access: access | ACCESS.DELETE, options: ITSELF };
  await share.withFile(staged, how, [rename(RELATED_FILE_ID, share.address(path)), ...after]);
}

/**
 * Does what can be done about `refusal`. Whether somebody has to be waited for.
 * @throws StorageError when nothing can be done
 */
async function clearTheWay(share: Share, path: RelPath, refusal: unknown): Promise<boolean> {
  const status = statusOf(refusal);
  if (status === NT_STATUS.OBJECT_PATH_NOT_FOUND || status === NT_STATUS.OBJECT_NAME_NOT_FOUND) {
    await ensureDirectory(share, parentOf(path));
    return false;
  }
  if (!IN_THE_WAY.has(status)) throw refusal;
  const there = await lookIfThere(share, path);
  if (there?.kind === 'directory') throw failed(NT_STATUS.FILE_IS_A_DIRECTORY, path, refusal);
  if (!there) {
    if (status === NT_STATUS.OBJECT_NAME_COLLISION) return true;
    throw refusal;
  }
  if (await makeWritable(share, path)) return false;
  return isReplaceable(share, path, refusal);
}

/** Whether only those who have the file open are in the way. @throws SmbFailure when it is not for us to delete */
async function isReplaceable(share: Share, path: RelPath, refusal: unknown): Promise<boolean> {
  try {
    await share.withFile(path, { access: ACCESS.DELETE, options: ITSELF }, []);
    return true;
  } catch (error) {
    if (!(error instanceof SmbFailure)) throw error;
    if (error.status === NT_STATUS.SHARING_VIOLATION) return true;
    throw refusal;
  }
}

function busy(path: RelPath, cause: unknown): StorageError {
  const message = 'The file is in use: another program holds the old one open, so that it cannot be replaced';
  return new StorageError('Busy', path, message, { cause, code: 'STATUS_SHARING_VIOLATION' });
}
