import { createHash } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { relPath } from '../../src/base/path.ts';
import {
  type Backend,
  type CallOptions,
  type Entry,
  type Listed,
  type ReadOptions,
  type Stamp,
  StorageError,
  type WriteOptions,
  type Written,
} from '../../src/storage/backend.ts';

export const KiB = 1024;
export const MiB = 1024 * KiB;

/** Bytes that differ everywhere, so that a shifted, doubled or lost block is seen. */
export function bytes(size: number, seed = 1): Buffer {
  const all = Buffer.allocUnsafe(size);
  let state = (seed * 2_654_435_761) >>> 0 || 1;
  for (let at = 0; at < size; at++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    all[at] = state & 0xff;
  }
  return all;
}

/** `all` in pieces of `size` bytes. */
export async function* pieces(all: Uint8Array, size = 256 * KiB): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < all.length; at += size) yield all.subarray(at, at + size);
}

/** One MiB pattern after the other, each marked with its number: content of any size that nobody holds. */
export async function* megabytes(count: number): AsyncGenerator<Uint8Array> {
  const pattern = bytes(MiB);
  for (let index = 0; index < count; index++) {
    const chunk = Buffer.from(pattern);
    chunk.writeUInt32BE(index, 0);
    yield chunk;
  }
}

export async function sha256(body: AsyncIterable<Uint8Array>): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of body) hash.update(chunk);
  return hash.digest('hex');
}

export async function collect(body: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks);
}

export function put(
  backend: Backend,
  path: string,
  content: string | Uint8Array = path,
  stamp: Stamp = {},
  options: WriteOptions = {},
): Promise<Written> {
  const all = typeof content === 'string' ? Buffer.from(content) : content;
  return backend.write(relPath(path), pieces(all), stamp, { sizeBytes: all.length, ...options });
}

export async function get(backend: Backend, path: string, options?: ReadOptions): Promise<string> {
  return (await collect(backend.read(relPath(path), options))).toString();
}

export async function list(backend: Backend, directory = '', options?: CallOptions): Promise<Listed[]> {
  const all: Listed[] = [];
  for await (const item of backend.list(relPath(directory), options)) all.push(item);
  return all;
}

/** What a listing shows, a directory with "/" behind its name. */
export async function names(backend: Backend, directory = ''): Promise<string[]> {
  return (await list(backend, directory)).map((item) => {
    if (item.kind === 'unusable') return `unusable ${item.shown}`;
    const name = directory === '' ? item.path : item.path.slice(directory.length + 1);
    return item.kind === 'directory' ? `${name}/` : name;
  });
}

/** The listed entry with that path, its metadata asked for when the listing left it out. */
export async function listed(backend: Backend, path: string): Promise<Entry | undefined> {
  const parent = path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '';
  for (const item of await list(backend, parent)) {
    if (item.kind === 'unusable' || item.path !== path) continue;
    return item.partial ? backend.stat(item.path) : item;
  }
  return undefined;
}

/** What `promise` is rejected with. */
export async function failure(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('It was expected to fail and did not.');
}

/** The kind of the StorageError that `promise` is rejected with; anything else is shown as it is. */
export async function kindOf(promise: Promise<unknown>): Promise<string> {
  const error = await failure(promise);
  return error instanceof StorageError ? error.kind : `not a StorageError: ${String(error)}`;
}

/** A door that is opened by hand, for stopping a body in its midst. */
export function gate(): { readonly opened: Promise<void>; open(): void } {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

/** Longer than a step of the clock that file systems take their times from. */
const CLOCK_STEP_MS = 15;

/**
 * Reads a file until that changes nothing of it any more: a server may note readings in the time of last access as
 * long as that is no later than the last change.
 */
export async function readUntilSettled(backend: Backend, path: string): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    const before = await backend.stat(relPath(path));
    if (before.metadata.atimeNs !== undefined) await setTimeout(CLOCK_STEP_MS);
    await get(backend, path);
    const after = await backend.stat(relPath(path));
    if (before.metadata.atimeNs === after.metadata.atimeNs) return;
  }
  throw new Error(`Each reading of ${path} changes it.`);
}
