import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { GenericContainer, type StartedTestContainer, Wait } from 'testcontainers';
import { freePort } from './container.ts';

/** A real S3 server in a container of its own, on a free port of loopback. */
export interface S3Server extends AsyncDisposable {
  readonly endpoint: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Ends the server at once, without a word to its clients. What it has stored stays. */
  kill(): Promise<void>;
  /** Starts it again at the same address. It is not ready yet when this resolves. */
  revive(): Promise<void>;
}

export type S3ServerName = 'minio' | 'radosgw';

const run = promisify(execFile);

interface Recipe {
  readonly port: number;
  kill(container: StartedTestContainer): Promise<unknown>;
  revive(container: StartedTestContainer): Promise<unknown>;
}

const RECIPES: Readonly<Record<S3ServerName, Recipe>> = {
  minio: {
    port: 9000,
    kill: (container) => run('docker', ['kill', container.getId()]),
    revive: (container) => run('docker', ['start', container.getId()]),
  },
  // Only the gateway: the cluster behind it is in memory.
  radosgw: {
    port: 7480,
    kill: (container) => container.exec(['sh', '-c', 'touch /run/gateway-down && kill -9 $(pidof radosgw)']),
    revive: (container) => container.exec(['rm', '/run/gateway-down']),
  },
};

/** Starts the server and waits until it is healthy. Ask `skipWithout(name)` first. */
export async function startS3Server(name: S3ServerName): Promise<S3Server> {
  const { port, kill, revive } = RECIPES[name];
  // A container that is started again would be given another port.
  const host = await freePort();
  const container = await new GenericContainer(`datasync-local/${name}`)
    .withExposedPorts({ container: port, host })
    .withWaitStrategy(Wait.forHealthCheck())
    .withStartupTimeout(120_000)
    .start();
  return {
    endpoint: `http://${container.getHost()}:${host}`,
    accessKeyId: 'datasync',
    secretAccessKey: 'datasync-secret',
    kill: async () => void (await kill(container)),
    revive: async () => void (await revive(container)),
    [Symbol.asyncDispose]: async () =>
      void (await container.stop({ timeout: 0, remove: true }).catch(() => undefined)),
  };
}
