import { constants } from 'node:fs';
import type { RelPath } from '../../base/path.ts';
import type { ReadOptions, SmallFile } from '../backend.ts';
import { entryOf } from './entry.ts';
import { attempt, errnoOf, failed, translate } from './errors.ts';
import type { Ground } from './ground.ts';
import { lstat, type Stats, type Tree } from './tree.ts';

/** Up to here a file is read at once and synchronously: several times cheaper than five hops to a thread. */
const SMALL_BYTES = 256 * 1024;
const CHUNK_BYTES = 1024 * 1024;
const SMALL_US = 25;
const CHUNK_US = 60;

/** `O_NONBLOCK`: should a FIFO have come in the file's place since it was looked at, opening it does not wait for a writer. */
const READ_FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

interface Opened {
  readonly fd: number;
  readonly offset: number;
  /** How many bytes are asked for; there may be fewer. */
  readonly length: number;
}

/** See `Backend.read`. */
export async function* readContent(
  tree: Tree,
  path: RelPath,
  options: ReadOptions = {},
): AsyncGenerator<Uint8Array> {
  const { signal, offset = 0, length = Number.MAX_SAFE_INTEGER, listedAs } = options;
  signal?.throwIfAborted();
  await tree.turns.take(SMALL_US);
  const opened = attempt(path, () => {
    // Opening a device, a socket or a FIFO may wait for ever or do something to a machine.
    if (listedAs !== 'file') refuseUnlessFile(path, lstat(tree.ground, path));
    return openOrRead(tree.ground, path, offset, length);
  });
  if (opened instanceof Uint8Array) {
    if (opened.length > 0) yield opened;
  } else {
    yield* readChunks(tree, path, opened, signal);
  }
}

/** See `Backend.readSmall`. Synchronous. */
export function readSmallFile(ground: Ground, path: RelPath, maxBytes: number): SmallFile {
  let fd: number;
  try {
    fd = openForReading(ground, path);
  } catch (error) {
    if (!NO_FILE.has(errnoOf(error) ?? '')) throw error;
    return { entry: entryOf(ground, path, ground.address(path), lstat(ground, path)) };
  }
  try {
    const stats = ground.fs.fstatSync(fd, { bigint: true });
    const entry = entryOf(ground, path, ground.address(path), stats);
    if (entry.kind !== 'file' || entry.sizeBytes > maxBytes) return { entry };
    const all = { fd, offset: 0, length: Number.MAX_SAFE_INTEGER };
    return { entry, content: readSmall(ground, all, entry.sizeBytes) };
  } finally {
    ground.fs.closeSync(fd);
  }
}

/** How opening fails where a file has given way to a symbolic link or a socket. */
const NO_FILE: ReadonlySet<string> = new Set(['ELOOP', 'ENXIO']);

function refuseUnlessFile(
  path: RelPath,
  stats: Pick<Stats, 'isDirectory' | 'isSymbolicLink' | 'isFile'>,
): void {
  if (stats.isDirectory()) throw failed('EISDIR', path);
  if (stats.isSymbolicLink()) throw failed('ELOOP', path);
  if (!stats.isFile()) throw failed('ENOTSUP', path);
}

/** The whole of a small content, or the opened file of a large one. */
function openOrRead(ground: Ground, path: RelPath, offset: number, length: number): Uint8Array | Opened {
  const fd = openForReading(ground, path);
  let keep = false;
  try {
    const stats = ground.fs.fstatSync(fd);
    refuseUnlessFile(path, stats);
    const expected = Math.min(length, Math.max(0, stats.size - offset));
    if (expected <= SMALL_BYTES) return readSmall(ground, { fd, offset, length }, expected);
    keep = true;
    return { fd, offset, length };
  } finally {
    if (!keep) ground.fs.closeSync(fd);
  }
}

/** Opens without changing the time of last access, where that is permitted: to the owner and to root. */
function openForReading(ground: Ground, path: RelPath): number {
  const address = ground.address(path);
  if (!constants.O_NOATIME) return ground.fs.openSync(address, READ_FLAGS);
  try {
    return ground.fs.openSync(address, READ_FLAGS | constants.O_NOATIME);
  } catch (error) {
    if (errnoOf(error) !== 'EPERM') throw error;
    return ground.fs.openSync(address, READ_FLAGS);
  }
}

/** A file that grew past `SMALL_BYTES` since it was looked at is read to its end all the same. */
function readSmall(ground: Ground, { fd, offset, length }: Opened, expected: number): Uint8Array {
  // One byte more than expected, so that a file that has grown is noticed without another call.
  let into = Buffer.allocUnsafe(Math.min(length, expected + 1));
  let size = 0;
  for (;;) {
    const read = ground.fs.readSync(fd, into, size, into.length - size, offset + size);
    size += read;
    // One that ends where it was expected to is not asked once more.
    if (read === 0 || size === length || size === expected) return into.subarray(0, size);
    if (size === into.length) {
      const larger = Buffer.allocUnsafe(Math.min(length, 2 * size));
      into.copy(larger);
      into = larger;
    }
  }
}

/** One chunk is read ahead while its predecessor is used. */
async function* readChunks(
  tree: Tree,
  path: RelPath,
  { fd, offset, length }: Opened,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  let left = length;
  let position = offset;
  let ahead = readChunk(tree, fd, position, left);
  try {
    for (;;) {
      const chunk = await ahead.catch((error: unknown) => {
        throw translate(error, path);
      });
      signal?.throwIfAborted();
      if (chunk.length === 0) return;
      position += chunk.length;
      left -= chunk.length;
      ahead = readChunk(tree, fd, position, left);
      ahead.catch(() => undefined);
      yield chunk;
      signal?.throwIfAborted();
    }
  } finally {
    await ahead.catch(() => undefined);
    tree.ground.fs.closeSync(fd);
  }
}

async function readChunk(tree: Tree, fd: number, position: number, left: number): Promise<Uint8Array> {
  const into = Buffer.allocUnsafeSlow(Math.min(CHUNK_BYTES, left));
  if (into.length === 0) return into;
  await tree.turns.take(CHUNK_US);
  return into.subarray(0, await tree.ground.readAt(fd, into, position));
}
