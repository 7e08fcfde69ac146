// What programs that start tasks themselves do: overrides for one run, a queue of them, a change of bandwidth, a
// cancel; and what AWS's Digital Evidence Archive holds true of DataSync in its tests.

import {
  CancelTaskExecutionCommand,
  CreateTaskCommand,
  DeleteTaskCommand,
  DescribeTaskCommand,
  DescribeTaskExecutionCommand,
  ListTagsForResourceCommand,
  ListTaskExecutionsCommand,
  StartTaskExecutionCommand,
  type StartTaskExecutionCommandInput,
  UpdateTaskCommand,
  UpdateTaskExecutionCommand,
} from '@aws-sdk/client-datasync';
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3';
import t, { type Test } from 'tap';
import { endOf, readyTask, refused, s3Location } from '../story.ts';
import { startTarget } from '../target.ts';

const target = await startTarget();
t.teardown(() => target[Symbol.asyncDispose]());
const { datasync, s3, account, region } = target;

type Over = Omit<StartTaskExecutionCommandInput, 'TaskArn'>;

const start = async (TaskArn: string, over: Over = {}) =>
  (await datasync.send(new StartTaskExecutionCommand({ TaskArn, ...over }))).TaskExecutionArn ?? '';
const execution = (TaskExecutionArn: string) =>
  datasync.send(new DescribeTaskExecutionCommand({ TaskExecutionArn }));
const task = (TaskArn: string) => datasync.send(new DescribeTaskCommand({ TaskArn }));
const only = (Value: string) => [{ FilterType: 'SIMPLE_PATTERN' as const, Value }];

const ended = (arn: string) => endOf(target, arn);

const put = (Bucket: string, Key: string, Body: string | Buffer) =>
  s3.send(new PutObjectCommand({ Bucket, Key, Body }));
const keys = async (Bucket: string) =>
  (await s3.send(new ListObjectsV2Command({ Bucket }))).Contents?.map(({ Key }) => Key) ?? [];
const text = async (Bucket: string, Key: string) =>
  (await s3.send(new GetObjectCommand({ Bucket, Key }))).Body?.transformToString();

/** A bucket with the objects a, b and c, an empty one, and a task from the first to the second. */
async function taskBetween(t: Test, name: string): Promise<{ TaskArn: string; from: string; to: string }> {
  const [from, to] = [`${name}-from`, `${name}-to`];
  const [source, destination] = [await s3Location(target, from), await s3Location(target, to)];
  for (const key of ['a', 'b', 'c']) await put(from, key, key.repeat(100_000));
  const TaskArn = await readyTask(target, source, destination);
  t.equal((await task(TaskArn)).Status, 'AVAILABLE');
  return { TaskArn, from, to };
}

t.test('a Lambda starts the task for one object: what it overrides does not stick', async (t) => {
  const { TaskArn, to } = await taskBetween(t, 'lambda');
  const before = await task(TaskArn);
  const arn = await start(TaskArn, {
    Includes: only('/b'),
    OverrideOptions: { VerifyMode: 'NONE', LogLevel: 'TRANSFER' },
    Tags: [{ Key: 'from', Value: 'lambda' }],
  });
  t.match(await ended(arn), {
    Status: 'SUCCESS',
    Includes: only('/b'),
    Options: { ...before.Options, VerifyMode: 'NONE', LogLevel: 'TRANSFER' },
  });
  t.ok((await keys(to)).includes('b'));
  t.notOk((await keys(to)).includes('a'));
  const after = await task(TaskArn);
  t.same(
    { ...after, $metadata: 0 },
    { ...before, CurrentTaskExecutionArn: arn, $metadata: 0 },
    'the task is as it was, but for its last execution',
  );
  const { Tags } = await datasync.send(new ListTagsForResourceCommand({ ResourceArn: arn }));
  t.same(Tags, [{ Key: 'from', Value: 'lambda' }]);
});

t.test('a queue: one at a time, in the order in which they came', async (t) => {
  const { TaskArn, to } = await taskBetween(t, 'queue');
  const first = await start(TaskArn, { Includes: only('/a'), OverrideOptions: { BytesPerSecond: 1 } });
  const second = await start(TaskArn, { Includes: only('/b') });
  const third = await start(TaskArn, { Includes: only('/c') });
  t.equal((await execution(second)).Status, 'QUEUED');
  t.notOk('LaunchTime' in (await execution(second)));
  t.match(await task(TaskArn), { Status: 'RUNNING', CurrentTaskExecutionArn: third });
  await refused(t, start(TaskArn, { Includes: only('/b') }), /same include, exclude filters/);
  await refused(
    t,
    start(TaskArn, { Includes: only('/x'), OverrideOptions: { TaskQueueing: 'DISABLED' } }),
    /TaskQueueing is DISABLED/,
  );
  await refused(t, datasync.send(new DeleteTaskCommand({ TaskArn })), /cannot be deleted/);

  const options = (BytesPerSecond: number) => ({ TaskExecutionArn: first, Options: { BytesPerSecond } });
  await refused(t, datasync.send(new UpdateTaskExecutionCommand(options(0))), /BytesPerSecond/);
  const others = { TaskExecutionArn: first, Options: { VerifyMode: 'NONE' as const } };
  await refused(t, datasync.send(new UpdateTaskExecutionCommand(others)), /Only BytesPerSecond/);
  await datasync.send(new UpdateTaskCommand({ TaskArn, Excludes: only('/never') }));
  t.same((await execution(first)).Excludes, [], 'a change of the task is for later executions');
  // At a byte a second it would take more than a day.
  await datasync.send(new UpdateTaskExecutionCommand(options(-1)));

  const all = [await ended(first), await ended(second), await ended(third)];
  t.match(all, [{ Status: 'SUCCESS' }, { Status: 'SUCCESS' }, { Status: 'SUCCESS' }]);
  const times = all.flatMap(({ LaunchTime, EndTime }) => [Number(LaunchTime), Number(EndTime)]);
  t.same(times, [...times].sort(), 'none began before the one before it had ended');
  t.same(
    (await keys(to)).filter((key) => key?.length === 1),
    ['a', 'b', 'c'],
  );
  const { TaskExecutions = [] } = await datasync.send(new ListTaskExecutionsCommand({ TaskArn }));
  t.same(
    TaskExecutions.map(({ TaskExecutionArn }) => TaskExecutionArn),
    [first, second, third],
    'the oldest first',
  );
  await refused(
    t,
    datasync.send(new CancelTaskExecutionCommand({ TaskExecutionArn: first })),
    /cannot be cancelled in its current status: SUCCESS/,
  );
});

t.test('cancelled while it runs and while it waits; the next run repairs', async (t) => {
  const { TaskArn, to } = await taskBetween(t, 'cancel');
  const running = await start(TaskArn, { OverrideOptions: { BytesPerSecond: 1 } });
  const waiting = await start(TaskArn, { Includes: only('/b') });
  for (const TaskExecutionArn of [waiting, running]) {
    await datasync.send(new CancelTaskExecutionCommand({ TaskExecutionArn }));
    const { Status, Result, EndTime } = await ended(TaskExecutionArn);
    t.equal(Status, 'ERROR', 'there is no status for it');
    t.match(Result, { ErrorCode: /./, ErrorDetail: /cancelled/ });
    t.ok(EndTime);
  }
  t.equal((await task(TaskArn)).Status, 'AVAILABLE');
  for (const key of await keys(to)) t.not(key, 'a', 'nothing half written is seen');
  t.equal((await ended(await start(TaskArn))).Status, 'SUCCESS');
  t.equal(await text(to, 'a'), 'a'.repeat(100_000));
});

t.test('Digital Evidence Archive: a source that is not there, told by its id', async (t) => {
  const missing = `arn:aws:datasync:${region}:${account}:location/loc-00000000000000000`;
  const destination = await s3Location(target, 'dea-task');
  await t.rejects(
    datasync.send(new CreateTaskCommand({ SourceLocationArn: missing, DestinationLocationArn: destination })),
    { message: 'Location loc-00000000000000000 is not found.' },
  );
});

t.test('Digital Evidence Archive: OverwriteMode NEVER leaves what was there', async (t) => {
  const { TaskArn, from, to } = await taskBetween(t, 'dea');
  await datasync.send(new UpdateTaskCommand({ TaskArn, Options: { OverwriteMode: 'NEVER' } }));
  t.equal((await ended(await start(TaskArn))).Status, 'SUCCESS');
  await put(from, 'a', 'changed');
  await put(from, 'new', 'new');
  t.equal((await ended(await start(TaskArn))).Status, 'SUCCESS');
  t.equal(await text(to, 'a'), 'a'.repeat(100_000));
  t.equal(await text(to, 'new'), 'new');
});

t.test('Digital Evidence Archive: a report bucket that is not there is refused by CreateTask', async (t) => {
  const report = {
    OutputType: 'STANDARD' as const,
    Destination: {
      S3: { S3BucketArn: 'arn:aws:s3:::dea-none', BucketAccessRoleArn: `arn:aws:iam::${account}:role/r` },
    },
  };
  const SourceLocationArn = await s3Location(target, 'dea-report-from');
  const DestinationLocationArn = await s3Location(target, 'dea-report-to');
  await refused(
    t,
    datasync.send(
      new CreateTaskCommand({ SourceLocationArn, DestinationLocationArn, TaskReportConfig: report }),
    ),
    /^DataSync bucket access test failed: could not perform s3:PutObject in bucket/,
  );
});
