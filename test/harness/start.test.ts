import {
  CreateAgentCommand,
  CreateLocationNfsCommand,
  CreateLocationS3Command,
  CreateTaskCommand,
  DataSyncClient,
  DescribeTaskCommand,
  DescribeTaskExecutionCommand,
  ListAgentsCommand,
  StartTaskExecutionCommand,
} from '@aws-sdk/client-datasync';
import { CreateBucketCommand, GetObjectCommand, ListBucketsCommand, S3Client } from '@aws-sdk/client-s3';
import t from 'tap';
import { systemClock } from '../../src/base/system-clock.ts';
import { type Emulator, startEmulator } from '../../src/index.ts';

const clock = systemClock();

function clients({ endpoint }: Emulator, accessKeyId = '111122223333', secretAccessKey = 'test') {
  const config = {
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId, secretAccessKey },
    maxAttempts: 1,
  };
  return { datasync: new DataSyncClient(config), s3: new S3Client({ ...config, forcePathStyle: true }) };
}

type Clients = ReturnType<typeof clients>;

/** From `nas.memory` to a bucket; resolves when the task can be started. */
async function task({ datasync, s3 }: Clients): Promise<string> {
  const { AgentArn = '' } = await datasync.send(
    new CreateAgentCommand({ ActivationKey: 'AAAAA-BBBBB-CCCCC-DDDDD-EEEEE' }),
  );
  await s3.send(new CreateBucketCommand({ Bucket: 'bucket' }));
  const { LocationArn: source } = await datasync.send(
    new CreateLocationNfsCommand({
      ServerHostname: 'nas.memory',
      Subdirectory: '/export',
      OnPremConfig: { AgentArns: [AgentArn] },
    }),
  );
  const { LocationArn: destination } = await datasync.send(
    new CreateLocationS3Command({
      S3BucketArn: 'arn:aws:s3:::bucket',
      S3Config: { BucketAccessRoleArn: 'arn:aws:iam::111122223333:role/datasync' },
    }),
  );
  const { TaskArn = '' } = await datasync.send(
    new CreateTaskCommand({ SourceLocationArn: source, DestinationLocationArn: destination }),
  );
  while ((await datasync.send(new DescribeTaskCommand({ TaskArn }))).Status !== 'AVAILABLE')
    await clock.sleep(10);
  return TaskArn;
}

async function started({ datasync }: Clients, TaskArn: string): Promise<string> {
  const { TaskExecutionArn = '' } = await datasync.send(new StartTaskExecutionCommand({ TaskArn }));
  return TaskExecutionArn;
}

async function statusOf({ datasync }: Clients, TaskExecutionArn: string): Promise<string> {
  return (await datasync.send(new DescribeTaskExecutionCommand({ TaskExecutionArn }))).Status ?? '';
}

async function ended(user: Clients, execution: string): Promise<string> {
  for (;;) {
    const status = await statusOf(user, execution);
    if (status === 'SUCCESS' || status === 'ERROR') return status;
    await clock.sleep(10);
  }
}

function fill({ volumes }: Emulator): void {
  const volume = volumes.get('nas.memory');
  volume.mkdirSync('/export', { recursive: true });
  volume.writeFileSync('/export/hello.txt', 'hello');
}

t.test('a wrong document is refused before anything starts', async (t) => {
  await t.rejects(startEmulator({ port: -1 }), { name: 'ConfigError', message: /port cannot be -1/ });
  await t.rejects(startEmulator({ pacing: 'sometimes' }), { name: 'ConfigError' });
  await t.rejects(startEmulator({ bindings: ['gopher://x=memory:y'] }), {
    name: 'ConfigError',
    message: /Known schemes/,
  });
});

t.test('a port that is taken, and a data directory that cannot be', async (t) => {
  const first = await startEmulator({ port: 0 });
  await t.rejects(startEmulator({ port: first.port }), { message: /something else listens there/ });
  const directory = t.testdir({ file: 'x' });
  await t.rejects(startEmulator({ port: 0, dataDir: `${directory}/file/below` }), { name: 'StoreError' });
  await first.close();
  await first.close();
  await t.rejects(fetch(`${first.endpoint}/health`), 'nobody answers after it was closed');
});

t.test('signatures are verified for users, and the emulator itself is let in', async (t) => {
  await using emulator = await startEmulator({
    port: 0,
    signatures: { verify: true, credentials: ['111122223333:right'] },
  });
  fill(emulator);
  const wrong = clients(emulator, '111122223333', 'wrong');
  await t.rejects(wrong.datasync.send(new ListAgentsCommand({})), { name: 'InvalidSignatureException' });
  await t.rejects(wrong.s3.send(new ListBucketsCommand({})), { name: 'SignatureDoesNotMatch' });
  const stranger = clients(emulator, 'datasync-local', 'test');
  await t.rejects(stranger.datasync.send(new ListAgentsCommand({})), { name: 'UnrecognizedClientException' });
  await t.rejects(stranger.s3.send(new ListBucketsCommand({})), { name: 'SignatureDoesNotMatch' });
  const user = clients(emulator, '111122223333', 'right');
  const execution = await started(user, await task(user));
  t.equal(await ended(user, execution), 'SUCCESS');
  const { Body } = await user.s3.send(new GetObjectCommand({ Bucket: 'bucket', Key: 'hello.txt' }));
  t.equal(await Body?.transformToString(), 'hello');
  t.same(emulator.problemsOf(execution), []);
});

t.test('with manual pacing each step waits to be told, by id or by ARN', async (t) => {
  await using emulator = await startEmulator({ port: 0, pacing: 'manual' });
  fill(emulator);
  const user = clients(emulator);
  const execution = await started(user, await task(user));
  const at = (name: string, what: string) => `${emulator.endpoint}/_datasync/executions/${name}/${what}`;
  const id = execution.slice(execution.lastIndexOf('/') + 1);
  await clock.sleep(50);
  t.equal(await statusOf(user, execution), 'LAUNCHING', 'it does not advance because somebody looks');
  const seen = new Set<string>();
  for (const name of [id, execution, encodeURIComponent(execution), id, id, id]) {
    seen.add(await statusOf(user, execution));
    const answer = await fetch(at(name, 'step'), { method: 'POST' });
    t.match(await answer.json(), { execution });
    await clock.sleep(50);
  }
  t.equal(await statusOf(user, execution), 'SUCCESS');
  for (const status of ['LAUNCHING', 'PREPARING', 'TRANSFERRING', 'VERIFYING'])
    t.ok(seen.has(status), status);
  t.same(await (await fetch(at(id, 'problems'))).json(), { execution, problems: [] });
  t.equal((await fetch(at('exec-0', 'step'), { method: 'POST' })).status, 404);
});

t.test('the same seed gives the same ids', async (t) => {
  const arns = await Promise.all(
    [7, 7, 8].map(async (seed) => {
      await using emulator = await startEmulator({ port: 0, seed });
      const { datasync } = clients(emulator);
      const { AgentArn } = await datasync.send(
        new CreateAgentCommand({ ActivationKey: 'AAAAA-BBBBB-CCCCC-DDDDD-EEEEE' }),
      );
      return AgentArn;
    }),
  );
  t.equal(arns[0], arns[1]);
  t.not(arns[0], arns[2]);
});
