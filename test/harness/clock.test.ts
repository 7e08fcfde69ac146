import {
  CreateAgentCommand,
  CreateLocationNfsCommand,
  CreateLocationS3Command,
  CreateTaskCommand,
  DataSyncClient,
  DescribeTaskCommand,
  ListTaskExecutionsCommand,
  StartTaskExecutionCommand,
} from '@aws-sdk/client-datasync';
import { CreateBucketCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import t, { type Test } from 'tap';
import { systemClock } from '../../src/base/system-clock.ts';
import { type Emulator, startEmulator, VirtualClock } from '../../src/index.ts';

const real = systemClock();
const USER = { accessKeyId: '111122223333', secretAccessKey: 'test' } as const;

/** Asks the clock, with anything as the body. */
async function ask(emulator: Emulator, body?: unknown): Promise<{ status: number; answer: Answer }> {
  const response = await fetch(`${emulator.endpoint}/_datasync/clock`, {
    ...(body !== undefined && {
      method: 'POST',
      body: typeof body === 'string' ? body : JSON.stringify(body),
    }),
  });
  return { status: response.status, answer: (await response.json()) as Answer };
}

interface Answer {
  readonly message: string;
  readonly mode: string;
  readonly scale: number;
  readonly now: string;
  readonly caused: readonly {
    readonly resource: string;
    readonly arn: string;
    readonly state: string;
    readonly at: string;
  }[];
}

function clientsOf({ endpoint }: Emulator) {
  const config = { endpoint, region: 'us-east-1', maxAttempts: 1 };
  return {
    datasync: new DataSyncClient({ ...config, credentials: { ...USER } }),
    s3: new S3Client({ ...config, credentials: { ...USER }, forcePathStyle: true }),
  };
}

type Clients = ReturnType<typeof clientsOf>;

/** From `nas.memory` to the bucket `bucket`. */
async function hourlyTask({ datasync, s3 }: Clients, ScheduleExpression?: string): Promise<string> {
  const { AgentArn = '' } = await datasync.send(
    new CreateAgentCommand({ ActivationKey: 'AAAAA-BBBBB-CCCCC-DDDDD-EEEEE' }),
  );
  await s3.send(new CreateBucketCommand({ Bucket: 'bucket' }));
  const { LocationArn: SourceLocationArn } = await datasync.send(
    new CreateLocationNfsCommand({
      ServerHostname: 'nas.memory',
      Subdirectory: '/export',
      OnPremConfig: { AgentArns: [AgentArn] },
    }),
  );
  const { LocationArn: DestinationLocationArn } = await datasync.send(
    new CreateLocationS3Command({
      S3BucketArn: 'arn:aws:s3:::bucket',
      S3Config: { BucketAccessRoleArn: 'arn:aws:iam::111122223333:role/datasync' },
    }),
  );
  const { TaskArn = '' } = await datasync.send(
    new CreateTaskCommand({
      SourceLocationArn,
      DestinationLocationArn,
      ...(ScheduleExpression && { Schedule: { ScheduleExpression } }),
    }),
  );
  while ((await datasync.send(new DescribeTaskCommand({ TaskArn }))).Status === 'CREATING')
    await real.sleep(5);
  return TaskArn;
}

function fill(emulator: Emulator, name: string, content: string): void {
  const volume = emulator.volumes.get('nas.memory');
  volume.mkdirSync('/export', { recursive: true });
  volume.writeFileSync(`/export/${name}`, content);
}

async function started(t: Test, parts?: Parameters<typeof startEmulator>[1]) {
  const emulator = await startEmulator({ port: 0 }, parts);
  t.teardown(() => emulator.close());
  return emulator;
}

t.test('what is asked in a wrong way is refused, with the member named, and changes nothing', async (t) => {
  const emulator = await started(t);
  await ask(emulator, { mode: 'held', setTo: '2026-01-01T00:00:00Z' });
  const wrong: [unknown, RegExp][] = [
    [{ mode: 'stopped' }, /^mode must be equal to one of the allowed values/],
    [{ scale: 0 }, /^scale must be > 0/],
    [{ scale: 'fast' }, /^scale must be number/],
    [{ setTo: 'tomorrow' }, /^setTo is no instant: "tomorrow"\. Write it as 2026/],
    [{ setTo: '2026-01-02T00:00:00Z', advanceSeconds: 1 }, /setTo and advanceSeconds do not go together/],
    [{ advanceSeconds: -1 }, /^advanceSeconds must be >= 0/],
    [{ advance: 5 }, /^There is no member advance\./],
    [{}, /^The body must NOT have fewer than 1 properties/],
    [[], /^The body must be object/],
  ];
  for (const [body, message] of wrong) {
    const { status, answer } = await ask(emulator, body);
    t.equal(status, 400, JSON.stringify(body));
    t.match(answer.message, message);
  }
  t.equal((await ask(emulator, '{')).status, 400);
  t.match((await ask(emulator)).answer, { mode: 'held', scale: 1, now: '2026-01-01T00:00:00.000Z' });
});

t.test('a clock that was handed in is not steered', async (t) => {
  const emulator = await started(t, { clock: new VirtualClock() });
  const { status, answer } = await ask(emulator, { mode: 'held' });
  t.equal(status, 409);
  t.match(answer.message, /given a clock of its own/);
  t.match((await ask(emulator)).answer, { now: '2026-01-01T00:00:00.000Z' });
});

t.test('an hourly schedule over three days fires 72 times, with real transfers', async (t) => {
  const emulator = await started(t);
  const { answer } = await ask(emulator, { mode: 'held', setTo: '2026-01-01T00:30:00Z' });
  t.match(answer, { mode: 'held', now: '2026-01-01T00:30:00.000Z', caused: [] });
  const clients = clientsOf(emulator);
  const TaskArn = await hourlyTask(clients, 'cron(0 * * * ? *)');
  fill(emulator, 'one', 'first');
  const advanced = (await ask(emulator, { advanceSeconds: 3 * 24 * 3600 })).answer;
  const ends = advanced.caused.filter(
    ({ state, resource }) => resource === 'task-execution' && state === 'SUCCESS',
  );
  t.equal(ends.length, 72);
  t.equal(ends[0]?.at, '2026-01-01T01:00:00.000Z');
  t.equal(ends[71]?.at, '2026-01-04T00:00:00.000Z');
  const { TaskExecutions = [] } = await clients.datasync.send(
    new ListTaskExecutionsCommand({ TaskArn, MaxResults: 100 }),
  );
  t.equal(TaskExecutions.length, 72);
  const { Contents = [] } = await clients.s3.send(new ListObjectsV2Command({ Bucket: 'bucket' }));
  t.ok(
    Contents.some(({ Key, Size }) => Key === 'one' && Size === 5),
    'the bytes are there',
  );
});

t.test('a transfer goes on while the clock is held', async (t) => {
  const emulator = await started(t);
  await ask(emulator, { mode: 'held' });
  const clients = clientsOf(emulator);
  const TaskArn = await hourlyTask(clients);
  fill(emulator, 'large', 'x'.repeat(3_000_000));
  await clients.datasync.send(
    new StartTaskExecutionCommand({ TaskArn, OverrideOptions: { BytesPerSecond: 20_000_000 } }),
  );
  for (;;) {
    const { TaskExecutions = [] } = await clients.datasync.send(new ListTaskExecutionsCommand({ TaskArn }));
    if (TaskExecutions[0]?.Status === 'SUCCESS') break;
    t.not(TaskExecutions[0]?.Status, 'ERROR');
    await real.sleep(5);
  }
  t.pass('it came to its end');
});

t.test('history is forgotten after thirty days of this clock', async (t) => {
  const emulator = await started(t);
  await ask(emulator, { mode: 'held' });
  const clients = clientsOf(emulator);
  const TaskArn = await hourlyTask(clients);
  fill(emulator, 'one', '1');
  await clients.datasync.send(new StartTaskExecutionCommand({ TaskArn }));
  await ask(emulator, { advanceSeconds: 29 * 24 * 3600 });
  const count = async () =>
    (await clients.datasync.send(new ListTaskExecutionsCommand({ TaskArn }))).TaskExecutions?.length;
  t.equal(await count(), 1);
  await ask(emulator, { advanceSeconds: 2 * 24 * 3600 });
  t.equal(await count(), 0);
});

t.test('signed requests are taken whatever the emulator thinks the time is', async (t) => {
  const credential = `${USER.accessKeyId}:${USER.secretAccessKey}`;
  const emulator = await startEmulator({ port: 0, signatures: { verify: true, credentials: [credential] } });
  t.teardown(() => emulator.close());
  await ask(emulator, { mode: 'held', setTo: '2031-05-05T00:00:00Z' });
  const clients = clientsOf(emulator);
  const TaskArn = await hourlyTask(clients);
  const { CreationTime } = await clients.datasync.send(new DescribeTaskCommand({ TaskArn }));
  t.equal(CreationTime?.toISOString(), '2031-05-05T00:00:00.000Z');
});

t.test('with paced states, time that is advanced takes an execution from state to state', async (t) => {
  const emulator = await startEmulator({ port: 0, pacing: 'scaled:60000' });
  t.teardown(() => emulator.close());
  await ask(emulator, { mode: 'held' });
  const clients = clientsOf(emulator);
  fill(emulator, 'one', '1');
  let TaskArn: string | undefined;
  const made = hourlyTask(clients).then((arn) => {
    TaskArn = arn;
  });
  // CREATING lasts its minute too, from whenever the task is made.
  while (TaskArn === undefined) await ask(emulator, { advanceSeconds: 60 });
  await made;
  await clients.datasync.send(new StartTaskExecutionCommand({ TaskArn }));
  const states: string[] = [];
  for (let minute = 0; minute < 4; minute++) {
    const { caused } = (await ask(emulator, { advanceSeconds: 60 })).answer;
    states.push(...caused.filter(({ resource }) => resource === 'task-execution').map(({ state }) => state));
  }
  t.same(states, ['PREPARING', 'TRANSFERRING', 'VERIFYING', 'SUCCESS']);
});
