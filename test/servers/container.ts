// A server in a container of its own, and all that can happen to it.

import { execFile } from 'node:child_process';
import { createServer } from 'node:net';
import { promisify } from 'node:util';
import { GenericContainer, Wait } from 'testcontainers';

/** What a server under test is started with. */
export interface Recipe {
  /** Of `datasync-local/<image>`. */
  readonly image: string;
  /** Ports in the container that are to be reached from here, each on a free port of loopback. */
  readonly ports: readonly number[];
  readonly environment?: Readonly<Record<string, string>>;
  /** Directories that hold only so much: path and bytes. What is in them does not outlive a stop. */
  readonly smallDisks?: Readonly<Record<string, number>>;
  readonly capabilities?: readonly 'DAC_READ_SEARCH'[];
  readonly withoutSeccomp?: boolean;
}

/** The address stays the same for its whole life, over every stop and start. */
export interface ServerContainer extends AsyncDisposable {
  readonly id: string;
  /** Where it is to be reached from this machine. */
  readonly host: string;
  /** On this machine, for each port of the recipe in its order. */
  readonly ports: readonly number[];
  /** Of the container itself, where the machine reaches it directly (Linux): there the ports are those inside. */
  readonly directHost: string;
  /**
   * Runs a shell script as root in the container; `$1`… are the words. Says what it prints.
   * @throws Error with what it said, when it fails
   */
  sh(script: string, ...words: readonly string[]): Promise<string>;
  /** Ends the server at once, without a word to its clients. What is in its volume stays. */
  kill(): Promise<void>;
  /** Ends it as a machine that is shut down does. */
  stop(): Promise<void>;
  /** Starts it again, at the same address; resolves when it is healthy. */
  start(): Promise<void>;
  /** It stays connected and answers nothing. */
  pause(): Promise<void>;
  unpause(): Promise<void>;
}

const run = promisify(execFile);

/** So long a line of a tree may be, times many. */
const OUTPUT_BYTES = 64 * 1024 * 1024;

async function docker(...words: readonly string[]): Promise<string> {
  return (await run('docker', words, { maxBuffer: OUTPUT_BYTES })).stdout;
}

/** Starts the server and waits until it is healthy. Ask `skipWithout(image)` first. */
export async function startContainer(recipe: Recipe): Promise<ServerContainer> {
  const { image, environment = {}, smallDisks = {}, capabilities = [], withoutSeccomp } = recipe;
  // A container that is started again would be given other ports.
  const ports: number[] = [];
  for (const _port of recipe.ports) ports.push(await freePort());
  const container = new GenericContainer(`datasync-local/${image}`)
    .withExposedPorts(...recipe.ports.map((port, index) => ({ container: port, host: ports[index] ?? 0 })))
    .withEnvironment({ ...environment })
    .withTmpFs(
      Object.fromEntries(Object.entries(smallDisks).map(([path, bytes]) => [path, `rw,size=${bytes}`])),
    )
    .withAddedCapabilities(...capabilities)
    .withWaitStrategy(Wait.forHealthCheck())
    .withStartupTimeout(120_000);
  if (withoutSeccomp) container.withSecurityOpt('seccomp=unconfined');
  const started = await container.start();
  const id = started.getId();
  return {
    id,
    host: started.getHost(),
    ports,
    directHost: started.getIpAddress(started.getNetworkNames()[0] ?? 'bridge'),
    sh: (script, ...words) => inside(id, script, words),
    kill: async () => void (await docker('kill', id)),
    stop: async () => void (await docker('stop', '--time', '10', id)),
    async start() {
      await docker('start', id);
      await healthy(id);
    },
    pause: async () => void (await docker('pause', id)),
    unpause: async () => void (await docker('unpause', id)),
    [Symbol.asyncDispose]: async () => void (await docker('rm', '--force', '--volumes', id).catch(() => '')),
  };
}

async function inside(id: string, script: string, words: readonly string[]): Promise<string> {
  try {
    return await docker('exec', id, 'bash', '-euo', 'pipefail', '-c', script, 'sh', ...words);
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { readonly stdout?: string; readonly stderr?: string };
    throw new Error(`${script}: ${stderr}${stdout}`);
  }
}

/** @throws Error with the end of its log, when the container has ended */
async function healthy(id: string): Promise<void> {
  for (;;) {
    const state = await docker('inspect', '-f', '{{.State.Status}} {{.State.Health.Status}}', id);
    if (state.trim() === 'running healthy') return;
    if (!state.startsWith('running'))
      throw new Error(`${state}: ${await docker('logs', '--tail', '20', id)}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** A port of loopback that nobody listens on now. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
