// Content out of the bucket: one GetObject, or for large objects several ranges at once, handed on in order.

import { crc32 } from 'node:zlib';
import { StorageError } from '../backend.ts';
import type { ByteBudget } from './byte-budget.ts';
import { CRC32_HEADER, crc32Text } from './checksums.ts';
import type { Headers, OpenAnswer, S3Client } from './client.ts';
import { contentLength } from './entries.ts';

export interface Download {
  readonly key: string;
  /** For messages. */
  readonly path: string;
  readonly offset: number;
  /** Undefined: to the end. */
  readonly length: number | undefined;
  readonly versionId: string | undefined;
  readonly signal: AbortSignal | undefined;
}

const MIB = 1024 * 1024;
const RANGE_BYTES = 8 * MIB;
const RANGES_AT_ONCE = 4;
/** Larger than this is read in ranges. */
const LARGE_BYTES = 2 * RANGE_BYTES;
const CHUNK_BYTES = MIB;
/** How often in a row a broken connection is taken up again where it broke, without one new byte. */
const MAX_BREAKS = 5;

/** A stretch of an object whose ETag is known: nothing else than that object may come. */
interface Stretch {
  readonly from: number;
  /** Not included. */
  readonly to: number;
  readonly etag: string | undefined;
}

/** @throws StorageError; the signal's reason */
export async function* download(
  client: S3Client,
  budget: ByteBudget,
  order: Download,
): AsyncGenerator<Uint8Array> {
  const first = await openFirst(client, order);
  if (first) yield* content(client, budget, order, first);
}

/** The head of an object, and its content unless that is more than `maxBytes`. @throws as `download` does */
export async function downloadSmall(
  client: S3Client,
  budget: ByteBudget,
  about: Omit<Download, 'offset' | 'length' | 'versionId'>,
  maxBytes: number,
): Promise<{ readonly headers: Headers; readonly content?: Uint8Array }> {
  const order = { ...about, offset: 0, length: undefined, versionId: undefined };
  const answer = await get(client, order, {});
  const { headers, body } = answer;
  if (contentLength(headers) <= maxBytes) {
    return { headers, content: Buffer.concat(await collect(content(client, budget, order, answer))) };
  }
  body.on('error', () => undefined).destroy();
  return { headers };
}

async function* content(
  client: S3Client,
  budget: ByteBudget,
  order: Download,
  first: OpenAnswer,
): AsyncGenerator<Uint8Array> {
  const { headers } = first;
  const bytes = contentLength(headers);
  const whole = { from: order.offset, to: order.offset + bytes, etag: headers['etag'] };
  const chunks =
    bytes > LARGE_BYTES
      ? inRanges(client, budget, order, whole, first)
      : stretch(client, order, whole, first);
  const checked = first.status === 200 ? withChecksum(chunks, headers, order.path) : chunks;
  yield* inLargerChunks(checked);
}

/** Undefined when the object has no byte there. */
async function openFirst(client: S3Client, order: Download): Promise<OpenAnswer | undefined> {
  const { offset, length } = order;
  if (length === 0) return undefined;
  const isWhole = offset === 0 && length === undefined;
  const last = length === undefined ? '' : String(offset + length - 1);
  try {
    return await get(client, order, isWhole ? {} : { range: `bytes=${offset}-${last}` });
  } catch (error) {
    if (error instanceof StorageError && error.code === 'InvalidRange') return undefined;
    throw error;
  }
}

function get(client: S3Client, order: Download, headers: Headers): Promise<OpenAnswer> {
  const { key, path, versionId, signal } = order;
  return client.open({
    operation: 'GetObject',
    method: 'GET',
    key,
    path,
    signal,
    query: versionId === undefined ? {} : { versionId },
    headers: { ...headers, 'x-amz-checksum-mode': 'ENABLED' },
  });
}

/** Reads one stretch, taking it up again where the connection breaks. */
async function* stretch(
  client: S3Client,
  order: Download,
  { from, to, etag }: Stretch,
  opened?: OpenAnswer,
): AsyncGenerator<Uint8Array> {
  const match: Headers = etag ? { 'if-match': etag } : {};
  let at = from;
  let breaks = 0;
  let answer = opened ?? (await get(client, order, { ...match, range: `bytes=${from}-${to - 1}` }));
  for (;;) {
    try {
      for await (const chunk of upTo(to - at, answer)) {
        breaks = 0;
        at += chunk.length;
        yield chunk;
      }
      if (at >= to) return;
      throw new Error('the content ended too early');
    } catch (error) {
      breaks += 1;
      await bearWith(client, order, error, breaks);
    }
    answer = await get(client, order, { ...match, range: `bytes=${at}-${to - 1}` });
  }
}

/** Waits before the next try, or throws when there is none. */
async function bearWith(client: S3Client, order: Download, error: unknown, breaks: number): Promise<void> {
  order.signal?.throwIfAborted();
  const failure = client.broken(error, { operation: 'GetObject', path: order.path });
  if (breaks >= MAX_BREAKS || !failure.retryable) throw failure;
  await client.pause(breaks, order.signal);
}

/** The first `wanted` bytes. The connection is given up only when more would come. */
async function* upTo(wanted: number, { headers, body }: OpenAnswer): AsyncGenerator<Uint8Array> {
  const goesOn = contentLength(headers) > wanted;
  let left = wanted;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    const piece = chunk.subarray(0, left);
    left -= piece.length;
    yield piece;
    if (goesOn && left === 0) return;
  }
}

interface Fetched {
  readonly chunks: Promise<readonly Uint8Array[]>;
  readonly bytes: number;
}

/** The first range comes from the answer that is open already, the others are fetched ahead. */
async function* inRanges(
  client: S3Client,
  budget: ByteBudget,
  order: Download,
  whole: Stretch,
  first: OpenAnswer,
): AsyncGenerator<Uint8Array> {
  const stop = new AbortController();
  const signal = order.signal ? AbortSignal.any([order.signal, stop.signal]) : stop.signal;
  const ahead: Fetched[] = [];
  let next = whole.from + RANGE_BYTES;
  const fetchNext = (): Fetched => {
    const range = { ...whole, from: next, to: Math.min(next + RANGE_BYTES, whole.to) };
    next = range.to;
    const chunks = collect(stretch(client, { ...order, signal }, range));
    // A failure is met when its turn comes; until then it must not count as unhandled.
    chunks.catch(() => undefined);
    return { chunks, bytes: range.to - range.from };
  };
  const fetchAhead = () => {
    while (ahead.length < RANGES_AT_ONCE && next < whole.to && budget.tryTake(RANGE_BYTES))
      ahead.push(fetchNext());
  };
  let inHand = 0;
  try {
    fetchAhead();
    yield* stretch(client, order, { ...whole, to: whole.from + RANGE_BYTES }, first);
    while (ahead.length > 0 || next < whole.to) {
      // Nothing is held while waiting: those who hold can always go on.
      if (ahead.length === 0) {
        await budget.take(RANGE_BYTES, order.signal);
        ahead.push(fetchNext());
      }
      const range = ahead.shift();
      inHand = RANGE_BYTES;
      fetchAhead();
      yield* (await range?.chunks) ?? [];
      budget.giveBack(inHand);
      inHand = 0;
    }
  } finally {
    stop.abort();
    await Promise.allSettled(ahead.map(({ chunks }) => chunks));
    budget.giveBack(inHand + ahead.length * RANGE_BYTES);
  }
}

async function collect(chunks: AsyncIterable<Uint8Array>): Promise<readonly Uint8Array[]> {
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return all;
}

/** Compares what came with the CRC32 of the whole object, where the server keeps one. */
async function* withChecksum(
  chunks: AsyncIterable<Uint8Array>,
  headers: Headers,
  path: string,
): AsyncGenerator<Uint8Array> {
  const told = headers[CRC32_HEADER];
  // "…-3" is a checksum of the checksums of 3 parts.
  if (told === undefined || told.includes('-') || headers['x-amz-checksum-type'] === 'COMPOSITE') {
    yield* chunks;
    return;
  }
  let crc = 0;
  for await (const chunk of chunks) {
    crc = crc32(chunk, crc);
    yield chunk;
  }
  if (crc32Text(crc) === told) return;
  const message = `The content of "${path}" came with other bytes than its checksum says. Run it again.`;
  throw new StorageError('ChecksumMismatch', path, message);
}

/** The network brings small chunks; larger ones cost those above much less. */
async function* inLargerChunks(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let gathered: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of chunks) {
    if (bytes + chunk.length > CHUNK_BYTES) {
      yield Buffer.concat(gathered);
      gathered = [];
      bytes = 0;
    }
    gathered.push(chunk);
    bytes += chunk.length;
  }
  if (gathered.length === 1 && gathered[0]) yield gathered[0];
  else if (bytes > 0) yield Buffer.concat(gathered);
}
