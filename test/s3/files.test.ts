import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { buffer } from 'node:stream/consumers';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  GetBucketTaggingCommand,
  GetBucketVersioningCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  ListPartsCommand,
  PutBucketTaggingCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  RestoreObjectCommand,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import t, { type Test } from 'tap';
import { StoreError } from '../../src/base/database.ts';
import { failure, type Started, startS3 } from './start.ts';

const Bucket = 'the-bucket';
const MIB = 1024 ** 2;
const large = Buffer.alloc(5 * MIB, 'large');
const md5 = (bytes: Uint8Array | string) => createHash('md5').update(bytes).digest('hex');

/** The files of contents below `directory`. */
function contentFiles(directory: string): string[] {
  const names = readdirSync(join(directory, 'contents'), { recursive: true, withFileTypes: true });
  return names.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

async function opened(t: Test, directory = t.testdir({})) {
  const s3 = await startS3({ directory });
  let isOpen = true;
  const close = async () => {
    if (isOpen) await s3[Symbol.asyncDispose]();
    isOpen = false;
  };
  t.teardown(close);
  const client: S3Client = s3.client();
  return { ...s3, directory, close, send: client.send.bind(client) };
}

async function withBucket(t: Test) {
  const s3 = await opened(t);
  await s3.send(new CreateBucketCommand({ Bucket }));
  return s3;
}

/** Content goes a moment after the answer. */
async function filesBecome(directory: string, count: number): Promise<boolean> {
  for (let turn = 0; turn < 500 && contentFiles(directory).length !== count; turn += 1) await wait(4);
  return contentFiles(directory).length === count;
}

t.test('everything is there after a restart', async (t) => {
  const before = await withBucket(t);
  const { send } = before;
  await send(
    new PutBucketTaggingCommand({ Bucket, Tagging: { TagSet: [{ Key: 'team', Value: 'storage' }] } }),
  );
  const described = {
    ContentType: 'text/x',
    CacheControl: 'no-store',
    Metadata: { 'file-mtime': '1700000000123456789ns', __proto__: 'own' },
    Tagging: 'a=1&b=x%20y',
    StorageClass: 'STANDARD_IA',
    ChecksumAlgorithm: 'SHA256',
  } as const;
  await send(new PutObjectCommand({ Bucket, Key: 'small/ü', Body: 'small', ...described }));
  await send(new PutObjectCommand({ Bucket, Key: 'empty', Body: '' }));
  await send(new PutObjectCommand({ Bucket, Key: 'archived', Body: 'a', StorageClass: 'GLACIER' }));
  await send(new RestoreObjectCommand({ Bucket, Key: 'archived', RestoreRequest: { Days: 2 } }));
  await send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }));
  const first = await send(new PutObjectCommand({ Bucket, Key: 'versions', Body: large }));
  const second = await send(new PutObjectCommand({ Bucket, Key: 'versions', Body: 'second' }));
  await send(new DeleteObjectCommand({ Bucket, Key: 'versions' }));
  const { UploadId } = await send(
    new CreateMultipartUploadCommand({ Bucket, Key: 'parts', Metadata: { a: '1' } }),
  );
  const upload = { Bucket, Key: 'parts', UploadId };
  const one = await send(new UploadPartCommand({ ...upload, PartNumber: 1, Body: large }));
  const heads = (client: S3Client) => {
    const keys = ['small/ü', 'empty', 'archived'];
    return Promise.all(
      keys.map(async (Key) => {
        const { $metadata: _, ...head } = await client.send(
          new HeadObjectCommand({ Bucket, Key, ChecksumMode: 'ENABLED' }),
        );
        return head;
      }),
    );
  };
  const versionsOf = async (client: S3Client) => {
    const { Versions, DeleteMarkers } = await client.send(new ListObjectVersionsCommand({ Bucket }));
    return { Versions, DeleteMarkers };
  };
  const known = [await heads(before.client()), await versionsOf(before.client())];
  await before.close();

  const after = await opened(t, before.directory);
  t.same([await heads(after.client()), await versionsOf(after.client())], known);
  t.match(await after.send(new GetBucketTaggingCommand({ Bucket })), { TagSet: [{ Value: 'storage' }] });
  t.match(await after.send(new GetBucketVersioningCommand({ Bucket })), { Status: 'Enabled' });
  const tags = await after.send(new GetObjectTaggingCommand({ Bucket, Key: 'small/ü' }));
  t.same(tags.TagSet, [
    { Key: 'a', Value: '1' },
    { Key: 'b', Value: 'x y' },
  ]);
  const read = async (VersionId: string | undefined) => {
    const { Body } = await after.send(new GetObjectCommand({ Bucket, Key: 'versions', VersionId }));
    return Buffer.from((await Body?.transformToByteArray()) ?? []);
  };
  t.same(await read(first.VersionId), large);
  t.same(String(await read(second.VersionId)), 'second');
  t.equal(
    await failure(after.send(new GetObjectCommand({ Bucket, Key: 'versions' }))),
    '404 NoSuchKey',
    'the delete marker',
  );
  const third = await after.send(new PutObjectCommand({ Bucket, Key: 'versions', Body: 'third' }));
  t.notOk([first.VersionId, second.VersionId].includes(third.VersionId), 'the id is new, with the same seed');

  const uploads = await after.send(new ListMultipartUploadsCommand({ Bucket }));
  t.match(uploads.Uploads, [{ Key: 'parts', UploadId }]);
  const two = await after.send(new UploadPartCommand({ ...upload, PartNumber: 2, Body: 'tail' }));
  t.match(await after.send(new ListPartsCommand(upload)), { Parts: [{ Size: 5 * MIB }, { Size: 4 }] });
  const Parts = [one, two].map(({ ETag, ChecksumCRC32 }, at) => ({
    ETag,
    ChecksumCRC32,
    PartNumber: at + 1,
  }));
  await after.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts } }));
  const whole = await after.send(
    new GetObjectCommand({ Bucket, Key: 'parts', Range: 'bytes=5242870-5242883' }),
  );
  t.equal(await whole.Body?.transformToString(), `${large.subarray(-10)}tail`, 'a range over two parts');
  t.same(whole.Metadata, { a: '1' });
});

t.test('nothing is for other eyes', async (t) => {
  const { send, directory } = await withBucket(t);
  await send(new PutObjectCommand({ Bucket, Key: 'k', Body: large }));
  const all = readdirSync(directory, { recursive: true, withFileTypes: true });
  t.ok(all.length >= 4);
  for (const entry of all) {
    const { mode } = statSync(join(entry.parentPath, entry.name));
    t.equal(mode & 0o777, entry.isDirectory() ? 0o700 : 0o600, entry.name);
  }
});

t.test('what nobody needs any more leaves the disk', async (t) => {
  const { send, raw, port, directory } = await withBucket(t);
  await send(new PutObjectCommand({ Bucket, Key: 'k', Body: large }));
  await send(new PutObjectCommand({ Bucket, Key: 'k', Body: large }));
  t.ok(await filesBecome(directory, 1), 'what was replaced');
  await send(new CopyObjectCommand({ Bucket, Key: 'copy', CopySource: `${Bucket}/k` }));
  t.equal(contentFiles(directory).length, 1, 'a copy shares its bytes');
  await send(new DeleteObjectCommand({ Bucket, Key: 'k' }));
  await wait(4);
  const { Body } = await send(new GetObjectCommand({ Bucket, Key: 'copy' }));
  t.equal(md5((await Body?.transformToByteArray()) ?? ''), md5(large), 'the copy outlives its source');
  await send(new DeleteObjectCommand({ Bucket, Key: 'copy' }));
  t.ok(await filesBecome(directory, 0), 'with the last that used it');

  const wrong = { 'content-md5': Buffer.alloc(16).toString('base64') };
  const bad = await raw({ method: 'PUT', path: `/${Bucket}/k`, headers: wrong, body: large });
  t.equal(bad.code, 'BadDigest');
  const headers = { 'if-none-match': '*', 'content-length': large.length };
  const late = request({ port, method: 'PUT', path: `/${Bucket}/k`, headers });
  late.write(large.subarray(1));
  t.ok(await filesBecome(directory, 1), 'it is on its way');
  await send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'the first' }));
  late.end(large.subarray(0, 1));
  const [answer] = await once(late, 'response');
  t.equal(answer.statusCode, 412);
  answer.resume();
  await send(new DeleteObjectCommand({ Bucket, Key: 'k' }));
  t.ok(await filesBecome(directory, 0), 'what was refused');

  const { UploadId } = await send(new CreateMultipartUploadCommand({ Bucket, Key: 'parts' }));
  const upload = { Bucket, Key: 'parts', UploadId };
  for (const PartNumber of [1, 1, 2])
    await send(new UploadPartCommand({ ...upload, PartNumber, Body: large }));
  t.ok(await filesBecome(directory, 2), 'a part that was replaced');
  await send(new AbortMultipartUploadCommand(upload));
  t.ok(await filesBecome(directory, 0), 'an aborted upload');
  const left = await send(new CreateMultipartUploadCommand({ Bucket, Key: 'left' }));
  await send(
    new UploadPartCommand({ ...upload, Key: 'left', UploadId: left.UploadId, PartNumber: 1, Body: large }),
  );
  await send(new DeleteBucketCommand({ Bucket }));
  t.ok(await filesBecome(directory, 0), 'uploads of a bucket that was deleted');
});

t.test('an object that is deleted while it is read is read to its end', async (t) => {
  const s3 = await withBucket(t);
  await s3.send(new PutObjectCommand({ Bucket, Key: 'k', Body: Buffer.concat([large, large]) }));
  const response = await new Promise<import('node:http').IncomingMessage>((resolve) =>
    request({ port: s3.port, path: `/${Bucket}/k` }, resolve).end(),
  );
  await s3.send(new DeleteObjectCommand({ Bucket, Key: 'k' }));
  t.equal(contentFiles(s3.directory).length, 1, 'it waits for the reader');
  t.equal(md5(await buffer(response)), md5(Buffer.concat([large, large])));
  t.ok(await filesBecome(s3.directory, 0));
});

t.test('an upload that breaks off leaves nothing', async (t) => {
  const s3 = await withBucket(t);
  const headers = { 'content-length': 3 * large.length };
  const broken = request({ port: s3.port, method: 'PUT', path: `/${Bucket}/k`, headers });
  broken.on('error', () => undefined);
  broken.write(large);
  t.ok(await filesBecome(s3.directory, 1), 'it is on its way');
  t.equal((await s3.raw({ path: `/${Bucket}/k` })).code, 'NoSuchKey', 'and nobody sees it');
  broken.destroy();
  t.ok(await filesBecome(s3.directory, 0));
});

interface Child {
  readonly port: number;
  kill(): Promise<void>;
}

/** The endpoint as a process of its own, with a limit (in units of 512 bytes) to each file it writes. */
async function child(directory: string, largestFile = 'unlimited'): Promise<Child> {
  const script = fileURLToPath(new URL('./serve-until-killed.ts', import.meta.url));
  const node = [process.execPath, '--import=tsx', script, directory];
  // Without tap's own preloads: they take the signal of a file that grows too large, which Node itself ignores.
  const start = `ulimit -f ${largestFile}; unset NODE_OPTIONS; exec "$0" "$@"`;
  const made = spawn('sh', ['-c', start, ...node], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [port] = await once(createInterface({ input: made.stdout }), 'line');
  return {
    port: Number(port),
    async kill() {
      const ended = once(made, 'exit');
      made.kill('SIGKILL');
      await ended;
    },
  };
}

/** The status of one request; undefined when it was never answered. */
function status(
  port: number,
  method: string,
  path: string,
  body = '',
  headers = {},
): Promise<number | undefined> {
  return new Promise((resolve) => {
    const sent = request({ port, method, path, headers, agent: false }, (response) => {
      response.resume();
      response.on('end', () => resolve(response.statusCode));
      response.on('error', () => resolve(undefined));
    });
    sent.on('error', () => resolve(undefined));
    sent.end(body);
  });
}

t.test('a process that is killed loses nothing that was answered, and shows nothing in part', async (t) => {
  const directory = t.testdir({});
  const answered = new Map<string, string>();
  for (let round = 0; round < 2; round += 1) {
    const { port, kill } = await child(directory);
    await status(port, 'PUT', `/${Bucket}`);
    let sent = 0;
    let done = 0;
    const bodyOf = (key: string) => key.repeat(key.endsWith('large') ? 20_000 : 3);
    const put = async () => {
      for (;;) {
        const number = sent++;
        const key = `round-${round}/${number}${number % 3 === 0 ? '-large' : ''}`;
        const headers = { 'x-amz-meta-key': key, 'x-amz-tagging': `round=${round}` };
        if ((await status(port, 'PUT', `/${Bucket}/${key}`, bodyOf(key), headers)) !== 200) return;
        answered.set(key, md5(bodyOf(key)));
        done += 1;
      }
    };
    const putting = Promise.all([put(), put(), put(), put()]);
    while (done < 40 + round) await wait(2);
    await kill();
    await putting;
  }

  const left = contentFiles(directory).length;
  const s3: Started & { send: S3Client['send'] } = await opened(t, directory);
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket }));
  const shown = new Set(Contents.map(({ Key }) => Key));
  t.ok(answered.size >= 80);
  t.same(
    [...answered.keys()].filter((key) => !shown.has(key)),
    [],
    'all that was answered',
  );
  for (const { Key = '' } of Contents) {
    const { headers, bytes } = await s3.raw({ path: `/${Bucket}/${Key}` });
    const found = [headers.etag, headers['x-amz-meta-key'], headers['x-amz-tagging-count']];
    if (md5(bytes) !== answered.get(Key) && answered.has(Key)) t.fail(`${Key} has other bytes`);
    if (`"${md5(bytes)}"` !== found[0] || found[1] !== Key || found[2] !== '1') t.fail(`${Key} is not whole`);
  }
  const inFiles = Contents.filter(({ Size = 0 }) => Size > 32 * 1024).length;
  t.equal(contentFiles(directory).length, inFiles, `of ${left} files no leftover is there after the start`);
});

t.test(
  'a disk without room takes nothing, says so, and goes on; so does the next start after a kill',
  async (t) => {
    const directory = t.testdir({});
    const { port, kill } = await child(directory, '8192');
    await status(port, 'PUT', `/${Bucket}`);
    t.equal(await status(port, 'PUT', `/${Bucket}/too-large`, 'x'.repeat(5 * MIB)), 507);
    t.equal(await status(port, 'GET', `/${Bucket}/too-large`), 404);
    t.ok(await filesBecome(directory, 0));
    t.equal(await status(port, 'PUT', `/${Bucket}/small`, 'x'), 200);
    t.equal(await status(port, 'GET', `/${Bucket}/small`), 200);

    const headers = { 'content-length': large.length };
    const half = request({ port, method: 'PUT', path: `/${Bucket}/half`, headers });
    half.on('error', () => undefined);
    half.write(large.subarray(0, 2 * MIB));
    t.ok(await filesBecome(directory, 1), 'half of one is on its way');
    await kill();
    t.equal(contentFiles(directory).length, 1);
    const { raw } = await opened(t, directory);
    t.equal(contentFiles(directory).length, 0, 'what was left is removed at the start');
    t.equal((await raw({ path: `/${Bucket}/small` })).text, 'x');
    t.equal((await raw({ path: `/${Bucket}/half` })).code, 'NoSuchKey');
  },
);

function failureOf(open: Promise<unknown>): Promise<StoreError> {
  return open.then(
    () => {
      throw new Error('It opened.');
    },
    (error) => {
      if (error instanceof StoreError) return error;
      throw error;
    },
  );
}

t.test('a directory that cannot be used is told at the start', async (t) => {
  const first = await opened(t);
  const locked = await failureOf(startS3({ directory: first.directory }));
  t.match(locked, { reason: 'locked', message: `${first.directory}/index.sqlite is in use` });
  for (let n = 0; n < 200; n += 1) first.buckets.create(`bucket-${n}`, { owner: '1', region: 'r' });
  await first.close();

  const file = join(first.directory, 'index.sqlite');
  const sound = readFileSync(file);
  const damaged = async (bytes: Buffer) => {
    writeFileSync(file, bytes);
    const error = await failureOf(startS3({ directory: first.directory }));
    t.equal(error.reason, 'damaged');
    t.match(error.message, file);
    t.match(error.message, /Move it away to start empty/);
  };
  await damaged(Buffer.alloc(8192, 'no database'));
  await damaged(Buffer.concat([sound.subarray(0, 4096), Buffer.alloc(sound.length - 4096, 0xa5)]));
  writeFileSync(file, sound);
  const again = await opened(t, first.directory);
  t.equal(again.buckets.list().length, 200);
});

t.test('content whose file is gone is an error, never other bytes', async (t) => {
  const s3 = await withBucket(t);
  await s3.send(new PutObjectCommand({ Bucket, Key: 'k', Body: large }));
  const [file = ''] = contentFiles(s3.directory);
  writeFileSync(file, large.subarray(0, 1000));
  await t.rejects(
    s3.raw({ path: `/${Bucket}/k` }),
    'the connection breaks: the client got less than was said',
  );
  t.equal(s3.bugs.length, 1);
  t.match(JSON.stringify(s3.bugs), /shorter than it was/);
});
