import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { S3Client } from '@aws-sdk/client-s3';
import { startEmulator } from './emulator.ts';
import { race, timeCommand } from './measure.ts';
import { bucketDestination, nfsSource, readyTask, runTask, SOURCE_URI } from './story.ts';
import { manyFiles, oneFile, scratch } from './trees.ts';

const MINIO = fileURLToPath(new URL('../docker/minio/minio', import.meta.url));
const KEYS = { accessKeyId: 'datasync', secretAccessKey: 'datasync-secret' };

interface Minio extends AsyncDisposable {
  readonly endpoint: string;
  /** Makes room: forgets the bucket with all that is in it. */
  forget(bucket: string): void;
}

/**
 * Directory to MinIO, beside rclone and `aws s3 sync`. All verify: ours reads the destination's checksums again, rclone
 * compares MD5 sums, the AWS CLI sends CRCs that the server checks. MinIO runs as a plain process on loopback, because
 * the published ports of a container would cost every one of them some of its speed.
 */
export async function benchMinio(): Promise<void> {
  await compare('MinIO 5,000 x 4 KiB', 3, (root) => manyFiles(root, 5_000, 4096));
  await compare('MinIO 1 x 1 GiB', 3, (root) => oneFile(root, 1024 ** 3));
}

async function compare(bench: string, rounds: number, fill: (root: string) => void): Promise<void> {
  using place = scratch();
  const source = join(place.path, 'source');
  fill(source);
  await using minio = await startMinio(join(place.path, 'minio'));
  await using emulator = await startEmulator([
    ...['--bind', `${SOURCE_URI}=directory:${source}`],
    ...['--s3-endpoint', minio.endpoint],
    ...['--s3-access-key-id', KEYS.accessKeyId, '--s3-secret-access-key', KEYS.secretAccessKey],
  ]);
  const s3 = new S3Client({
    endpoint: minio.endpoint,
    region: 'us-east-1',
    credentials: KEYS,
    forcePathStyle: true,
  });
  const from = await nfsSource(emulator);
  let round = 0;
  // A bucket of its own for every run, gone before the next one.
  const into = (run: (bucket: string, task: string) => Promise<number> | number) => async () => {
    const bucket = `bench-${round++}`;
    const destination = await bucketDestination({ ...emulator, s3 }, bucket);
    const task = await readyTask(emulator, from, destination, { VerifyMode: 'ONLY_FILES_TRANSFERRED' });
    const seconds = await run(bucket, task);
    minio.forget(bucket);
    return seconds;
  };
  const rclone = (transfers: number) => (bucket: string) =>
    timeCommand('rclone', ['copy', '--transfers', String(transfers), source, `:s3:${bucket}`], {
      RCLONE_S3_PROVIDER: 'Minio',
      RCLONE_S3_ENDPOINT: minio.endpoint,
      RCLONE_S3_ACCESS_KEY_ID: KEYS.accessKeyId,
      RCLONE_S3_SECRET_ACCESS_KEY: KEYS.secretAccessKey,
    });
  const awsCli = (bucket: string) =>
    timeCommand('aws', ['s3', 'sync', '--only-show-errors', source, `s3://${bucket}`], {
      AWS_ENDPOINT_URL_S3: minio.endpoint,
      AWS_ACCESS_KEY_ID: KEYS.accessKeyId,
      AWS_SECRET_ACCESS_KEY: KEYS.secretAccessKey,
      AWS_DEFAULT_REGION: 'us-east-1',
    });
  await race(
    bench,
    rounds,
    {
      'datasync-local': into(async (_bucket, task) => (await runTask(emulator, task)).seconds),
      'rclone-4': into(rclone(4)),
      'rclone-32': into(rclone(32)),
      'aws s3 sync': into(awsCli),
    },
    'rclone-4',
  );
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('There is no free port.');
  return address.port;
}

async function startMinio(data: string): Promise<Minio> {
  if (!existsSync(MINIO))
    throw new Error('MinIO is not built: run "docker/build-images.sh minio-binary" first.');
  mkdirSync(data);
  const addresses = ['--address', `127.0.0.1:${await freePort()}`, '--console-address', '127.0.0.1:0'];
  const child = spawn(MINIO, ['server', data, '--quiet', ...addresses], {
    env: { ...process.env, MINIO_ROOT_USER: KEYS.accessKeyId, MINIO_ROOT_PASSWORD: KEYS.secretAccessKey },
    stdio: 'ignore',
  });
  const endpoint = `http://${addresses[1]}`;
  const ready = () =>
    fetch(`${endpoint}/minio/health/ready`).then(
      ({ ok }) => ok,
      () => false,
    );
  while (!(await ready())) {
    if (child.exitCode !== null) throw new Error(`MinIO ended with ${child.exitCode} before it was ready.`);
    await wait(50);
  }
  return {
    endpoint,
    forget: (bucket) => rmSync(join(data, bucket), { recursive: true, force: true }),
    async [Symbol.asyncDispose]() {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
    },
  };
}
