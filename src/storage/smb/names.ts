// Names as a Windows server has them: UTF-16, "\\" between them.

import { type RelPath, ROOT } from '../../base/path.ts';
import { StorageError } from '../storage-error.ts';

/** UTF-16 units in one name (MS-FSCC 2.1.5.2). */
const MOST_NAME_UNITS = 255;

/** UTF-8 bytes that a name of 255 UTF-16 units takes at most. */
export const MOST_NAME_BYTES = 3 * MOST_NAME_UNITS;

/** UTF-8 bytes. @source AWS DataSync User Guide, "Quotas": 4,096 */
export const MOST_PATH_BYTES = 4096;

/**
 * Names that cannot be asked for: none can hold these letters (MS-FSCC 2.1.5.2), and to a server ":" means a stream,
 * "*" and "?" a pattern.
 */
const UNASKABLE = /["*:<>?\\|]|[^ -\u{10ffff}]/u;

/** Names that are not written: the unaskable ones, and what programs on Windows cannot use, a space or a dot at the end. */
export const REFUSED_NAME = /["*/:<>?\\|]|[^ -\u{10ffff}]|[ .]$/u;

const REFUSED_END = /[ .](?:\/|$)/;

/** Whether a server can be asked for something at `path`. */
export function isAskable(path: string): boolean {
  return !UNASKABLE.test(path);
}

/** @throws StorageError InvalidName, NameTooLong for what is not to be made */
export function checkNames(path: RelPath): void {
  if (!isAskable(path) || REFUSED_END.test(path)) {
    const message =
      'The name cannot be used on Windows: it holds " * : < > ? \\ | or a control character, or ends with a space or a dot';
    throw new StorageError('InvalidName', path, message, { code: 'STATUS_OBJECT_NAME_INVALID' });
  }
  if (path.length <= MOST_NAME_UNITS) return;
  const tooLong = path.split('/').some((name) => name.length > MOST_NAME_UNITS);
  if (tooLong || Buffer.byteLength(path) > MOST_PATH_BYTES)
    throw new StorageError('NameTooLong', path, 'File name too long', { code: 'STATUS_NAME_TOO_LONG' });
}

/** Where `path` is below the share. @param root "/"-separated, "" for the share itself */
export function remotePath(root: string, path: RelPath): string {
  const full = path === ROOT || root === '' ? root + path : `${root}/${path}`;
  return full.replaceAll('/', '\\');
}
