import { nameOf, parentOf, type RelPath, ROOT } from '../../base/path.ts';
import type { CallOptions, ReadOptions, ReadSmallOptions, SmallFile } from '../backend.ts';
import { failed } from '../files/errors.ts';
import { StorageError } from '../storage-error.ts';
import { entryOf } from './entry.ts';
import { attempt, isFailure, isStale, translate } from './failures.ts';
import type { NfsAttributes, OpenFile } from './nfs-client.ts';
import { type Chunks, readChunks } from './read-ahead.ts';
import { type NfsTree, nodeAt } from './tree.ts';

/** How often a file is opened again without a byte of it having come. */
const TRIES = 3;

/** See `Backend.read`. After trouble it goes on where it was, if the file is still the same. */
export async function* readContent(
  tree: NfsTree,
  path: RelPath,
  options: ReadOptions = {},
): AsyncGenerator<Uint8Array> {
  const { offset = 0, length = Number.MAX_SAFE_INTEGER } = options;
  const end = Math.min(Number.MAX_SAFE_INTEGER, offset + length);
  let position = offset;
  let before: NfsAttributes | undefined;
  for (let tries = 1; ; tries++) {
    const file = await openFile(tree, path, before, options);
    before ??= file.node.attributes;
    try {
      for await (const chunk of chunksOf(tree, file, { from: position, to: end }, options)) {
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

/** See `Backend.readSmall`. */
export async function readSmallFile(
  tree: NfsTree,
  path: RelPath,
  options: ReadSmallOptions,
): Promise<SmallFile> {
  if (path === ROOT) return { entry: await entryOf(tree, path, await nodeAt(tree, path, options), options) };
  try {
    const { node, content } = await tree.ways.within(parentOf(path), (directory) =>
      tree.client.readWhole(directory, nameOf(path), options.maxBytes, options),
    );
    const entry = await entryOf(tree, path, node, options);
    return { entry, ...(entry.kind === 'file' && content ? { content } : {}) };
  } catch (error) {
    if (!isFailure(error, ...NO_FILE)) throw error;
    return { entry: await entryOf(tree, path, await nodeAt(tree, path, options), options) };
  }
}

/** How opening is refused where there is something else than a file. */
const NO_FILE = ['ISDIR', 'SYMLINK', 'INVAL', 'WRONG_TYPE', 'BADTYPE'];

/** The file is to be found anew: its handle, or what opening it gave us, is not known to the server any more. */
function isLost(error: unknown): boolean {
  if (error instanceof StorageError) return error.kind === 'Interrupted';
  return isStale(error) || isFailure(error, 'BAD_STATEID', 'STALE_STATEID', 'OLD_STATEID', 'EXPIRED');
}

/** Opens what is at `path`, when it is a file and, after trouble, the one that it was `before`. */
async function openFile(
  tree: NfsTree,
  path: RelPath,
  before: NfsAttributes | undefined,
  options: CallOptions,
): Promise<OpenFile> {
  const open = async () => {
    if (path === ROOT) throw failed('EISDIR', path);
    const file = await tree.ways.within(parentOf(path), (directory) =>
      tree.client.open(directory, nameOf(path), 'read', options),
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

function problemOf(
  path: RelPath,
  { type, ...now }: NfsAttributes,
  before: NfsAttributes | undefined,
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

const chunksOf = (
  { client }: NfsTree,
  file: OpenFile,
  range: Pick<Chunks, 'from' | 'to'>,
  options: CallOptions,
) => readChunks(file, { ...range, limits: client.limits }, options);
