import type { RelPath } from '../../base/path.ts';
import { type CallOptions, type Stamp, StorageError } from '../backend.ts';
import { ATTRIBUTE, SETTABLE_ATTRIBUTES } from './operations/attributes.ts';
import { ACCESS, OPTION } from './operations/create.ts';
import { setCompression, setSparse } from './operations/ioctl.ts';
import { type BasicChange, setBasic, setSecurity } from './operations/set-info.ts';
import { encodeDescriptor, partsOf } from './rights/security-descriptor.ts';
import type { Share } from './share.ts';
import { RELATED_FILE_ID, SmbFailure, type SmbRequest } from './smb-tree.ts';

/** What a handle must be allowed for `stamp` to be written through it. */
export function accessFor({ security }: Stamp): number {
  return (
    ACCESS.READ_ATTRIBUTES |
    ACCESS.WRITE_ATTRIBUTES |
    (security?.owner === undefined ? 0 : ACCESS.WRITE_OWNER) |
    (security?.dacl === undefined ? 0 : ACCESS.WRITE_DAC) |
    // Samba wants both for a SACL.
    (security?.sacl === undefined ? 0 : ACCESS.ACCESS_SYSTEM_SECURITY | ACCESS.WRITE_DAC)
  );
}

/** Writes `stamp` to the file before it in a compound. Rights first: a change of times comes last. */
export function stampRequests(path: RelPath, stamp: Stamp): SmbRequest[] {
  const { security = {} } = stamp;
  const parts = partsOf(security);
  const basic = basicOf(stamp);
  return [
    ...(parts === 0 ? [] : [setSecurity(RELATED_FILE_ID, descriptorOf(path, stamp), parts)]),
    ...(basic ? [setBasic(RELATED_FILE_ID, basic)] : []),
  ];
}

/** What moving a file takes away again: attributes, for a moved file is "archive", and holes on some servers. */
export function requestsOnceMoved({ windowsAttributes }: Stamp, isSparse: boolean): SmbRequest[] {
  const attributes = windowsAttributes === undefined ? undefined : settable(windowsAttributes);
  return [
    ...(attributes === undefined ? [] : [setBasic(RELATED_FILE_ID, { attributes })]),
    ...(isSparse ? [{ ...setSparse(RELATED_FILE_ID), accepts: 'any' } as const] : []),
  ];
}

/** Writes `stamp` to what is at `path`. @throws as `Backend.setMetadata` */
export async function stampAt(
  share: Share,
  path: RelPath,
  stamp: Stamp,
  options: CallOptions = {},
): Promise<void> {
  const how = { access: accessFor(stamp), options: ITSELF };
  await share.again(path, options, async () => {
    await share.withFile(path, how, stampRequests(path, stamp), options);
    await giveProperties(share, path, stamp);
  });
}

const ITSELF = OPTION.OPEN_REPARSE_POINT | OPTION.OPEN_FOR_BACKUP_INTENT;

/** Properties that have calls of their own. */
const PROPERTIES = [
  [ATTRIBUTE.COMPRESSED, setCompression],
  [ATTRIBUTE.SPARSE_FILE, setSparse],
] as const;

/** Whether `giveProperties` has something to do. */
export function hasProperties({ windowsAttributes = 0 }: Stamp): boolean {
  return PROPERTIES.some(([bit]) => (windowsAttributes & bit) !== 0);
}

/**
 * Has a file compressed or sparse as `stamp` wants it. Best effort: a server that cannot do it leaves it. After the
 * attributes are set, for some servers forget it then.
 * @source AWS DataSync User Guide, "Metadata copied between SMB locations": attributes C and P are best effort
 */
export async function giveProperties(
  share: Share,
  path: RelPath,
  { windowsAttributes = 0 }: Stamp,
): Promise<void> {
  for (const [bit, request] of PROPERTIES) {
    if ((windowsAttributes & bit) === 0) continue;
    const how = { access: ACCESS.READ_DATA | ACCESS.WRITE_DATA, options: ITSELF };
    try {
      await share.withFile(path, how, [{ ...request(RELATED_FILE_ID), accepts: 'any' }]);
    } catch (error) {
      if (!(error instanceof SmbFailure)) throw error;
    }
  }
}

function basicOf({ createdNs, atimeNs, mtimeNs, windowsAttributes }: Stamp): BasicChange | undefined {
  const change = {
    ...(createdNs !== undefined && { createdNs }),
    ...(atimeNs !== undefined && { atimeNs }),
    ...(mtimeNs !== undefined && { mtimeNs }),
    ...(windowsAttributes !== undefined && { attributes: settable(windowsAttributes) }),
  };
  return Object.keys(change).length === 0 ? undefined : change;
}

const settable = (attributes: number) => attributes & SETTABLE_ATTRIBUTES || ATTRIBUTE.NORMAL;

/** @throws StorageError Unsupported for texts that are no rights */
function descriptorOf(path: RelPath, { security = {} }: Stamp): Buffer {
  try {
    return encodeDescriptor(security);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new StorageError('Unsupported', path, `The rights cannot be written: ${error.message}`, {
      cause: error,
    });
  }
}
