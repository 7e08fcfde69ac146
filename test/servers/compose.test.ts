// docker/compose.yaml as a user has it: everything comes up, and tasks move a file from one server to the next.

import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { CreateAgentCommand, CreateLocationSmbCommand, DataSyncClient } from '@aws-sdk/client-datasync';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import t, { type Test } from 'tap';
import { nfsLocation, readyTask, runToEnd, s3Location } from '../../conformance/story.ts';
import type { Clients } from '../../conformance/target.ts';
import { skipWithout } from './container-engine.ts';

const at = (path: string) => fileURLToPath(new URL(`../../docker/${path}`, import.meta.url));
const PROJECT = `datasync-local-test-${process.pid}`;
const KEYS = { accessKeyId: 'datasync', secretAccessKey: 'datasync-secret' };
const SETTINGS = {
  EMULATOR_PORT: '0',
  MINIO_PORT: '0',
  NFS_PORT: '0',
  NFS_MOUNT_PORT: '0',
  SMB_PORT: '0',
  DATASYNC_LOCAL_S3_ENDPOINT: 'http://minio:9000',
  DATASYNC_LOCAL_S3_ACCESS_KEY_ID: KEYS.accessKeyId,
  DATASYNC_LOCAL_S3_SECRET_ACCESS_KEY: KEYS.secretAccessKey,
};

const SERVICES = ['emulator', 'minio', 'nfs', 'samba'];

/** The plugin of newer engines, or the program of its own. */
const tool =
  spawnSync('docker', ['compose', 'version']).status === 0 ? ['docker', 'compose'] : ['docker-compose'];

function compose(...args: readonly string[]): string {
  const [command = '', ...first] = tool;
  const profiles = SERVICES.flatMap((name) => ['--profile', name]);
  return execFileSync(command, [...first, '-f', at('compose.yaml'), '-p', PROJECT, ...profiles, ...args], {
    env: { ...process.env, ...SETTINGS },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** Where the service is to be reached, once its own health check is content. */
async function healthy(t: Test, service: string, port: number): Promise<string> {
  const id = compose('ps', '-q', service).trim();
  for (;;) {
    const state = execFileSync('docker', ['inspect', '-f', '{{.State.Health.Status}}', id], {
      encoding: 'utf8',
    });
    if (state.trim() === 'healthy') break;
    await wait(200);
  }
  const address = compose('port', service, String(port)).trim();
  t.match(address, /^127\.0\.0\.1:\d+$/, `${service} listens on loopback only`);
  return address;
}

async function smbLocation({ datasync }: Pick<Clients, 'datasync'>): Promise<string> {
  const { AgentArn = '' } = await datasync.send(
    new CreateAgentCommand({ ActivationKey: 'AAAAA-BBBBB-CCCCC-DDDDD-EEEEE' }),
  );
  const { LocationArn = '' } = await datasync.send(
    new CreateLocationSmbCommand({
      ServerHostname: 'samba',
      Subdirectory: '/share',
      User: 'datasync',
      Password: 'Passw0rd!',
      AgentArns: [AgentArn],
    }),
  );
  return LocationArn;
}

const skip = SERVICES.map((name) => skipWithout(name)).find(Boolean) ?? false;

t.test('compose brings up the emulator and servers, and a task runs between them', { skip }, async (t) => {
  t.teardown(() => compose('down', '-v'));
  compose('up', '-d');
  const endpoint = `http://${await healthy(t, 'emulator', 4567)}`;
  const account = '111122223333';
  const region = 'us-east-1';
  const s3 = new S3Client({
    endpoint: `http://${await healthy(t, 'minio', 9000)}`,
    region,
    credentials: KEYS,
    forcePathStyle: true,
  });
  const datasync = new DataSyncClient({
    endpoint,
    region,
    credentials: { accessKeyId: account, secretAccessKey: 'test' },
  });
  await healthy(t, 'nfs', 2049);
  await healthy(t, 'samba', 445);
  const target = { endpoint, account, region, datasync, s3 };

  const source = await nfsLocation(target, 'nas.example', '/export');
  const destination = await s3Location(target, 'from-compose');
  const { Status, Result } = await runToEnd(target, await readyTask(target, source, destination));
  t.same([Status, Result?.ErrorDetail], ['SUCCESS', undefined]);
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: 'from-compose', Key: 'hello.txt' }));
  t.same(Buffer.from((await Body?.transformToByteArray()) ?? []), readFileSync(at('exports/hello.txt')));

  for (const [service, location] of [
    ['nfs', await nfsLocation(target, 'nfs', '/export')],
    ['samba', await smbLocation(target)],
  ] as const) {
    const ended = await runToEnd(target, await readyTask(target, destination, location));
    t.same([ended.Status, ended.Result?.ErrorDetail], ['SUCCESS', undefined], `to ${service}`);
    const path = service === 'nfs' ? '/export/hello.txt' : '/share/hello.txt';
    t.equal(compose('exec', '-T', service, 'cat', path), readFileSync(at('exports/hello.txt'), 'utf8'));
  }

  const uid = compose('exec', '-T', 'emulator', 'id', '-u').trim();
  t.not(uid, '0', 'the emulator does not run as root');
});
