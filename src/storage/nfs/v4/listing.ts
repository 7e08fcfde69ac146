import { type CallOptions, StorageError } from '../../backend.ts';
import { abortable } from '../abortable.ts';
import type { FileHandle, ListedName } from '../nfs-client.ts';
import type { Compounds } from './compounds.ts';
import { putFh } from './handle-operations.ts';
import { DIRECTORY_START, type DirectoryPage, type DirectoryPosition, readDir } from './name-operations.ts';

/** As large as most servers give; listing is then a matter of the server. */
const PAGE_BYTES = 256 << 10;
/** Of a page, what is not the listing: the reply's head, and other operations' answers. */
const HEAD_BYTES = 1024;

const DOT = 0x2e;

/**
 * A directory in pages, with handles and attributes.
 * @throws NfsFailure NOT_SAME or BAD_COOKIE when it changed so that the server has lost its place
 */
export async function* readDirectory(
  compounds: Compounds,
  directory: FileHandle,
  { signal }: CallOptions = {},
): AsyncGenerator<readonly ListedName[]> {
  const pageBytes = Math.min(PAGE_BYTES, compounds.conversation.limits.responseBytes - HEAD_BYTES);
  const seen = new Set<bigint>();
  let at: DirectoryPosition = DIRECTORY_START;
  let eof = false;
  while (!eof) {
    const page = await readPage(compounds, directory, at, pageBytes, signal);
    const names = page.names.filter(({ name }) => !isDots(name));
    if (names.length > 0) yield names;
    at = page.next;
    eof = page.eof;
    if (!eof && seen.has(at.cookie)) throw endless();
    seen.add(at.cookie);
  }
}

function readPage(
  compounds: Compounds,
  directory: FileHandle,
  at: DirectoryPosition,
  pageBytes: number,
  signal: AbortSignal | undefined,
): Promise<DirectoryPage> {
  return abortable(signal, async () => {
    const [, page] = await compounds.all([putFh(directory), readDir(at, pageBytes)], signal);
    return page;
  });
}

/** "." and "..", which servers of version 4 have no cookies for. */
function isDots(name: Uint8Array): boolean {
  return (name.length === 1 || name.length === 2) && name.every((byte) => byte === DOT);
}

function endless(): StorageError {
  const message =
    'Input/output error: the NFS server repeats itself in the listing of a directory. Look into its log.';
  return new StorageError('Io', '', message, { code: 'ELOOP' });
}
