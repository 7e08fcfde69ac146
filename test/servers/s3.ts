import { GenericContainer, Wait } from 'testcontainers';

/** A real S3 server in a container of its own, on a free port of loopback. */
export interface S3Server extends AsyncDisposable {
  readonly endpoint: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Ends the server at once, without a word to its clients. */
  kill(): Promise<void>;
}

export type S3ServerName = 'minio' | 'radosgw';

const PORTS: Readonly<Record<S3ServerName, number>> = { minio: 9000, radosgw: 7480 };

/** Starts the server and waits until it is healthy. Ask `skipWithout(name)` first. */
export async function startS3Server(name: S3ServerName): Promise<S3Server> {
  const port = PORTS[name];
  const container = await new GenericContainer(`datasync-local/${name}`)
    .withExposedPorts(port)
    .withWaitStrategy(Wait.forHealthCheck())
    .withStartupTimeout(120_000)
    .start();
  return {
    endpoint: `http://${container.getHost()}:${container.getMappedPort(port)}`,
    accessKeyId: 'datasync',
    secretAccessKey: 'datasync-secret',
    kill: async () => void (await container.stop({ timeout: 0, remove: true })),
    [Symbol.asyncDispose]: async () =>
      void (await container.stop({ timeout: 0, remove: true }).catch(() => undefined)),
  };
}
