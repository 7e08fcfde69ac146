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
import { openBackend, type S3Config } from '../../src/storage/index.ts';
import { createVolumes } from '../../src/storage/volumes.ts';

export const context = () => ({ volumes: createVolumes(), clock: systemClock() });

export const inMemory = (): Promise<Backend> =>
  openBackend({ driver: 'memory', volume: 'nas.memory', root: '/data', stagingId: 'task-1' }, context());

export const inDirectory = (directory: string): Promise<Backend> =>
  openBackend({ driver: 'directory', directory, root: '', stagingId: 'task-1' }, context());

/** Makes empty buckets in an embedded S3 of its own, which ends with the test. */
export async function bucketMaker(t: Test): Promise<(wanted?: Partial<S3Config>) => Promise<Backend>> {
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';
  const keys = { accessKeyId: 'AKIATESTTESTTESTTEST', secretAccessKey: 'secret' };
  const settings = {
    clock: systemClock(),
    random: seededRandom(1),
    log: silentLog,
    region: 'us-east-1',
    account: '123456789012',
  };
  const server = createServer(createS3({ ...settings, credentials: [keys] }).handler);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const sdk = new S3Client({ endpoint, region: settings.region, credentials: keys, forcePathStyle: true });
  t.teardown(() => sdk.destroy());
  let made = 0;
  return async (wanted = {}) => {
    const bucket = `bucket-${++made}`;
    await sdk.send(new CreateBucketCommand({ Bucket: bucket }));
    const config = {
      endpoint,
      region: settings.region,
      bucket,
      prefix: '',
      timeForm: 'ns',
      ...keys,
      ...wanted,
    } as const;
    return openBackend({ driver: 's3', ...config }, context());
  };
}
