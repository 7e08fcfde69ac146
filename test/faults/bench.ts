// An emulator with an agent, an export of some files, a file system to copy them to and a task between them.

import {
  CreateAgentCommand,
  CreateLocationEfsCommand,
  CreateLocationNfsCommand,
  CreateTaskCommand,
  type CreateTaskCommandInput,
  DataSyncClient,
  DescribeTaskCommand,
  DescribeTaskExecutionCommand,
  type DescribeTaskExecutionCommandOutput,
  StartTaskExecutionCommand,
} from '@aws-sdk/client-datasync';
import type { Test } from 'tap';
import type { Clock } from '../../src/base/clock.ts';
import { systemClock } from '../../src/base/system-clock.ts';
import { type ConfigDocument, type Emulator, startEmulator } from '../../src/index.ts';

export const real = systemClock();

export const FILE_SYSTEM = 'fs-0123456789abcdef0';

export interface Bench {
  readonly emulator: Emulator;
  readonly datasync: DataSyncClient;
  readonly agentArn: string;
  readonly sourceArn: string;
  readonly destinationArn: string;
  readonly taskArn: string;
  /** Writes files of the export, by their paths. */
  fill(files: Readonly<Record<string, string>>): void;
  /** The content at the destination; undefined when it is not there. */
  copied(path: string): string | undefined;
  start(): Promise<string>;
  execution(arn: string): Promise<DescribeTaskExecutionCommandOutput>;
  /** Resolves with the execution at its end. */
  ended(arn: string): Promise<DescribeTaskExecutionCommandOutput>;
  /** Starts the task and waits for the end. */
  run(): Promise<DescribeTaskExecutionCommandOutput>;
  /** Asks below `/_datasync`. */
  ask(
    method: string,
    path: string,
    body?: unknown,
  ): Promise<{ status: number; json: Record<string, unknown> }>;
}

export interface BenchOptions {
  readonly config?: ConfigDocument;
  readonly clock?: Clock;
  readonly task?: Partial<CreateTaskCommandInput>;
}

export const FILES = { one: 'first content', two: 'second content', 'dir/three': 'third content' };

export async function bench(t: Test, { config, clock, task = {} }: BenchOptions = {}): Promise<Bench> {
  const emulator = await startEmulator({ port: 0, seed: 1, ...config }, clock ? { clock } : {});
  t.teardown(() => emulator.close());
  const datasync = clientOf(emulator);
  const { AgentArn: agentArn = '' } = await datasync.send(
    new CreateAgentCommand({ ActivationKey: 'AAAAA-BBBBB-CCCCC-DDDDD-EEEEE', AgentName: 'agent-of-nas' }),
  );
  const places = await locations(datasync, agentArn);
  const { TaskArn: taskArn = '' } = await datasync.send(
    new CreateTaskCommand({
      SourceLocationArn: places.sourceArn,
      DestinationLocationArn: places.destinationArn,
      Name: 'nightly',
      ...task,
    }),
  );
  await until(
    async () => (await datasync.send(new DescribeTaskCommand({ TaskArn: taskArn }))).Status === 'AVAILABLE',
  );
  return {
    emulator,
    datasync,
    agentArn,
    ...places,
    taskArn,
    ...files(emulator),
    ...executions(datasync, taskArn),
    ask: asking(emulator),
  };
}

export function clientOf({ endpoint }: Emulator): DataSyncClient {
  return new DataSyncClient({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: '111122223333', secretAccessKey: 'test' },
    maxAttempts: 1,
  });
}

async function locations(datasync: DataSyncClient, agentArn: string) {
  const { LocationArn: sourceArn = '' } = await datasync.send(
    new CreateLocationNfsCommand({
      ServerHostname: 'nas.memory',
      Subdirectory: '/export',
      OnPremConfig: { AgentArns: [agentArn] },
    }),
  );
  const network = 'arn:aws:ec2:us-east-1:111122223333';
  const { LocationArn: destinationArn = '' } = await datasync.send(
    new CreateLocationEfsCommand({
      EfsFilesystemArn: `arn:aws:elasticfilesystem:us-east-1:111122223333:file-system/${FILE_SYSTEM}`,
      Ec2Config: {
        SubnetArn: `${network}:subnet/subnet-0123456789abcdef0`,
        SecurityGroupArns: [`${network}:security-group/sg-0123456789abcdef0`],
      },
    }),
  );
  return { sourceArn, destinationArn };
}

function files({ volumes }: Emulator): Pick<Bench, 'fill' | 'copied'> {
  let fillings = 0;
  // Long ago, each time a second later: whatever is done to them in a run shows in their times.
  const fill: Bench['fill'] = (content) => {
    const volume = volumes.get('nas.memory');
    volume.fromJSON({ ...content }, '/export');
    const at = 1_600_000_000 + fillings++;
    const paths = Object.keys(content).map((path) => `/export/${path}`);
    const parents = paths.map((path) => path.slice(0, path.lastIndexOf('/')));
    for (const path of new Set([...paths, ...parents, '/export'])) volume.utimesSync(path, at, at);
  };
  fill(FILES);
  return {
    fill,
    copied(path) {
      const volume = volumes.get(FILE_SYSTEM);
      return volume.existsSync(`/${path}`) ? volume.readFileSync(`/${path}`, 'utf8').toString() : undefined;
    },
  };
}

function executions(
  datasync: DataSyncClient,
  TaskArn: string,
): Pick<Bench, 'start' | 'execution' | 'ended' | 'run'> {
  const execution: Bench['execution'] = (TaskExecutionArn) =>
    datasync.send(new DescribeTaskExecutionCommand({ TaskExecutionArn }));
  const start = async () =>
    (await datasync.send(new StartTaskExecutionCommand({ TaskArn }))).TaskExecutionArn ?? '';
  const ended: Bench['ended'] = async (arn) => {
    for (;;) {
      const found = await execution(arn);
      if (found.Status === 'SUCCESS' || found.Status === 'ERROR') return found;
      await real.sleep(5);
    }
  };
  return { start, execution, ended, run: async () => ended(await start()) };
}

function asking({ endpoint }: Emulator): Bench['ask'] {
  return async (method, path, body) => {
    const response = await fetch(`${endpoint}/_datasync/${path}`, {
      method,
      ...(body !== undefined && {
        body: JSON.stringify(body),
        headers: { 'content-type': 'application/json' },
      }),
    });
    return { status: response.status, json: (await response.json()) as Record<string, unknown> };
  };
}

export async function until(holds: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await holds())) await real.sleep(5);
}
