// Many calls at the same moment, and many accounts: quotas hold to the one, ids are given once, no change is lost,
// and nobody sees what is another's.

import {
  CancelTaskExecutionCommand,
  CreateAgentCommand,
  CreateTaskCommand,
  DataSyncClient,
  DeleteTaskCommand,
  DescribeTaskCommand,
  DescribeTaskExecutionCommand,
  ListAgentsCommand,
  ListTagsForResourceCommand,
  ListTasksCommand,
  paginateListTasks,
  StartTaskExecutionCommand,
  TagResourceCommand,
  UpdateTaskCommand,
} from '@aws-sdk/client-datasync';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import t from 'tap';
import { endOf, readyTask, refused, s3Location } from '../story.ts';
import { startTarget } from '../target.ts';

const target = await startTarget();
t.teardown(() => target[Symbol.asyncDispose]());
const { datasync, account, endpoint } = target;
const source = await s3Location(target, 'many-from');
const destination = await s3Location(target, 'many-to');
await target.s3.send(new PutObjectCommand({ Bucket: 'many-from', Key: 'd/a', Body: 'a'.repeat(100_000) }));

const times = (count: number) => Array.from({ length: count }, (_, index) => index);

/** What came of calls that were made at once. */
async function atOnce<Answer>(calls: readonly Promise<Answer>[]) {
  const ends = await Promise.allSettled(calls);
  return {
    answers: ends.flatMap((end) => (end.status === 'fulfilled' ? [end.value] : [])),
    refusals: new Set(ends.flatMap((end) => (end.status === 'rejected' ? [end.reason] : [])).map(String)),
  };
}

t.test('150 tasks at once: 100 are made', async (t) => {
  const { answers, refusals } = await atOnce(
    times(150).map(() =>
      datasync.send(
        new CreateTaskCommand({
          SourceLocationArn: source,
          DestinationLocationArn: destination,
          TaskReportConfig: {
            OutputType: 'SUMMARY_ONLY',
            Destination: {
              S3: {
                S3BucketArn: 'arn:aws:s3:::many-to',
                BucketAccessRoleArn: `arn:aws:iam::${account}:role/r`,
              },
            },
          },
        }),
      ),
    ),
  );
  const made = new Set(answers.map(({ TaskArn = '' }) => TaskArn));
  t.equal(made.size, 100);
  t.equal(refusals.size, 1);
  t.match([...refusals], [/InvalidRequestException: The quota of 100 tasks/]);
  const listed: string[] = [];
  for await (const { Tasks = [] } of paginateListTasks({ client: datasync, pageSize: 7 }, {})) {
    listed.push(...Tasks.map(({ TaskArn = '' }) => TaskArn));
  }
  t.same(new Set(listed), made);
  t.equal(listed.length, 100, 'each on one page');
  await Promise.all(listed.map((TaskArn) => datasync.send(new DeleteTaskCommand({ TaskArn }))));
});

t.test('80 starts at once: one runs, 50 wait; changes of the task meanwhile are all kept', async (t) => {
  const TaskArn = await readyTask(target, source, destination);
  const start = (Value: string) =>
    datasync.send(
      new StartTaskExecutionCommand({
        TaskArn,
        OverrideOptions: { BytesPerSecond: 1 },
        Includes: [{ FilterType: 'SIMPLE_PATTERN', Value }],
      }),
    );
  const { TaskExecutionArn: first = '' } = await start('/d');
  const { answers, refusals } = await atOnce(times(80).map((index) => start(`/d/${index}`)));
  const waiting = new Set(answers.map(({ TaskExecutionArn = '' }) => TaskExecutionArn));
  t.equal(waiting.size, 50);
  t.match([...refusals], [/already has 50 queued task executions/]);

  await Promise.all([
    ...times(20).map((index) =>
      datasync.send(
        new TagResourceCommand({ ResourceArn: TaskArn, Tags: [{ Key: `k${index}`, Value: '' }] }),
      ),
    ),
    ...times(20).map(() => datasync.send(new UpdateTaskCommand({ TaskArn, Options: { LogLevel: 'BASIC' } }))),
    datasync.send(new UpdateTaskCommand({ TaskArn, Name: 'renamed' })),
  ]);
  const task = await datasync.send(new DescribeTaskCommand({ TaskArn }));
  t.match(task, { Name: 'renamed', Status: 'RUNNING', Options: { LogLevel: 'BASIC' } });
  const { Tags = [] } = await datasync.send(new ListTagsForResourceCommand({ ResourceArn: TaskArn }));
  t.equal(Tags.length, 20);

  const all = [...waiting, first];
  await Promise.all(
    all.map((TaskExecutionArn) => datasync.send(new CancelTaskExecutionCommand({ TaskExecutionArn }))),
  );
  const ends = await Promise.all(all.map((arn) => endOf(target, arn)));
  t.ok(ends.every(({ Status }) => Status === 'ERROR'));
  t.ok(
    ends.slice(0, -1).every((end) => !('LaunchTime' in end)),
    'those that waited never ran',
  );
  t.equal((await datasync.send(new DescribeTaskCommand({ TaskArn }))).Status, 'AVAILABLE');
  t.equal((await endOf(target, (await started(TaskArn)) ?? '')).Status, 'SUCCESS');
  await datasync.send(new DeleteTaskCommand({ TaskArn }));
});

const started = async (TaskArn: string) =>
  (await datasync.send(new StartTaskExecutionCommand({ TaskArn }))).TaskExecutionArn;

t.test('the same start 40 times at once: one is taken', async (t) => {
  const TaskArn = await readyTask(target, source, destination, { Options: { BytesPerSecond: 1 } });
  const { answers, refusals } = await atOnce(
    times(40).map(() => datasync.send(new StartTaskExecutionCommand({ TaskArn }))),
  );
  t.equal(answers.length, 1);
  t.match([...refusals], [/in progress with the same include, exclude filters/]);
  const [{ TaskExecutionArn = '' } = {}] = answers;
  await atOnce(times(20).map(() => datasync.send(new CancelTaskExecutionCommand({ TaskExecutionArn }))));
  t.match(await endOf(target, TaskExecutionArn), { Status: 'ERROR', Result: { ErrorDetail: /cancelled/ } });
});

t.test('another account and another Region see nothing', async (t) => {
  const client = (accessKeyId: string, region: string) =>
    new DataSyncClient({ endpoint, region, credentials: { accessKeyId, secretAccessKey: 'test' } });
  const stranger = client('999900001111', target.region);
  const elsewhere = client(account, 'cn-north-1');
  const TaskArn = await readyTask(target, source, destination);
  const TaskExecutionArn = (await started(TaskArn)) ?? '';
  await endOf(target, TaskExecutionArn);
  for (const other of [stranger, elsewhere]) {
    t.same((await other.send(new ListTasksCommand({}))).Tasks, []);
    t.same((await other.send(new ListAgentsCommand({}))).Agents, []);
  }
  const foreign = /^Invalid parameter: ARN account \(111122223333\) must match authenticated user\.$/;
  await refused(t, stranger.send(new DescribeTaskCommand({ TaskArn })), foreign);
  await refused(t, stranger.send(new DescribeTaskExecutionCommand({ TaskExecutionArn })), foreign);
  await refused(t, stranger.send(new DeleteTaskCommand({ TaskArn })), foreign);
  await refused(
    t,
    stranger.send(new CreateTaskCommand({ SourceLocationArn: source, DestinationLocationArn: destination })),
    foreign,
  );
  await refused(t, elsewhere.send(new DescribeTaskCommand({ TaskArn })), /not found/);
  await refused(t, elsewhere.send(new DeleteTaskCommand({ TaskArn })), /not found/);
  const { AgentArn } = await elsewhere.send(
    new CreateAgentCommand({ ActivationKey: 'AAAAA-BBBBB-CCCCC-DDDDD-EEEEE' }),
  );
  t.match(AgentArn, /^arn:aws-cn:datasync:cn-north-1:111122223333:agent\/agent-/);
  t.same((await datasync.send(new ListAgentsCommand({}))).Agents, []);
});
