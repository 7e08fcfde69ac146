// QUERY_DIRECTORY (MS-SMB2 2.2.33, 2.2.34) with FileIdBothDirectoryInformation (MS-FSCC 2.4.17).

import { NT_STATUS } from '../nt-status.ts';
import type { SmbRequest, SmbResponse } from '../smb-tree.ts';
import { checkBody, MalformedAnswer, variablePart } from './answer.ts';

const FILE_ID_BOTH_DIRECTORY_INFORMATION = 37;
const EVERYTHING = Buffer.from('*', 'utf16le');
const FIXED_BYTES = 32;
const NAME_OFFSET = 96;

/** The next page of a directory, at most `pageBytes`. */
export function queryDirectory(fileId: Uint8Array, pageBytes: number): SmbRequest {
  const body = Buffer.alloc(FIXED_BYTES + EVERYTHING.length);
  body.writeUInt16LE(33, 0);
  body[2] = FILE_ID_BOTH_DIRECTORY_INFORMATION;
  body.set(fileId, 8);
  body.writeUInt16LE(NAME_OFFSET, 24);
  body.writeUInt16LE(EVERYTHING.length, 26);
  body.writeUInt32LE(pageBytes, 28);
  EVERYTHING.copy(body, FIXED_BYTES);
  return {
    command: 'QUERY_DIRECTORY',
    body,
    payloadBytes: pageBytes,
    accepts: [NT_STATUS.NO_MORE_FILES, NT_STATUS.NO_SUCH_FILE],
  };
}

/** Where things are in an entry. All times are FILETIMEs. */
export const ENTRY = {
  NEXT: 0,
  CREATED: 8,
  ACCESSED: 16,
  WRITTEN: 24,
  CHANGED: 32,
  SIZE: 40,
  ATTRIBUTES: 56,
  NAME_LENGTH: 60,
  /** The reparse tag of a reparse point. */
  EA_SIZE: 64,
  FILE_ID: 96,
  NAME: 104,
} as const;

/**
 * The entries of a page, each from its begin to the end of its name: parts of the message. Undefined when there are
 * no more. @throws MalformedAnswer
 */
export function decodePage({ status, message }: SmbResponse): Buffer[] | undefined {
  if (status !== NT_STATUS.SUCCESS) return undefined;
  checkBody('QUERY_DIRECTORY', message, 9, 8);
  const page = variablePart('QUERY_DIRECTORY', message, message.readUInt16LE(66), message.readUInt32LE(68));
  if (page.length === 0) throw new MalformedAnswer('The server sent an empty page of a directory');
  const entries: Buffer[] = [];
  for (let at = 0; ; ) {
    if (at + ENTRY.NAME > page.length) throw cutOff();
    const end = at + ENTRY.NAME + page.readUInt32LE(at + ENTRY.NAME_LENGTH);
    if (end > page.length) throw cutOff();
    entries.push(page.subarray(at, end));
    const next = page.readUInt32LE(at + ENTRY.NEXT);
    if (next === 0) return entries;
    if (at + next < end) throw new MalformedAnswer('The entries of a directory overlap');
    at += next;
  }
}

const cutOff = () => new MalformedAnswer('A page of a directory is cut off');
