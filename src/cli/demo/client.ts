import {
  CreateAgentCommand,
  CreateLocationNfsCommand,
  CreateLocationS3Command,
  CreateLocationSmbCommand,
  CreateTaskCommand,
  DataSyncClient,
  DescribeLocationNfsCommand,
  DescribeLocationS3Command,
  DescribeLocationSmbCommand,
  DescribeTaskCommand,
} from '@aws-sdk/client-datasync';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import type { Clock } from '../../base/clock.ts';
import type { DemoLocation } from './server.ts';
import { EXCLUDES } from './tree.ts';

/** AWS's own clients, set up as any user would. */
export interface Clients {
  readonly datasync: DataSyncClient;
  readonly s3: S3Client;
}

export const ACCOUNT = '123456789012';
export const BUCKET = 'studio-backup';
export const PREFIX = 'nightly/';

/** Clients of the emulator: nothing but the endpoint sets them apart from clients of AWS. */
export function clientsOf(endpoint: string): Clients {
  const config = {
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: ACCOUNT, secretAccessKey: 'anything' },
  };
  return { datasync: new DataSyncClient(config), s3: new S3Client({ ...config, forcePathStyle: true }) };
}

/** What was made, as it is called. */
export interface Setup {
  readonly taskArn: string;
  readonly steps: readonly (readonly [call: string, result: string])[];
}

/** From nothing to a task that can be started. */
export async function setUp({ datasync, s3 }: Clients, nas: DemoLocation, clock: Clock): Promise<Setup> {
  const { AgentArn } = await datasync.send(
    new CreateAgentCommand({ ActivationKey: 'DEMO1-DEMO2-DEMO3-DEMO4-DEMO5', AgentName: 'demo' }),
  );
  await s3.send(new CreateBucketCommand({ Bucket: BUCKET }));
  const source = await sourceLocation(datasync, nas, [given(AgentArn)]);
  const destination = await datasync.send(
    new CreateLocationS3Command({
      S3BucketArn: `arn:aws:s3:::${BUCKET}`,
      Subdirectory: `/${PREFIX}`,
      S3Config: { BucketAccessRoleArn: `arn:aws:iam::${ACCOUNT}:role/datasync` },
    }),
  );
  const { TaskArn } = await datasync.send(
    new CreateTaskCommand({
      Name: 'nightly-backup',
      SourceLocationArn: source.arn,
      DestinationLocationArn: destination.LocationArn,
      Excludes: [{ FilterType: 'SIMPLE_PATTERN', Value: EXCLUDES }],
      Options: { VerifyMode: 'ONLY_FILES_TRANSFERRED' },
    }),
  );
  const taskArn = given(TaskArn);
  await untilAvailable(datasync, taskArn, clock);
  const to = await datasync.send(new DescribeLocationS3Command({ LocationArn: destination.LocationArn }));
  return {
    taskArn,
    steps: [
      ['CreateAgent', given(AgentArn)],
      ['CreateBucket', BUCKET],
      [source.call, source.uri],
      ['CreateLocationS3', given(to.LocationUri)],
      ['CreateTask', taskArn],
    ],
  };
}

async function sourceLocation(datasync: DataSyncClient, nas: DemoLocation, AgentArns: string[]) {
  if ('nfs' in nas) {
    const made = await datasync.send(
      new CreateLocationNfsCommand({ ...nas.nfs, OnPremConfig: { AgentArns } }),
    );
    const { LocationUri } = await datasync.send(
      new DescribeLocationNfsCommand({ LocationArn: made.LocationArn }),
    );
    return { call: 'CreateLocationNfs', arn: made.LocationArn, uri: given(LocationUri) };
  }
  const made = await datasync.send(new CreateLocationSmbCommand({ ...nas.smb, AgentArns }));
  const { LocationUri } = await datasync.send(
    new DescribeLocationSmbCommand({ LocationArn: made.LocationArn }),
  );
  return { call: 'CreateLocationSmb', arn: made.LocationArn, uri: given(LocationUri) };
}

async function untilAvailable(datasync: DataSyncClient, TaskArn: string, clock: Clock): Promise<void> {
  for (;;) {
    const task = await datasync.send(new DescribeTaskCommand({ TaskArn }));
    if (task.Status === 'AVAILABLE') return;
    if (task.Status === 'UNAVAILABLE') throw new Error(`The task is UNAVAILABLE: ${task.ErrorDetail}`);
    await clock.sleep(20);
  }
}

/** AWS's types call every member optional. */
export function given(text: string | undefined): string {
  if (text === undefined) throw new Error('An answer lacks a member that it always has.');
  return text;
}
