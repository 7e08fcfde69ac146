import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import https from 'node:https';
import { Readable } from 'node:stream';
import {
  CreateAgentCommand,
  DataSyncClient,
  DescribeTaskCommand,
  ListTasksCommand,
} from '@aws-sdk/client-datasync';
import {
  CopyObjectCommand,
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { setupServer } from 'msw/node';
import t, { type Test } from 'tap';
import { dataSyncHandlers } from '../../src/harness/msw.ts';
import { createDataSync } from '../../src/index.ts';
import { backupTask, outcomeOf } from './data-sync-story.ts';

/** msw writes down each connection that is cut. */
function quietly(t: Test): void {
  t.intercept(console, 'error', { value: () => undefined });
}

const SECRET = 'not-for-the-wire';
/** As code has it that knows nothing of an emulator. */
const AWS = { region: 'eu-central-1', credentials: { accessKeyId: '111122223333', secretAccessKey: SECRET } };

/** An emulator behind AWS's names, with signatures verified: whatever is changed on the way is found. */
async function served(t: Test) {
  const dataSync = await createDataSync({
    signatures: { verify: true, credentials: [`111122223333:${SECRET}`] },
  });
  const server = setupServer(...dataSyncHandlers(dataSync));
  server.listen({ onUnhandledRequest: 'error' });
  t.teardown(async () => {
    server.close();
    await dataSync.close();
  });
  return dataSync;
}

t.test('errors of the service come as they are', async (t) => {
  await served(t);
  const dataSync = new DataSyncClient(AWS);
  const TaskArn = 'arn:aws:datasync:eu-central-1:111122223333:task/task-00000000000000000';
  await t.rejects(dataSync.send(new DescribeTaskCommand({ TaskArn })), {
    name: 'InvalidRequestException',
    message: /is not found/,
    $metadata: { httpStatusCode: 400 },
  });
  await t.rejects(dataSync.send(new CreateAgentCommand({ ActivationKey: 'no key' })), { name: /Exception$/ });
  const s3 = new S3Client(AWS);
  await t.rejects(s3.send(new GetObjectCommand({ Bucket: 'none', Key: 'x' })), { name: 'NoSuchBucket' });
  await t.rejects(s3.send(new HeadObjectCommand({ Bucket: 'none', Key: 'x' })), { name: 'NotFound' });
  const stranger = { ...AWS, credentials: { accessKeyId: '111122223333', secretAccessKey: 'wrong' } };
  await t.rejects(new S3Client(stranger).send(new ListBucketsCommand({})), { name: 'SignatureDoesNotMatch' });
  await t.rejects(new DataSyncClient(stranger).send(new ListTasksCommand({})), {
    name: 'InvalidSignatureException',
  });
});

t.test('faults reach the code under test: throttling, lost answers, latency', async (t) => {
  quietly(t);
  const { faults } = await served(t);
  const once = new DataSyncClient({ ...AWS, maxAttempts: 1 });
  faults.add({ fault: 'api-error', with: { code: 'ThrottlingException' } });
  await t.rejects(once.send(new ListTasksCommand({})), { name: 'ThrottlingException' });
  faults.clear();
  faults.add({ fault: 'api-reset', when: { times: 1 } });
  await t.rejects(once.send(new ListTasksCommand({})), { code: 'ECONNRESET' });
  t.same((await once.send(new ListTasksCommand({}))).Tasks, []);
  faults.add({ fault: 'api-reset', when: { times: 1 } });
  t.same((await new DataSyncClient(AWS).send(new ListTasksCommand({}))).Tasks, [], 'the SDK tries again');
  faults.add({ fault: 'api-empty', when: { times: 1 } });
  t.equal((await once.send(new ListTasksCommand({}))).Tasks, undefined, 'an empty answer');
  t.equal(faults.hits().length, 3);
});

t.test('an emulator that is closed refuses connections', async (t) => {
  quietly(t);
  const dataSync = await served(t);
  await dataSync.close();
  await t.rejects(new DataSyncClient({ ...AWS, maxAttempts: 1 }).send(new ListTasksCommand({})), {
    code: 'ECONNREFUSED',
  });
});

t.test('a whole story, at the endpoints that the SDK finds by itself', async (t) => {
  const dataSync = await served(t);
  const client = new DataSyncClient(AWS);
  const s3 = new S3Client(AWS);
  await s3.send(new CreateBucketCommand({ Bucket: 'backup' }));
  dataSync.volume('nas.memory').fromJSON({ '/export/hello.txt': 'hello' });
  const task = await backupTask(dataSync, client);
  t.match(task, /^arn:aws:datasync:eu-central-1:111122223333:task\//);
  t.equal((await outcomeOf(dataSync, task, client)).Status, 'SUCCESS');
  const { Body, Metadata } = await s3.send(new GetObjectCommand({ Bucket: 'backup', Key: 'hello.txt' }));
  t.equal(await Body?.transformToString(), 'hello');
  t.ok(Metadata?.['file-mtime']);
  t.same(
    (await new DataSyncClient(dataSync.clientConfig).send(new ListTasksCommand({}))).Tasks,
    [],
    'the emulator itself can be asked too',
  );
});

const styles = [
  { title: 'virtual-host style', config: AWS },
  { title: 'path style', config: { ...AWS, forcePathStyle: true } },
  { title: 'dual stack', config: { ...AWS, useDualstackEndpoint: true } },
  { title: 'us-east-1', config: { ...AWS, region: 'us-east-1' } },
  { title: 'China', config: { ...AWS, region: 'cn-north-1' } },
];
for (const { title, config } of styles) {
  t.test(`objects: ${title}`, async (t) => {
    const bucket = (await served(t)).bucket('media');
    const s3 = new S3Client(config);
    const Bucket = 'media';
    for (const Key of ['plain.txt', 'a//b', 'ü €/with space+plus%25&?=#.txt']) {
      const Metadata = { owner: 'me, and you', empty: '' };
      await s3.send(new PutObjectCommand({ Bucket, Key, Body: Key, ContentType: 'text/x', Metadata }));
      t.equal(await bucket.text(Key), Key);
      const head = await s3.send(new HeadObjectCommand({ Bucket, Key }));
      t.match(head, { ContentLength: Buffer.byteLength(Key), ContentType: 'text/x', Metadata });
      const part = await s3.send(new GetObjectCommand({ Bucket, Key, Range: 'bytes=1-2' }));
      t.equal(part.$metadata.httpStatusCode, 206);
      t.same(await part.Body?.transformToByteArray(), new Uint8Array(Buffer.from(Key).subarray(1, 3)));
    }
    await s3.send(new CopyObjectCommand({ Bucket, Key: 'copy', CopySource: 'media/plain.txt' }));
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket }));
    t.same(
      Contents.map(({ Key }) => Key),
      ['a//b', 'copy', 'plain.txt', 'ü €/with space+plus%25&?=#.txt'],
    );
    t.equal((await s3.send(new DeleteObjectCommand({ Bucket, Key: 'copy' }))).$metadata.httpStatusCode, 204);
    await s3.send(new PutObjectCommand({ Bucket, Key: 'empty', Body: '' }));
    t.equal((await bucket.get('empty')).length, 0);
  });
}

t.test('large and streaming bodies, in parts and in signed chunks with trailers', async (t) => {
  const bucket = (await served(t)).bucket('media');
  const s3 = new S3Client(AWS);
  const bytes = randomBytes(6 * 1024 * 1024 + 17);
  await s3.send(new PutObjectCommand({ Bucket: 'media', Key: 'whole', Body: bytes }));
  t.ok((await bucket.get('whole')).equals(bytes));
  const Body = Readable.from([bytes.subarray(0, 100_000), bytes.subarray(100_000)]);
  const streamed = {
    Bucket: 'media',
    Key: 'chunks',
    Body,
    ContentLength: bytes.length,
    ChecksumAlgorithm: 'SHA256',
  } as const;
  await s3.send(new PutObjectCommand(streamed));
  t.ok((await bucket.get('chunks')).equals(bytes), 'aws-chunked');
  await new Upload({
    client: s3,
    params: { Bucket: 'media', Key: 'parts', Body: Readable.from([bytes]) },
  }).done();
  t.ok((await bucket.get('parts')).equals(bytes), 'a multipart upload');
  const got = await s3.send(new GetObjectCommand({ Bucket: 'media', Key: 'parts' }));
  t.ok(Buffer.from((await got.Body?.transformToByteArray()) ?? []).equals(bytes));
});

t.test('who waits for 100 Continue before a large body is told to go on', async (t) => {
  const dataSync = await createDataSync();
  t.teardown(() => dataSync.close());
  const server = setupServer(...dataSyncHandlers(dataSync));
  server.listen({ onUnhandledRequest: 'error' });
  t.teardown(() => server.close());
  const bucket = dataSync.bucket('media');
  const headers = { expect: '100-continue', 'content-length': 4 };
  const upload = https.request('https://media.s3.eu-west-1.amazonaws.com/a', { method: 'PUT', headers });
  upload.flushHeaders();
  await once(upload, 'continue');
  upload.end('text');
  const [response] = (await once(upload, 'response')) as [IncomingMessage];
  t.equal(response.statusCode, 200);
  t.equal(await bucket.text('a'), 'text');
});

t.test('fetch gets there as well', async (t) => {
  const dataSync = await createDataSync();
  t.teardown(() => dataSync.close());
  const server = setupServer(...dataSyncHandlers(dataSync));
  server.listen({ onUnhandledRequest: 'error' });
  t.teardown(() => server.close());
  quietly(t);
  await dataSync.bucket('media').put('a', 'text');
  t.equal(await (await fetch('https://media.s3.eu-west-1.amazonaws.com/a')).text(), 'text');
  t.equal(await (await fetch('https://s3.amazonaws.com/media/a')).text(), 'text');
  const head = await fetch('https://media.s3.amazonaws.com/a', { method: 'HEAD' });
  t.equal(head.headers.get('content-length'), '4');
  t.equal((await fetch(`${dataSync.endpoint}/health`)).status, 200, 'the emulator itself passes');
  await t.rejects(fetch('https://s3.example.com/media/a'), 'others are not ours');
});
