import { type RelPath, ROOT } from '../../base/path.ts';
import { type Stamp, StorageError, type WriteOptions, type Written } from '../backend.ts';
import { attempt, failed } from './errors.ts';
import { StagedFile } from './staged-file.ts';
import { posixStamp } from './stamping.ts';
import { checkLength, type Tree } from './tree.ts';

/** Up to here a content is gathered and written in one synchronous go. */
const SMALL_BYTES = 256 * 1024;
const SMALL_US = 120;
const CHUNK_US = 60;

/** See `Backend.write`. */
export async function writeContent(
  tree: Tree,
  path: RelPath,
  body: AsyncIterable<Uint8Array>,
  stamp: Stamp,
  { signal, sparse = false }: WriteOptions = {},
): Promise<Written> {
  const { ground, turns } = tree;
  signal?.throwIfAborted();
  if (path === ROOT) throw failed('EISDIR', path);
  checkLength(ground, path);
  const posix = posixStamp(ground, stamp);
  const begin = () =>
    attempt(path, () => new StagedFile(tree, path, posix.mode, sparse && ground.capabilities.sparse));
  const held: Uint8Array[] = [];
  let sizeBytes = 0;
  let file: StagedFile | undefined;
  try {
    for await (const chunk of body) {
      signal?.throwIfAborted();
      sizeBytes += chunk.length;
      if (sizeBytes > ground.capabilities.maxFileBytes) throw tooLarge(tree, path);
      held.push(chunk);
      if (sizeBytes <= SMALL_BYTES) continue;
      file ??= begin();
      for (const part of held.splice(0)) await file.write(part);
      await turns.take(CHUNK_US);
    }
    signal?.throwIfAborted();
    await turns.take(SMALL_US);
    if (file) await file.written();
    file ??= begin();
    file.writeNow(held);
    await file.finish(posix);
    return { sizeBytes };
  } catch (error) {
    await file?.discard();
    throw error;
  }
}

function tooLarge({ ground }: Tree, path: RelPath): StorageError {
  const message = `File too large: ${ground.label} takes up to ${ground.capabilities.maxFileBytes} bytes`;
  return new StorageError('TooLarge', path, message, { code: 'EFBIG' });
}
