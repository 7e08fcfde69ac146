// What Terraform's AWS provider does with a task, after its acceptance tests: wait until it can be had, read every
// default back, change one thing after another, tags, delete, gone.

import { setTimeout as wait } from 'node:timers/promises';
import {
  CreateTaskCommand,
  type CreateTaskCommandInput,
  DeleteLocationCommand,
  DeleteTaskCommand,
  DescribeTaskCommand,
  type DescribeTaskCommandOutput,
  ListTagsForResourceCommand,
  ListTasksCommand,
  type Options,
  StartTaskExecutionCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateTaskCommand,
} from '@aws-sdk/client-datasync';
import t from 'tap';
import { nfsLocation, refused, s3Location } from '../story.ts';
import { startTarget } from '../target.ts';

// Each state lasts long enough to be seen.
const target = await startTarget(['--pacing', 'scaled:150']);
t.teardown(() => target[Symbol.asyncDispose]());
const { datasync, account, region } = target;
const source = await nfsLocation(target, 'nas.memory', '/export');
const destination = await s3Location(target, 'tf-acc-test');
const bucket = {
  S3BucketArn: 'arn:aws:s3:::tf-acc-test',
  BucketAccessRoleArn: `arn:aws:iam::${account}:role/tf-acc-test`,
};

const describe = (TaskArn: string) => datasync.send(new DescribeTaskCommand({ TaskArn }));

/** @source terraform-provider-aws, task.go: pending CREATING and UNAVAILABLE, target AVAILABLE and RUNNING */
async function waited(TaskArn: string): Promise<DescribeTaskCommandOutput> {
  for (let tries = 0; tries < 200; tries += 1) {
    const task = await describe(TaskArn);
    if (task.Status === 'AVAILABLE' || task.Status === 'RUNNING') return task;
    await wait(20);
  }
  throw new Error('The task never became AVAILABLE.');
}

async function create(more: Partial<CreateTaskCommandInput> = {}): Promise<string> {
  const { TaskArn = '' } = await datasync.send(
    new CreateTaskCommand({ SourceLocationArn: source, DestinationLocationArn: destination, ...more }),
  );
  return TaskArn;
}

const update = (TaskArn: string, more: Omit<UpdateTaskCommand['input'], 'TaskArn'>) =>
  datasync.send(new UpdateTaskCommand({ TaskArn, ...more }));

/** What the provider sends for its block `options` when nothing stands in it. */
const DEFAULTS: Options = {
  Atime: 'BEST_EFFORT',
  BytesPerSecond: -1,
  Gid: 'INT_VALUE',
  LogLevel: 'OFF',
  Mtime: 'PRESERVE',
  ObjectTags: 'PRESERVE',
  OverwriteMode: 'ALWAYS',
  PosixPermissions: 'PRESERVE',
  PreserveDeletedFiles: 'PRESERVE',
  PreserveDevices: 'NONE',
  SecurityDescriptorCopyFlags: 'NONE',
  TaskQueueing: 'ENABLED',
  TransferMode: 'CHANGED',
  Uid: 'INT_VALUE',
  VerifyMode: 'POINT_IN_TIME_CONSISTENT',
};

t.test('basic: CREATING, then AVAILABLE with every default; then it disappears', async (t) => {
  await datasync.send(new ListTasksCommand({ MaxResults: 1 }));
  const TaskArn = await create({ Name: 'tf-acc-test' });
  t.match(TaskArn, new RegExp(`^arn:aws:datasync:${region}:${account}:task/task-[0-9a-f]{17}$`));
  t.equal((await describe(TaskArn)).Status, 'CREATING');
  await refused(t, datasync.send(new StartTaskExecutionCommand({ TaskArn })), /CREATING/);
  const task = await waited(TaskArn);
  t.match(task, {
    TaskArn,
    Name: 'tf-acc-test',
    Status: 'AVAILABLE',
    SourceLocationArn: source,
    DestinationLocationArn: destination,
    Includes: [],
    Excludes: [],
    TaskMode: 'BASIC',
    CreationTime: Date,
  });
  t.same(task.Options, DEFAULTS);
  for (const absent of [
    'Schedule',
    'ScheduleDetails',
    'TaskReportConfig',
    'CloudWatchLogGroupArn',
    'ErrorCode',
  ]) {
    t.notOk(absent in task, absent);
  }
  await refused(t, datasync.send(new DeleteLocationCommand({ LocationArn: source })), /in use/);

  const remove = () => datasync.send(new DeleteTaskCommand({ TaskArn }));
  await remove();
  await refused(t, describe(TaskArn), /not found/);
  await refused(t, remove(), /not found/);
});

t.test('schedule: set, disabled, taken away', async (t) => {
  const TaskArn = await create({ Schedule: { ScheduleExpression: 'cron(0 12 ? * SUN,WED *)' } });
  t.match(await waited(TaskArn), {
    Schedule: { ScheduleExpression: 'cron(0 12 ? * SUN,WED *)', Status: 'ENABLED' },
  });
  await update(TaskArn, {
    Schedule: { ScheduleExpression: 'cron(0 12 ? * SUN,MON *)', Status: 'DISABLED' },
  });
  t.match(await describe(TaskArn), {
    Schedule: { ScheduleExpression: 'cron(0 12 ? * SUN,MON *)', Status: 'DISABLED' },
    ScheduleDetails: {
      DisabledBy: 'USER',
      DisabledReason: 'Manually disabled by user.',
      StatusUpdateTime: Date,
    },
  });
  await refused(t, update(TaskArn, { Schedule: { ScheduleExpression: 'rate(30 minutes)' } }), /1 hour/);
  await update(TaskArn, { Schedule: { ScheduleExpression: '' } });
  const task = await describe(TaskArn);
  t.notOk('Schedule' in task || 'ScheduleDetails' in task);
});

t.test('log group, excludes and includes', async (t) => {
  const group = (name: string) => `arn:aws:logs:${region}:${account}:log-group:${name}`;
  const rules = (Value: string) => [{ FilterType: 'SIMPLE_PATTERN' as const, Value }];
  const TaskArn = await create({
    CloudWatchLogGroupArn: group('one'),
    Excludes: rules('/folder1|/folder2'),
    Includes: rules('/folder1|/folder2'),
  });
  t.match(await waited(TaskArn), {
    CloudWatchLogGroupArn: group('one'),
    Excludes: rules('/folder1|/folder2'),
    Includes: rules('/folder1|/folder2'),
  });
  await update(TaskArn, { CloudWatchLogGroupArn: group('two'), Excludes: rules('/test'), Includes: [] });
  const task = await describe(TaskArn);
  t.match(task, { CloudWatchLogGroupArn: group('two'), Excludes: rules('/test') });
  t.same(task.Includes, []);
  await update(TaskArn, { Excludes: [] });
  t.same((await describe(TaskArn)).Excludes, []);
});

t.test('options: each by itself, the whole block and a part of it', async (t) => {
  const TaskArn = await create();
  await waited(TaskArn);
  const changes: Options[] = [
    { Atime: 'NONE', Mtime: 'NONE' },
    { BytesPerSecond: 1 },
    { Gid: 'NONE', Uid: 'NONE' },
    { LogLevel: 'TRANSFER' },
    { ObjectTags: 'NONE' },
    { OverwriteMode: 'NEVER' },
    { PosixPermissions: 'NONE' },
    { PreserveDeletedFiles: 'REMOVE' },
    { PreserveDevices: 'PRESERVE' },
    { TaskQueueing: 'DISABLED' },
    { TransferMode: 'ALL' },
    { VerifyMode: 'NONE' },
    { VerifyMode: 'ONLY_FILES_TRANSFERRED' },
  ];
  for (const change of changes) {
    await update(TaskArn, { Options: { ...DEFAULTS, ...change } });
    t.same((await describe(TaskArn)).Options, { ...DEFAULTS, ...change });
  }
  await update(TaskArn, { Options: { LogLevel: 'BASIC' } });
  const left = { ...DEFAULTS, VerifyMode: 'ONLY_FILES_TRANSFERRED', LogLevel: 'BASIC' };
  t.same((await describe(TaskArn)).Options, left, 'a part changes a part');
  await refused(
    t,
    update(TaskArn, { Options: { TransferMode: 'ALL', PreserveDeletedFiles: 'REMOVE' } }),
    /^Invalid SyncOption value\. Option: TransferMode,PreserveDeletedFiles, Value: ALL,REMOVE\.$/,
  );
  t.same((await describe(TaskArn)).Options, left, 'what is refused changes nothing');
});

t.test('task report: overrides that say what the level says are dropped', async (t) => {
  const report = {
    Destination: { S3: { ...bucket, Subdirectory: 'test/' } },
    OutputType: 'STANDARD' as const,
    ReportLevel: 'SUCCESSES_AND_ERRORS' as const,
    ObjectVersionIds: 'INCLUDE' as const,
  };
  const TaskArn = await create({
    TaskReportConfig: {
      ...report,
      Overrides: {
        Deleted: { ReportLevel: 'ERRORS_ONLY' },
        Transferred: { ReportLevel: 'SUCCESSES_AND_ERRORS' },
      },
    },
  });
  t.same((await waited(TaskArn)).TaskReportConfig, {
    ...report,
    Overrides: { Deleted: { ReportLevel: 'ERRORS_ONLY' } },
  });
  await update(TaskArn, { TaskReportConfig: {} });
  t.notOk('TaskReportConfig' in (await describe(TaskArn)));
  const wrong = create({ TaskReportConfig: { ...report, ReportLevel: '' as 'ERRORS_ONLY' } });
  await t.rejects(wrong, {
    name: 'ValidationException',
    message:
      "1 validation error detected: Value '' at 'taskReportConfig.reportLevel' failed to satisfy constraint: Member must satisfy enum value set: [ERRORS_ONLY, SUCCESSES_AND_ERRORS]",
  });
});

t.test('tags: at create, added, changed, taken away', async (t) => {
  const TaskArn = await create({ Tags: [{ Key: 'key1', Value: 'value1' }] });
  const tags = async () =>
    (await datasync.send(new ListTagsForResourceCommand({ ResourceArn: TaskArn }))).Tags;
  t.same(await tags(), [{ Key: 'key1', Value: 'value1' }]);
  await datasync.send(
    new TagResourceCommand({
      ResourceArn: TaskArn,
      Tags: [
        { Key: 'key1', Value: 'changed' },
        { Key: 'key2', Value: '' },
      ],
    }),
  );
  t.same(await tags(), [
    { Key: 'key1', Value: 'changed' },
    { Key: 'key2', Value: '' },
  ]);
  await datasync.send(new UntagResourceCommand({ ResourceArn: TaskArn, Keys: ['key1', 'absent'] }));
  t.same(await tags(), [{ Key: 'key2', Value: '' }]);
});

t.test('enhanced: bucket to bucket, with the defaults of that mode', async (t) => {
  const TaskArn = await create({
    SourceLocationArn: await s3Location(target, 'tf-acc-enhanced'),
    TaskMode: 'ENHANCED',
  });
  const { TaskMode, Options } = await waited(TaskArn);
  t.equal(TaskMode, 'ENHANCED');
  t.same(Options, {
    ...DEFAULTS,
    VerifyMode: 'ONLY_FILES_TRANSFERRED',
    Uid: 'NONE',
    Gid: 'NONE',
    PosixPermissions: 'NONE',
  });
});

t.test('what CloudFormation sends for nothing is nothing', async (t) => {
  const TaskArn = await create({
    Schedule: { ScheduleExpression: '' },
    Options: {},
    Includes: [],
    Excludes: [],
    Tags: [{ Key: 'aws:cloudformation:stack-name', Value: 'stack' }],
  });
  const task = await waited(TaskArn);
  t.same(task.Options, DEFAULTS);
  t.notOk('Schedule' in task);
  await update(TaskArn, { Schedule: { ScheduleExpression: '' }, Options: {}, Includes: [], Excludes: [] });
  t.same({ ...(await describe(TaskArn)), $metadata: 0 }, { ...task, $metadata: 0 });
});

t.test('a location of no server: UNAVAILABLE, and it says why', async (t) => {
  const TaskArn = await create({ SourceLocationArn: await nfsLocation(target, 'example.invalid', '/') });
  for (let task = await describe(TaskArn); task.Status === 'CREATING'; task = await describe(TaskArn)) {
    await wait(20);
  }
  t.match(await describe(TaskArn), {
    Status: 'UNAVAILABLE',
    ErrorCode: /./,
    ErrorDetail: /^Task failed to access location loc-[0-9a-f]{17}: x40016: mount\.nfs: /,
  });
  await datasync.send(new DeleteTaskCommand({ TaskArn }));
});
