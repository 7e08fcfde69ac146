import type { RelPath } from '../../base/path.ts';
import type { CallOptions } from '../backend.ts';
import { MalformedAnswer } from './operations/answer.ts';
import { ACCESS, OPTION } from './operations/create.ts';
import { decodePage, ENTRY, queryDirectory } from './operations/query-directory.ts';
import type { Share } from './share.ts';
import { RELATED_FILE_ID, type SmbRequest, type SmbResponse } from './smb-tree.ts';

const MOST_PAGE_BYTES = 1024 * 1024;

/** Most directories fit into one page of this size, which costs a server little. */
const FIRST_PAGE_BYTES = 64 * 1024;

/** More than any directory has: a server that sends on and on is left. */
const MOST_ENTRIES = 20_000_000;

const HOW = {
  access: ACCESS.READ_DATA | ACCESS.READ_ATTRIBUTES,
  options: OPTION.DIRECTORY_FILE | OPTION.OPEN_FOR_BACKUP_INTENT,
};

/**
 * The entries of a directory but "." and "..", as `decodePage` cuts them, page by page, in the server's order.
 * @throws SmbFailure, StorageError Interrupted, MalformedAnswer
 */
export async function* directoryPages(
  share: Share,
  directory: RelPath,
  options: CallOptions,
): AsyncGenerator<readonly Buffer[]> {
  const pageBytes = Math.min(share.limits.transactBytes, MOST_PAGE_BYTES);
  const first = queryDirectory(RELATED_FILE_ID, Math.min(FIRST_PAGE_BYTES, pageBytes));
  const second = queryDirectory(RELATED_FILE_ID, Math.min(FIRST_PAGE_BYTES, pageBytes));
  const { handle, responses } = await share.open(directory, HOW, [first, second], options);
  const guard = new Guard();
  try {
    for (const response of responses) {
      const page = pageOf(response, guard);
      if (!page) return;
      yield page;
    }
    const more: SmbRequest = queryDirectory(handle.fileId, pageBytes);
    for (;;) {
      const page = pageOf(await share.ask(handle, more, options), guard);
      if (!page) return;
      yield page;
    }
  } finally {
    await share.close(handle);
  }
}

function pageOf(response: SmbResponse, guard: Guard): Buffer[] | undefined {
  return decodePage(response)?.filter((entry) => guard.lets(entry));
}

const DOT = Buffer.from('.', 'utf16le');
const DOT_DOT = Buffer.from('..', 'utf16le');

/** Against servers whose directories have no end. */
class Guard {
  #dots = 0;
  #entries = 0;

  /** Whether `entry` is something in the directory. @throws MalformedAnswer */
  lets(entry: Buffer): boolean {
    this.#entries += 1;
    if (this.#entries > MOST_ENTRIES) throw endless();
    const name = entry.subarray(ENTRY.NAME);
    if (name.equals(DOT)) {
      this.#dots += 1;
      if (this.#dots > 1) throw endless();
      return false;
    }
    return !name.equals(DOT_DOT);
  }
}

const endless = () => new MalformedAnswer('The server lists the directory without an end');
