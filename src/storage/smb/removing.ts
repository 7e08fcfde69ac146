import { type RelPath, ROOT } from '../../base/path.ts';
import type { CallOptions } from '../backend.ts';
import { NT_STATUS } from './nt-status.ts';
import { ATTRIBUTE } from './operations/attributes.ts';
import { ACCESS, OPTION } from './operations/create.ts';
import { deleteOnClose, setBasic } from './operations/set-info.ts';
import type { Share } from './share.ts';
import { RELATED_FILE_ID } from './smb-tree.ts';
import { failed, statusOf } from './translate.ts';

/** A link is removed, not what it points at. */
const ITSELF = OPTION.OPEN_REPARSE_POINT | OPTION.OPEN_FOR_BACKUP_INTENT;

const GONE: ReadonlySet<number | undefined> = new Set([
  NT_STATUS.OBJECT_NAME_NOT_FOUND,
  NT_STATUS.OBJECT_PATH_NOT_FOUND,
  NT_STATUS.NOT_A_DIRECTORY,
  NT_STATUS.FILE_DELETED,
]);

/** How a server refuses to delete what is marked as read-only. */
const MAY_BE_READONLY: ReadonlySet<number | undefined> = new Set([
  NT_STATUS.CANNOT_DELETE,
  NT_STATUS.ACCESS_DENIED,
]);

/** See `Backend.remove`. */
export async function remove(share: Share, path: RelPath, options: CallOptions = {}): Promise<void> {
  if (path === ROOT) throw failed(NT_STATUS.CANNOT_DELETE, path);
  await share.again(path, options, async () => {
    try {
      await removeReadonlyToo(share, path, options);
    } catch (error) {
      if (!isGone(error)) throw error;
    }
  });
}

async function removeReadonlyToo(share: Share, path: RelPath, options: CallOptions): Promise<void> {
  const how = { access: ACCESS.DELETE | ACCESS.READ_ATTRIBUTES, options: ITSELF };
  const go = () => share.withFile(path, how, [deleteOnClose(RELATED_FILE_ID)], options);
  try {
    await go();
  } catch (error) {
    if (!MAY_BE_READONLY.has(statusOf(error)) || !(await makeWritable(share, path))) throw error;
    await go();
  }
}

/** Takes the mark "read-only" away. Whether there was one. @throws SmbFailure */
export async function makeWritable(share: Share, path: RelPath): Promise<boolean> {
  const access = ACCESS.READ_ATTRIBUTES | ACCESS.WRITE_ATTRIBUTES;
  const { opened } = await share.withFile(path, { access: ACCESS.READ_ATTRIBUTES, options: ITSELF }, []);
  if ((opened.attributes & ATTRIBUTE.READONLY) === 0) return false;
  const attributes = opened.attributes & ~ATTRIBUTE.READONLY;
  const change = setBasic(RELATED_FILE_ID, { attributes: attributes || ATTRIBUTE.NORMAL });
  await share.withFile(path, { access, options: ITSELF }, [change]);
  return true;
}

function isGone(error: unknown): boolean {
  if (GONE.has(statusOf(error))) return true;
  return error instanceof Error && 'kind' in error && error.kind === 'NotFound';
}
