// One way to a server and back: a tree that changes goes there, comes back, and is compared on both ends.

import { join } from 'node:path';
import {
  CreateAgentCommand,
  CreateLocationEfsCommand,
  CreateTaskCommand,
  type DataSyncClient,
  DescribeTaskCommand,
  DescribeTaskExecutionCommand,
  type DescribeTaskExecutionCommandOutput,
  StartTaskExecutionCommand,
} from '@aws-sdk/client-datasync';
import type { Clock } from '../../../src/base/clock.ts';
import { Churn, hashesOf } from './churn.ts';

export interface LaneParts {
  readonly name: string;
  readonly clock: Clock;
  readonly datasync: DataSyncClient;
  /** A directory of this machine; `efs` locations are bound to directories below it. */
  readonly directory: string;
  readonly seed: number;
  /** Makes the location at the server. */
  location(agentArn: string): Promise<string>;
  /** Hashes of the files at the server, told by the server's own machine. */
  there(): Promise<Map<string, string>>;
}

/** What came of a lane. */
export interface LaneResult {
  readonly name: string;
  rounds: number;
  runs: number;
  /** Runs that ended in ERROR, by their codes. */
  readonly errors: Record<string, number>;
  files: number;
  bytes: number;
  /** What must not be: nothing, if all is well. */
  readonly faults: string[];
}

/** A run that fails while a server is away is repeated; this often it must not fail in a row. */
const TRIES = 12;

export async function runLane(parts: LaneParts, until: number): Promise<LaneResult> {
  const { name, clock, datasync, directory, seed } = parts;
  const result: LaneResult = { name, rounds: 0, runs: 0, errors: {}, files: 0, bytes: 0, faults: [] };
  const { AgentArn = '' } = await datasync.send(
    new CreateAgentCommand({ ActivationKey: 'AAAAA-BBBBB-CCCCC-DDDDD-EEEEE' }),
  );
  const churn = new Churn(join(directory, `${name}-in`), seed);
  const back = new Churn(join(directory, `${name}-out`), seed);
  const there = await parts.location(AgentArn);
  const [to, from] = [
    await taskOf(datasync, await efs(datasync, `${name}-in`), there),
    await taskOf(datasync, there, await efs(datasync, `${name}-out`)),
  ];
  while (clock.now() < until && result.faults.length === 0) {
    churn.turn(120);
    const wanted = hashesOf(churn.root);
    await brought(parts, to, result);
    compare(`${name} there`, wanted, await parts.there(), churn, result);
    await brought(parts, from, result);
    compare(`${name} back`, wanted, hashesOf(back.root), churn, result);
    result.rounds += 1;
  }
  return result;
}

/** Runs the task until it succeeds. */
async function brought(
  { clock, datasync, name }: LaneParts,
  TaskArn: string,
  result: LaneResult,
): Promise<void> {
  for (let tries = 1; tries <= TRIES; tries++) {
    const ended = await runOnce(datasync, clock, TaskArn);
    result.runs += 1;
    result.files += ended.FilesTransferred ?? 0;
    result.bytes += ended.BytesWritten ?? 0;
    if (ended.Status === 'SUCCESS') return;
    const code = ended.Result?.ErrorCode ?? 'none';
    result.errors[code] = (result.errors[code] ?? 0) + 1;
    await clock.sleep(1000);
  }
  result.faults.push(`${name}: ${TRIES} runs failed in a row.`);
}

async function runOnce(
  datasync: DataSyncClient,
  clock: Clock,
  TaskArn: string,
): Promise<DescribeTaskExecutionCommandOutput> {
  for (;;) {
    const started = await datasync
      .send(new StartTaskExecutionCommand({ TaskArn }))
      .catch((error: Error) => error);
    if (started instanceof Error) {
      // The task is UNAVAILABLE while its server is away.
      await clock.sleep(1000);
      continue;
    }
    for (;;) {
      await clock.sleep(50);
      const { TaskExecutionArn } = started;
      const ended = await datasync.send(new DescribeTaskExecutionCommand({ TaskExecutionArn }));
      if (ended.Status === 'SUCCESS' || ended.Status === 'ERROR') return ended;
    }
  }
}

/** After a run that succeeded: the same files, the same contents, nothing else. */
function compare(
  where: string,
  wanted: ReadonlyMap<string, string>,
  found: ReadonlyMap<string, string>,
  churn: Churn,
  { faults }: LaneResult,
): void {
  for (const [path, hash] of wanted) {
    const seen = found.get(path);
    if (seen === undefined) faults.push(`${where}: ${path} is lost.`);
    else if (seen !== hash) faults.push(`${where}: ${path} is ${churn.had(path, seen) ? 'old' : 'corrupt'}.`);
  }
  for (const path of found.keys()) if (!wanted.has(path)) faults.push(`${where}: ${path} is too much.`);
}

async function efs(datasync: DataSyncClient, name: string): Promise<string> {
  const arn = 'arn:aws:elasticfilesystem:us-east-1:111122223333:file-system/fs-0123456789abcdef0';
  const { LocationArn = '' } = await datasync.send(
    new CreateLocationEfsCommand({
      EfsFilesystemArn: arn,
      Subdirectory: `/${name}`,
      Ec2Config: {
        SubnetArn: 'arn:aws:ec2:us-east-1:111122223333:subnet/subnet-0123456789abcdef0',
        SecurityGroupArns: ['arn:aws:ec2:us-east-1:111122223333:security-group/sg-0123456789abcdef0'],
      },
    }),
  );
  return LocationArn;
}

async function taskOf(datasync: DataSyncClient, SourceLocationArn: string, DestinationLocationArn: string) {
  const { TaskArn = '' } = await datasync.send(
    new CreateTaskCommand({
      SourceLocationArn,
      DestinationLocationArn,
      Options: { PreserveDeletedFiles: 'REMOVE', VerifyMode: 'POINT_IN_TIME_CONSISTENT' },
    }),
  );
  while ((await datasync.send(new DescribeTaskCommand({ TaskArn }))).Status === 'CREATING') {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return TaskArn;
}
