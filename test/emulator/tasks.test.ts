import t from 'tap';
import { createTask } from '../../src/emulator/actions/create-task.ts';
import { deleteTask } from '../../src/emulator/actions/delete-task.ts';
import { describeTask } from '../../src/emulator/actions/describe-task.ts';
import { listTaskExecutions } from '../../src/emulator/actions/list-task-executions.ts';
import { listTasks } from '../../src/emulator/actions/list-tasks.ts';
import { updateTask } from '../../src/emulator/actions/update-task.ts';
import type { LocationRecord } from '../../src/emulator/records.ts';
import type { Input } from '../../src/model/operations.ts';
import { StorageError } from '../../src/storage/storage-error.ts';
import { contextOf, refusal, scope } from './fixture.ts';
import {
  type LivePlane,
  livePlane,
  locationOn,
  longRun,
  settled,
  someAgent,
  someTask,
  start,
  taskOf,
} from './live-plane.ts';

const ARN = `arn:aws:datasync:${scope.region}:${scope.account}`;
const BUCKET = {
  S3BucketArn: 'arn:aws:s3:::reports',
  BucketAccessRoleArn: 'arn:aws:iam::123456789012:role/r',
};
const MANIFEST = { Source: { S3: { ...BUCKET, ManifestObjectPath: 'm.csv' } } };
const REPORT = { Destination: { S3: BUCKET } };

function refused(
  plane: LivePlane,
  input: Partial<Input<'CreateTask'>>,
  ends: Partial<Record<'source' | 'destination', LocationRecord>> = {},
) {
  const { source = locationOn(plane, 'Nfs'), destination = locationOn(plane, 'S3') } = ends;
  return refusal(() =>
    createTask(
      { SourceLocationArn: source.arn, DestinationLocationArn: destination.arn, ...input },
      contextOf(plane),
    ),
  );
}

t.test('what is not there is refused with its id', async (t) => {
  const plane = livePlane();
  const missing = `${ARN}:location/loc-00000000000000000`.replace(':location', ':location');
  const gone = await refused(plane, { SourceLocationArn: missing });
  t.equal(gone.message, 'Location loc-00000000000000000 is not found.');
  t.equal(gone.name, 'InvalidRequestException');
  const foreign = missing.replace(scope.account, '999999999999');
  t.equal(
    (await refused(plane, { DestinationLocationArn: foreign })).message,
    'Invalid parameter: ARN account (999999999999) must match authenticated user.',
  );
  const task = `${ARN}:task/task-00000000000000000`;
  for (const call of [
    () => describeTask({ TaskArn: task }, contextOf(plane)),
    () => updateTask({ TaskArn: task }, contextOf(plane)),
    () => deleteTask({ TaskArn: task }, contextOf(plane)),
    () => listTaskExecutions({ TaskArn: task }, contextOf(plane)),
  ]) {
    t.equal((await refusal(call)).message, 'Task task-00000000000000000 is not found.');
  }
  t.equal(plane.tasks.all().length, 0);
});

t.test('what cannot work is refused when the task is made, and no task is made', async (t) => {
  const plane = livePlane();
  const cases: [string, Partial<Input<'CreateTask'>>, RegExp][] = [
    [
      'options',
      { Options: { TransferMode: 'ALL', PreserveDeletedFiles: 'REMOVE' } },
      /^Invalid SyncOption value\. Option: TransferMode,PreserveDeletedFiles, Value: ALL,REMOVE\.$/,
    ],
    [
      'a level for a summary',
      { TaskReportConfig: { ...REPORT, OutputType: 'SUMMARY_ONLY', ReportLevel: 'ERRORS_ONLY' } },
      /^ReportLevel cannot be used with OutputType SUMMARY_ONLY/,
    ],
    [
      'an include with a star inside',
      { Includes: [{ FilterType: 'SIMPLE_PATTERN', Value: '/ok/*|*.txt' }] },
      /The pattern "\*\.txt" has a "\*" that is not its last character/,
    ],
    [
      'filters that are too long',
      { Includes: [{ Value: `/${'a'.repeat(60_000)}` }], Excludes: [{ Value: `/${'b'.repeat(60_000)}` }] },
      /120002 characters together; the most is 102400/,
    ],
    [
      'a manifest with filters',
      { ManifestConfig: MANIFEST, Excludes: [{ Value: '*.tmp' }] },
      /manifest cannot be combined/,
    ],
    [
      'a manifest with deletion',
      { ManifestConfig: MANIFEST, Options: { PreserveDeletedFiles: 'REMOVE' } },
      /PreserveDeletedFiles, Value: REMOVE/,
    ],
    ['a report without a place', { TaskReportConfig: { OutputType: 'STANDARD' } }, /no Destination\.S3/],
    [
      'a schedule that is none',
      { Schedule: { ScheduleExpression: 'cron(0 8 * * 3#1)' } },
      /six fields .* this one has 5/,
    ],
    ['a schedule that is too often', { Schedule: { ScheduleExpression: 'rate(30 minutes)' } }, /1 hour/],
    [
      'a tag twice',
      {
        Tags: [
          { Key: 'a', Value: '1' },
          { Key: 'a', Value: '2' },
        ],
      },
      /more than once/,
    ],
  ];
  for (const [name, input, said] of cases) {
    const error = await refused(plane, input);
    t.match(error.message, said, name);
    t.equal(error.name, 'InvalidRequestException');
  }
  const bare = await refused(plane, { ManifestConfig: { Action: 'TRANSFER', Format: 'CSV' } });
  t.equal(bare.name, 'ValidationException');
  t.match(bare.message, /manifestConfig\.source\.s3\.bucketAccessRoleArn/);
  t.match(
    (await refused(plane, {}, { destination: locationOn(plane, 'Nfs') })).message,
    /NFS to NFS is not supported/,
  );
  t.match(
    (await refused(plane, { TaskMode: 'ENHANCED' }, { destination: locationOn(plane, 'Efs') })).message,
    /Enhanced/,
  );
  t.equal(plane.tasks.all().length, 0);
  t.strictSame(plane.told, []);
});

t.test('a report bucket that cannot be written to is refused at each place where it is given', async (t) => {
  const plane = livePlane();
  const TaskArn = await someTask(plane);
  plane.worker.probeFails = () => new StorageError('PermissionDenied', 'reports', 'Access denied');
  const text =
    'DataSync bucket access test failed: could not perform s3:PutObject in bucket reports. Access denied. Ensure bucket access role has s3:PutObject permission.';
  t.equal(
    (await refused(plane, { TaskReportConfig: REPORT }, { source: locationOn(plane, 'S3') })).message,
    text,
  );
  t.equal(
    (await refusal(() => updateTask({ TaskArn, TaskReportConfig: REPORT }, contextOf(plane)))).message,
    text,
  );
  t.equal((await refusal(() => start(plane, TaskArn, { TaskReportConfig: REPORT }))).message, text);
  t.equal(plane.executions.all().length, 0);
  plane.worker.probeFails = () => new StorageError('NotFound', 'reports', 'The bucket does not exist');
  t.match(
    (await refused(plane, { TaskReportConfig: REPORT }, { source: locationOn(plane, 'S3') })).message,
    /reports\. The bucket does not exist\. Ensure/,
  );
  plane.worker.probeFails = () => new StorageError('NotFound', 'reports', 'There is none. Make one.');
  t.match(
    (await refused(plane, { TaskReportConfig: REPORT }, { source: locationOn(plane, 'S3') })).message,
    /reports\. There is none\. Make one\. Ensure/,
    'one full stop is enough',
  );
});

t.test('the 101st task is refused, in its account and Region only', async (t) => {
  const plane = livePlane({ settings: { maxTasks: 2 } });
  const first = await someTask(plane);
  await someTask(plane);
  t.match((await refused(plane, {})).message, /quota of 2 tasks/);
  deleteTask({ TaskArn: first }, contextOf(plane));
  t.ok(await someTask(plane));
});

t.test('what changes while a report bucket is tested is seen', async (t) => {
  const plane = livePlane({ settings: { maxTasks: 1 } });
  const [one, other] = [locationOn(plane, 'S3'), locationOn(plane, 'S3')];
  const ends = { SourceLocationArn: one.arn, DestinationLocationArn: other.arn };
  const calls = [1, 2, 3].map(() => createTask({ ...ends, TaskReportConfig: REPORT }, contextOf(plane)));
  const ended = await Promise.allSettled(calls);
  t.strictSame(
    ended.map(({ status }) => status),
    ['fulfilled', 'rejected', 'rejected'],
  );
  t.equal(plane.tasks.all().length, 1, 'calls at once do not pass the quota');

  const another = livePlane();
  const source = locationOn(another, 'S3');
  const call = refused(another, { TaskReportConfig: REPORT }, { source });
  another.locations.delete(source.arn);
  t.equal((await call).message, `Location ${source.id} is not found.`);
  t.equal(another.tasks.all().length, 0);
});

t.test('a start is refused when its task went while the report bucket was tested', async (t) => {
  const plane = livePlane();
  const TaskArn = await someTask(plane);
  const call = refusal(() => start(plane, TaskArn, { TaskReportConfig: REPORT }));
  deleteTask({ TaskArn }, contextOf(plane));
  t.match((await call).message, /is not found/);
  t.equal(plane.executions.all().length, 0);
});

t.test('a location that cannot be mounted makes the task UNAVAILABLE until it can be', async (t) => {
  const plane = livePlane();
  plane.worker.probeFails = () => new StorageError('Unreachable', 'nas', 'nas.example does not answer');
  const source = locationOn(plane, 'Nfs');
  const TaskArn = await someTask(plane, {}, source);
  const task = await taskOf(plane, TaskArn);
  t.equal(task.Status, 'UNAVAILABLE');
  t.equal(task.ErrorCode, 'SyncTaskErrorLocationNotAdded');
  t.equal(
    task.ErrorDetail,
    `Task failed to access location ${source.id}: x40016: mount.nfs: Connection timed out (nas.example does not answer)`,
  );
  t.match(
    (await refusal(() => start(plane, TaskArn))).message,
    /current status: UNAVAILABLE\. Task failed to access/,
  );
  plane.worker.probeFails = () => undefined;
  t.equal((await taskOf(plane, TaskArn)).Status, 'UNAVAILABLE', 'looking heals nothing');
  await plane.clock.advance(30_000);
  const healed = await taskOf(plane, TaskArn);
  t.equal(healed.Status, 'AVAILABLE');
  t.notOk('ErrorCode' in healed || 'ErrorDetail' in healed);
  t.equal(plane.clock.sleeping, 0);
});

t.test('a server that maps ids makes the task UNAVAILABLE with a code of its own', async (t) => {
  const plane = livePlane();
  const code = 'FsNfsIdMappingEnabled';
  plane.worker.probeFails = () => new StorageError('Unsupported', 'nas', 'Owners have names.', { code });
  const task = await taskOf(plane, await someTask(plane));
  t.match(task, { Status: 'UNAVAILABLE', ErrorCode: code, ErrorDetail: /server-side NFSv4 ID mapping/ });
});

t.test('a start and an update look again at once', async (t) => {
  const plane = livePlane();
  plane.worker.probeFails = () => new StorageError('PermissionDenied', 'nas', 'no');
  const first = await someTask(plane, {}, locationOn(plane, 'Smb'));
  const second = await someTask(plane);
  t.match((await taskOf(plane, first)).ErrorDetail, /x40016: mount error\(13\): Permission denied/);
  plane.worker.probeFails = () => undefined;
  t.ok(await start(plane, first));
  await updateTask({ TaskArn: second, Name: 'again' }, contextOf(plane));
  await settled();
  t.equal((await taskOf(plane, second)).Status, 'AVAILABLE');
});

t.test('an agent that is offline makes the task UNAVAILABLE', async (t) => {
  const plane = livePlane();
  const agent = someAgent(plane, 'OFFLINE');
  const TaskArn = await someTask(plane, {}, locationOn(plane, 'Nfs', { agentArns: [agent.arn] }));
  t.match((await taskOf(plane, TaskArn)).ErrorDetail, /agent .* is offline/);
});

t.test('a task is CREATING until its test is done, and cannot be started then', async (t) => {
  const plane = livePlane();
  let answer = () => {};
  plane.worker.probe = () =>
    new Promise((resolve) => {
      answer = resolve;
    });
  const TaskArn = await someTask(plane);
  t.equal((await taskOf(plane, TaskArn)).Status, 'CREATING');
  t.match((await refusal(() => start(plane, TaskArn))).message, /CREATING\. Wait until it is AVAILABLE/);
  answer();
  await settled();
  t.equal((await taskOf(plane, TaskArn)).Status, 'AVAILABLE');
});

t.test('scaled pacing: CREATING lasts its time', async (t) => {
  const plane = livePlane({ settings: { pacing: { kind: 'scaled', stateMs: 1000 } } });
  const [source, destination] = [locationOn(plane, 'Efs'), locationOn(plane, 'S3')];
  const ends = { SourceLocationArn: source.arn, DestinationLocationArn: destination.arn };
  const { TaskArn = '' } = await createTask(ends, contextOf(plane));
  await plane.clock.advance(999);
  t.equal((await taskOf(plane, TaskArn)).Status, 'CREATING');
  t.match((await refusal(() => start(plane, TaskArn))).message, /CREATING/);
  await plane.clock.advance(1);
  t.equal((await taskOf(plane, TaskArn)).Status, 'AVAILABLE');
});

t.test('locations inside AWS are not tested when the task is made', async (t) => {
  const plane = livePlane();
  const TaskArn = await someTask(plane, {}, locationOn(plane, 'Efs'));
  t.equal((await taskOf(plane, TaskArn)).Status, 'AVAILABLE');
  t.strictSame(plane.worker.probed, []);
  t.match(plane.told, [/CREATING/, /AVAILABLE/]);
});

t.test('a bare task reads back complete, without what there is not', async (t) => {
  const plane = livePlane();
  const [source, destination] = [locationOn(plane, 'Nfs'), locationOn(plane, 'S3')];
  const TaskArn = await someTask(plane, {}, source, destination);
  const { Options, CreationTime, ...rest } = await taskOf(plane, TaskArn);
  t.strictSame(rest, {
    TaskArn,
    Status: 'AVAILABLE',
    SourceLocationArn: source.arn,
    DestinationLocationArn: destination.arn,
    SourceNetworkInterfaceArns: [],
    DestinationNetworkInterfaceArns: [],
    Excludes: [],
    Includes: [],
    TaskMode: 'BASIC',
  });
  t.equal(Object.keys(Options ?? {}).length, 15);
  t.equal(CreationTime?.getTime(), plane.clock.now());
});

t.test('a full task reads back as it was made', async (t) => {
  const plane = livePlane();
  const agent = someAgent(plane);
  const given = {
    Name: 'nightly',
    CloudWatchLogGroupArn: 'arn:aws:logs:us-east-1:123456789012:log-group:g:*',
    Options: { LogLevel: 'TRANSFER', BytesPerSecond: 1048576 } as const,
    Includes: [{ FilterType: 'SIMPLE_PATTERN' as const, Value: '/folder1|/odd\\*name|/folder2*' }],
    Excludes: [{ FilterType: 'SIMPLE_PATTERN' as const, Value: '*/a*b' }],
    Schedule: { ScheduleExpression: 'cron(0 12 ? * SUN,WED *)', Status: 'DISABLED' as const },
    TaskReportConfig: { ...REPORT, OutputType: 'STANDARD' as const, ReportLevel: 'ERRORS_ONLY' as const },
    Tags: [{ Key: 'team', Value: 'x' }],
  };
  const TaskArn = await someTask(
    plane,
    given,
    locationOn(plane, 'Nfs', { agentArns: [agent.arn] }),
    locationOn(plane, 'Efs'),
  );
  const task = await taskOf(plane, TaskArn);
  const { Options, Tags: _tags, ...same } = given;
  t.match(task, same);
  t.match(task.Options, { ...Options, Uid: 'INT_VALUE', VerifyMode: 'POINT_IN_TIME_CONSISTENT' });
  t.strictSame(task.ScheduleDetails, {
    StatusUpdateTime: new Date(plane.clock.now()),
    DisabledReason: 'Manually disabled by user.',
    DisabledBy: 'USER',
  });
  t.equal(task.DestinationNetworkInterfaceArns?.length, 4);
  t.match(
    task.DestinationNetworkInterfaceArns?.[0],
    /^arn:aws:ec2:us-east-1:123456789012:network-interface\/eni-0[0-9a-f]{16}$/,
  );
  t.strictSame(task.SourceNetworkInterfaceArns, []);
  t.strictSame(plane.tasks.get(TaskArn)?.tags, { team: 'x' });
});

t.test('an update changes what it names', async (t) => {
  const plane = livePlane();
  const TaskArn = await someTask(plane, {
    Name: 'n',
    Includes: [{ Value: '/a' }],
    Options: { LogLevel: 'BASIC', OverwriteMode: 'NEVER' },
    TaskReportConfig: REPORT,
    Schedule: { ScheduleExpression: 'rate(1 day)' },
  });
  const update = (input: Omit<Input<'UpdateTask'>, 'TaskArn'>) =>
    updateTask({ TaskArn, ...input }, contextOf(plane));
  await update({ Options: { LogLevel: 'TRANSFER' } });
  const partly = await taskOf(plane, TaskArn);
  t.match(partly, {
    Name: 'n',
    Includes: [{ Value: '/a' }],
    Options: { LogLevel: 'TRANSFER', OverwriteMode: 'NEVER' },
    Schedule: { ScheduleExpression: 'rate(1 day)' },
  });
  await update({
    Includes: [],
    Schedule: { ScheduleExpression: '' },
    TaskReportConfig: {},
    Name: 'm',
    ManifestConfig: MANIFEST,
  });
  const cleared = await taskOf(plane, TaskArn);
  t.match(cleared, { Name: 'm', Includes: [], ManifestConfig: MANIFEST });
  t.notOk('Schedule' in cleared || 'ScheduleDetails' in cleared || 'TaskReportConfig' in cleared);
  await update({ ManifestConfig: {} });
  t.notOk('ManifestConfig' in (await taskOf(plane, TaskArn)));
});

t.test('an update that is refused changes nothing', async (t) => {
  const plane = livePlane();
  const TaskArn = await someTask(plane, { Options: { PreserveDeletedFiles: 'REMOVE' } });
  const before = plane.tasks.get(TaskArn);
  const update = (input: Omit<Input<'UpdateTask'>, 'TaskArn'>) =>
    refusal(() => updateTask({ TaskArn, Name: 'x', ...input }, contextOf(plane)));
  t.match(
    (await update({ Options: { TransferMode: 'ALL' } })).message,
    /ALL,REMOVE/,
    'with the values that stay',
  );
  t.match((await update({ Schedule: { ScheduleExpression: 'rate(1 hours)' } })).message, /written "hour"/);
  t.match((await update({ ManifestConfig: MANIFEST })).message, /REMOVE/);
  t.equal(plane.tasks.get(TaskArn), before);
  const enhanced = await someTask(plane, { TaskMode: 'ENHANCED' }, locationOn(plane, 'S3'));
  const group = (name: string) =>
    updateTask(
      { TaskArn: enhanced, CloudWatchLogGroupArn: `arn:aws:logs:us-east-1:123456789012:log-group:${name}` },
      contextOf(plane),
    );
  t.match((await refusal(() => group('mine'))).message, /\/aws\/datasync/);
  await group('/aws/datasync:*');
});

t.test('overrides of a report that say what its level says are forgotten', async (t) => {
  const plane = livePlane();
  const Overrides = {
    Transferred: { ReportLevel: 'ERRORS_ONLY' },
    Deleted: { ReportLevel: 'SUCCESSES_AND_ERRORS' },
  } as const;
  const TaskArn = await someTask(plane, {
    TaskReportConfig: { ...REPORT, ReportLevel: 'ERRORS_ONLY', Overrides },
  });
  t.strictSame((await taskOf(plane, TaskArn)).TaskReportConfig?.Overrides, { Deleted: Overrides.Deleted });
});

t.test('a busy task is not deleted; a deleted one takes its executions with it', async (t) => {
  const plane = livePlane();
  plane.worker.play = longRun;
  const TaskArn = await someTask(plane);
  const other = await someTask(plane);
  const arn = await start(plane, TaskArn);
  t.match(
    (await refusal(() => deleteTask({ TaskArn }, contextOf(plane)))).message,
    /cannot be deleted while its task execution exec-/,
  );
  await plane.clock.advance(3_600_000);
  await start(plane, other);
  deleteTask({ TaskArn }, contextOf(plane));
  t.equal(plane.executions.get(arn), undefined);
  t.equal(plane.executions.all().length, 1);
  t.match((await refusal(() => describeTask({ TaskArn }, contextOf(plane)))).message, /not found/);
  await plane.shutdown();
});

t.test('tasks are listed by pages, the oldest first, filtered by location', async (t) => {
  const plane = livePlane();
  const source = locationOn(plane, 'Nfs');
  const first = await someTask(plane, { Name: 'a' }, source);
  const second = await someTask(plane, { TaskMode: 'ENHANCED' });
  const one = await listTasks({ MaxResults: 1 }, contextOf(plane));
  t.strictSame(one.Tasks, [{ TaskArn: first, Status: 'AVAILABLE', Name: 'a', TaskMode: 'BASIC' }]);
  const two = await listTasks({ MaxResults: 1, NextToken: one.NextToken }, contextOf(plane));
  t.strictSame(two, { Tasks: [{ TaskArn: second, Status: 'AVAILABLE', TaskMode: 'ENHANCED' }] });
  const found = await listTasks(
    { Filters: [{ Name: 'LocationId', Operator: 'Equals', Values: [source.arn] }] },
    contextOf(plane),
  );
  t.strictSame(
    found.Tasks?.map((task) => task.TaskArn),
    [first],
  );
  const elsewhere = await listTasks({}, contextOf(plane, { ...scope, region: 'eu-west-1' }));
  t.strictSame(elsewhere, { Tasks: [] });
});
