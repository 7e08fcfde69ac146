// An emulator whose buckets are at the server under test, with everything that a user does to it.

import { randomUUID } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  lutimesSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import {
  CreateAgentCommand,
  CreateLocationNfsCommand,
  CreateLocationObjectStorageCommand,
  type CreateLocationObjectStorageCommandInput,
  CreateLocationS3Command,
  type CreateLocationS3CommandInput,
  CreateTaskCommand,
  type CreateTaskCommandInput,
  DataSyncClient,
  DescribeTaskCommand,
  DescribeTaskExecutionCommand,
  type DescribeTaskExecutionCommandOutput,
  StartTaskExecutionCommand,
  type StartTaskExecutionCommandInput,
} from '@aws-sdk/client-datasync';
import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  ListObjectVersionsCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  type PutObjectCommandInput,
  S3Client,
} from '@aws-sdk/client-s3';
import { streamLog } from '../../src/base/log.ts';
import { systemClock } from '../../src/base/system-clock.ts';
import { type Emulator, startEmulator } from '../../src/index.ts';

/** Where the buckets are. */
export interface Endpoint {
  readonly endpoint: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

export type Ended = DescribeTaskExecutionCommandOutput;

/** Credentials that the embedded S3 takes; the id is an account, as the API wants it. */
export const USER = { accessKeyId: '111122223333', secretAccessKey: 'test' } as const;

const region = 'us-east-1';
const role = 'arn:aws:iam::111122223333:role/datasync';
const clock = systemClock();

/** How long anything may take before the test gives up on it. */
const LONGEST_MS = 60_000;

export type World = Awaited<ReturnType<typeof openWorld>>;

/**
 * Starts an emulator. Buckets are at `server`, or in the embedded S3; below `nfs://nas.example` is a temporary
 * directory. Signatures are verified. With manual pacing executions wait to be told to go on: held-runs.ts.
 */
export async function openWorld(
  server: Endpoint | undefined,
  bindings: readonly string[] = [],
  pacing: 'immediate' | 'manual' = 'immediate',
) {
  const root = mkdtempSync(join(tmpdir(), 'datasync-s3-'));
  const emulator = await startEmulator(
    {
      port: 0,
      pacing,
      bindings: [`nfs://nas.example=directory:${root}`, ...bindings],
      signatures: { verify: true, credentials: [`${USER.accessKeyId}:${USER.secretAccessKey}`] },
      ...(server ? { s3: { ...server } } : {}),
    },
    { log: streamLog(process.stderr, systemClock(), 'json', 'error') },
  );
  const endpoint: Endpoint = server ?? { endpoint: emulator.endpoint, ...USER };
  const { accessKeyId, secretAccessKey } = endpoint;
  const s3 = new S3Client({
    endpoint: endpoint.endpoint,
    region,
    credentials: { accessKeyId, secretAccessKey },
    forcePathStyle: true,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  });
  const datasync = new DataSyncClient({
    endpoint: emulator.endpoint,
    region,
    // The SDK writes into what it is given.
    credentials: { ...USER },
    maxAttempts: 1,
  });
  const { AgentArn = '' } = await datasync.send(
    new CreateAgentCommand({ ActivationKey: 'AAAAA-BBBBB-CCCCC-DDDDD-EEEEE' }),
  );
  let count = 0;
  return {
    emulator,
    endpoint,
    s3,
    datasync,
    agentArn: AgentArn,
    /** A directory of this machine below the export, empty, last changed at 1600000000. */
    directory(): string {
      const path = join(root, `d${count++}`);
      mkdirSync(path);
      chmodSync(path, 0o755);
      utimesSync(path, 1_600_000_000, 1_600_000_000);
      return path;
    },
    async bucket({ name = `b${count++}-${randomUUID().slice(0, 8)}`, versioned = false } = {}) {
      await s3.send(new CreateBucketCommand({ Bucket: name }));
      const VersioningConfiguration = { Status: 'Enabled' } as const;
      if (versioned) await s3.send(new PutBucketVersioningCommand({ Bucket: name, VersioningConfiguration }));
      return name;
    },
    async locationOf(directory: string): Promise<string> {
      const { LocationArn = '' } = await datasync.send(
        new CreateLocationNfsCommand({
          ServerHostname: 'nas.example',
          Subdirectory: directory.slice(root.length),
          OnPremConfig: { AgentArns: [AgentArn] },
        }),
      );
      return LocationArn;
    },
    async bucketLocation(bucket: string, more: Partial<CreateLocationS3CommandInput> = {}): Promise<string> {
      const S3BucketArn = `arn:aws:s3:::${bucket}`;
      const S3Config = { BucketAccessRoleArn: role };
      const { LocationArn = '' } = await datasync.send(
        new CreateLocationS3Command({ S3BucketArn, S3Config, ...more }),
      );
      return LocationArn;
    },
    /** The server itself as object storage, unless `more` says otherwise. */
    async objectStorage(
      BucketName: string,
      more: Partial<CreateLocationObjectStorageCommandInput> = {},
    ): Promise<string> {
      const { hostname, port } = new URL(endpoint.endpoint);
      const { LocationArn = '' } = await datasync.send(
        new CreateLocationObjectStorageCommand({
          ServerHostname: hostname,
          ServerPort: Number(port),
          ServerProtocol: 'HTTP',
          BucketName,
          AccessKey: accessKeyId,
          SecretKey: secretAccessKey,
          AgentArns: [AgentArn],
          ...more,
        }),
      );
      return LocationArn;
    },
    /** Resolves when the task can be started. */
    async task(
      SourceLocationArn: string,
      DestinationLocationArn: string,
      more: Partial<CreateTaskCommandInput> = {},
    ): Promise<string> {
      const { TaskArn = '' } = await datasync.send(
        new CreateTaskCommand({ SourceLocationArn, DestinationLocationArn, ...more }),
      );
      await until(async () => {
        const { Status } = await datasync.send(new DescribeTaskCommand({ TaskArn }));
        return Status === 'AVAILABLE' || undefined;
      });
      return TaskArn;
    },
    async start(TaskArn: string, more: Partial<StartTaskExecutionCommandInput> = {}): Promise<string> {
      const { TaskExecutionArn = '' } = await datasync.send(
        new StartTaskExecutionCommand({ TaskArn, ...more }),
      );
      return TaskExecutionArn;
    },
    /** What DescribeTaskExecution says as soon as `wanted` holds. */
    seen(TaskExecutionArn: string, wanted: (execution: Ended) => boolean, withinMs?: number): Promise<Ended> {
      return until(async () => {
        const execution = await datasync.send(new DescribeTaskExecutionCommand({ TaskExecutionArn }));
        return wanted(execution) ? execution : undefined;
      }, withinMs);
    },
    ended(execution: string, withinMs?: number): Promise<Ended> {
      return this.seen(execution, ({ Status }) => Status === 'SUCCESS' || Status === 'ERROR', withinMs);
    },
    async run(task: string, more: Partial<StartTaskExecutionCommandInput> = {}): Promise<Ended> {
      return this.ended(await this.start(task, more));
    },
    async put(Bucket: string, Key: string, Body: string | Buffer, more: Partial<PutObjectCommandInput> = {}) {
      const { VersionId = '' } = await s3.send(new PutObjectCommand({ Bucket, Key, Body, ...more }));
      return VersionId;
    },
    /** With all that is in it, and all versions. */
    async deleteBucket(Bucket: string): Promise<void> {
      const { Versions = [], DeleteMarkers = [] } = await s3.send(new ListObjectVersionsCommand({ Bucket }));
      for (const { Key, VersionId } of [...Versions, ...DeleteMarkers])
        await s3.send(new DeleteObjectCommand({ Bucket, Key, VersionId }));
      await s3.send(new DeleteBucketCommand({ Bucket }));
    },
    async [Symbol.asyncDispose](): Promise<void> {
      await emulator.close();
      s3.destroy();
      datasync.destroy();
      rmSync(root, { recursive: true, force: true });
    },
  };
}

/** Asks again and again until there is an answer. @throws Error when there is none in time */
export async function until<Value>(
  ask: () => Promise<Value | undefined>,
  withinMs = LONGEST_MS,
): Promise<Value> {
  const giveUpAt = clock.now() + withinMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (clock.now() > giveUpAt) throw new Error(`Nothing after ${withinMs} ms.`);
    await clock.sleep(20);
  }
}

/** Of an execution, the items that did not go well. */
export function problems({ emulator }: { readonly emulator: Emulator }, { TaskExecutionArn = '' }: Ended) {
  return emulator
    .problemsOf(TaskExecutionArn)
    .map(({ what, path, message }) => `${what} ${path}: ${message}`);
}

export interface Item {
  readonly text?: string | Buffer;
  readonly link?: string;
  /** A file with a hole of `after` bytes, and this behind it. */
  readonly end?: string;
  readonly after?: number;
  /** Default 0644, of directories 0755. */
  readonly mode?: number;
  /** Of the last change, seconds; default 1700000000. */
  readonly at?: number;
}

const USUAL_AT = 1_700_000_000;

/** Makes files, links and (names that end in `/`) directories; those above keep their times. */
export function fill(root: string, items: Readonly<Record<string, Item>>): void {
  for (const [name, item] of Object.entries(items)) {
    const path = join(root, name);
    keepingTime(dirname(path), () => make(path, item));
  }
}

function make(path: string, { text = '', link, end, after = 0, mode, at = USUAL_AT }: Item): void {
  if (link !== undefined) {
    symlinkSync(link, path);
    lutimesSync(path, at, at);
    return;
  }
  const isDirectory = path.endsWith('/');
  if (isDirectory) mkdirSync(path);
  else if (end !== undefined) writeBehindHole(path, after, end);
  else writeFileSync(path, text);
  chmodSync(path, mode ?? (isDirectory ? 0o755 : 0o644));
  utimesSync(path, at, at);
}

function writeBehindHole(path: string, after: number, end: string): void {
  const file = openSync(path, 'w');
  writeSync(file, end, after);
  closeSync(file);
}

export function remove(root: string, ...names: readonly string[]): void {
  for (const name of names) {
    const path = join(root, name);
    keepingTime(dirname(path), () => rmSync(path, { recursive: true }));
  }
}

function keepingTime(directory: string, work: () => void): void {
  const { atimeMs, mtimeMs } = statSync(directory);
  work();
  utimesSync(directory, atimeMs / 1000, mtimeMs / 1000);
}

/** `sizeBytes` of 32-bit numbers that count from 0: no two parts of it are equal. */
export function counting(sizeBytes: number): Buffer {
  return Buffer.from(Uint32Array.from({ length: sizeBytes / 4 }, (_zero, index) => index).buffer);
}
