import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

export const PROGRAM = fileURLToPath(new URL('../../bin/datasync-local', import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Only what a program needs to be found, and what the test says: no settings of whoever runs the tests. */
function bare(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return {
    PATH: process.env['PATH'],
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    ...env,
  };
}

/** Runs a command of the program to its end. */
export async function command(
  args: readonly string[],
  { env = {}, cwd }: { env?: NodeJS.ProcessEnv; cwd?: string } = {},
): Promise<Ended> {
  const child = spawn(process.execPath, [PROGRAM, ...args], {
    env: bare(env),
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(cwd === undefined ? {} : { cwd }),
  });
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  return { code, stdout, stderr };
}

export interface Started {
  readonly child: ChildProcess;
  readonly ready: { readonly event: string; readonly endpoint: string };
  /** Everything on standard error, once it has ended. */
  readonly stderr: Promise<string>;
  /** Sends a signal and waits for the end. */
  end(signal: NodeJS.Signals): Promise<{ readonly code: number | null; readonly ms: number }>;
}

/** `datasync-local start --port 0` and more; ready when this resolves. */
export async function started(args: readonly string[] = []): Promise<Started> {
  const child = spawn(process.execPath, [PROGRAM, 'start', '--port', '0', ...args], {
    env: bare({}),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const stderr = text(child.stderr);
  const lines = createInterface({ input: child.stdout });
  const first = await Promise.race([once(lines, 'line'), once(child, 'exit').then(() => undefined)]);
  if (!first) throw new Error(`It ended before it was ready: ${await stderr}`);
  return {
    child,
    ready: JSON.parse(first[0]),
    stderr,
    async end(signal) {
      const before = performance.now();
      const ended = once(child, 'exit');
      child.kill(signal);
      const [code] = await ended;
      return { code, ms: performance.now() - before };
    },
  };
}
