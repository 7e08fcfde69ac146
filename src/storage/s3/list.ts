// Listing: ListObjectsV2 page by page, keys turned into entries or, where they are no paths, into what says so.

import { compareNames, join, type RelPath } from '../../base/path.ts';
import { type Entry, type Listed, type Metadata, StorageError, type Unusable } from '../backend.ts';
import type { S3Client } from './client.ts';
import { fromBytes, nameProblem, ROOT_MARKER, shown } from './keys.ts';
import { bareEtag, instantNs, isArchive, tokenOf } from './object-headers.ts';
import { child, member, members, parseXml } from './xml.ts';

/** The most that S3 gives. @source Amazon S3 API Reference, ListObjectsV2, max-keys */
const PAGE_KEYS = '1000';

interface Found {
  /** The whole key, or the whole common prefix. */
  readonly key: string;
  /** Absent for a common prefix. */
  readonly object?: ListedObject;
}

interface ListedObject {
  readonly sizeBytes: number;
  readonly metadata: Metadata;
}

interface Page {
  readonly found: readonly Found[];
  readonly next: string | undefined;
}

interface Asked {
  readonly prefix: string;
  /** Stop at "/", as a directory does. */
  readonly delimited: boolean;
  readonly maxKeys?: string;
  /** For messages. */
  readonly path: string;
  readonly signal?: AbortSignal | undefined;
}

/** Everything directly in `directory`, whose keys begin with `prefix`, in the order of listings; the marker is left out. */
export async function* listDirectory(
  client: S3Client,
  directory: RelPath,
  prefix: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<Listed> {
  const order = inOrder(directory);
  for await (const found of foundBelow(client, { prefix, delimited: true, path: directory, signal })) {
    if (isMarker(found, prefix)) continue;
    if (found.key.isWellFormed()) order(found.key);
    const name = found.key.slice(prefix.length, found.object ? undefined : -1);
    const problem = nameProblem(name);
    if (problem) yield* unusable(client, found, prefix, problem, signal);
    else yield entryOf(directory, name, found.object);
  }
}

/** A directory's own marker, without content, or the bucket root's. */
function isMarker({ key, object }: Found, prefix: string): boolean {
  return prefix === '' ? key === ROOT_MARKER : key === prefix && object?.sizeBytes === 0;
}

/** Keys that begin with `prefix`: at most two of them, which is enough to know whether a directory is there and empty. */
export async function firstKeys(
  client: S3Client,
  prefix: string,
  path: RelPath,
  signal: AbortSignal | undefined,
): Promise<readonly string[]> {
  const { found } = await getPage(client, { prefix, delimited: false, maxKeys: '2', path, signal });
  return found.map(({ key }) => key);
}

/** A key that is no path; of a part of keys that is no name all keys below it: each is told of, none is lost. */
async function* unusable(
  client: S3Client,
  { key, object }: Found,
  prefix: string,
  problem: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<Unusable> {
  if (object) {
    yield unusableKey(key, prefix, problem);
    return;
  }
  const below = { prefix: key, delimited: false, path: key, signal };
  for await (const found of foundBelow(client, below)) yield unusableKey(found.key, prefix, problem);
}

/** Asks for the next page while this one is used. */
async function* foundBelow(client: S3Client, asked: Asked): AsyncGenerator<Found> {
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

async function getPage(client: S3Client, asked: Asked, token?: string): Promise<Page> {
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

function entryOf(directory: RelPath, name: string, object: ListedObject | undefined): Entry {
  const path = join(directory, name);
  if (!object) return { path, kind: 'directory', sizeBytes: 0, mtimeNs: null, metadata: {}, partial: true };
  const { sizeBytes, metadata } = object;
  return { path, kind: 'file', sizeBytes, mtimeNs: null, metadata, partial: true, token: tokenOf(metadata) };
}

function unusableKey(key: string, prefix: string, problem: string): Unusable {
  const message = `The key "${shown(key)}" cannot be transferred: ${problem}. Rename the object.`;
  return {
    kind: 'unusable',
    shown: shown(key.slice(prefix.length)),
    error: new StorageError('InvalidName', shown(key), message),
  };
}

/** Two sides are compared by walking both in order: a listing out of order would lose files or delete them. */
function inOrder(directory: RelPath): (key: string) => void {
  let previous = '';
  return (key) => {
    if (compareNames(previous, key) >= 0 && previous !== '') {
      const message =
        `The server lists "${directory}" out of order ("${shown(key)}" after "${shown(previous)}"), ` +
        'so it cannot be compared safely. Use a server or bucket type that lists keys in UTF-8 order.';
      throw new StorageError('Io', directory, message, { code: 'ListingOutOfOrder' });
    }
    previous = key;
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
