// What the contract cannot tell by one example: moments, lost answers, agents that come back, access tests.

import {
  CreateLocationS3Command,
  CreateTaskCommand,
  DescribeAgentCommand,
  DescribeTaskCommand,
  ListAgentsCommand,
  ListTaskExecutionsCommand,
  StartTaskExecutionCommand,
} from '@aws-sdk/client-datasync';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import t from 'tap';
import { type Bench, bench, real, until } from './bench.ts';

const MANY = Object.fromEntries(Array.from({ length: 40 }, (_, n) => [`many/${n}`, `content of ${n}`]));

t.test('a server that loses a write: the file is copied again, and all is well', async (t) => {
  const { emulator, run, copied } = await bench(t);
  emulator.faults.add({ fault: 'interrupted', where: { path: '/one' }, when: { times: 1 } });
  t.equal((await run()).Status, 'SUCCESS');
  t.equal(copied('one'), 'first content');
  t.equal(emulator.faults.get('rule-1')?.hits, 1);
});

t.test('an agent is lost half way through, and back later', async (t) => {
  const { emulator, fill, run, datasync, agentArn: AgentArn, taskArn: TaskArn } = await bench(t);
  fill(MANY);
  const with_ = { silenceMs: 50, backAfterMs: 400 };
  emulator.faults.add({ fault: 'agent-lost', when: { afterPart: 0.5, times: 1 }, with: with_ });
  const lost = await run();
  t.match(lost, { Status: 'ERROR', Result: { ErrorCode: 'AgentLost' } });
  const part = (lost.BytesWritten ?? 0) / (lost.EstimatedBytesToTransfer ?? 1);
  t.ok(part >= 0.4 && part < 1, `after ${part} of the bytes`);
  t.equal(emulator.faults.get('rule-1')?.hits, 1, 'one hit, however many calls were under way');
  t.equal((await datasync.send(new DescribeAgentCommand({ AgentArn }))).Status, 'OFFLINE');
  t.match((await datasync.send(new ListAgentsCommand({}))).Agents, [{ Status: 'OFFLINE' }]);
  await until(async () => (await datasync.send(new DescribeAgentCommand({ AgentArn }))).Status === 'ONLINE');
  await until(async () => (await datasync.send(new DescribeTaskCommand({ TaskArn }))).Status === 'AVAILABLE');
  t.equal((await run()).Status, 'SUCCESS', 'the same task completes the work');
});

t.test('an agent is offline for a time of the clock, held or not', async (t) => {
  const its = await bench(t);
  const { emulator, start, execution, datasync, agentArn: AgentArn } = its;
  await emulator.clock?.steer({ mode: 'held' });
  emulator.faults.add({ fault: 'agent-offline', when: { afterMs: 1000, forMs: 60_000 } });
  const status = async () => (await datasync.send(new DescribeAgentCommand({ AgentArn }))).Status;
  t.equal(await status(), 'ONLINE', 'not yet');
  await emulator.clock?.steer({ advanceSeconds: 1 });
  t.equal(await status(), 'OFFLINE');
  const arn = await start();
  await real.sleep(50);
  t.equal((await execution(arn)).Status, 'LAUNCHING');
  const caused = await emulator.clock?.steer({ advanceSeconds: 60 });
  t.equal(await status(), 'ONLINE');
  t.equal((await its.ended(arn)).Status, 'SUCCESS');
  t.ok(
    caused?.some(({ resource, state }) => resource === 'agent' && state === 'ONLINE'),
    'the clock tells it',
  );
});

t.test('one of two agents is offline: only its tasks are UNAVAILABLE', async (t) => {
  const { emulator, datasync, taskArn: TaskArn } = await bench(t);
  emulator.faults.add({ fault: 'agent-offline', where: { agent: 'another' } });
  t.equal((await datasync.send(new DescribeTaskCommand({ TaskArn }))).Status, 'AVAILABLE');
  t.match((await datasync.send(new ListAgentsCommand({}))).Agents, [{ Status: 'ONLINE' }]);
});

t.test('the answer to a start is lost although it was carried out', async (t) => {
  const { emulator, datasync, taskArn: TaskArn } = await bench(t);
  emulator.faults.addScenario('lost answers');
  await t.rejects(datasync.send(new StartTaskExecutionCommand({ TaskArn })));
  const { TaskExecutions } = await datasync.send(new ListTaskExecutionsCommand({ TaskArn }));
  t.equal(TaskExecutions?.length, 1, 'it runs');
  emulator.faults.add({ fault: 'api-empty', where: { operation: 'StartTaskExecution' } });
  const { TaskExecutionArn } = await datasync.send(new StartTaskExecutionCommand({ TaskArn }));
  t.equal(TaskExecutionArn, undefined);
  const all = await datasync.send(new ListTaskExecutionsCommand({ TaskArn }));
  t.equal(all.TaskExecutions?.length, 1, 'not carried out');
});

t.test('any modelled error, by code, status, message and errorCode', async (t) => {
  const { emulator, datasync, taskArn: TaskArn } = await bench(t);
  const describe = () => datasync.send(new DescribeTaskCommand({ TaskArn }));
  const cases = [
    [{}, { name: 'InternalException', $metadata: { httpStatusCode: 500 } }],
    [
      { code: 'ThrottlingException' },
      { name: 'ThrottlingException', message: 'Rate exceeded', $metadata: { httpStatusCode: 400 } },
    ],
    [{ code: 'ServiceUnavailable' }, { $metadata: { httpStatusCode: 503 } }],
    [
      { code: 'InvalidRequestException', message: 'No.', errorCode: 'Own' },
      { name: 'InvalidRequestException', message: 'No.', errorCode: 'Own' },
    ],
    [
      { code: 'Own', status: 418 },
      { name: 'Own', $metadata: { httpStatusCode: 418 } },
    ],
  ] as const;
  for (const [with_, error] of cases) {
    emulator.faults.add({
      fault: 'api-error',
      where: { operation: 'DescribeTask', task: 'nightly' },
      with: with_,
    });
    await t.rejects(describe(), error as unknown as Error);
    emulator.faults.removeAll();
  }
  emulator.faults.add({ fault: 'api-error', where: { task: 'another' } });
  await t.resolves(describe(), 'not for another task');
});

t.test('a phase lasts so long, by the clock', async (t) => {
  const { emulator, start, execution, ended } = await bench(t);
  await emulator.clock?.steer({ mode: 'held' });
  emulator.faults.add({
    fault: 'execution-stays',
    where: { phase: ['prepare', 'verify'] },
    with: { ms: 60_000 },
  });
  const arn = await start();
  await until(async () => (await execution(arn)).Status === 'PREPARING');
  await emulator.clock?.steer({ advanceSeconds: 60 });
  await until(async () => (await execution(arn)).Status === 'VERIFYING');
  await emulator.clock?.steer({ advanceSeconds: 60 });
  const { Status, Result } = await ended(arn);
  t.equal(Status, 'SUCCESS');
  t.equal(Result?.PrepareDuration, 60_000);
});

t.test('an execution ends in its middle, and can be cancelled while it stays', async (t) => {
  const { emulator, fill, run, start, ended, execution } = await bench(t);
  fill(MANY);
  emulator.faults.add({
    fault: 'execution-ends',
    when: { afterFiles: 10 },
    with: { errorCode: 'EniNotFound' },
  });
  const { Status, Result, FilesTransferred = 0 } = await run();
  t.match({ Status, code: Result?.ErrorCode }, { Status: 'ERROR', code: 'EniNotFound' });
  t.ok(FilesTransferred >= 10 && FilesTransferred < 43, `after ${FilesTransferred} files`);
  emulator.faults.removeAll();
  emulator.faults.add({ fault: 'execution-stays', where: { phase: 'transfer' } });
  const arn = await start();
  await until(async () => (await execution(arn)).Status === 'TRANSFERRING');
  emulator.plane.runner.cancel(arn);
  t.equal((await ended(arn)).Result?.ErrorCode, 'Cancelled');
});

t.test(
  'a stalled read goes on when the rule is removed, and is given up when the execution is cancelled',
  async (t) => {
    const { emulator, start, ended, execution, copied } = await bench(t);
    emulator.faults.add({ fault: 'stalled', where: { side: 'source', call: 'read', path: '/one' } });
    const first = await start();
    await until(() => emulator.faults.get('rule-1')?.hits === 1);
    t.equal((await execution(first)).Status, 'TRANSFERRING');
    emulator.faults.remove('rule-1');
    t.equal((await ended(first)).Status, 'SUCCESS');
    emulator.faults.add({ fault: 'stalled', where: { side: 'source', call: 'stat' } });
    const second = await start();
    await until(() => (emulator.faults.get('rule-2')?.hits ?? 0) > 0);
    emulator.plane.runner.cancel(second);
    t.equal((await ended(second)).Result?.ErrorCode, 'Cancelled');
    t.equal(copied('one'), 'first content');
  },
);

t.test(
  'the source changes in mid-read: what was read is copied, and verification finds the change',
  async (t) => {
    const { emulator, run, copied } = await bench(t);
    emulator.faults.add({
      fault: 'source-rewritten',
      where: { path: '/one' },
      when: { times: 1 },
      with: { afterBytes: 5 },
    });
    const { Status, TaskExecutionArn = '' } = await run();
    t.equal(Status, 'ERROR');
    t.equal(copied('one'), 'first content');
    t.match(emulator.problemsOf(TaskExecutionArn), [
      { what: 'mismatched', path: '/one', message: /content/ },
    ]);
  },
);

t.test('verification at once (Enhanced) finds corruption too', async (t) => {
  const its = await bench(t);
  const taskArn = await enhancedTask(its);
  its.emulator.faults.add({ fault: 'corruption', where: { path: '/one' } });
  const { TaskExecutionArn = '' } = await its.datasync.send(
    new StartTaskExecutionCommand({ TaskArn: taskArn }),
  );
  const { Status, FilesFailed } = await its.ended(TaskExecutionArn);
  t.equal(Status, 'ERROR');
  t.equal(FilesFailed?.Verify, 1);
});

t.test('access tests fail in the words of AWS, and heal', async (t) => {
  const its = await bench(t);
  const { emulator, datasync, sourceArn, destinationArn } = its;
  emulator.faults.add({
    fault: 'access-test-fails',
    where: { location: sourceArn },
    with: { text: 'kinit-preauthentication' },
  });
  const { TaskArn } = await datasync.send(
    new CreateTaskCommand({ SourceLocationArn: sourceArn, DestinationLocationArn: destinationArn }),
  );
  const task = () => datasync.send(new DescribeTaskCommand({ TaskArn }));
  await until(async () => (await task()).Status === 'UNAVAILABLE');
  t.match(
    (await task()).ErrorDetail,
    /^Task failed to access location loc-\w+: x40015: kinit: Preauthentication failed/,
  );
  await t.rejects(datasync.send(new StartTaskExecutionCommand({ TaskArn })), /current status: UNAVAILABLE/);
  emulator.faults.removeAll();
  await until(async () => (await task()).Status === 'AVAILABLE');

  await bucketOf(its, 'bucket');
  const cases = [
    [
      's3-list-denied',
      /^DataSync location access test failed: could not perform s3:ListObjectsV2 on bucket\. Ensure/,
    ],
    ['s3-get-denied', /could not perform s3:GetObject in bucket bucket\. Access denied\./],
    ['s3-head-denied', /^DataSync bucket access test failed: could not perform s3:HeadBucket on bucket\./],
    [
      'role-not-assumable',
      /^Unable to assume role\..*roleName=datasync, roleArn=arn:aws:iam::111122223333:role\/datasync$/,
    ],
  ] as const;
  for (const [text, message] of cases) {
    emulator.faults.add({ fault: 'access-test-fails', with: { text } });
    await t.rejects(s3Location(its, 'bucket'), message);
    emulator.faults.removeAll();
  }
  emulator.faults.add({ fault: 'access-test-fails', with: { text: 's3-put-denied' } });
  const report = new CreateTaskCommand({
    SourceLocationArn: sourceArn,
    DestinationLocationArn: destinationArn,
    TaskReportConfig: {
      Destination: { S3: { S3BucketArn: 'arn:aws:s3:::bucket', BucketAccessRoleArn: ROLE } },
      OutputType: 'SUMMARY_ONLY',
    },
  });
  await t.rejects(
    datasync.send(report),
    /^DataSync bucket access test failed: could not perform s3:PutObject in bucket bucket/,
  );
  emulator.faults.removeAll();
  await t.resolves(s3Location(its, 'bucket'));
});

t.test('a location that cannot be reached makes new tasks UNAVAILABLE, until it can', async (t) => {
  const { emulator, datasync, sourceArn, destinationArn } = await bench(t);
  emulator.faults.add({ fault: 'location-unreachable', where: { location: 'nfs://nas.memory/' } });
  const { TaskArn } = await datasync.send(
    new CreateTaskCommand({ SourceLocationArn: sourceArn, DestinationLocationArn: destinationArn }),
  );
  const task = () => datasync.send(new DescribeTaskCommand({ TaskArn }));
  await until(async () => (await task()).Status === 'UNAVAILABLE');
  t.match((await task()).ErrorDetail, /x40016: mount\.nfs: Connection timed out/);
  emulator.faults.removeAll();
  await until(async () => (await task()).Status === 'AVAILABLE');
});

t.test('closing ends whatever waits because of a rule', async (t) => {
  const { emulator, start, datasync } = await bench(t);
  emulator.faults.add(
    { fault: 'stalled' },
    { fault: 'api-latency', where: { operation: 'ListTasks' }, with: { ms: 3_600_000 } },
    { fault: 'slow', when: { forMs: 3_600_000 } },
  );
  await start();
  const answer = fetch(`${emulator.endpoint}/_datasync/faults`).then(() => 'answered');
  t.equal(await answer, 'answered', 'its own routes are never struck');
  const before = real.now();
  await emulator.close();
  t.ok(real.now() - before < 2000);
  datasync.destroy();
});

t.test('the scenarios do what they say', async (t) => {
  const said = async (name: string, { emulator, fill, run }: Bench) => {
    fill(MANY);
    emulator.faults.addScenario(name);
    const { Status, Result, TaskExecutionArn = '' } = await run();
    const failed = emulator.problemsOf(TaskExecutionArn).filter(({ what }) => what === 'failed');
    return { Status, code: Result?.ErrorCode, failed, hits: emulator.faults.hits() };
  };
  const open = await said('open file', await bench(t));
  t.match(open, { Status: 'ERROR', failed: [{ message: /in use by another process/ }] });
  t.equal(open.failed.length, 1, 'the rest is copied');

  const full = await said('disk full', await bench(t));
  t.equal(full.Status, 'ERROR');
  t.ok(full.failed.length > 5 && full.failed.length < 40, `${full.failed.length} items of 43 no longer fit`);
  t.match(full.failed[0]?.message, /No space left on device/);

  const flaky = await said('flaky bucket', await bench(t));
  t.ok(flaky.hits.some(({ fault }) => fault === 'throttled'));
  t.match(flaky.failed[0]?.message, /SlowDown/);

  const held = await bench(t);
  await held.emulator.clock?.steer({ mode: 'held' });
  const drops = said('agent drops at 50 %', held);
  await until(() => held.emulator.faults.hits().length > 0);
  await held.emulator.clock?.steer({ advanceSeconds: 2 });
  t.match(await drops, { Status: 'ERROR', code: 'AgentLost' });

  const { emulator, datasync } = await bench(t);
  emulator.faults.addScenario('throttled API');
  const calls = Array.from({ length: 20 }, () =>
    datasync.send(new ListAgentsCommand({})).then(
      () => 'ok',
      (error: Error) => error.name,
    ),
  );
  t.strictSame([...new Set(await Promise.all(calls))].toSorted(), ['ThrottlingException', 'ok']);
});

const ROLE = 'arn:aws:iam::111122223333:role/datasync';

async function bucketOf({ emulator }: Bench, Bucket: string): Promise<void> {
  const s3 = new S3Client({
    endpoint: emulator.endpoint,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: { accessKeyId: '111122223333', secretAccessKey: 'test' },
  });
  await s3.send(new CreateBucketCommand({ Bucket }));
}

async function s3Location({ datasync }: Bench, bucket: string): Promise<string> {
  const { LocationArn = '' } = await datasync.send(
    new CreateLocationS3Command({
      S3BucketArn: `arn:aws:s3:::${bucket}`,
      S3Config: { BucketAccessRoleArn: ROLE },
    }),
  );
  return LocationArn;
}

async function enhancedTask(its: Bench): Promise<string> {
  await bucketOf(its, 'bucket');
  const { TaskArn } = await its.datasync.send(
    new CreateTaskCommand({
      SourceLocationArn: its.sourceArn,
      DestinationLocationArn: await s3Location(its, 'bucket'),
      TaskMode: 'ENHANCED',
    }),
  );
  const task = () => its.datasync.send(new DescribeTaskCommand({ TaskArn }));
  await until(async () => (await task()).Status === 'AVAILABLE');
  return TaskArn ?? '';
}
