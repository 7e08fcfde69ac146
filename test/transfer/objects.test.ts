// Buckets that others have filled, and what the AWS SDK sees of what was written.

import {
  CopyObjectCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutBucketVersioningCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import t from 'tap';
import { relPath } from '../../src/base/path.ts';
import { openBackend } from '../../src/storage/index.ts';
import { context, inMemory, s3Server } from './places.ts';
import { lines, run } from './runs.ts';
import { grow, T0, text, treeOf } from './trees.ts';

const { sdk, makeBucket, targetOf } = await s3Server(t);

async function bucket(prefix = '') {
  const Bucket = await makeBucket();
  return { Bucket, backend: await openBackend(targetOf(Bucket, prefix), context()) };
}

const put = (Bucket: string, Key: string, Body: string, more: object = {}) =>
  sdk.send(new PutObjectCommand({ Bucket, Key, Body, ...more }));
const head = (Bucket: string, Key: string) => sdk.send(new HeadObjectCommand({ Bucket, Key }));
const PIPELINED = { options: { order: 'pipelined' } } as const;

t.test('keys that are no paths fail, an object beside its folder does too, the rest arrives', async (t) => {
  const { Bucket, backend } = await bucket();
  const destination = await inMemory();
  for (const key of ['a//b', 'c/../d', 'e', 'e/f', 'g/h']) await put(Bucket, key, key);
  const told = lines(await run(backend, destination));
  t.strictSame(
    told.filter((line) => line.startsWith('failed')).map((line) => line.split(' ').slice(0, 4).join(' ')),
    [
      'failed prepare source InvalidName',
      'failed prepare source InvalidName',
      'failed transfer destination IsADirectory',
    ],
  );
  t.strictSame(await treeOf(destination), { 'a/': '', 'c/': '', 'e/f': 'e/f', 'g/h': 'g/h' });
});

t.test('a change to the same size is not seen on the way to files', async (t) => {
  const { Bucket, backend } = await bucket();
  const destination = await inMemory();
  await put(Bucket, 'f', 'one');
  await run(backend, destination);
  await put(Bucket, 'f', 'two');
  t.strictSame(lines(await run(backend, destination)), ['skipped unchanged /', 'skipped unchanged f']);
  await put(Bucket, 'f', 'three');
  t.strictSame(lines(await run(backend, destination)), ['skipped unchanged /', 'transferred f']);
});

t.test('objects of others become files with default metadata and the time of their upload', async (t) => {
  const { Bucket, backend } = await bucket();
  const destination = await inMemory();
  await put(Bucket, 'd/f', 'content');
  const told = lines(await run(backend, destination, { options: { verify: 'everything' } }));
  t.strictSame(told, ['skipped unchanged /', 'transferred d/', 'transferred d/f']);
  const file = await destination.stat(relPath('d/f'));
  t.match(file.metadata, { mode: 0o755, uid: 65534, gid: 65534 });
  const uploaded = (await head(Bucket, 'd/f')).LastModified?.getTime() ?? 0;
  t.equal(Number((file.mtimeNs ?? 0n) / 1_000_000_000n), Math.floor(uploaded / 1000));
  t.match((await destination.stat(relPath('d'))).metadata, { mode: 0o755, uid: 65534, gid: 65534 });
  t.strictSame(lines(await run(backend, destination)), [
    'skipped unchanged /',
    'skipped unchanged d/',
    'skipped unchanged d/f',
  ]);
});

t.test('an object that is there without metadata gets it without its content', async (t) => {
  const { Bucket, backend } = await bucket();
  const source = await inMemory();
  await grow(source, { f: 'same' });
  await put(Bucket, 'f', 'same', { ContentType: 'text/x' });
  t.strictSame(lines(await run(source, backend)), ['stamped f', 'transferred /']);
  const { Metadata, ContentType } = await head(Bucket, 'f');
  t.match(Metadata, { 'file-permissions': '0100640', 'file-mtime': `${T0}ns` });
  t.equal(ContentType, 'text/x');
});

t.test('from bucket to bucket everything goes as it is, and is compared as it is', async (t) => {
  const from = await bucket('p/');
  const to = await bucket();
  const all = {
    Metadata: { color: 'red', 'file-owner': '7' },
    ContentType: 'text/x',
    ContentLanguage: 'de',
    ContentDisposition: 'inline',
    Tagging: 'a=1&b=2',
  };
  await put(from.Bucket, 'p/d/f', 'content', all);
  t.strictSame(lines(await run(from.backend, to.backend)), ['transferred d/f']);
  t.match(await head(to.Bucket, 'd/f'), {
    Metadata: all.Metadata,
    ContentType: 'text/x',
    ContentLanguage: 'de',
  });
  const tags = await sdk.send(new GetObjectTaggingCommand({ Bucket: to.Bucket, Key: 'd/f' }));
  t.equal(tags.TagSet?.length, 2);
  const { Contents = [] } = await sdk.send(new ListObjectsV2Command({ Bucket: to.Bucket }));
  t.strictSame(
    Contents.map(({ Key }) => Key),
    ['d/f'],
    'no folders are made up',
  );

  t.strictSame(lines(await run(from.backend, to.backend)), ['skipped unchanged d/f']);
  const changed = {
    Bucket: from.Bucket,
    Key: 'p/d/f',
    CopySource: `${from.Bucket}/p/d/f`,
    MetadataDirective: 'REPLACE',
  } as const;
  await sdk.send(new CopyObjectCommand({ ...changed, Metadata: all.Metadata, ContentType: 'text/y' }));
  t.strictSame(
    lines(await run(from.backend, to.backend)),
    ['skipped unchanged d/f'],
    'headers alone do not count',
  );
  await sdk.send(new CopyObjectCommand({ ...changed, Metadata: { color: 'blue' } }));
  t.strictSame(lines(await run(from.backend, to.backend)), ['stamped d/f']);
  t.match((await head(to.Bucket, 'd/f')).Metadata, { color: 'blue' });
});

t.test('a pipeline adds the time of the upload, by which it sees a change to the same size', async (t) => {
  const from = await bucket();
  const to = await bucket();
  await put(from.Bucket, 'f', 'one', { Metadata: { a: '1' } });
  t.strictSame(lines(await run(from.backend, to.backend, PIPELINED)), ['transferred f']);
  const { Metadata = {} } = await head(to.Bucket, 'f');
  const uploaded = (await head(from.Bucket, 'f')).LastModified?.getTime() ?? 0;
  t.equal(Metadata['a'], '1');
  t.equal(
    BigInt(Metadata['file-mtime']?.replace('ns', '') ?? 0) / 1_000_000_000n,
    BigInt(Math.floor(uploaded / 1000)),
  );
  t.strictSame(lines(await run(from.backend, to.backend, PIPELINED)), ['skipped unchanged f']);
  await to.backend.setMetadata(relPath('f'), { mtimeNs: T0, user: { a: '1' } });
  t.strictSame(lines(await run(from.backend, to.backend, PIPELINED)), ['transferred f']);
});

t.test('a manifest may name versions', async (t) => {
  const { Bucket, backend } = await bucket();
  const destination = await inMemory();
  await sdk.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }));
  const { VersionId } = await put(Bucket, 'f', 'first');
  await put(Bucket, 'f', 'second one');
  t.strictSame(lines(await run(backend, destination, { manifest: `f,${VersionId}\n` })), ['transferred f']);
  t.equal(await text(destination, 'f'), 'first');
  const told = lines(await run(backend, destination, { manifest: `f,${'x'.repeat(32)}\n` }));
  t.match(told, [/^failed prepare source \w+ f$/]);
});

t.test('versions of what was written are told', async (t) => {
  const { Bucket, backend } = await bucket();
  await sdk.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }));
  const source = await inMemory();
  await grow(source, { f: '1' });
  const told = (await run(source, backend)).find(
    (event) => event.type === 'transferred' && event.path === 'f',
  );
  t.match(told, { versionId: (await head(Bucket, 'f')).VersionId });
});

t.test('extras in a bucket go with the markers of their folders', async (t) => {
  const { Bucket, backend } = await bucket();
  const source = await inMemory();
  await grow(source, { f: '1' });
  for (const key of ['x/', 'x/y', 'implied/z']) await put(Bucket, key, '');
  const told = lines(await run(source, backend, { options: { removeExtra: true } }));
  t.strictSame(told, ['deleted implied/z', 'deleted x/', 'deleted x/y', 'transferred /', 'transferred f']);
  t.strictSame(await treeOf(backend), { f: '1' });
});
