// Empty locations of each kind, for tests of the engine.

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import type { Test } from 'tap';
import { silentLog } from '../../src/base/log.ts';
import { seededRandom } from '../../src/base/random.ts';
import { systemClock } from '../../src/base/system-clock.ts';
import { createS3 } from '../../src/s3/endpoint.ts';
import type { Backend } from '../../src/storage/backend.ts';
import { openBackend, type StorageTarget } from '../../src/storage/index.ts';
import { createVolumes } from '../../src/storage/volumes.ts';

export const context = () => ({ volumes: createVolumes(), clock: systemClock() });

export const inMemory = (): Promise<Backend> =>
  openBackend({ driver: 'memory', volume: 'nas.memory', root: '/data', stagingId: 'task-1' }, context());

export const inDirectory = (directory: string): Promise<Backend> =>
  openBackend({ driver: 'directory', directory, root: '', stagingId: 'task-1' }, context());

/** An embedded S3 of its own, which ends with the test. */
export async function s3Server(t: Test) {
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';
  const region = 'us-east-1';
  const keys = { accessKeyId: 'AKIATESTTESTTESTTEST', secretAccessKey: 'secret' };
  const settings = {
    clock: systemClock(),
    random: seededRandom(1),
    log: silentLog,
    region,
    account: '123456789012',
  };
  const server = createServer(createS3({ ...settings, credentials: [keys] }).handler);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const sdk = new S3Client({ endpoint, region, credentials: keys, forcePathStyle: true });
  t.teardown(() => {
    sdk.destroy();
    server.closeAllConnections();
    server.close();
  });
  let made = 0;
  return {
    sdk,
    /** Makes an empty bucket and returns its name. */
    async makeBucket(): Promise<string> {
      const Bucket = `bucket-${++made}`;
      await sdk.send(new CreateBucketCommand({ Bucket }));
      return Bucket;
    },
    targetOf: (bucket: string, prefix: string): StorageTarget => ({
      driver: 's3',
      endpoint,
      region,
      bucket,
      prefix,
      timeForm: 'ns',
      ...keys,
    }),
  };
}

/** Makes empty locations in buckets of an embedded S3, each in its own. */
export async function bucketMaker(t: Test): Promise<(prefix?: string) => Promise<Backend>> {
  const { makeBucket, targetOf } = await s3Server(t);
  return async (prefix = '') => openBackend(targetOf(await makeBucket(), prefix), context());
}
