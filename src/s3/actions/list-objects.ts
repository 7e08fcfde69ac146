import { type Answer, xmlAnswer } from '../answer.ts';
import type { Bucket } from '../bucket.ts';
import { bucketOf, type Call } from '../call.ts';
import { type ListingQuery, type Shown, walk } from '../listing.ts';
import type { StoredObject } from '../object-store.ts';
import { invalidArgument } from '../s3-error.ts';
import { isArchived, restoreState } from '../storage-class.ts';
import { type XmlValue, xmlDocument } from '../xml.ts';
import { canonicalId } from './buckets.ts';

/** @source Amazon S3 API Reference, ListObjectsV2: max-keys is at most 1,000 */
const LARGEST_PAGE = 1000;

type Query = ReadonlyMap<string, string>;

/** A page size from the query; more than 1,000 means 1,000. @throws S3Error InvalidArgument */
export function pageSize(query: Query, name: string): number {
  const text = query.get(name);
  if (text === undefined || text === '') return LARGEST_PAGE;
  if (!/^\d{1,10}$/.test(text) || Number(text) > 2_147_483_647) {
    throw invalidArgument('Provided max-keys not an integer or within integer range', name, text);
  }
  return Math.min(LARGEST_PAGE, Number(text));
}

/** How names are written: as they are, or percent-encoded, so that names XML cannot hold come through. @throws S3Error */
export function nameWriter(query: Query): (name: string) => string {
  const type = query.get('encoding-type');
  if (type === undefined || type === '') return (name) => name;
  if (type !== 'url')
    throw invalidArgument('Invalid Encoding Method specified in Request', 'encoding-type', type);
  return (name) => encodeURIComponent(name).replaceAll('%2F', '/');
}

interface Page {
  readonly shown: readonly Shown[];
  /** The last name of the page, when there are more. */
  readonly last: string | undefined;
}

function page(bucket: Bucket, query: ListingQuery, size: number): Page {
  const shown: Shown[] = [];
  if (size === 0) return { shown, last: undefined };
  for (const one of walk(
    (place) => bucket.keysFrom(place),
    query,
    (key) => bucket.newest(key)?.kind === 'object',
  )) {
    if (shown.length === size) return { shown, last: shown.at(-1)?.name };
    shown.push(one);
  }
  return { shown, last: undefined };
}

interface Writing {
  readonly bucket: Bucket;
  readonly name: (name: string) => string;
  readonly owner: boolean;
  readonly restoreStatus: boolean;
  readonly now: number;
}

function contents(key: string, writing: Writing): XmlValue {
  const object = writing.bucket.newest(key) as StoredObject;
  return {
    Key: writing.name(key),
    LastModified: new Date(object.lastModifiedAt).toISOString(),
    ETag: `"${object.etag}"`,
    ChecksumAlgorithm: object.checksum?.algorithm,
    ChecksumType: object.checksum?.type,
    Size: object.content.sizeBytes,
    Owner: writing.owner ? { ID: canonicalId(writing.bucket.owner) } : undefined,
    StorageClass: object.storageClass,
    RestoreStatus: writing.restoreStatus ? restoreStatus(object, writing.now) : undefined,
  };
}

function restoreStatus(object: StoredObject, now: number): XmlValue {
  const state = restoreState(object, now);
  if (!isArchived(object) || state === 'none') return undefined;
  if (state === 'ongoing') return { IsRestoreInProgress: true };
  return {
    IsRestoreInProgress: false,
    RestoreExpiryDate: new Date(object.restored?.untilAt ?? 0).toISOString(),
  };
}

function listed({ shown }: Page, writing: Writing): { readonly [name: string]: XmlValue } {
  const keys = shown.filter((one) => one.kind === 'key');
  const prefixes = shown.filter((one) => one.kind === 'prefix');
  return {
    Contents: keys.map((one) => contents(one.name, writing)),
    CommonPrefixes: prefixes.map((one) => ({ Prefix: writing.name(one.name) })),
  };
}

function writingOf(call: Call, bucket: Bucket, owner: boolean): Writing {
  const { request, service } = call;
  const wanted = request.header('x-amz-optional-object-attributes') ?? '';
  return {
    bucket,
    name: nameWriter(request.query),
    owner,
    restoreStatus: wanted.includes('RestoreStatus'),
    now: service.clock.now(),
  };
}

/** The place to go on from, which clients hand back and must not look into. */
const tokenOf = (name: string) => `1${Buffer.from(name).toString('base64url')}`;

function nameOfToken(token: string): string {
  const name = Buffer.from(token.slice(1), 'base64url').toString();
  if (tokenOf(name) === token) return name;
  throw invalidArgument('The continuation token provided is incorrect', 'continuation-token', token);
}

export function listObjectsV2(call: Call): Answer {
  const { query } = call.request;
  const bucket = bucketOf(call);
  const writing = writingOf(call, bucket, query.get('fetch-owner') === 'true');
  const prefix = query.get('prefix') ?? '';
  const delimiter = query.get('delimiter') ?? '';
  const startAfter = query.get('start-after');
  const token = query.get('continuation-token');
  const size = pageSize(query, 'max-keys');
  const after = token === undefined ? (startAfter ?? '') : nameOfToken(token);
  const found = page(bucket, { prefix, delimiter, after }, size);
  return xmlAnswer(
    xmlDocument('ListBucketResult', {
      Name: bucket.name,
      Prefix: writing.name(prefix),
      StartAfter: startAfter === undefined ? undefined : writing.name(startAfter),
      ContinuationToken: token,
      NextContinuationToken: found.last === undefined ? undefined : tokenOf(found.last),
      KeyCount: found.shown.length,
      MaxKeys: size,
      Delimiter: delimiter === '' ? undefined : writing.name(delimiter),
      EncodingType: query.get('encoding-type') || undefined,
      IsTruncated: found.last !== undefined,
      ...listed(found, writing),
    }),
  );
}

export function listObjects(call: Call): Answer {
  const { query } = call.request;
  const bucket = bucketOf(call);
  const writing = writingOf(call, bucket, true);
  const prefix = query.get('prefix') ?? '';
  const delimiter = query.get('delimiter') ?? '';
  const marker = query.get('marker') ?? '';
  const size = pageSize(query, 'max-keys');
  const found = page(bucket, { prefix, delimiter, after: marker }, size);
  return xmlAnswer(
    xmlDocument('ListBucketResult', {
      Name: bucket.name,
      Prefix: writing.name(prefix),
      Marker: writing.name(marker),
      // @source Amazon S3 API Reference, ListObjects: "returned only if you have the delimiter request parameter specified"
      NextMarker: found.last !== undefined && delimiter !== '' ? writing.name(found.last) : undefined,
      MaxKeys: size,
      Delimiter: delimiter === '' ? undefined : writing.name(delimiter),
      EncodingType: query.get('encoding-type') || undefined,
      IsTruncated: found.last !== undefined,
      ...listed(found, writing),
    }),
  );
}
