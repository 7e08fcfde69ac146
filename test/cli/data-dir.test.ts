import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import {
  CreateAgentCommand,
  CreateLocationNfsCommand,
  CreateLocationS3Command,
  CreateTaskCommand,
  DataSyncClient,
  DescribeTaskCommand,
  DescribeTaskExecutionCommand,
  StartTaskExecutionCommand,
} from '@aws-sdk/client-datasync';
import { CreateBucketCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import t from 'tap';
import { started } from './command.ts';

const Bucket = 'the-bucket';

function clients(endpoint: string) {
  const config = {
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: '111122223333', secretAccessKey: 'test' },
  };
  return { datasync: new DataSyncClient(config), s3: new S3Client({ ...config, forcePathStyle: true }) };
}

/** From a directory to the bucket. */
async function taskToBucket(datasync: DataSyncClient): Promise<string> {
  const { AgentArn = '' } = await datasync.send(
    new CreateAgentCommand({ ActivationKey: 'AAAAA-BBBBB-CCCCC-DDDDD-EEEEE' }),
  );
  const source = await datasync.send(
    new CreateLocationNfsCommand({
      ServerHostname: 'nas.example',
      Subdirectory: '/export',
      OnPremConfig: { AgentArns: [AgentArn] },
    }),
  );
  const destination = await datasync.send(
    new CreateLocationS3Command({
      S3BucketArn: `arn:aws:s3:::${Bucket}`,
      Subdirectory: '/copy',
      S3Config: { BucketAccessRoleArn: 'arn:aws:iam::111122223333:role/datasync' },
    }),
  );
  const { TaskArn = '' } = await datasync.send(
    new CreateTaskCommand({
      SourceLocationArn: source.LocationArn,
      DestinationLocationArn: destination.LocationArn,
    }),
  );
  while ((await datasync.send(new DescribeTaskCommand({ TaskArn }))).Status === 'CREATING') await wait(20);
  return TaskArn;
}

t.test('buckets survive kill -9, and a task to one is run as if nothing had been', async (t) => {
  const directory = t.testdir({
    source: { 'a.bin': 'x'.repeat(1_000_000), folder: { 'b.txt': 'b' } },
    state: {},
  });
  const flags = [
    '--data-dir',
    join(directory, 'state'),
    '--bind',
    `nfs://nas.example/export=directory:${join(directory, 'source')}`,
  ];
  const first = await started(flags);
  const before = clients(first.ready.endpoint);
  await before.s3.send(new CreateBucketCommand({ Bucket }));
  await before.s3.send(new PutObjectCommand({ Bucket, Key: 'mine', Body: 'mine' }));
  const TaskArn = await taskToBucket(before.datasync);
  await first.end('SIGKILL');

  const second = await started(flags);
  t.teardown(() => second.end('SIGKILL'));
  const { datasync, s3 } = clients(second.ready.endpoint);
  const { TaskExecutionArn } = await datasync.send(new StartTaskExecutionCommand({ TaskArn }));
  let status = '';
  while (!/SUCCESS|ERROR/.test(status)) {
    await wait(20);
    const execution = await datasync.send(new DescribeTaskExecutionCommand({ TaskExecutionArn }));
    status = execution.Status ?? '';
  }
  t.equal(status, 'SUCCESS');
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket }));
  t.same(
    Contents.map(({ Key, Size }) => [Key, Size]),
    [
      ['copy/', 0],
      ['copy/a.bin', 1_000_000],
      ['copy/folder/', 0],
      ['copy/folder/b.txt', 1],
      ['mine', 4],
    ],
  );
});
