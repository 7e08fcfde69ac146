// What a client of a file server does all day, timed: one large file, many small ones, one long listing.

import { relPath } from '../src/base/path.ts';
import { pool } from '../src/base/pool.ts';
import type { Backend } from '../src/storage/backend.ts';

const MIB = 1024 * 1024;
export const LARGE_BYTES = 512 * MIB;
export const SMALL_COUNT = 5000;
export const SMALL_BYTES = 4096;
export const LISTED_COUNT = 20_000;

/** As many as the engine has under way. */
const WIDTH = 16;

async function seconds(act: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await act();
  return (performance.now() - startedAt) / 1000;
}

async function* large(): AsyncGenerator<Uint8Array> {
  for (let number = 0; number < LARGE_BYTES / MIB; number++) {
    const chunk = Buffer.alloc(MIB, number);
    chunk.writeUInt32BE(number, 0);
    yield chunk;
  }
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

async function drain(bytes: AsyncIterable<Uint8Array>, expected: number): Promise<void> {
  let size = 0;
  for await (const chunk of bytes) size += chunk.length;
  if (size !== expected) throw new Error(`${size} bytes were read, and ${expected} expected.`);
}

async function each(count: number, act: (index: number) => Promise<unknown>): Promise<void> {
  const indexes = (async function* () {
    for (let index = 0; index < count; index++) yield index;
  })();
  for await (const _ of pool(indexes, WIDTH, act));
}

export async function writeLarge(backend: Backend): Promise<number> {
  return seconds(() => backend.write(relPath('large'), large(), {}, { sizeBytes: LARGE_BYTES }));
}

export async function readLarge(backend: Backend): Promise<number> {
  return seconds(() => drain(backend.read(relPath('large'), { listedAs: 'file' }), LARGE_BYTES));
}

const small = (index: number) => relPath(`small/d${Math.floor(index / 200)}/f${index}`);

export async function writeSmall(backend: Backend): Promise<number> {
  for (let index = 0; index < SMALL_COUNT; index += 200) {
    await backend.makeDirectory(relPath(`small/d${index / 200}`), {});
  }
  const stamp = { mtimeNs: 1_700_000_000_123_456_700n };
  const content = (index: number) => once(Buffer.alloc(SMALL_BYTES, index));
  return seconds(() =>
    each(SMALL_COUNT, (index) =>
      backend.write(small(index), content(index), stamp, { sizeBytes: SMALL_BYTES }),
    ),
  );
}

export async function readSmall(backend: Backend): Promise<number> {
  return seconds(() =>
    each(SMALL_COUNT, (index) => drain(backend.read(small(index), { listedAs: 'file' }), SMALL_BYTES)),
  );
}

/** Fills the directory `many` first, which is not timed. */
export async function listMany(backend: Backend): Promise<number> {
  await backend.makeDirectory(relPath('many'), {});
  await each(LISTED_COUNT, (index) => backend.write(relPath(`many/f${index}`), once(Buffer.alloc(1)), {}));
  return seconds(async () => {
    let count = 0;
    for await (const _ of backend.list(relPath('many'))) count += 1;
    if (count !== LISTED_COUNT) throw new Error(`${count} names were listed.`);
  });
}
