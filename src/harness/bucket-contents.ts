import { createHash } from 'node:crypto';
import type { Clock } from '../base/clock.ts';
import type { Bucket } from '../s3/bucket.ts';
import type { Buckets } from '../s3/buckets.ts';
import { FIRST_PLACE } from '../s3/listing.ts';
import { checkHeaderValue } from '../s3/object-headers.ts';
import type { Content, StoredObject } from '../s3/object-store.ts';
import { checkKey } from '../s3/request.ts';
import { storageClassOf } from '../s3/storage-class.ts';
import type { ContentHeaders } from '../storage/backend.ts';

/** What an object is put with, beside its bytes. */
export interface ObjectAbout extends ContentHeaders {
  /** Without `x-amz-meta-`. */
  readonly metadata?: Readonly<Record<string, string>>;
  readonly tags?: Readonly<Record<string, string>>;
  /** Default STANDARD. */
  readonly storageClass?: string;
}

/** What is known of an object, beside its bytes. */
export interface ObjectFacts extends ObjectAbout {
  readonly sizeBytes: number;
  /** Without quotes. */
  readonly etag: string;
  /** ms since the epoch, whole seconds. */
  readonly modifiedAt: number;
  readonly metadata: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
  readonly storageClass: string;
}

/** One bucket of the embedded S3, without HTTP in between: to fill it and to look into it. Versions: the newest. */
export interface BucketContents {
  readonly name: string;
  /** Any key: 1 to 1,024 bytes. @throws S3Error when S3 would refuse it */
  put(key: string, content: string | Uint8Array, about?: ObjectAbout): Promise<void>;
  /** A copy of the bytes. @throws Error that tells what is there instead */
  get(key: string): Promise<Buffer>;
  /** The same as UTF-8. */
  text(key: string): Promise<string>;
  /** @throws Error that tells what is there instead */
  describe(key: string): Promise<ObjectFacts>;
  /** Keys in the order of S3. Default: all. */
  list(prefix?: string): Promise<string[]>;
  /** There may be none. Where versioning is on a delete marker is put on top. */
  delete(key: string): Promise<void>;
}

export interface BucketMaker {
  readonly buckets: Buckets;
  readonly clock: Pick<Clock, 'now'>;
  readonly owner: string;
  readonly region: string;
}

/**
 * The bucket of that name, made when it is missing: now, and again when it is used after a reset.
 * @throws S3Error when it cannot have that name
 */
export function bucketContents(maker: BucketMaker, name: string): BucketContents {
  const { buckets, clock } = maker;
  const current = () => buckets.get(name) ?? buckets.create(name, maker);
  current();
  const read = async (key: string) => bytesOf(found(current(), key).content);
  return {
    name,
    async put(key, content, about = {}) {
      const draft = draftOf(key, about);
      const bytes = Buffer.from(content);
      const stored = await storedIn(buckets, bytes);
      const etag = createHash('md5').update(bytes).digest('hex');
      const lastModifiedAt = Math.floor(clock.now() / 1000) * 1000;
      current().put({ kind: 'object', ...draft, lastModifiedAt, etag, content: stored });
    },
    get: read,
    text: async (key) => (await read(key)).toString(),
    describe: async (key) => factsOf(found(current(), key)),
    list: async (prefix = '') => keysOf(current(), prefix),
    async delete(key) {
      current().delete(key, clock.now());
    },
  };
}

function draftOf(key: string, about: ObjectAbout) {
  if (key === '') throw new TypeError('The key of an object cannot be empty.');
  const { metadata = {}, tags = {}, storageClass, ...headers } = about;
  const texts = { ...headers, ...metadata };
  for (const [name, value] of Object.entries(texts)) checkHeaderValue(name, value);
  return {
    key: checkKey(key),
    headers: { contentType: 'binary/octet-stream', ...headers },
    user: Object.fromEntries(Object.entries(metadata).map(([name, value]) => [name.toLowerCase(), value])),
    tags,
    storageClass: storageClassOf(storageClass),
  };
}

function factsOf({
  content,
  etag,
  lastModifiedAt,
  headers,
  user,
  tags,
  storageClass,
}: StoredObject): ObjectFacts {
  const { expires: _expires, websiteRedirectLocation: _at, serverSideEncryption: _how, ...shown } = headers;
  const { sizeBytes } = content;
  return { ...shown, sizeBytes, etag, modifiedAt: lastModifiedAt, metadata: user, tags, storageClass };
}

function keysOf(bucket: Bucket, prefix: string): string[] {
  const keys: string[] = [];
  for (const key of bucket.keysFrom(prefix === '' ? FIRST_PLACE : { kind: 'at', name: prefix })) {
    if (!key.startsWith(prefix)) break;
    if (bucket.newest(key)?.kind === 'object') keys.push(key);
  }
  return keys;
}

/** How many keys an error names. */
const MOST_NAMED = 10;

function found(bucket: Bucket, key: string): StoredObject {
  const newest = bucket.newest(key);
  if (newest?.kind === 'object') return newest;
  const keys = keysOf(bucket, '');
  const more = keys.length > MOST_NAMED ? ` and ${keys.length - MOST_NAMED} more` : '';
  const named = keys.slice(0, MOST_NAMED).map((one) => JSON.stringify(one));
  const there = keys.length === 0 ? 'It is empty.' : `There are ${named.join(', ')}${more}.`;
  throw new Error(`There is no object ${JSON.stringify(key)} in the bucket ${bucket.name}. ${there}`);
}

async function storedIn({ contents }: Buckets, bytes: Buffer): Promise<Content> {
  const sink = contents.receive();
  try {
    await sink.write(bytes);
    return await sink.finish();
  } catch (error) {
    sink.abandon();
    throw error;
  }
}

async function bytesOf(content: Content): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of content.read(0, content.sizeBytes)) chunks.push(chunk);
  return Buffer.concat(chunks);
}
