import { nameOf, parentOf, type RelPath, ROOT } from '../../base/path.ts';
import type { CallOptions, ReadOptions, ReadSmallOptions, SmallFile } from '../backend.ts';
import { failed } from '../files/errors.ts';
import { entryOf } from './entry.ts';
import { attempt, isFailure } from './failures.ts';
import { problemOf, readOpened } from './reading-opened.ts';
import { type NfsTree, nodeAt } from './tree.ts';

/** Up to here a whole file comes in one go, without being opened. */
const SMALL_BYTES = 64 * 1024;

/** See `Backend.read`. */
export async function* readContent(
  tree: NfsTree,
  path: RelPath,
  options: ReadOptions = {},
): AsyncGenerator<Uint8Array> {
  const { offset = 0, length } = options;
  const all = offset === 0 && length === undefined;
  const looked = all ? await attempt(path, options, () => readAtOnce(tree, path, options)) : undefined;
  if (looked?.content) {
    if (looked.content.length > 0) yield looked.content;
    return;
  }
  const to = Math.min(Number.MAX_SAFE_INTEGER, offset + (length ?? Number.MAX_SAFE_INTEGER));
  const range = { handle: looked?.node.handle, from: offset, to };
  yield* readOpened(tree, path, range, options);
}

/** The whole of a small file; of a larger one, where it is. */
async function readAtOnce(tree: NfsTree, path: RelPath, options: CallOptions) {
  if (path === ROOT) throw failed('EISDIR', path);
  try {
    const looked = await tree.ways.within(parentOf(path), (directory) =>
      tree.client.readWhole(directory, nameOf(path), SMALL_BYTES, options),
    );
    const problem = problemOf(path, looked.node.attributes);
    if (problem) throw problem;
    return looked;
  } catch (error) {
    // Opening it tells what it is.
    if (isFailure(error, ...NO_FILE)) return undefined;
    throw error;
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
