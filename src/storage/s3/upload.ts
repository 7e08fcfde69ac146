// Content into the bucket: one PutObject, or a multipart upload with its parts side by side.

import { createHash } from 'node:crypto';
import { pool } from '../../base/pool.ts';
import { StorageError, type Written } from '../backend.ts';
import type { ByteBudget } from './byte-budget.ts';
import type { Checksums } from './checksums.ts';
import type { Headers, S3Client } from './client.ts';
import { bareEtag, versionOf } from './object-headers.ts';
import { type AboutKey, deleteObject, headObject } from './objects.ts';
import { cutIntoParts, type Part } from './parts.ts';
import { escapeXml, member, parseXml } from './xml.ts';

export interface Upload {
  readonly key: string;
  /** For messages. */
  readonly path: string;
  readonly body: AsyncIterable<Uint8Array>;
  readonly expectedBytes: number | undefined;
  /** Headers of an object of this size; a size that is not known yet is at least `partBytes`. */
  readonly headersFor: (sizeBytes: number) => Headers;
  readonly signal: AbortSignal | undefined;
}

/** What uploads of one location share. */
export interface Uploader {
  readonly client: S3Client;
  readonly checksums: Checksums;
  readonly budget: ByteBudget;
  readonly partBytes: number;
}

/** @source Amazon S3 User Guide, "Amazon S3 multipart upload limits" */
const MAX_PARTS = 10_000;
const PARTS_AT_ONCE = 4;
const CLEANING_ATTEMPTS = 2;
const MIB = 1024 * 1024;

interface SentPart {
  readonly number: number;
  readonly etag: string;
  readonly crc32?: string;
}

/** @throws StorageError; what the body throws; the signal's reason. Nothing is left behind then. */
export async function upload(uploader: Uploader, order: Upload): Promise<Written> {
  const { budget } = uploader;
  const { expectedBytes, signal } = order;
  const partBytes = partBytesFor(expectedBytes ?? 0, uploader.partBytes);
  const parts = cutIntoParts(order.body, { partBytes, expectedBytes, budget, signal });
  try {
    const { value: first } = await parts.next();
    if (!first) throw new TypeError('A body has at least one part.');
    return first.isLast
      ? await putWhole(uploader, order, first)
      : await putParts(uploader, order, first, parts);
  } finally {
    await parts.return(undefined);
  }
}

/** At least `wanted`, and large enough that 10,000 parts hold the whole. */
export function partBytesFor(sizeBytes: number, wanted: number): number {
  const needed = Math.ceil(sizeBytes / MAX_PARTS / MIB) * MIB;
  return Math.max(wanted, sizeBytes > wanted * MAX_PARTS ? needed : 0);
}

async function putWhole(uploader: Uploader, order: Upload, { bytes, release }: Part): Promise<Written> {
  try {
    return await putObject(uploader, { ...order, body: bytes, headers: order.headersFor(bytes.length) });
  } finally {
    release();
  }
}

export interface Put {
  readonly key: string;
  readonly path: string;
  readonly body: Uint8Array;
  readonly headers: Headers;
  readonly signal: AbortSignal | undefined;
}

/** One PutObject. When the server stored something else, that is removed again. */
export async function putObject({ client, checksums }: Uploader, put: Put): Promise<Written> {
  const { key, path, body } = put;
  const sent = await checksums.send(client, { operation: 'PutObject', method: 'PUT', ...put });
  const version = versionOf(sent.answer.headers);
  if (!sent.damaged) return { sizeBytes: body.length, ...version };
  await deleteObject(client, { key, path, ...version });
  throw sent.damaged;
}

async function putParts(
  uploader: Uploader,
  order: Upload,
  first: Part,
  rest: AsyncIterable<Part>,
): Promise<Written> {
  const { client, checksums } = uploader;
  const { key, path, signal } = order;
  const about = { key, path, signal };
  const sent: SentPart[] = [];
  let sizeBytes = 0;
  const all = async function* () {
    yield first;
    yield* rest;
  };
  let id: MultipartId | undefined;
  try {
    const headers = order.headersFor(Math.max(order.expectedBytes ?? 0, uploader.partBytes));
    id = await checksums.weakening((protection) =>
      createMultipart(client, { ...about, headers, withCrc32: protection === 'crc32' }),
    );
    const begun = id;
    for await (const part of pool(all(), PARTS_AT_ONCE, (part) => putPart(uploader, about, begun, part))) {
      sent.push(part.sent);
      sizeBytes += part.sizeBytes;
    }
    sent.sort((a, b) => a.number - b.number);
    const { versionId } = await completeMultipart(client, about, id, sent);
    return { sizeBytes, ...(versionId ? { versionId } : {}) };
  } catch (error) {
    first.release();
    if (id) await abortMultipart(client, { key, path }, id);
    throw error;
  }
}

export interface MultipartId {
  readonly uploadId: string;
  /** Parts carry their CRC32, and the whole is told by them. */
  readonly withCrc32: boolean;
}

export async function createMultipart(
  client: S3Client,
  order: AboutKey & { readonly headers: Headers; readonly withCrc32: boolean },
): Promise<MultipartId> {
  const { key, path, signal, withCrc32 } = order;
  const answer = await client.call({
    operation: 'CreateMultipartUpload',
    method: 'POST',
    key,
    path,
    signal,
    query: { uploads: '' },
    headers: { ...order.headers, ...(withCrc32 ? { 'x-amz-checksum-algorithm': 'CRC32' } : {}) },
  });
  const uploadId = member(parseXml(answer.body.toString())?.value, 'UploadId');
  if (uploadId) return { uploadId, withCrc32 };
  const message = `The server began no multipart upload of "${path}". Check that the endpoint is an S3 endpoint.`;
  throw new StorageError('Unsupported', path, message);
}

async function putPart(uploader: Uploader, about: AboutKey, id: MultipartId, part: Part) {
  const { number, bytes, release } = part;
  try {
    if (number > MAX_PARTS) throw tooManyParts(about.path, uploader.partBytes);
    const query = { partNumber: String(number), uploadId: id.uploadId };
    const call = { operation: 'UploadPart', method: 'PUT', ...about, query, body: bytes } as const;
    const { answer, damaged, crc32 } = await uploader.checksums.send(uploader.client, call);
    if (damaged) throw damaged;
    const sent = { number, etag: bareEtag(answer.headers['etag'] ?? ''), ...(crc32 ? { crc32 } : {}) };
    return { sent, sizeBytes: bytes.length };
  } finally {
    release();
  }
}

export async function completeMultipart(
  client: S3Client,
  about: AboutKey,
  { uploadId, withCrc32 }: MultipartId,
  parts: readonly SentPart[],
): Promise<{ readonly versionId?: string }> {
  const list = parts.map(({ number, etag, crc32: crc }) => {
    const checksum = withCrc32 && crc ? `<ChecksumCRC32>${crc}</ChecksumCRC32>` : '';
    return `<Part><PartNumber>${number}</PartNumber><ETag>&quot;${escapeXml(etag)}&quot;</ETag>${checksum}</Part>`;
  });
  const xmlns = 'http://s3.amazonaws.com/doc/2006-03-01/';
  const call = {
    operation: 'CompleteMultipartUpload',
    method: 'POST',
    ...about,
    query: { uploadId },
    headers: { 'content-type': 'application/xml' },
    body: Buffer.from(`<CompleteMultipartUpload xmlns="${xmlns}">${list.join('')}</CompleteMultipartUpload>`),
  } as const;
  try {
    return versionOf((await client.call(call)).headers);
  } catch (error) {
    const head = await completedBefore(client, about, parts, error);
    if (head) return versionOf(head);
    throw error;
  }
}

/** When the first answer was lost, the second try finds no upload, but the object is there. */
async function completedBefore(
  client: S3Client,
  about: AboutKey,
  parts: readonly SentPart[],
  error: unknown,
): Promise<Headers | undefined> {
  if (!(error instanceof StorageError && error.code === 'NoSuchUpload')) return undefined;
  const head = await headObject(client, about).catch(() => undefined);
  const hash = createHash('md5');
  for (const { etag } of parts) hash.update(Buffer.from(etag, 'hex'));
  const etag = `${hash.digest('hex')}-${parts.length}`;
  return bareEtag(head?.['etag'] ?? '') === etag ? head : undefined;
}

/** Best effort, soon given up, and not stopped by an abort: it cleans up after one. */
export async function abortMultipart(client: S3Client, about: AboutKey, { uploadId }: MultipartId) {
  const { key, path } = about;
  const call = {
    operation: 'AbortMultipartUpload',
    method: 'DELETE',
    key,
    path,
    query: { uploadId },
  } as const;
  await client.call(call, CLEANING_ATTEMPTS).catch(() => undefined);
}

function tooManyParts(path: string, partBytes: number): StorageError {
  const message = `"${path}" grew beyond ${MAX_PARTS} parts of ${partBytes} bytes while it was sent. Run it again.`;
  return new StorageError('TooLarge', path, message);
}
