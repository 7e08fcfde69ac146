// Conformance speaks to its target as a user does: over HTTP, with AWS's own clients. It never imports the product.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { DataSyncClient } from '@aws-sdk/client-datasync';
import { S3Client } from '@aws-sdk/client-s3';

const PROGRAM = fileURLToPath(new URL('../bin/datasync-local', import.meta.url));

/** What the stories talk to, and who they are there. */
export interface Clients {
  readonly endpoint: string;
  readonly account: string;
  readonly region: string;
  readonly datasync: DataSyncClient;
  readonly s3: S3Client;
}

/** A target that a scenario started for itself. */
export interface Target extends Clients, AsyncDisposable {
  /** Ends it as a power cut does: nothing of it can say goodbye. */
  kill(): Promise<void>;
}

/** Starts the emulator as a user does, on a free port. `flags` are those of `datasync-local start`. */
export async function startTarget(flags: readonly string[] = []): Promise<Target> {
  const child = spawn(process.execPath, [PROGRAM, 'start', '--port', '0', '--log-level', 'error', ...flags], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const endpoint = await readyEndpoint(child.stdout);
  const account = '111122223333';
  const region = 'us-east-1';
  const config = { endpoint, region, credentials: { accessKeyId: account, secretAccessKey: 'test' } };
  return {
    endpoint,
    account,
    region,
    datasync: new DataSyncClient(config),
    s3: new S3Client({ ...config, forcePathStyle: true }),
    kill: () => end(child, 'SIGKILL'),
    [Symbol.asyncDispose]: () => end(child, 'SIGTERM'),
  };
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill(signal);
  await ended;
}

async function readyEndpoint(output: NodeJS.ReadableStream): Promise<string> {
  for await (const line of createInterface({ input: output })) {
    const message = JSON.parse(line) as { event: string; endpoint: string };
    if (message.event === 'ready') return message.endpoint;
  }
  throw new Error('The emulator ended before it was ready.');
}
