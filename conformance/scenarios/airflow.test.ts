// What Airflow's DataSyncHook and DataSyncOperator do: find locations and tasks by walking through all of them, make
// what is missing, update, start, poll with a fixed set of statuses, delete.

import { setTimeout as wait } from 'node:timers/promises';
import {
  CancelTaskExecutionCommand,
  CreateLocationS3Command,
  CreateTaskCommand,
  DeleteTaskCommand,
  DescribeTaskCommand,
  DescribeTaskExecutionCommand,
  ListLocationsCommand,
  ListTasksCommand,
  type LocationListEntry,
  StartTaskExecutionCommand,
  type TaskListEntry,
  UpdateTaskCommand,
} from '@aws-sdk/client-datasync';
import { ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3';
import t from 'tap';
import { efsLocation, refused, s3Location } from '../story.ts';
import { startTarget } from '../target.ts';

const target = await startTarget();
t.teardown(() => target[Symbol.asyncDispose]());
const { datasync, s3, account } = target;

/** @source apache-airflow, hooks/datasync.py: any other status is "Unknown status" */
const INTERMEDIATE = ['INITIALIZING', 'QUEUED', 'LAUNCHING', 'PREPARING', 'TRANSFERRING', 'VERIFYING'];

/** Page by page, as the hook does: the last page has no key NextToken. */
async function allLocations(): Promise<LocationListEntry[]> {
  const found: LocationListEntry[] = [];
  for (let NextToken: string | undefined; ; ) {
    const page = await datasync.send(new ListLocationsCommand(NextToken ? { NextToken } : {}));
    found.push(...(page.Locations ?? []));
    if (!('NextToken' in page)) return found;
    NextToken = page.NextToken;
  }
}

async function allTasks(): Promise<TaskListEntry[]> {
  const found: TaskListEntry[] = [];
  for (let NextToken: string | undefined; ; ) {
    const page = await datasync.send(new ListTasksCommand(NextToken ? { NextToken } : {}));
    found.push(...(page.Tasks ?? []));
    if (!('NextToken' in page)) return found;
    NextToken = page.NextToken;
  }
}

/** Without regard to case and to a slash at the end. */
async function locationsAt(uri: string): Promise<string[]> {
  const plain = (text: string) => text.toLowerCase().replace(/\/$/, '');
  const all = await allLocations();
  return all.filter((one) => plain(one.LocationUri ?? '') === plain(uri)).map((one) => one.LocationArn ?? '');
}

async function tasksBetween(sources: string[], destinations: string[]): Promise<string[]> {
  const found: string[] = [];
  for (const { TaskArn = '' } of await allTasks()) {
    const task = await datasync.send(new DescribeTaskCommand({ TaskArn }));
    const from = sources.includes(task.SourceLocationArn ?? '');
    if (from && destinations.includes(task.DestinationLocationArn ?? '')) found.push(TaskArn);
  }
  return found;
}

/** @returns whether it ended well */
async function waitedFor(TaskExecutionArn: string): Promise<boolean> {
  for (let tries = 0; tries < 500; tries += 1) {
    const { Status = '' } = await datasync.send(new DescribeTaskExecutionCommand({ TaskExecutionArn }));
    if (Status === 'SUCCESS') return true;
    if (Status === 'ERROR') return false;
    if (!INTERMEDIATE.includes(Status)) throw new Error(`Unknown status: ${Status}`);
    await wait(20);
  }
  throw new Error('The execution never ended.');
}

await s3Location(target, 'airflow-in', 'incoming');
await s3.send(new PutObjectCommand({ Bucket: 'airflow-in', Key: 'incoming/a.txt', Body: 'a' }));
await s3Location(target, 'airflow-out');
// More than one page of others in between.
for (let number = 0; number < 105; number += 1) {
  await efsLocation(target, `fs-${String(number).padStart(17, '0')}`);
}

t.test('finds its locations among many, makes a task, runs it and takes it away', async (t) => {
  const sources = await locationsAt('S3://airflow-in/INCOMING');
  t.equal(sources.length, 1);
  const wanted = 's3://airflow-late/';
  t.same(await locationsAt(wanted), []);
  await s3Location(target, 'airflow-late');
  const destinations = await locationsAt(wanted);
  t.equal(destinations.length, 1, 'on the second page');
  t.same(await tasksBetween(sources, destinations), []);

  const { TaskArn = '' } = await datasync.send(
    new CreateTaskCommand({
      SourceLocationArn: sources[0],
      DestinationLocationArn: destinations[0],
      Options: { VerifyMode: 'NONE', Atime: 'NONE', Mtime: 'NONE' },
    }),
  );
  t.same(await tasksBetween(sources, destinations), [TaskArn]);
  t.notOk('CurrentTaskExecutionArn' in (await datasync.send(new DescribeTaskCommand({ TaskArn }))));
  await datasync.send(
    new UpdateTaskCommand({
      TaskArn,
      Options: { VerifyMode: 'ONLY_FILES_TRANSFERRED', Atime: 'NONE', Mtime: 'NONE' },
    }),
  );
  const { TaskExecutionArn = '' } = await datasync.send(new StartTaskExecutionCommand({ TaskArn }));
  t.equal(await waitedFor(TaskExecutionArn), true);
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: 'airflow-late' }));
  t.ok(Contents.some(({ Key }) => Key === 'a.txt'));
  const { Result } = await datasync.send(new DescribeTaskExecutionCommand({ TaskExecutionArn }));
  t.match(Result, { TransferStatus: 'SUCCESS', VerifyStatus: 'SUCCESS' });
  t.notOk('ErrorCode' in (Result ?? {}), 'no key for an error that was not');
  await datasync.send(new DeleteTaskCommand({ TaskArn }));
  t.same(await tasksBetween(sources, destinations), []);
});

t.test('a location may be made twice; both are found', async (t) => {
  const input = {
    S3BucketArn: 'arn:aws:s3:::airflow-out',
    S3Config: { BucketAccessRoleArn: `arn:aws:iam::${account}:role/datasync` },
  };
  await datasync.send(new CreateLocationS3Command(input));
  t.equal((await locationsAt('s3://airflow-out')).length, 2);
});

t.test('an operator that is killed cancels, and the task can be started again', async (t) => {
  const [SourceLocationArn] = await locationsAt('s3://airflow-in/incoming');
  const [DestinationLocationArn] = await locationsAt('s3://airflow-out');
  const { TaskArn } = await datasync.send(
    new CreateTaskCommand({ SourceLocationArn, DestinationLocationArn }),
  );
  while ((await datasync.send(new DescribeTaskCommand({ TaskArn }))).Status === 'CREATING') await wait(20);
  await s3.send(
    new PutObjectCommand({ Bucket: 'airflow-in', Key: 'incoming/large', Body: Buffer.alloc(1_000_000) }),
  );
  const start = (OverrideOptions = {}) =>
    datasync.send(new StartTaskExecutionCommand({ TaskArn, OverrideOptions }));
  const { TaskExecutionArn = '' } = await start({ BytesPerSecond: 1 });
  await refused(t, start(), /in progress with the same include, exclude filters/);
  await datasync.send(new CancelTaskExecutionCommand({ TaskExecutionArn }));
  for (let status: string | undefined; status !== 'ERROR'; await wait(20)) {
    status = (await datasync.send(new DescribeTaskExecutionCommand({ TaskExecutionArn }))).Status;
    t.match(status, /^(CANCELLING|ERROR)$/);
  }
  const again = await start();
  t.equal(await waitedFor(again.TaskExecutionArn ?? ''), true);
});
