// What goes wrong between an emulator and its buckets, and how it comes right again.

import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { createServer as createSecureServer } from 'node:tls';
import {
  type CreateLocationObjectStorageCommandInput,
  DescribeTaskCommand,
  UpdateLocationObjectStorageCommand,
} from '@aws-sdk/client-datasync';
import t from 'tap';
import { TEST_CERTIFICATE, TEST_KEY } from '../storage/test-certificate.ts';
import { type Endpoint, fill, openWorld, type World } from './s3-world.ts';
import { bucketTree } from './trees.ts';

type Tap = Pick<typeof t, 'same' | 'equal' | 'match' | 'rejects'>;

const HELLO = { 'a.txt': { text: 'hello' } };
const TREE = ['d 0755 me:me 1600000000 ./', 'f 0644 me:me 1700000000 5 2cf24dba a.txt'];

async function missingBucket(t: Tap, world: World): Promise<void> {
  const name = `later-${world.emulator.port}`;
  await t.rejects(world.bucketLocation(name), {
    name: 'InvalidRequestException',
    message: `DataSync location access test failed: could not perform s3:ListObjectsV2 in bucket ${name}. The specified bucket does not exist. Create the bucket ${name} at ${world.endpoint.endpoint} and try again. Ensure bucket access role has s3:ListBucket permission.`,
  });
  await world.bucket({ name });
  t.match(await world.bucketLocation(name), /^arn:aws:datasync:us-east-1:111122223333:location\/loc-/);
}

async function deletedBucket(t: Tap, world: World): Promise<void> {
  const [directory, bucket] = [world.directory(), await world.bucket()];
  fill(directory, HELLO);
  const task = await world.task(await world.locationOf(directory), await world.bucketLocation(bucket));
  t.equal((await world.run(task)).Status, 'SUCCESS');
  await world.deleteBucket(bucket);
  const failed = await world.run(task);
  t.match(failed, { Status: 'ERROR', Result: { ErrorCode: 'FsS3HeadBucketFailed' } });
  t.match(
    failed.Result?.ErrorDetail,
    /^Task failed to access location loc-[0-9a-f]{17}: x40016: No such file or directory \(.*NoSuchBucket.*Create the bucket/,
  );
  const { Status } = await world.datasync.send(new DescribeTaskCommand({ TaskArn: task }));
  t.equal(Status, 'AVAILABLE', 'the task can be started again');
  await world.bucket({ name: bucket });
  const healed = await world.run(task);
  t.match(healed, { Status: 'SUCCESS', FilesTransferred: 2, BytesWritten: 5 });
  t.same(await bucketTree(world.s3, bucket), TREE);
}

async function wrongKeys(t: Tap, world: World): Promise<void> {
  const bucket = await world.bucket();
  const wrong: Endpoint = { ...world.endpoint, secretAccessKey: 'wrong' };
  await using other = await openWorld(wrong);
  await t.rejects(other.bucketLocation(bucket), {
    name: 'InvalidRequestException',
    message: `DataSync location access test failed: could not perform s3:ListObjectsV2 in bucket ${bucket}. Access denied. Ensure bucket access role has s3:ListBucket permission.`,
  });
}

/** Credentials belong to locations: those of the endpoint are wrong here, and nobody needs them. */
async function keysOfLocations(t: Tap, world: World): Promise<void> {
  const [from, to] = [await world.bucket(), await world.bucket()];
  await world.put(from, 'a.txt', 'hello');
  const { endpoint, accessKeyId, secretAccessKey } = world.endpoint;
  const { host } = new URL(endpoint);
  const bound = `s3://${to}=s3+http://${accessKeyId}:${secretAccessKey}@${host}`;
  await using other = await openWorld({ ...world.endpoint, secretAccessKey: 'wrong' }, [bound]);
  const keys = { AccessKey: accessKeyId, SecretKey: secretAccessKey };
  const source = await other.objectStorage(from, { ...keys, SecretKey: 'wrong' });
  const task = await other.task(source, await other.bucketLocation(to));
  const failed = await other.run(task);
  t.match(failed, { Status: 'ERROR', Result: { ErrorCode: 'SrcLocHitAccess' } });
  t.match(
    failed.Result?.ErrorDetail,
    /: x40015: Permission denied \(.*SignatureDoesNotMatch.*Check the location's access key/,
  );
  await other.datasync.send(new UpdateLocationObjectStorageCommand({ LocationArn: source, ...keys }));
  t.match(await other.run(task), { Status: 'SUCCESS', FilesTransferred: 1, BytesWritten: 5 });
  t.same(await bucketTree(world.s3, to), ['f - -:- - 5 2cf24dba a.txt']);
}

/** Both ways, with an agent in Basic mode and without one in Enhanced mode. */
async function objectStorage(t: Tap, world: World): Promise<void> {
  const [from, between, to] = [await world.bucket(), await world.bucket(), await world.bucket()];
  const Metadata = { 'file-mtime': '1700000000250', color: 'red' };
  await world.put(from, 'in/a.txt', 'hello', { Metadata, Tagging: 'k=v' });
  const below = { Subdirectory: '/in/' };
  const first = await world.task(await world.objectStorage(from, below), await world.bucketLocation(between));
  t.match(await world.run(first), {
    Status: 'SUCCESS',
    FilesTransferred: 1,
    FilesVerified: 1,
    BytesWritten: 5,
  });
  const agentless = await world.objectStorage(to, { AgentArns: undefined });
  const second = await world.task(await world.bucketLocation(between), agentless, { TaskMode: 'ENHANCED' });
  t.match(await world.run(second), {
    Status: 'SUCCESS',
    FilesTransferred: 1,
    FilesVerified: 1,
    BytesWritten: 5,
  });
  t.same(await bucketTree(world.s3, to), ['f - -:- 1700000000.25 5 2cf24dba color=red [k:v] a.txt']);
}

/** TLS in front of the server, with a certificate that no machine trusts by itself. */
async function secureProxy(endpoint: string) {
  const { hostname, port } = new URL(endpoint);
  const server = createSecureServer({ cert: TEST_CERTIFICATE, key: TEST_KEY }, (client) => {
    const inner = connect(Number(port), hostname);
    inner.pipe(client).pipe(inner);
    const end = () => {
      inner.destroy();
      client.destroy();
    };
    inner.on('error', end).on('close', end);
    client.on('error', end).on('close', end);
  }).listen(0, '127.0.0.1');
  // A client that does not trust it breaks off.
  server.on('tlsClientError', () => undefined);
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: async () => void (await new Promise((resolve) => server.close(resolve))),
  };
}

async function customCertificate(t: Tap, world: World): Promise<void> {
  await using proxy = await secureProxy(world.endpoint.endpoint);
  const [directory, from, to] = [world.directory(), await world.bucket(), await world.bucket()];
  fill(directory, HELLO);
  await world.put(from, 'a.txt', 'hello');
  const at: Partial<CreateLocationObjectStorageCommandInput> = {
    ServerHostname: 'localhost',
    ServerPort: proxy.port,
    ServerProtocol: 'HTTPS',
  };
  const source = await world.objectStorage(from, at);
  const task = await world.task(source, await world.bucketLocation(to));
  const refused = await world.run(task);
  t.match(refused, { Status: 'ERROR', Result: { ErrorCode: 'SrcLocHitAccess' } });
  t.match(
    refused.Result?.ErrorDetail,
    /https:\/\/localhost:\d+ .*certificate.*Give the location the server's certificate authority/,
  );
  const ServerCertificate = Buffer.from(TEST_CERTIFICATE);
  await world.datasync.send(
    new UpdateLocationObjectStorageCommand({ LocationArn: source, ServerCertificate }),
  );
  t.match(await world.run(task), { Status: 'SUCCESS', FilesTransferred: 1, BytesWritten: 5 });
  t.same(await bucketTree(world.s3, to), ['f - -:- - 5 2cf24dba a.txt']);
}

const TROUBLES: Readonly<Record<string, (t: Tap, world: World) => Promise<void>>> = {
  'a bucket that is missing, and is made later': missingBucket,
  'a bucket that is deleted between two runs, and made again': deletedBucket,
  'wrong keys of the endpoint': wrongKeys,
  'keys belong to locations; wrong ones are put right': keysOfLocations,
  'object storage over HTTP, both ways': objectStorage,
  'object storage over HTTPS: an unknown certificate is refused, and taken when it is given':
    customCertificate,
};

export function comesRightAgain(name: string, open: () => Promise<World>): void {
  t.test(`trouble with ${name}`, async (t) => {
    await using world = await open();
    for (const [story, tell] of Object.entries(TROUBLES)) await t.test(story, (t) => tell(t, world));
  });
}
