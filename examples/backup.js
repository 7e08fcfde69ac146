// The code under test: a nightly backup of a NAS. It knows the AWS SDK, and nothing of an emulator.
import { setTimeout as pause } from 'node:timers/promises';
import {
  CreateAgentCommand,
  CreateLocationNfsCommand,
  CreateLocationS3Command,
  CreateTaskCommand,
  DescribeTaskCommand,
  DescribeTaskExecutionCommand,
  StartTaskExecutionCommand,
} from '@aws-sdk/client-datasync';

/** A task that copies the NAS to the bucket `backup`, every night at two. Resolves when it can be started. */
export async function createBackup(datasync) {
  const { AgentArn } = await datasync.send(
    new CreateAgentCommand({ ActivationKey: 'AAAAA-BBBBB-CCCCC-DDDDD-EEEEE' }),
  );
  const nas = await datasync.send(
    new CreateLocationNfsCommand({
      ServerHostname: 'nas.memory',
      Subdirectory: '/export',
      OnPremConfig: { AgentArns: [AgentArn] },
    }),
  );
  const bucket = await datasync.send(
    new CreateLocationS3Command({
      S3BucketArn: 'arn:aws:s3:::backup',
      S3Config: { BucketAccessRoleArn: 'arn:aws:iam::111122223333:role/backup' },
    }),
  );
  const { TaskArn } = await datasync.send(
    new CreateTaskCommand({
      SourceLocationArn: nas.LocationArn,
      DestinationLocationArn: bucket.LocationArn,
      Schedule: { ScheduleExpression: 'cron(0 2 * * ? *)' },
    }),
  );
  while ((await datasync.send(new DescribeTaskCommand({ TaskArn }))).Status === 'CREATING') await pause(10);
  return TaskArn;
}

/** Starts the task and resolves when all is copied; rejects when anything was not. */
export async function backUpNow(datasync, TaskArn) {
  const { TaskExecutionArn } = await datasync.send(new StartTaskExecutionCommand({ TaskArn }));
  for (;;) {
    const run = await datasync.send(new DescribeTaskExecutionCommand({ TaskExecutionArn }));
    if (run.Status === 'SUCCESS') return;
    if (run.Status === 'ERROR') throw new Error(`The backup failed: ${run.Result.ErrorDetail}`);
    await pause(10);
  }
}
