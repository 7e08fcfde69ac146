import { setTimeout as wait } from 'node:timers/promises';
import {
  CreateAgentCommand,
  CreateLocationEfsCommand,
  CreateLocationNfsCommand,
  CreateLocationS3Command,
  CreateTaskCommand,
  DescribeTaskCommand,
  DescribeTaskExecutionCommand,
  type DescribeTaskExecutionResponse,
  type Options,
  StartTaskExecutionCommand,
} from '@aws-sdk/client-datasync';
import { CreateBucketCommand } from '@aws-sdk/client-s3';
import type { RunningEmulator } from './emulator.ts';

const ACCOUNT = 'arn:aws:iam::111122223333';
const EC2 = 'arn:aws:ec2:us-east-1:111122223333';

/** The host that benches bind to a directory: `--bind nfs://bench.example/source=directory:…`. */
export const SOURCE_URI = 'nfs://bench.example/source';
export const DESTINATION_URI = 'efs://us-east-1.fs-0123456789abcdef0';

const known = (arn: string | undefined): string => {
  if (!arn) throw new Error('The emulator answered without an ARN.');
  return arn;
};

/** A source location on the bound host. */
export async function nfsSource({ datasync }: RunningEmulator): Promise<string> {
  const agent = await datasync.send(
    new CreateAgentCommand({ ActivationKey: 'AAAAA-BBBBB-CCCCC-DDDDD-EEEEE' }),
  );
  const location = await datasync.send(
    new CreateLocationNfsCommand({
      ServerHostname: 'bench.example',
      Subdirectory: '/source',
      OnPremConfig: { AgentArns: [known(agent.AgentArn)] },
    }),
  );
  return known(location.LocationArn);
}

/** A file system as a destination, on the bound file-system id. */
export async function efsDestination({ datasync }: RunningEmulator, Subdirectory = '/'): Promise<string> {
  const location = await datasync.send(
    new CreateLocationEfsCommand({
      EfsFilesystemArn: 'arn:aws:elasticfilesystem:us-east-1:111122223333:file-system/fs-0123456789abcdef0',
      Subdirectory,
      Ec2Config: {
        SubnetArn: `${EC2}:subnet/subnet-0123456789abcdef0`,
        SecurityGroupArns: [`${EC2}:security-group/sg-0123456789abcdef0`],
      },
    }),
  );
  return known(location.LocationArn);
}

/** A bucket as a destination; it is made in the S3 of the client that is given. */
export async function bucketDestination(
  { datasync, s3 }: Pick<RunningEmulator, 'datasync' | 's3'>,
  bucket: string,
): Promise<string> {
  await s3.send(new CreateBucketCommand({ Bucket: bucket }));
  const location = await datasync.send(
    new CreateLocationS3Command({
      S3BucketArn: `arn:aws:s3:::${bucket}`,
      S3Config: { BucketAccessRoleArn: `${ACCOUNT}:role/datasync` },
    }),
  );
  return known(location.LocationArn);
}

/** A task that is ready to start. */
export async function readyTask(
  { datasync }: RunningEmulator,
  source: string,
  destination: string,
  options: Options,
): Promise<string> {
  const task = await datasync.send(
    new CreateTaskCommand({
      SourceLocationArn: source,
      DestinationLocationArn: destination,
      Options: options,
    }),
  );
  for (;;) {
    const now = await datasync.send(new DescribeTaskCommand({ TaskArn: task.TaskArn }));
    if (now.Status === 'AVAILABLE') return known(task.TaskArn);
    if (now.Status === 'UNAVAILABLE') throw new Error(`${now.ErrorCode}: ${now.ErrorDetail}`);
    await wait(5);
  }
}

/** Runs the task once. @throws when it does not end in SUCCESS */
export async function runTask(
  { datasync }: RunningEmulator,
  task: string,
): Promise<{ readonly seconds: number; readonly execution: DescribeTaskExecutionResponse }> {
  const startedAt = performance.now();
  const { TaskExecutionArn } = await datasync.send(new StartTaskExecutionCommand({ TaskArn: task }));
  for (;;) {
    const execution = await datasync.send(new DescribeTaskExecutionCommand({ TaskExecutionArn }));
    if (execution.Status === 'SUCCESS') return { seconds: (performance.now() - startedAt) / 1000, execution };
    if (execution.Status === 'ERROR') throw new Error(`The run failed: ${execution.Result?.ErrorDetail}`);
    await wait(20);
  }
}
