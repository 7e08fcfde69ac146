// What a real SMB server refuses, in what words it is told, and how it comes right again.

import { CreateLocationSmbCommand, UpdateLocationSmbCommand } from '@aws-sdk/client-datasync';
import t from 'tap';
import { skipWithout } from './container-engine.ts';
import { contentsOf } from './contents.ts';
import { bindingsTo, bucketGround, smbGround } from './grounds.ts';
import { openWorld, type World } from './s3-world.ts';
import { fillServer } from './server-files.ts';
import { type SmbServer, startSmbServer } from './smb-server.ts';
import type { Tap } from './task-steps.ts';
import { filledBucket, goesWell, refusedPort, someFailed, unavailable } from './trouble.ts';

const MIB = 1024 * 1024;

/** What mount.cifs would say of shares that cannot be had. */
const REFUSED = {
  '/missing': /x40016: mount error\(2\): No such file or directory \(/,
  '/share/missing': /x40016: mount error\(2\): No such file or directory \(/,
  '/private': /x40016: mount error\(13\): Permission denied \(/,
  '/dfs/elsewhere':
    /x40016: mount error\(95\): Operation not supported \(.* is in a DFS namespace, which DataSync does not support/,
};

async function refused(t: Tap, world: World, server: SmbServer): Promise<void> {
  for (const [path, told] of Object.entries(REFUSED)) {
    const location = await smbGround(world, server).location(path);
    const { ErrorDetail } = await unavailable(world, location);
    t.match(ErrorDetail, /^Task failed to access location loc-[0-9a-f]{17}: /);
    t.match(ErrorDetail, told, path);
  }
}

async function wrongPassword(t: Tap, world: World, server: SmbServer): Promise<void> {
  const files = smbGround(world, server);
  const from = await files.make();
  const LocationArn = await files.location(from);
  await world.datasync.send(new UpdateLocationSmbCommand({ LocationArn, Password: 'sesame-open' }));
  const { ErrorDetail, TaskArn = '' } = await unavailable(world, LocationArn);
  t.match(
    ErrorDetail,
    /^Task failed to access location loc-[0-9a-f]{17}: x40015: mount error\(13\): Permission denied \(/,
  );
  t.notMatch(ErrorDetail, /sesame/);
  await world.datasync.send(new UpdateLocationSmbCommand({ LocationArn, Password: server.password }));
  const ended = await world.run(TaskArn);
  t.equal(ended.Status, 'SUCCESS', 'with the right one the task starts');
}

const HELD = {
  exclusively: 'The file is in use: another program holds it open and does not share it',
  range: 'A part of the file is locked by another program on the server',
};

async function held(t: Tap, world: World, server: SmbServer, how: keyof typeof HELD): Promise<void> {
  const [files, buckets] = [smbGround(world, server), bucketGround(world)];
  const [from, bucket] = [await files.make(), await buckets.make()];
  await fillServer(server, from, { held: { text: 'x' }, open: { text: 'hello' } });
  const task = await world.task(await files.location(from), await buckets.location(bucket));
  {
    await using _ = await server.hold(how, `${from.slice('/share/'.length)}/held`);
    someFailed(t, world, await world.run(task), [new RegExp(`^failed /held: ${HELD[how]}$`)]);
    t.same(contentsOf(await buckets.tree(bucket)), ['5 2cf24dba open'], 'the other arrives');
  }
  await goesWell(t, world, task);
  t.same(contentsOf(await buckets.tree(bucket)), ['1 2d711642 held', '5 2cf24dba open']);
}

/** A file whose rights are not for the user. */
async function closed(t: Tap, world: World, server: SmbServer): Promise<void> {
  const [files, buckets] = [smbGround(world, server), bucketGround(world)];
  const from = await files.make();
  await fillServer(server, from, {
    closed: { text: 'x', mode: 0o600, owner: '0:0' },
    open: { text: 'hello' },
  });
  const bucket = await buckets.make();
  const task = await world.task(await files.location(from), await buckets.location(bucket));
  someFailed(t, world, await world.run(task), [/^failed \/closed: Permission denied/]);
  t.same(contentsOf(await buckets.tree(bucket)), ['5 2cf24dba open'], 'the other arrives');
  await server.sh('chmod 644 "$1/closed"; chown --reference="$1" "$1/closed"', from);
  await goesWell(t, world, task);
}

async function readOnly(t: Tap, world: World, server: SmbServer): Promise<void> {
  await server.sh('mkdir /share/given; chown "$1" /share/given', server.user);
  const location = await smbGround(world, server).location('/readonly/given');
  const task = await world.task(await filledBucket(world, { a: 1, b: 2 }), location);
  someFailed(t, world, await world.run(task), [
    /^failed \/a: Permission denied/,
    /^failed \/b: Permission denied/,
  ]);
  t.same(await server.sh('ls -A /share/given'), '');
}

async function full(t: Tap, world: World, server: SmbServer): Promise<void> {
  const location = await smbGround(world, server).location('/small/there');
  await server.sh(
    'mkdir /small/there; chown "$1" /small/there; head -c 3145728 /dev/zero > /small/ballast',
    server.user,
  );
  const source = await filledBucket(world, { '1 small': 5, '2 large': 2 * MIB, '3 small': 5 });
  const task = await world.task(source, location);
  someFailed(t, world, await world.run(task), [/^failed \/2 large: No space left on device/]);
  const there = 'cd /small/there; find . -type f | sort';
  t.equal((await server.sh(there)).trim(), './1 small\n./3 small', 'nothing is half-written');
  await server.sh('rm /small/ballast');
  await goesWell(t, world, task);
  t.equal((await server.sh('cd /small/there; find . | sort')).trim(), '.\n./1 small\n./2 large\n./3 small');
}

/** Nothing answers to this name, wherever the tests run (RFC 2606). */
async function unknownHost(t: Tap, world: World, server: SmbServer): Promise<void> {
  const { LocationArn = '' } = await world.datasync.send(
    new CreateLocationSmbCommand({
      ServerHostname: 'nowhere.invalid',
      Subdirectory: '/share',
      User: server.user,
      Password: server.password,
      AgentArns: [world.agentArn],
    }),
  );
  const { ErrorDetail } = await unavailable(world, LocationArn);
  t.match(
    ErrorDetail,
    /x40016: mount error: could not resolve address: (Name or service not known|Temporary failure in name resolution) \(.*nowhere\.invalid.*\)$/,
  );
}

/** What the server does not offer, and what we do not speak. */
async function otherVersion(t: Tap, world: World, server: SmbServer): Promise<void> {
  const files = smbGround(world, server, { Version: 'SMB1' });
  const { ErrorDetail } = await unavailable(world, await files.location('/share'));
  t.match(ErrorDetail, /does not speak SMB 1, .* Use the MountOptions.Version AUTOMATIC/);
}

const skip = skipWithout('samba');
if (skip) {
  t.test('refusals of SMB', { skip }, async () => undefined);
} else {
  t.setTimeout(300_000);
  const server = await startSmbServer({ smallBytes: 4 * MIB });
  t.teardown(() => server[Symbol.asyncDispose]());
  const world = await openWorld(undefined, bindingsTo({ smb: server }));
  t.teardown(() => world[Symbol.asyncDispose]());
  t.test('shares and folders that are not there or not for us', (t) => refused(t, world, server));
  t.test('a wrong password, put right', (t) => wrongPassword(t, world, server));
  t.test('a file that somebody holds for himself', (t) => held(t, world, server, 'exclusively'));
  t.test('a file of which somebody locked a part', (t) => held(t, world, server, 'range'));
  t.test('a file that the user may not read', (t) => closed(t, world, server));
  t.test('a destination that is read-only', (t) => readOnly(t, world, server));
  t.test('a destination that is full', (t) => full(t, world, server));
  t.test('a host that does not exist', (t) => unknownHost(t, world, server));
  t.test('a version that is not spoken', (t) => otherVersion(t, world, server));
  t.test('a port where nobody listens, until somebody does', (t) =>
    refusedPort(t, server, (address) => bindingsTo({ smb: { ...server, ...address } }), {
      ground: (world) => smbGround(world, server),
      told: /: x40016: mount error\(111\): Connection refused \(/,
    }),
  );
}
