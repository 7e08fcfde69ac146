import { nameOf, parentOf, type RelPath, ROOT } from '../../base/path.ts';
import type { CallOptions } from '../backend.ts';
import { failed } from '../files/errors.ts';
import { StorageError } from '../storage-error.ts';
import { attempt, isFailure, isStale, translate } from './failures.ts';
import type { FileHandle, NfsAttributes, OpenFile } from './nfs-client.ts';
import type { Chunks } from './read-ahead.ts';
import { readContentOf } from './sparse-reading.ts';
import type { NfsTree } from './tree.ts';

/** How often a file is opened again without a byte of it having come. */
const TRIES = 3;

/** What is known of a file that is to be opened. */
interface Known {
  /** When it was looked up just now. */
  readonly handle?: FileHandle | undefined;
  /** When it was open before: it has to be the same still. */
  readonly before?: NfsAttributes;
}

/** A file from here to there. After trouble it goes on where it was, if the file is still the same. */
export async function* readOpened(
  tree: NfsTree,
  path: RelPath,
  { handle, from, to }: Pick<Chunks, 'from' | 'to'> & Pick<Known, 'handle'>,
  options: CallOptions,
): AsyncGenerator<Uint8Array> {
  const { limits } = tree.client;
  let known: Known = { handle };
  let position = from;
  for (let tries = 1; ; tries++) {
    const file = await openFile(tree, path, known, options);
    known = { before: known.before ?? file.node.attributes };
    try {
      for await (const chunk of readContentOf(file, { from: position, to, limits }, options)) {
        position += chunk.length;
        tries = 0;
        yield chunk;
        options.signal?.throwIfAborted();
      }
      return;
    } catch (error) {
      options.signal?.throwIfAborted();
      if (tries >= TRIES || !isLost(error)) throw translate(error, path);
    } finally {
      await file.close().catch(() => undefined);
    }
  }
}

/** The file is to be found anew: its handle, or what opening it gave us, is not known to the server any more. */
function isLost(error: unknown): boolean {
  if (error instanceof StorageError) return error.kind === 'Interrupted';
  return isStale(error) || isFailure(error, 'BAD_STATEID', 'STALE_STATEID', 'OLD_STATEID', 'EXPIRED');
}

/** Opens what is at `path`, when it is a file and, after trouble, the one that it was `before`. */
async function openFile(
  tree: NfsTree,
  path: RelPath,
  { handle, before }: Known,
  options: CallOptions,
): Promise<OpenFile> {
  const open = async () => {
    if (path === ROOT) throw failed('EISDIR', path);
    const file = await tree.ways.within(parentOf(path), (directory) =>
      tree.client.open(directory, nameOf(path), 'read', { ...options, ...(handle && { handle }) }),
    );
    const problem = problemOf(path, file.node.attributes, before);
    if (!problem) return file;
    await file.close().catch(() => undefined);
    throw problem;
  };
  if (!before) return attempt(path, options, open);
  return attempt(path, options, open).catch((error: unknown) => {
    // Opened once, it would be gone for other clients of NFS as well.
    throw error instanceof StorageError && error.kind === 'NotFound' ? failed('ESTALE', path, error) : error;
  });
}

/** Why what is there cannot be read. @param before what it has to be still */
export function problemOf(
  path: RelPath,
  { type, ...now }: NfsAttributes,
  before?: NfsAttributes,
): StorageError | undefined {
  if (type === 'directory') return failed('EISDIR', path);
  if (type === 'symlink') return failed('ELOOP', path);
  if (type !== 'file') return failed('ENOTSUP', path);
  const same =
    !before ||
    (now.fileId === before.fileId &&
      now.sizeBytes === before.sizeBytes &&
      now.mtimeNs === before.mtimeNs &&
      now.change === before.change);
  return same ? undefined : failed('ESTALE', path);
}
