import type { Clock } from '../../base/clock.ts';
import { parentOf, type RelPath, ROOT } from '../../base/path.ts';
import { type Backend, type CallOptions, type Capabilities, type Stamp, StorageError } from '../backend.ts';
import { ensureDirectory, FILE_IN_THE_WAY, MAKE_DIRECTORY } from './directories.ts';
import { InheritedRights } from './inherited-rights.ts';
import { listDirectory } from './listing.ts';
import { lookAt } from './looking.ts';
import { checkNames, MOST_NAME_BYTES, MOST_PATH_BYTES, REFUSED_NAME } from './names.ts';
import { NT_STATUS } from './nt-status.ts';
import { ACCESS } from './operations/create.ts';
import { FILETIME_STEP_NS } from './operations/file-time.ts';
import { decodeVolumeAttributes, queryVolumeAttributes } from './operations/query-info.ts';
import { readContent, readSmall } from './reading.ts';
import { remove } from './removing.ts';
import { Share } from './share.ts';
import { RELATED_FILE_ID, type SmbTree } from './smb-tree.ts';
import { Staging } from './staging.ts';
import { accessFor, stampAt, stampRequests } from './stamping.ts';
import { failed, statusOf } from './translate.ts';
import { type WritePlace, writeContent } from './writing.ts';

/** What a location is below its share. */
export interface SmbPlace {
  readonly label: string;
  /** "/"-separated, "" for the share itself. */
  readonly root: string;
  /** Names the folder of unfinished writes; what is in it already is taken away. */
  readonly stagingId: string | undefined;
  readonly clock: Clock;
}

/**
 * A directory of a share as a `Backend`; the tree goes with it.
 * @throws StorageError NotFound, NotADirectory, PermissionDenied when the root is not to be had
 */
export async function smbFiles(
  tree: SmbTree,
  { label, root, stagingId, clock }: SmbPlace,
  options: CallOptions = {},
): Promise<Backend> {
  const share = new Share(tree, root, label);
  const sparse = await openRoot(share, options);
  const staging = new Staging(share, stagingId);
  if (stagingId !== undefined) await staging.clear();
  const rights = new InheritedRights(share);
  const where: WritePlace = { share, staging, rights, clock, sparse };
  return {
    label,
    capabilities: { ...CAPABILITIES, sparse },
    list: (directory, how) => listDirectory(share, directory, how),
    stat: (path, how) => lookAt(share, path, how),
    read: (path, how) => readContent(share, path, how),
    readSmall: (path, options) => readSmall(share, path, options),
    write: (path, body, stamp, how) => writeContent(where, path, body, stamp, how),
    makeDirectory: async (path, stamp, how) => {
      await makeDirectory(share, path, stamp, how);
      rights.forget(path);
    },
    remove: (path, how) => remove(share, path, how),
    setMetadata: async (path, stamp, how) => {
      await stampAt(share, path, stamp, how);
      rights.forget(path);
      return undefined;
    },
    async [Symbol.asyncDispose]() {
      try {
        await staging.dispose();
      } finally {
        await share.dispose();
      }
    },
  };
}

const CAPABILITIES: Capabilities = {
  mtimePrecisionNs: FILETIME_STEP_NS,
  directories: 'real',
  childrenTouchParent: true,
  // Servers find names in any case, whatever they say of their file systems.
  caseSensitive: false,
  sparse: true,
  metadata: new Set(['atimeNs', 'createdNs', 'windowsAttributes', 'security']),
  maxFileBytes: Number.MAX_SAFE_INTEGER,
  maxNameBytes: MOST_NAME_BYTES,
  maxPathBytes: MOST_PATH_BYTES,
  refusedNames: REFUSED_NAME,
};

/** Whether its volume can keep holes. */
async function openRoot(share: Share, options: CallOptions): Promise<boolean> {
  const root = await lookAt(share, ROOT, options);
  if (root.kind !== 'directory') throw failed(NT_STATUS.NOT_A_DIRECTORY, share.label);
  return share.again(ROOT, options, async () => {
    const request = { ...queryVolumeAttributes(RELATED_FILE_ID), accepts: 'any' } as const;
    const { responses } = await share.withFile(ROOT, { access: ACCESS.READ_ATTRIBUTES }, [request], options);
    const [response] = responses;
    return response?.status === NT_STATUS.SUCCESS && decodeVolumeAttributes(response).sparse;
  });
}

async function makeDirectory(
  share: Share,
  path: RelPath,
  stamp: Stamp,
  options: CallOptions = {},
): Promise<void> {
  options.signal?.throwIfAborted();
  checkNames(path);
  if (path === ROOT) return stampAt(share, path, stamp, options);
  const make = () => share.again(path, options, () => makeStamped(share, path, stamp, options));
  try {
    await make();
  } catch (error) {
    if (!(error instanceof StorageError) || error.kind !== 'NotFound') throw error;
    await ensureDirectory(share, parentOf(path), options);
    await make();
  }
}

async function makeStamped(share: Share, path: RelPath, stamp: Stamp, options: CallOptions): Promise<void> {
  const how = { ...MAKE_DIRECTORY, access: accessFor(stamp) };
  try {
    await share.withFile(path, how, stampRequests(path, stamp), options);
  } catch (error) {
    if (!FILE_IN_THE_WAY.has(statusOf(error))) throw error;
    throw failed(NT_STATUS.OBJECT_NAME_COLLISION, path, error);
  }
}
