import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateAgentCommand,
  CreateLocationNfsCommand,
  CreateLocationS3Command,
  CreateTaskCommand,
  DataSyncClient,
  DescribeTaskCommand,
  ListAgentsCommand,
  ListLocationsCommand,
  ListTaskExecutionsCommand,
  ListTasksCommand,
  StartTaskExecutionCommand,
} from '@aws-sdk/client-datasync';
import { CreateBucketCommand, ListBucketsCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import t, { type Test } from 'tap';
import { systemClock } from '../../src/base/system-clock.ts';
import { type ConfigDocument, type Emulator, startEmulator } from '../../src/index.ts';

const clock = systemClock();
const HERE = { account: '111122223333', region: 'us-east-1' };

function clientsOf({ endpoint }: Emulator, { account, region } = HERE) {
  const config = {
    endpoint,
    region,
    credentials: { accessKeyId: account, secretAccessKey: 'test' },
    maxAttempts: 1,
  };
  return { datasync: new DataSyncClient(config), s3: new S3Client({ ...config, forcePathStyle: true }) };
}

type Clients = ReturnType<typeof clientsOf>;

/** An agent, two locations, a task with a schedule, a bucket with an object. Returns the agent and the task. */
async function fill({ datasync, s3 }: Clients, bucket: string): Promise<string[]> {
  const { AgentArn = '' } = await datasync.send(
    new CreateAgentCommand({ ActivationKey: 'AAAAA-BBBBB-CCCCC-DDDDD-EEEEE' }),
  );
  await s3.send(new CreateBucketCommand({ Bucket: bucket }));
  await s3.send(new PutObjectCommand({ Bucket: bucket, Key: 'key', Body: 'x' }));
  const { LocationArn: SourceLocationArn } = await datasync.send(
    new CreateLocationNfsCommand({
      ServerHostname: 'nas.memory',
      Subdirectory: '/export',
      OnPremConfig: { AgentArns: [AgentArn] },
    }),
  );
  const { LocationArn: DestinationLocationArn } = await datasync.send(
    new CreateLocationS3Command({
      S3BucketArn: `arn:aws:s3:::${bucket}`,
      S3Config: { BucketAccessRoleArn: 'arn:aws:iam::111122223333:role/datasync' },
    }),
  );
  const { TaskArn = '' } = await datasync.send(
    new CreateTaskCommand({
      SourceLocationArn,
      DestinationLocationArn,
      Schedule: { ScheduleExpression: 'cron(0 * * * ? *)' },
    }),
  );
  while ((await datasync.send(new DescribeTaskCommand({ TaskArn }))).Status === 'CREATING')
    await clock.sleep(5);
  return [AgentArn, TaskArn];
}

async function count({ datasync, s3 }: Clients): Promise<Record<string, number | undefined>> {
  return {
    agents: (await datasync.send(new ListAgentsCommand())).Agents?.length,
    locations: (await datasync.send(new ListLocationsCommand())).Locations?.length,
    tasks: (await datasync.send(new ListTasksCommand())).Tasks?.length,
    executions: (await datasync.send(new ListTaskExecutionsCommand())).TaskExecutions?.length,
    buckets: (await s3.send(new ListBucketsCommand())).Buckets?.length,
  };
}

async function reset(emulator: Emulator, body?: unknown) {
  const response = await fetch(`${emulator.endpoint}/_datasync/reset`, {
    method: 'POST',
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return { status: response.status, answer: (await response.json()) as Record<string, unknown> };
}

async function started(t: Test, document: ConfigDocument = {}): Promise<Emulator> {
  const emulator = await startEmulator({ port: 0, ...document });
  t.teardown(() => emulator.close());
  return emulator;
}

const NOTHING = { agents: 0, locations: 0, tasks: 0, executions: 0, buckets: 0 };

t.test('a reset that is asked for in a wrong way removes nothing', async (t) => {
  const emulator = await started(t);
  const clients = clientsOf(emulator);
  await fill(clients, 'bucket');
  const before = await count(clients);
  for (const [body, message] of [
    [{ account: '12' }, /^account must match pattern/],
    [{ all: true }, /^There is no member all\. Send nothing to reset everything/],
    [{ region: '' }, /^region must NOT have fewer than 1 characters/],
  ] as const) {
    const { status, answer } = await reset(emulator, body);
    t.equal(status, 400);
    t.match(answer['message'], message);
  }
  t.equal((await fetch(`${emulator.endpoint}/_datasync/reset`, { method: 'POST', body: '{' })).status, 400);
  t.equal((await fetch(`${emulator.endpoint}/_datasync/reset`)).status, 404);
  t.same(await count(clients), before);
});

t.test('everything goes, what runs too, and a new start is possible at once', async (t) => {
  const emulator = await started(t);
  const clients = clientsOf(emulator);
  const [, TaskArn = ''] = await fill(clients, 'bucket');
  const volume = emulator.volumes.get('nas.memory');
  volume.mkdirSync('/export', { recursive: true });
  volume.writeFileSync('/export/large', Buffer.alloc(5_000_000));
  await clients.datasync.send(
    new StartTaskExecutionCommand({ TaskArn, OverrideOptions: { BytesPerSecond: 1000 } }),
  );
  const { status, answer } = await reset(emulator);
  t.equal(status, 200);
  t.same(answer, {
    removed: { executions: 1, tasks: 1, locations: 2, agents: 1, volumes: 1, buckets: 1 },
  });
  t.same(await count(clients), NOTHING);
  t.throws(() => emulator.volumes.get('nas.memory').statSync('/export'));
  await fill(clients, 'bucket');
  t.match(await count(clients), { agents: 1, tasks: 1, buckets: 1, executions: 0 });
  t.match(
    (await emulator.clock?.steer({ advanceSeconds: 3600 }))?.at(-1),
    { resource: 'task' },
    'the new schedule fires',
  );
});

t.test('of one account or Region only the resources go, not what holds the bytes', async (t) => {
  const emulator = await started(t);
  const [here, there, else_] = [
    clientsOf(emulator),
    clientsOf(emulator, { ...HERE, region: 'eu-west-1' }),
    clientsOf(emulator, { account: '444455556666', region: 'eu-west-1' }),
  ];
  await fill(here, 'one');
  await fill(there, 'two');
  await fill(else_, 'three');
  t.match((await reset(emulator, { account: '111122223333', region: 'eu-west-1' })).answer, {
    removed: { agents: 1, locations: 2, tasks: 1, executions: 0, volumes: 0, buckets: 0 },
  });
  t.match(await count(there), { agents: 0, locations: 0, tasks: 0, buckets: 2 });
  t.match(await count(here), { agents: 1, locations: 2, tasks: 1 });
  await reset(emulator, { region: 'eu-west-1' });
  t.match(await count(else_), { agents: 0, tasks: 0 });
  t.match(await count(here), { agents: 1, tasks: 1 });
  await emulator.reset();
  t.same(await count(here), NOTHING);
});

t.test('ids from a seed come again after a reset', async (t) => {
  const emulator = await started(t, { seed: 7 });
  const clients = clientsOf(emulator);
  const first = await fill(clients, 'bucket');
  await emulator.reset();
  t.same(await fill(clients, 'bucket'), first);
});

t.test('what was kept in a data directory is gone there too', async (t) => {
  const dataDir = mkdtempSync(join(tmpdir(), 'datasync-reset-'));
  t.teardown(() => rmSync(dataDir, { recursive: true, force: true }));
  const emulator = await startEmulator({ port: 0, dataDir });
  const clients = clientsOf(emulator);
  await fill(clients, 'bucket');
  await clients.s3.send(new PutObjectCommand({ Bucket: 'bucket', Key: 'big', Body: Buffer.alloc(300_000) }));
  t.match(await emulator.reset(), { agents: 1, buckets: 1 });
  await emulator.close();
  const again = await started(t, { dataDir });
  t.same(await count(clientsOf(again)), NOTHING);
});
