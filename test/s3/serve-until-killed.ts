// An S3 endpoint over the files of a directory; says its port, and serves until somebody kills it.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { silentLog } from '../../src/base/log.ts';
import { machineRandom } from '../../src/base/random.ts';
import { systemClock } from '../../src/base/system-clock.ts';
import { createS3 } from '../../src/s3/endpoint.ts';

const [, , directory = ''] = process.argv;
const s3 = createS3({
  clock: systemClock(),
  random: machineRandom(),
  log: silentLog,
  region: 'us-east-1',
  account: '111122223333',
  directory,
});
const server = createServer(s3.handler);
server.listen(0, '127.0.0.1', () => process.stdout.write(`${(server.address() as AddressInfo).port}\n`));
