import { mock } from 'node:test';
import {
  DataSyncClient,
  DescribeTaskCommand,
  ListTaskExecutionsCommand,
  ListTasksCommand,
} from '@aws-sdk/client-datasync';
import { GetObjectCommand, HeadObjectCommand, S3Client } from '@aws-sdk/client-s3';
import t from 'tap';
import { createDataSync, type DataSync } from '../../src/index.ts';
import { backupTask, outcomeOf } from './data-sync-story.ts';

t.test('wrong settings are refused before anything starts', async (t) => {
  await t.rejects(createDataSync({ pacing: 'sometimes' }), { name: 'ConfigError', message: /pacing/ });
});

t.test('a task copies what the volume holds into the bucket', async (t) => {
  await using dataSync = await createDataSync();
  dataSync.volume('nas.memory').fromJSON({ '/export/hello.txt': 'hello', '/export/a/b': 'deep' });
  const outcome = await outcomeOf(dataSync, await backupTask(dataSync));
  t.equal(outcome.Status, 'SUCCESS');
  t.same(await dataSync.bucket('backup').list('a/'), ['a/', 'a/b']);
  t.equal(await dataSync.bucket('backup').text('hello.txt'), 'hello');
});

t.test('faults strike, are told, and end', async (t) => {
  await using dataSync = await createDataSync();
  dataSync.volume('nas.memory').fromJSON({ '/export/open.xls': 'figures', '/export/b': 'b' });
  const task = await backupTask(dataSync);
  dataSync.faults.add({ fault: 'sharing-violation', where: { side: 'source', path: '/open.xls' } });
  const bad = await outcomeOf(dataSync, task);
  t.equal(bad.Status, 'ERROR');
  t.match(dataSync.problemsOf(bad.TaskExecutionArn ?? ''), [{ path: 'open.xls' }]);
  t.ok(dataSync.faults.hits().length > 0);
  t.notOk((await dataSync.bucket('backup').list()).includes('open.xls'));
  dataSync.faults.clear();
  t.equal((await outcomeOf(dataSync, task)).Status, 'SUCCESS');
  t.equal(await dataSync.bucket('backup').text('open.xls'), 'figures');
});

t.test('a held clock is advanced to the hours of a schedule', async (t) => {
  await using dataSync = await createDataSync();
  const { clock } = dataSync;
  await clock.steer({ mode: 'held', setTo: '2026-01-01T00:30:00Z' });
  dataSync.volume('nas.memory').fromJSON({ '/export/a': 'a' });
  const client = new DataSyncClient(dataSync.clientConfig);
  const Schedule = { ScheduleExpression: 'cron(0 * * * ? *)' };
  const TaskArn = await backupTask(dataSync, client, { Schedule });
  const caused = await clock.steer({ advanceSeconds: 3 * 3600 });
  t.equal(caused.filter(({ state }) => state === 'SUCCESS').length, 3);
  const { TaskExecutions = [] } = await client.send(new ListTaskExecutionsCommand({ TaskArn }));
  t.equal(TaskExecutions.length, 3);
});

t.test('volumes are file systems as Node has them, and outlive a reset', async (t) => {
  await using dataSync = await createDataSync();
  const nas = dataSync.volume('nas.memory');
  t.throws(() => nas.readFileSync('/none'), { code: 'ENOENT' });
  t.throws(() => nas.writeFileSync('/no/such/directory', ''), { code: 'ENOENT' });
  await t.rejects(nas.promises.readFile('/none'), { code: 'ENOENT' });
  const { writeFileSync, readFileSync, readdirSync, promises } = nas;
  writeFileSync('/a', 'text');
  const text: string = readFileSync('/a', 'utf8');
  t.equal(text, 'text');
  await promises.writeFile('/b', Buffer.from([0, 255]));
  t.same([...(await promises.readFile('/b'))], [0, 255]);
  nas.fromJSON({ 'c/bytes': new Uint8Array([1, 2]), '/empty': null });
  t.same(nas.readFileSync('/c/bytes'), Buffer.from([1, 2]));
  t.equal(nas.toJSON()['/empty'], null);
  t.ok(nas.statSync('/empty').isDirectory());
  t.equal(nas.realpathSync.native('/c/bytes'), '/c/bytes');
  t.equal(nas.constants.COPYFILE_EXCL, 1);
  await new Promise((resolve) =>
    nas.createReadStream('/a').on('data', (data) => resolve(t.equal(`${data}`, 'text'))),
  );
  await dataSync.reset();
  t.same(readdirSync('/'), []);
  writeFileSync('/after', 'x');
  t.same(dataSync.volume('nas.memory').toJSON(), { '/after': 'x' });
});

t.test('buckets take any key, and say what is there', async (t) => {
  await using dataSync = await createDataSync();
  t.throws(() => dataSync.bucket('No Name'), { name: 'S3Error', code: 'InvalidBucketName' });
  const bucket = dataSync.bucket('media');
  await t.rejects(bucket.get('none'), {
    message: 'There is no object "none" in the bucket media. It is empty.',
  });
  await t.rejects(bucket.put('', 'x'), { message: /cannot be empty/ });
  await t.rejects(bucket.put('x'.repeat(1025), 'x'), { code: 'KeyTooLongError' });
  await t.rejects(bucket.put('x', 'x', { storageClass: 'ATTIC' }), { code: 'InvalidStorageClass' });
  await t.rejects(bucket.put('x', 'x', { metadata: { a: 'line\nbreak' } }), { code: 'InvalidArgument' });
  const keys = ['../up', './x', 'a//b', 'a/', 'ü €.txt', 'with space+plus%25'];
  for (const key of keys) await bucket.put(key, key);
  t.same(await bucket.list(), ['../up', './x', 'a/', 'a//b', 'with space+plus%25', 'ü €.txt']);
  for (const key of keys) t.equal(await bucket.text(key), key);
  t.same(await bucket.list('a/'), ['a/', 'a//b']);
  for (const key of keys) await bucket.delete(key);
  await bucket.delete('none');
  t.same(await bucket.list(), []);
  for (let n = 10; n < 22; n += 1) await bucket.put(`k${n}`, '');
  await t.rejects(bucket.text('k'), { message: /There are "k10", .*"k19" and 2 more\.$/ });
});

t.test('objects that are put are what S3 clients see', async (t) => {
  await using dataSync = await createDataSync();
  const s3 = new S3Client(dataSync.clientConfig);
  const bucket = dataSync.bucket('media');
  const bytes = new Uint8Array([1, 2, 3]);
  await bucket.put('a', bytes, {
    contentType: 'x/y',
    metadata: { Owner: '7' },
    tags: { k: 'v' },
    storageClass: 'GLACIER_IR',
  });
  bytes.fill(0);
  const head = await s3.send(new HeadObjectCommand({ Bucket: 'media', Key: 'a' }));
  t.match(head, {
    ContentLength: 3,
    ContentType: 'x/y',
    Metadata: { owner: '7' },
    StorageClass: 'GLACIER_IR',
    TagCount: 1,
  });
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: 'media', Key: 'a' }));
  t.same([...((await Body?.transformToByteArray()) ?? [])], [1, 2, 3]);
  const facts = await bucket.describe('a');
  t.match(facts, {
    sizeBytes: 3,
    contentType: 'x/y',
    metadata: { owner: '7' },
    tags: { k: 'v' },
    storageClass: 'GLACIER_IR',
  });
  t.equal(`"${facts.etag}"`, head.ETag);
  t.equal(facts.modifiedAt, head.LastModified?.getTime());
  await bucket.delete('a');
  await t.rejects(s3.send(new HeadObjectCommand({ Bucket: 'media', Key: 'a' })), { name: 'NotFound' });
});

t.test('clients are of the account and the Region that were chosen, verified or not', async (t) => {
  const settings = { account: '444455556666', region: 'eu-west-1' };
  await using dataSync = await createDataSync(settings);
  t.match(await backupTask(dataSync), /^arn:aws:datasync:eu-west-1:444455556666:task\//);
  await using strict = await createDataSync({
    signatures: { verify: true, credentials: ['777788889999:secret'] },
  });
  strict.volume('nas.memory').fromJSON({ '/export/a': 'a' });
  t.equal((await outcomeOf(strict, await backupTask(strict))).Status, 'SUCCESS');
});

t.test('buckets that are elsewhere cannot be looked into', async (t) => {
  const s3 = { endpoint: 'http://127.0.0.1:9', accessKeyId: 'id', secretAccessKey: 'secret' };
  await using dataSync = await createDataSync({ s3 });
  t.throws(() => dataSync.bucket('b'), { name: 'TypeError', message: /are at http:\/\/127\.0\.0\.1:9/ });
});

t.test('a reset leaves nothing, and what was held goes on', async (t) => {
  await using dataSync = await createDataSync({ seed: 7 });
  const bucket = dataSync.bucket('backup');
  const client = new DataSyncClient(dataSync.clientConfig);
  const first = await backupTask(dataSync, client);
  await bucket.put('a', 'a');
  dataSync.faults.addScenario('flaky bucket');
  t.match(await dataSync.reset(), { tasks: 1, buckets: 1 });
  t.same((await client.send(new ListTasksCommand({}))).Tasks, []);
  t.same(dataSync.faults.list(), []);
  t.same(await bucket.list(), []);
  t.equal(await backupTask(dataSync, client), first, 'the same seed gives the same ids');
});

t.test('closed twice, nobody answers', async (t) => {
  const dataSync = await createDataSync();
  await dataSync.close();
  await dataSync.close();
  await t.rejects(fetch(`${dataSync.endpoint}/health`));
});

t.test('a test may fake its own timers', async (t) => {
  await using dataSync = await createDataSync();
  dataSync.volume('nas.memory').fromJSON({ '/export/a': 'a' });
  const task = await backupTask(dataSync);
  mock.timers.enable({ apis: ['setTimeout', 'setInterval', 'setImmediate', 'Date'] });
  t.teardown(() => mock.timers.reset());
  t.equal((await outcomeOf(dataSync, task)).Status, 'SUCCESS');
  mock.timers.reset();
});

/** Story number `n`, told in names that all stories share. */
async function story(dataSync: DataSync, n: number): Promise<void> {
  const nas = dataSync.volume('nas.memory');
  const files = Object.fromEntries(
    Array.from({ length: 1 + (n % 4) }, (_none, k) => [`/export/${k}`, `${n}/${k}`]),
  );
  nas.fromJSON({ ...files, '/export/bad': `${n}` });
  await dataSync.clock.steer({ mode: 'held', setTo: new Date(Date.UTC(2030 + n, 0, 1)).toISOString() });
  const client = new DataSyncClient(dataSync.clientConfig);
  const TaskArn = await backupTask(dataSync, client, { Name: `story ${n}` });
  if (n % 2 === 1)
    dataSync.faults.add({ fault: 'permission-denied', where: { side: 'source', path: '/bad' } });
  for (let run = 0; run < 1 + (n % 3); run += 1) {
    await dataSync.clock.steer({ advanceSeconds: 60 });
    await outcomeOf(dataSync, TaskArn, client);
  }
}

/** What there is after story `n`, and what there must be. */
async function found(dataSync: DataSync, n: number) {
  const client = new DataSyncClient(dataSync.clientConfig);
  const { Tasks = [] } = await client.send(new ListTasksCommand({}));
  const [{ TaskArn = '', Name = '' } = {}] = Tasks;
  const { CreationTime } = await client.send(new DescribeTaskCommand({ TaskArn }));
  const { TaskExecutions = [] } = await client.send(new ListTaskExecutionsCommand({ TaskArn }));
  const bucket = dataSync.bucket('backup');
  const keys = (await bucket.list()).filter((key) => /^(\d|bad)$/.test(key));
  const contents = await Promise.all(keys.map((key) => bucket.text(key)));
  return {
    found: {
      tasks: Tasks.length,
      Name,
      year: CreationTime?.getUTCFullYear(),
      statuses: TaskExecutions.map(({ Status }) => Status),
      contents,
    },
    wanted: {
      tasks: 1,
      Name: `story ${n}`,
      year: 2030 + n,
      statuses: Array.from({ length: 1 + (n % 3) }, () => (n % 2 === 1 ? 'ERROR' : 'SUCCESS')),
      contents: [
        ...Array.from({ length: 1 + (n % 4) }, (_none, k) => `${n}/${k}`),
        ...(n % 2 === 1 ? [] : [`${n}`]),
      ],
    },
  };
}

t.test('fifty emulators in one process tell fifty stories in parallel', async (t) => {
  const all = await Promise.all(Array.from({ length: 50 }, () => createDataSync({ seed: 1 })));
  t.teardown(() => Promise.all(all.map((one) => one.close())));
  t.equal(new Set(all.map(({ port }) => port)).size, 50);
  await Promise.all(all.map(story));
  for (const [n, dataSync] of all.entries()) {
    const { found: is, wanted } = await found(dataSync, n);
    t.same(is, wanted, `story ${n}`);
  }
});
