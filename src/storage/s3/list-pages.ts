// ListObjectsV2: what one request asks and answers.

import { compareNames } from '../../base/path.ts';
import { type Metadata, StorageError } from '../backend.ts';
import type { S3Client } from './client.ts';
import { fromBytes } from './keys.ts';
import { bareEtag, instantNs, isArchive } from './object-headers.ts';
import { child, member, members, parseXml } from './xml.ts';

/** The most that S3 gives. @source Amazon S3 API Reference, ListObjectsV2, max-keys */
const PAGE_KEYS = '1000';

export interface Found {
  /** The whole key, or the whole common prefix. */
  readonly key: string;
  /** Absent for a common prefix. */
  readonly object?: ListedObject;
}

export interface ListedObject {
  readonly sizeBytes: number;
  readonly metadata: Metadata;
}

export interface Page {
  readonly found: readonly Found[];
  readonly next: string | undefined;
}

export interface Asked {
  readonly prefix: string;
  /** Stop at "/", as a directory does. */
  readonly delimited: boolean;
  readonly maxKeys?: string;
  /** For messages. */
  readonly path: string;
  readonly signal?: AbortSignal | undefined;
}

/** Asks for the next page while this one is used. */
export async function* foundBelow(client: S3Client, asked: Asked): AsyncGenerator<Found> {
  let page: Promise<Page> | undefined = getPage(client, asked);
  while (page) {
    const { found, next }: Page = await page;
    page = next === undefined ? undefined : getPage(client, asked, next);
    // A failure is met when the page is awaited; until then it must not count as unhandled.
    page?.catch(() => undefined);
    for (const one of found) {
      asked.signal?.throwIfAborted();
      yield one;
    }
  }
}

export async function getPage(client: S3Client, asked: Asked, token?: string): Promise<Page> {
  const { body } = await client.call({
    operation: 'ListObjectsV2',
    path: asked.path,
    method: 'GET',
    query: {
      'list-type': '2',
      prefix: asked.prefix,
      'max-keys': asked.maxKeys ?? PAGE_KEYS,
      'encoding-type': 'url',
      ...(asked.delimited ? { delimiter: '/' } : {}),
      ...(token === undefined ? {} : { 'continuation-token': token }),
    },
    headers: { 'x-amz-optional-object-attributes': 'RestoreStatus' },
    signal: asked.signal,
  });
  return readPage(body.toString(), asked.path);
}

function readPage(text: string, path: string): Page {
  const { root, value } = parseXml(text) ?? {};
  if (root !== 'ListBucketResult') {
    const message = `The listing of "${path}" is no S3 listing. Check that the location's endpoint is an S3 endpoint.`;
    throw new StorageError('Unsupported', path, message);
  }
  const decode = member(value, 'EncodingType') === 'url' ? decodeKey : asItIs;
  const objects = members(value, 'Contents').map((item) => ({
    key: decode(member(item, 'Key') ?? ''),
    object: listedObject(item),
  }));
  const prefixes = members(value, 'CommonPrefixes').map((item) => ({
    key: decode(member(item, 'Prefix') ?? ''),
  }));
  const found: readonly Found[] = prefixes.length === 0 ? objects : [...objects, ...prefixes];
  const isTruncated = member(value, 'IsTruncated') === 'true';
  return {
    found: found.toSorted((a, b) => compareNames(a.key, b.key)),
    next: isTruncated ? member(value, 'NextContinuationToken') : undefined,
  };
}

function listedObject(item: unknown): ListedObject {
  const storageClass = member(item, 'StorageClass') || 'STANDARD';
  const restored = member(child(item, 'RestoreStatus'), 'RestoreExpiryDate') !== undefined;
  const lastModifiedNs = instantNs(member(item, 'LastModified'));
  return {
    sizeBytes: Number(member(item, 'Size') ?? 0),
    metadata: {
      etag: bareEtag(member(item, 'ETag') ?? ''),
      storageClass,
      ...(isArchive(storageClass) && !restored ? { archived: true } : {}),
      ...(lastModifiedNs === undefined ? {} : { lastModifiedNs }),
    },
  };
}

const asItIs = (text: string) => text;

/** @source observed: S3 and MinIO write a space as "+", radosgw as "%20" */
function decodeKey(text: string): string {
  const spaced = text.replaceAll('+', ' ');
  if (!spaced.includes('%')) return spaced;
  try {
    return decodeURIComponent(spaced);
  } catch {
    const bytes = spaced.replaceAll(/%([0-9a-f]{2})/gi, (_all, hex: string) =>
      String.fromCharCode(Number.parseInt(hex, 16)),
    );
    return fromBytes(Buffer.from(bytes, 'latin1'));
  }
}
