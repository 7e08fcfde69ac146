import { parentOf, type RelPath, ROOT } from '../../base/path.ts';
import type { CallOptions } from '../backend.ts';
import { StorageError } from '../storage-error.ts';
import { lookAt } from './looking.ts';
import { NT_STATUS } from './nt-status.ts';
import { ATTRIBUTE } from './operations/attributes.ts';
import { ACCESS, DISPOSITION, OPTION } from './operations/create.ts';
import { setBasic } from './operations/set-info.ts';
import type { Share } from './share.ts';
import { RELATED_FILE_ID, type SmbRequest } from './smb-tree.ts';
import { failed, statusOf } from './translate.ts';

/** Makes a directory or takes the one that is there. */
export const MAKE_DIRECTORY = {
  disposition: DISPOSITION.OPEN_IF,
  options: OPTION.DIRECTORY_FILE | OPTION.OPEN_FOR_BACKUP_INTENT,
  attributes: ATTRIBUTE.DIRECTORY,
} as const;

/** How a server says that a file is where a directory should be. */
export const FILE_IN_THE_WAY: ReadonlySet<number | undefined> = new Set([
  NT_STATUS.NOT_A_DIRECTORY,
  NT_STATUS.OBJECT_NAME_COLLISION,
]);

/** Makes `directory` and its parents unless they are there. @throws StorageError NotADirectory and others */
export async function ensureDirectory(
  share: Share,
  directory: RelPath,
  options: CallOptions = {},
): Promise<void> {
  if (directory === ROOT) return;
  try {
    await makeUnlessThere(share, directory, options);
  } catch (error) {
    if (!(error instanceof StorageError) || error.kind !== 'NotFound') throw error;
    await ensureDirectory(share, parentOf(directory), options);
    await makeUnlessThere(share, directory, options);
  }
}

async function makeUnlessThere(share: Share, directory: RelPath, options: CallOptions): Promise<void> {
  await share.again(directory, options, async () => {
    try {
      await share.withFile(directory, { ...MAKE_DIRECTORY, access: ACCESS.READ_ATTRIBUTES }, [], options);
    } catch (error) {
      if (!FILE_IN_THE_WAY.has(statusOf(error))) throw error;
      throw failed(NT_STATUS.NOT_A_DIRECTORY, directory, error);
    }
  });
}

/**
 * Runs `work` and gives the root the times it had: what we do for ourselves is not a change of the location.
 * Where the user may not set times, the root keeps the new ones.
 */
export async function keepingTimesOfRoot(share: Share, work: () => Promise<void>): Promise<void> {
  const { mtimeNs, metadata } = await lookAt(share, ROOT);
  await work();
  const { atimeNs } = metadata;
  if (mtimeNs === null || atimeNs === undefined) return;
  try {
    await setOnRoot(share, [setBasic(RELATED_FILE_ID, { atimeNs, mtimeNs })]);
  } catch (error) {
    if (!(error instanceof StorageError) || error.kind !== 'PermissionDenied') throw error;
  }
}

async function setOnRoot(share: Share, requests: readonly SmbRequest[]): Promise<void> {
  await share.again(ROOT, {}, () => share.withFile(ROOT, { access: ACCESS.WRITE_ATTRIBUTES }, requests));
}
