import {
  CreateAgentCommand,
  CreateLocationNfsCommand,
  CreateLocationS3Command,
  CreateTaskCommand,
  type CreateTaskCommandInput,
  DataSyncClient,
  DescribeTaskExecutionCommand,
  type DescribeTaskExecutionCommandOutput,
  StartTaskExecutionCommand,
} from '@aws-sdk/client-datasync';
import type { DataSync } from '../../src/index.ts';

/** A task from `/export` of `nas.memory` to the bucket `backup`, which is made. */
export async function backupTask(
  dataSync: DataSync,
  client = new DataSyncClient(dataSync.clientConfig),
  options: Partial<CreateTaskCommandInput> = {},
): Promise<string> {
  dataSync.bucket('backup');
  const { AgentArn = '' } = await client.send(
    new CreateAgentCommand({ ActivationKey: 'AAAAA-BBBBB-CCCCC-DDDDD-EEEEE' }),
  );
  const { LocationArn: SourceLocationArn } = await client.send(
    new CreateLocationNfsCommand({
      ServerHostname: 'nas.memory',
      Subdirectory: '/export',
      OnPremConfig: { AgentArns: [AgentArn] },
    }),
  );
  const { LocationArn: DestinationLocationArn } = await client.send(
    new CreateLocationS3Command({
      S3BucketArn: 'arn:aws:s3:::backup',
      S3Config: { BucketAccessRoleArn: 'arn:aws:iam::111122223333:role/datasync' },
    }),
  );
  const { TaskArn = '' } = await client.send(
    new CreateTaskCommand({ SourceLocationArn, DestinationLocationArn, ...options }),
  );
  await dataSync.quiet();
  return TaskArn;
}

/** Starts `TaskArn` and tells what came of it. */
export async function outcomeOf(
  dataSync: DataSync,
  TaskArn: string,
  client = new DataSyncClient(dataSync.clientConfig),
): Promise<DescribeTaskExecutionCommandOutput> {
  const { TaskExecutionArn } = await client.send(new StartTaskExecutionCommand({ TaskArn }));
  await dataSync.quiet();
  return client.send(new DescribeTaskExecutionCommand({ TaskExecutionArn }));
}
