import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { DataSyncClient } from '@aws-sdk/client-datasync';
import { S3Client } from '@aws-sdk/client-s3';

/** A started `datasync-local start`, as a user has it: another process, reached over HTTP. */
export interface RunningEmulator extends AsyncDisposable {
  readonly endpoint: string;
  readonly datasync: DataSyncClient;
  readonly s3: S3Client;
  /** ms from the spawn to the ready line. */
  readonly readyMs: number;
  /** Resident memory now and at its peak, in MiB. Linux only. */
  memory(): { readonly nowMiB: number; readonly peakMiB: number };
}

const DIST = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));

/** Starts the built emulator on a free port. @throws when it was not built */
export async function startEmulator(flags: readonly string[] = []): Promise<RunningEmulator> {
  if (!existsSync(DIST)) throw new Error('Nothing is built: run "npm run build" first.');
  const startedAt = performance.now();
  const child = spawn(process.execPath, [DIST, 'start', '--port', '0', '--log-level', 'error', ...flags], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const { endpoint } = await readyLine(child);
  const config = {
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: '111122223333', secretAccessKey: 'test' },
  };
  return {
    endpoint,
    datasync: new DataSyncClient(config),
    s3: new S3Client({ ...config, forcePathStyle: true }),
    readyMs: performance.now() - startedAt,
    memory: () => memoryOf(child),
    async [Symbol.asyncDispose]() {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
    },
  };
}

async function readyLine(child: ChildProcess): Promise<{ endpoint: string }> {
  if (!child.stdout) throw new Error('The emulator has no standard output.');
  for await (const line of createInterface({ input: child.stdout })) {
    const message = JSON.parse(line);
    if (message.event === 'ready') return message;
  }
  throw new Error('The emulator ended before it was ready.');
}

function memoryOf(child: ChildProcess) {
  const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
  const mib = (name: string) => Math.round(Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1]) / 1024);
  return { nowMiB: mib('VmRSS'), peakMiB: mib('VmHWM') };
}
