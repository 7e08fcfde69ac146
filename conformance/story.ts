import { setTimeout as wait } from 'node:timers/promises';
import {
  CreateAgentCommand,
  CreateLocationEfsCommand,
  CreateLocationNfsCommand,
  CreateLocationS3Command,
  CreateTaskCommand,
  type CreateTaskCommandInput,
  DescribeTaskCommand,
  DescribeTaskExecutionCommand,
  type DescribeTaskExecutionCommandOutput,
  InvalidRequestException,
  StartTaskExecutionCommand,
} from '@aws-sdk/client-datasync';
import { CreateBucketCommand } from '@aws-sdk/client-s3';
import type { Test } from 'tap';
import type { Clients } from './target.ts';

const known = (text: string | undefined): string => {
  if (!text) throw new Error('An ARN is missing in the answer.');
  return text;
};

/** A location on an NFS server, with an agent of its own. */
export async function nfsLocation({ datasync }: Clients, host: string, path: string): Promise<string> {
  const { AgentArn } = await datasync.send(
    new CreateAgentCommand({ ActivationKey: 'AAAAA-BBBBB-CCCCC-DDDDD-EEEEE' }),
  );
  const { LocationArn } = await datasync.send(
    new CreateLocationNfsCommand({
      ServerHostname: host,
      Subdirectory: path,
      OnPremConfig: { AgentArns: [known(AgentArn)] },
    }),
  );
  return known(LocationArn);
}

/** A location in a bucket, which is made. */
export async function s3Location(target: Clients, bucket: string, prefix?: string): Promise<string> {
  await target.s3.send(new CreateBucketCommand({ Bucket: bucket }));
  const { LocationArn } = await target.datasync.send(
    new CreateLocationS3Command({
      S3BucketArn: `arn:aws:s3:::${bucket}`,
      S3Config: { BucketAccessRoleArn: `arn:aws:iam::${target.account}:role/datasync` },
      ...(prefix === undefined ? {} : { Subdirectory: prefix }),
    }),
  );
  return known(LocationArn);
}

/** A location on an EFS file system. */
export async function efsLocation(
  { datasync, region, account }: Clients,
  fileSystem: string,
): Promise<string> {
  const { LocationArn } = await datasync.send(
    new CreateLocationEfsCommand({
      EfsFilesystemArn: `arn:aws:elasticfilesystem:${region}:${account}:file-system/${fileSystem}`,
      Ec2Config: {
        SubnetArn: `arn:aws:ec2:${region}:${account}:subnet/subnet-0123456789abcdef0`,
        SecurityGroupArns: [`arn:aws:ec2:${region}:${account}:security-group/sg-0123456789abcdef0`],
      },
    }),
  );
  return known(LocationArn);
}

/** A task, waited for until it can be started. */
export async function readyTask(
  { datasync }: Clients,
  source: string,
  destination: string,
  more: Partial<CreateTaskCommandInput> = {},
): Promise<string> {
  const { TaskArn } = await datasync.send(
    new CreateTaskCommand({ SourceLocationArn: source, DestinationLocationArn: destination, ...more }),
  );
  for (;;) {
    const { Status, ErrorCode, ErrorDetail } = await datasync.send(new DescribeTaskCommand({ TaskArn }));
    if (Status === 'AVAILABLE') return known(TaskArn);
    if (Status === 'UNAVAILABLE') throw new Error(`${ErrorCode}: ${ErrorDetail}`);
    await wait(20);
  }
}

/** Starts the task and waits for its end. */
export async function runToEnd(
  target: Clients,
  TaskArn: string,
): Promise<DescribeTaskExecutionCommandOutput> {
  const { TaskExecutionArn } = await target.datasync.send(new StartTaskExecutionCommand({ TaskArn }));
  return endOf(target, known(TaskExecutionArn));
}

/** Polls, as everybody must, until the execution has ended. */
export async function endOf(
  { datasync }: Clients,
  TaskExecutionArn: string,
): Promise<DescribeTaskExecutionCommandOutput> {
  for (;;) {
    const execution = await datasync.send(new DescribeTaskExecutionCommand({ TaskExecutionArn }));
    if (execution.Status === 'SUCCESS' || execution.Status === 'ERROR') return execution;
    await wait(20);
  }
}

/** The service refuses the call, as it refuses all that it decides itself, in words that clients look for. */
export async function refused(t: Test, call: Promise<unknown>, words: RegExp): Promise<void> {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  t.ok(error instanceof InvalidRequestException, `${words} is an InvalidRequestException`);
  t.match(error, { message: words, $metadata: { httpStatusCode: 400 } });
}
