// New metadata for the same content: CopyObject onto itself, or its multipart form for what is too large for one.
// @source AWS DataSync User Guide, "Amazon S3 request costs"; Amazon S3 API Reference, CopyObject (5 GiB)

import { pool } from '../../base/pool.ts';
import { StorageError, type Written } from '../backend.ts';
import { type Headers, keyPath, type S3Client } from './client.ts';
import { contentLength } from './entries.ts';
import { bareEtag, tagHeaders, versionOf } from './object-headers.ts';
import type { AboutKey } from './objects.ts';
import { assureTags, getTags } from './tagging.ts';
import { abortMultipart, completeMultipart, createMultipart, type MultipartId } from './upload.ts';
import { member, parseXml } from './xml.ts';

export interface Restamp extends AboutKey {
  readonly bucket: string;
  /** What HEAD answered: the copy is made only while the object is still that one. */
  readonly head: Headers;
  /** User metadata, content and class headers: all that the object will have. */
  readonly headers: Headers;
  /** Undefined: it keeps the tags it has. */
  readonly tags: Readonly<Record<string, string>> | undefined;
}

export interface CopyLimits {
  /** Larger objects are copied in parts. */
  readonly largestBytes: number;
  readonly partBytes: number;
}

const MIB = 1024 * 1024;
export const S3_COPY_LIMITS: CopyLimits = { largestBytes: 5 * 1024 * MIB, partBytes: 1024 * MIB };
const PARTS_AT_ONCE = 4;

export async function copyOntoItself(
  client: S3Client,
  order: Restamp,
  limits: CopyLimits = S3_COPY_LIMITS,
): Promise<Written> {
  const sizeBytes = contentLength(order.head);
  const written =
    sizeBytes > limits.largestBytes ? inParts(client, order, sizeBytes, limits) : inOne(client, order);
  return { sizeBytes, ...(await written) };
}

async function inOne(client: S3Client, order: Restamp): Promise<{ readonly versionId?: string }> {
  const { key, path, signal, tags } = order;
  const answer = await client.call({
    operation: 'CopyObject',
    method: 'PUT',
    key,
    path,
    signal,
    headers: {
      ...order.headers,
      ...copySource(order),
      'x-amz-metadata-directive': 'REPLACE',
      ...(tags ? { ...tagHeaders(tags), 'x-amz-tagging-directive': 'REPLACE' } : {}),
    },
  });
  if (parseXml(answer.body.toString())?.root === 'CopyObjectResult') {
    if (tags) await assureTags(client, { key, path, signal }, tags);
    return versionOf(answer.headers);
  }
  const message = `The server took a CopyObject of "${path}" for something else. Check that the endpoint is an S3 endpoint.`;
  throw new StorageError('Unsupported', path, message);
}

async function inParts(
  client: S3Client,
  order: Restamp,
  sizeBytes: number,
  { partBytes }: CopyLimits,
): Promise<{ readonly versionId?: string }> {
  const { key, path, signal } = order;
  const about = { key, path, signal };
  const tags = order.tags ?? (await getTags(client, about));
  const headers = { ...order.headers, ...tagHeaders(tags) };
  const id = await createMultipart(client, { ...about, headers, withCrc32: false });
  try {
    const count = Math.ceil(sizeBytes / partBytes);
    const numbers = Array.from({ length: count }, (_part, index) => index + 1);
    const copy = (number: number) => {
      const from = (number - 1) * partBytes;
      return copyPart(
        client,
        order,
        id,
        number,
        `bytes=${from}-${Math.min(from + partBytes, sizeBytes) - 1}`,
      );
    };
    const parts = [];
    for await (const part of pool(numbers, PARTS_AT_ONCE, copy)) parts.push(part);
    parts.sort((a, b) => a.number - b.number);
    return await completeMultipart(client, about, id, parts);
  } catch (error) {
    await abortMultipart(client, about, id);
    throw error;
  }
}

async function copyPart(
  client: S3Client,
  order: Restamp,
  { uploadId }: MultipartId,
  number: number,
  range: string,
) {
  const { key, path, signal } = order;
  const { body } = await client.call({
    operation: 'UploadPartCopy',
    method: 'PUT',
    key,
    path,
    signal,
    query: { partNumber: String(number), uploadId },
    headers: { ...copySource(order), 'x-amz-copy-source-range': range },
  });
  return { number, etag: bareEtag(member(parseXml(body.toString())?.value, 'ETag') ?? '') };
}

function copySource({ bucket, key, head }: Restamp): Headers {
  return {
    'x-amz-copy-source': `/${bucket}/${keyPath(key)}`,
    ...(head['etag'] ? { 'x-amz-copy-source-if-match': head['etag'] } : {}),
  };
}
