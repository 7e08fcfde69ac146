// The S3 driver over the embedded endpoint, with the AWS SDK as the witness of what is in the bucket.

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  CreateBucketCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import t, { type Test } from 'tap';
import { silentLog } from '../../src/base/log.ts';
import { ROOT, relPath } from '../../src/base/path.ts';
import { seededRandom } from '../../src/base/random.ts';
import { systemClock } from '../../src/base/system-clock.ts';
import { createS3 } from '../../src/s3/endpoint.ts';
import { type Backend, listingKey } from '../../src/storage/backend.ts';
import type { S3Config } from '../../src/storage/index.ts';
import { S3Client as OurClient } from '../../src/storage/s3/client.ts';
import { copyOntoItself } from '../../src/storage/s3/copy.ts';
import { headObject } from '../../src/storage/s3/objects.ts';
import { s3 } from '../../src/storage/s3.ts';
import { createVolumes } from '../../src/storage/volumes.ts';
import { backendContract } from '../contract/backend.ts';
import {
  bytes,
  collect,
  failure,
  get,
  kindOf,
  list,
  MiB,
  names,
  pieces,
  put,
} from '../contract/backend-tools.ts';

process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';

const clock = systemClock();
const context = { volumes: createVolumes(), clock };
const credentials = { accessKeyId: 'AKIATESTTESTTESTTEST', secretAccessKey: 'secret' };
const region = 'us-east-1';
const MTIME = 1_700_000_000_123_456_789n;

const options = { clock, random: seededRandom(1), log: silentLog, region, account: '123456789012' };
const server = createServer(createS3({ ...options, credentials: [credentials] }).handler);
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
const sdk = new S3Client({ endpoint, region, credentials, forcePathStyle: true });
t.teardown(() => {
  sdk.destroy();
  server.closeAllConnections();
  server.close();
});

let made = 0;
async function makeBucket(): Promise<string> {
  const Bucket = `bucket-${++made}`;
  await sdk.send(new CreateBucketCommand({ Bucket }));
  return Bucket;
}

type Wanted = Partial<S3Config>;

/** A backend over a bucket of its own, and that bucket's name. */
async function open(t: Test, wanted: Wanted = {}): Promise<{ backend: Backend; Bucket: string }> {
  const Bucket = wanted.bucket ?? (await makeBucket());
  const config: S3Config = {
    endpoint,
    region,
    bucket: Bucket,
    prefix: '',
    timeForm: 'ns',
    ...credentials,
    ...wanted,
  };
  const backend = await s3.open(config, context);
  t.teardown(() => backend[Symbol.asyncDispose]());
  return { backend, Bucket };
}

async function keysOf(Bucket: string): Promise<string[]> {
  const { Contents = [] } = await sdk.send(new ListObjectsV2Command({ Bucket }));
  return Contents.map(({ Key = '' }) => Key);
}

backendContract('the S3 driver with a prefix', {
  open: async (t) => (await open(t, { prefix: 'pre fix/+/' })).backend,
});

t.test('what a file becomes', async (t) => {
  const { backend, Bucket } = await open(t, { prefix: 'p/' });
  await put(backend, 'd/f', 'hello', { mtimeNs: MTIME, atimeNs: 5n, mode: 0o640, uid: 1001, gid: 20 });
  const head = await sdk.send(new HeadObjectCommand({ Bucket, Key: 'p/d/f' }));
  t.strictSame(head.Metadata, {
    'file-owner': '1001',
    'file-group': '20',
    'file-permissions': '0100640',
    'file-mtime': '1700000000123456789ns',
    'file-atime': '5ns',
  });
  t.strictSame(await keysOf(Bucket), ['p/d/f'], 'no object for the directory');
  t.equal((await backend.stat(relPath('d'))).implied, true);
});

t.test('what directories and links become, the root too', async (t) => {
  const { backend, Bucket } = await open(t);
  await backend.makeDirectory(relPath('d'), { mode: 0o755 });
  await backend.makeDirectory(ROOT, { mode: 0o700, mtimeNs: MTIME });
  await backend.makeSymlink?.(relPath('l'), '../ä', { mtimeNs: MTIME });
  t.strictSame(await keysOf(Bucket), ['.aws-datasync-metadata', 'd/', 'l']);
  const directory = await sdk.send(new HeadObjectCommand({ Bucket, Key: 'd/' }));
  t.match(directory, { ContentLength: 0, Metadata: { 'file-permissions': '0040755' } });
  const link = await sdk.send(new GetObjectCommand({ Bucket, Key: 'l' }));
  t.equal(await link.Body?.transformToString(), '../ä');
  t.equal(link.Metadata?.['file-permissions'], '0120777');
  t.strictSame(await names(backend), ['d/', 'l'], 'the marker of the root is not listed');
  const root = await backend.stat(ROOT);
  t.match(root, { kind: 'directory', mtimeNs: MTIME, metadata: { mode: 0o700 } });
  t.notOk(root.implied);

  const { backend: below } = await open(t, { bucket: Bucket, prefix: 'd/' });
  await below.setMetadata(ROOT, { uid: 7 });
  t.match((await below.stat(ROOT)).metadata, { mode: 0o755, uid: 7 });
  t.strictSame(await list(below), []);
});

t.test('milliseconds where they are wanted', async (t) => {
  const { backend, Bucket } = await open(t, { timeForm: 'ms' });
  await put(backend, 'f', 'x', { mtimeNs: MTIME });
  const { Metadata } = await sdk.send(new HeadObjectCommand({ Bucket, Key: 'f' }));
  t.strictSame(Metadata, { 'file-mtime': '1700000000123' });
  t.equal((await backend.stat(relPath('f'))).mtimeNs, 1_700_000_000_123_000_000n);
  t.equal(backend.capabilities.mtimePrecisionNs, 1_000_000n);
});

t.test('an object of somebody else has no mtime, but the time of its storing', async (t) => {
  const { backend, Bucket } = await open(t);
  const Metadata = { Colour: 'red', 'file-permissions': 'rubbish', 'file-owner': 'anna' };
  await sdk.send(new PutObjectCommand({ Bucket, Key: 'f', Body: 'x', Metadata, ContentType: 'text/plain' }));
  const { LastModified } = await sdk.send(new HeadObjectCommand({ Bucket, Key: 'f' }));
  const { mtimeNs, metadata } = await backend.stat(relPath('f'));
  t.equal(mtimeNs, null);
  t.equal(metadata.lastModifiedNs, BigInt(LastModified?.getTime() ?? 0) * 1_000_000n);
  t.strictSame(metadata.user, { colour: 'red', 'file-permissions': 'rubbish', 'file-owner': 'anna' });
  t.equal(metadata.mode, undefined);
  t.equal(metadata.uid, undefined);
  t.strictSame(metadata.content, { contentType: 'text/plain' });
  const [listed] = await list(backend);
  t.match(listed, { partial: true, sizeBytes: 1, token: (await backend.stat(relPath('f'))).token ?? '' });
});

t.test('keys that are no paths are told of, each', async (t) => {
  const { backend, Bucket } = await open(t);
  const bad = ['/x', '../x', './x', 'a//b', 'a//c/d', 'a/./e', 'full/'];
  for (const Key of [...bad, 'a/fine', 'empty/']) {
    await sdk.send(new PutObjectCommand({ Bucket, Key, Body: Key === 'empty/' ? '' : 'x' }));
  }
  t.strictSame(await names(backend), [
    'unusable ../x',
    'unusable ./x',
    'unusable /x',
    'a/',
    'empty/',
    'full/',
  ]);
  t.strictSame(await names(backend, 'a'), ['unusable a/./e', 'unusable a//b', 'unusable a//c/d', 'fine']);
  const sorted = (await list(backend, 'a')).map(listingKey);
  t.strictSame(sorted, ['./e', '/b', '/c/d', 'fine']);
  t.strictSame(await list(backend, 'empty'), []);
  const [full] = await list(backend, 'full');
  t.match(full, { kind: 'unusable', shown: 'full/', error: { kind: 'InvalidName', path: 'full/' } });
});

t.test('a file beside a directory of the same name', async (t) => {
  const { backend } = await open(t);
  await put(backend, 'a', 'the file');
  await put(backend, 'a/x', 'below');
  t.equal((await backend.stat(relPath('a'))).kind, 'file');
  t.equal((await backend.stat(relPath('a'), { listedAs: 'directory' })).kind, 'directory');
  t.equal(await kindOf(backend.remove(relPath('a'), { listedAs: 'directory' })), 'DirectoryNotEmpty');
  await backend.remove(relPath('a'), { listedAs: 'file' });
  t.equal((await backend.stat(relPath('a'))).kind, 'directory');
  t.equal(await kindOf(backend.stat(relPath('a'), { listedAs: 'file' })), 'NotFound');
});

t.test('large content goes up in parts and comes down in ranges', async (t) => {
  const { backend, Bucket } = await open(t, { partBytes: 5 * MiB });
  const content = bytes(21 * MiB + 5);
  await put(backend, 'f', content, { mtimeNs: MTIME, user: { colour: 'red' }, tags: { a: 'b c+d' } });
  const { ETag = '', Metadata } = await sdk.send(new HeadObjectCommand({ Bucket, Key: 'f' }));
  t.match(ETag, /-5"$/);
  t.strictSame(Metadata, { colour: 'red', 'file-mtime': '1700000000123456789ns' });
  t.ok((await collect(backend.read(relPath('f')))).equals(content));
  const middle = await collect(backend.read(relPath('f'), { offset: 1, length: 20 * MiB }));
  t.ok(middle.equals(content.subarray(1, 20 * MiB + 1)));
  t.strictSame((await backend.stat(relPath('f'), { tags: true })).metadata.tags, { a: 'b c+d' });
});

t.test('a broken upload leaves no parts', async (t) => {
  const { backend, Bucket } = await open(t, { partBytes: 5 * MiB });
  const body = async function* () {
    yield* pieces(bytes(12 * MiB), MiB);
    throw new Error('the source broke');
  };
  t.match(await failure(backend.write(relPath('f'), body(), {})), { message: 'the source broke' });
  const stop = new AbortController();
  const stopping = async function* () {
    yield* pieces(bytes(12 * MiB), MiB);
    stop.abort(new Error('stopped'));
    await new Promise(() => undefined);
  };
  const writing = backend.write(relPath('f'), stopping(), {}, { signal: stop.signal });
  t.match(await failure(writing), { message: 'stopped' }, 'a body that hangs is not waited for');
  const { Uploads = [] } = await sdk.send(new ListMultipartUploadsCommand({ Bucket }));
  t.strictSame(Uploads, []);
  t.strictSame(await keysOf(Bucket), []);
});

t.test('storage classes and their smallest objects', async (t) => {
  const { backend, Bucket } = await open(t, { storageClass: 'STANDARD_IA' });
  await put(backend, 'small', bytes(128 * 1024 - 1));
  await put(backend, 'large', bytes(128 * 1024));
  await backend.makeDirectory(relPath('d'), {});
  const classOf = async (path: string) => (await backend.stat(relPath(path))).metadata.storageClass;
  t.equal(await classOf('small'), 'STANDARD');
  t.equal(await classOf('large'), 'STANDARD_IA');
  t.equal(await classOf('d'), 'STANDARD');
  const { backend: standard } = await open(t, { bucket: Bucket });
  await put(standard, 'large', 'x', {}, { over: await standard.stat(relPath('large')) });
  t.equal(await classOf('large'), 'STANDARD_IA', 'an object keeps its class when it is overwritten');
  await standard.setMetadata(relPath('large'), { mode: 0o600 });
  t.equal(await classOf('large'), 'STANDARD_IA', 'and when its metadata changes');
});

t.test('archived objects are told and refuse to be read', async (t) => {
  const { backend, Bucket } = await open(t);
  await sdk.send(new PutObjectCommand({ Bucket, Key: 'f', Body: 'x', StorageClass: 'GLACIER' }));
  t.match((await backend.stat(relPath('f'))).metadata, { archived: true, storageClass: 'GLACIER' });
  t.match(await list(backend), [{ metadata: { archived: true } }]);
  t.equal(await kindOf(get(backend, 'f')), 'Archived');
});

t.test('versions', async (t) => {
  const { backend, Bucket } = await open(t);
  const VersioningConfiguration = { Status: 'Enabled' } as const;
  await sdk.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration }));
  const { versionId: one = '' } = await put(backend, 'f', 'one');
  const { versionId: two = '' } = await put(backend, 'f', 'second');
  t.ok(one && two && one !== two);
  t.equal(await get(backend, 'f', { versionId: one }), 'one');
  t.match(await backend.stat(relPath('f'), { versionId: one }), {
    sizeBytes: 3,
    metadata: { versionId: one },
  });
  const stamped = await backend.setMetadata(relPath('f'), { mode: 0o600 });
  t.ok(stamped?.versionId && stamped.versionId !== two);
  t.equal(await get(backend, 'f'), 'second');
  await backend.remove(relPath('f'));
  t.equal(await kindOf(backend.stat(relPath('f'))), 'NotFound');
  t.equal(await get(backend, 'f', { versionId: two }), 'second');
  t.equal(await kindOf(backend.stat(relPath('f'), { versionId: 'never-was' })), 'NotFound');
});

t.test('new metadata leaves the rest of an object as it is', async (t) => {
  const { backend } = await open(t);
  const content = {
    contentType: 'text/x-y',
    contentDisposition: 'attachment; filename="a b.txt"',
    cacheControl: 'no-store',
  };
  await put(backend, 'f', 'x', { user: { colour: 'grün' }, content, tags: { t: '1' }, mode: 0o644 });
  await backend.setMetadata(relPath('f'), { mode: 0o600 });
  const { metadata } = await backend.stat(relPath('f'), { tags: true });
  t.strictSame(metadata.user, { colour: 'grün', 'file-permissions': '0100600' });
  t.strictSame(metadata.content, content);
  t.strictSame(metadata.tags, { t: '1' });
  await backend.setMetadata(relPath('f'), { user: { new: 'yes' }, tags: {} });
  const after = await backend.stat(relPath('f'), { tags: true });
  t.strictSame(after.metadata.user, { new: 'yes' });
  t.strictSame(after.metadata.tags, {});
});

t.test('what is too large for one copy is copied in parts, with its tags', async (t) => {
  const { backend, Bucket } = await open(t, { partBytes: 5 * MiB });
  const content = bytes(12 * MiB);
  await put(backend, 'f', content, { tags: { t: '1' } });
  const client = new OurClient(
    { endpoint, region, bucket: Bucket, prefix: '', timeForm: 'ns', ...credentials },
    clock,
  );
  t.teardown(() => client.close());
  const about = { bucket: Bucket, key: 'f', path: 'f' };
  const head = (await headObject(client, about)) ?? {};
  const order = { ...about, head, headers: { 'x-amz-meta-new': 'yes' }, tags: undefined };
  const limits = { largestBytes: 5 * MiB, partBytes: 5 * MiB };
  t.equal((await copyOntoItself(client, order, limits)).sizeBytes, 12 * MiB);
  t.ok((await collect(backend.read(relPath('f')))).equals(content));
  t.match((await backend.stat(relPath('f'), { tags: true })).metadata, {
    user: { new: 'yes' },
    tags: { t: '1' },
  });
  const stale = { ...order, head: { ...head, etag: '"other"' } };
  t.equal(await kindOf(copyOntoItself(client, stale, limits)), 'Busy', 'only while it is still that object');
  const { Uploads = [] } = await sdk.send(new ListMultipartUploadsCommand({ Bucket }));
  t.strictSame(Uploads, []);
});

t.test('user metadata beyond what S3 takes fails that item, before its content is read', async (t) => {
  const { backend, Bucket } = await open(t);
  let wasRead = false;
  const body = async function* () {
    wasRead = true;
    yield Buffer.from('x');
  };
  const writing = backend.write(relPath('f'), body(), { user: { key: 'v'.repeat(2046) } });
  t.match(await failure(writing), { kind: 'TooLarge', code: 'MetadataTooLarge', retryable: false });
  t.equal(await kindOf(backend.write(relPath('f'), body(), { user: { 'no key': 'v' } })), 'Unsupported');
  t.notOk(wasRead);
  t.strictSame(await keysOf(Bucket), []);
  await put(backend, 'f', 'x', { user: { key: 'v'.repeat(2045) } });
});

t.test('a directory without a marker gets one when it is stamped', async (t) => {
  const { backend, Bucket } = await open(t);
  await put(backend, 'd/f');
  await backend.setMetadata(relPath('d'), { mode: 0o711 });
  t.strictSame(await keysOf(Bucket), ['d/', 'd/f']);
  await backend.remove(relPath('d/f'));
  t.strictSame(await names(backend), ['d/']);
  await backend.makeDirectory(relPath('d'), { uid: 5 });
  t.match((await backend.stat(relPath('d'))).metadata, { mode: 0o711, uid: 5 });
  await backend.remove(relPath('d'));
  t.strictSame(await keysOf(Bucket), []);
});

t.test('the root is no file', async (t) => {
  const { backend } = await open(t, { prefix: 'p/' });
  t.equal(await kindOf(put(backend, '', 'x')), 'IsADirectory');
  t.equal(await kindOf(collect(backend.read(ROOT))), 'IsADirectory');
});

t.test('opening tells at once what is wrong', async (t) => {
  const missing = await failure(open(t, { bucket: 'no-such-bucket' }));
  t.match(missing, {
    kind: 'NotFound',
    code: 'NoSuchBucket',
    message: /^The specified bucket does not exist/,
  });
  const bucket = await makeBucket();
  t.equal(await kindOf(open(t, { bucket, accessKeyId: 'AKIANOBODY' })), 'CredentialsRefused');
  const wrong = await failure(open(t, { bucket, secretAccessKey: 'wrong-secret' }));
  t.match(wrong, { kind: 'CredentialsRefused', code: 'SignatureDoesNotMatch' });
  t.notMatch(JSON.stringify(wrong), 'wrong-secret');
  t.equal(await kindOf(open(t, { bucket, endpoint: 'http://127.0.0.1:1' })), 'Unreachable');
});
