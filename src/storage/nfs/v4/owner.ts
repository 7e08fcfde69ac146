// Owners are texts in version 4. Numbers as texts stand for themselves; names mean something on the server only.

import { StorageError } from '../../storage-error.ts';

const NUMERIC = /^(?:0|[1-9]\d{0,9})$/;
const LARGEST_ID = 0xffff_ffff;
const MOST_SHOWN = 64;

/**
 * The id that an owner or a group is. RFC 7530 section 5.9
 * @throws StorageError Unsupported, code FsNfsIdMappingEnabled: it is a name, such as `root@example.com`
 */
export function idOf(owner: string): number {
  if (NUMERIC.test(owner) && Number(owner) <= LARGEST_ID) return Number(owner);
  throw idMapping(`it calls an owner ${JSON.stringify(owner.slice(0, MOST_SHOWN))}`);
}

/**
 * The server maps ids to names.
 * @param how it showed
 * @source AWS DataSync user guide, "Troubleshooting issues with DataSync locations": the code and the first sentence
 */
export function idMapping(how: string): StorageError {
  const message =
    'DataSync currently does not support server-side NFSv4 ID mapping. ' +
    `Make the server send numbers for owners, or use NFS version 3: ${how}.`;
  return new StorageError('Unsupported', '', message, { code: 'FsNfsIdMappingEnabled' });
}
