// What goes wrong with a real SMB server, in what words it is told, and how it comes right again.

import { UpdateLocationSmbCommand } from '@aws-sdk/client-datasync';
import t from 'tap';
import { skipWithout } from './container-engine.ts';
import { bindingsTo, bucketGround, smbGround } from './grounds.ts';
import { changedMeanwhile, comesBack, comesBackAsDestination, killedForGood } from './in-mid-transfer.ts';
import { openWorld, problems, type World } from './s3-world.ts';
import { fillServer } from './server-files.ts';
import { type SmbServer, startSmbServer } from './smb-server.ts';
import type { Tap } from './task-steps.ts';
import { filledBucket, unavailable } from './trouble.ts';

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
    const ended = await world.run(task);
    t.equal(ended.Status, 'ERROR');
    t.same(problems(world, ended), [`failed /held: ${HELD[how]}`]);
    t.ok(
      (await buckets.tree(bucket)).some((line) => line.endsWith(' 5 2cf24dba open')),
      'the other arrives',
    );
  }
  const next = await world.run(task);
  t.same([problems(world, next), next.Status], [[], 'SUCCESS'], 'when it is let go, it is copied');
}

/** A file whose rights are not for the user. */
async function closed(t: Tap, world: World, server: SmbServer): Promise<void> {
  const [files, buckets] = [smbGround(world, server), bucketGround(world)];
  const from = await files.make();
  await fillServer(server, from, {
    closed: { text: 'x', mode: 0o600, owner: '0:0' },
    open: { text: 'hello' },
  });
  const task = await world.task(await files.location(from), await buckets.location(await buckets.make()));
  const ended = await world.run(task);
  t.equal(ended.Status, 'ERROR');
  t.match(problems(world, ended), [/^failed \/closed: .*Permission denied/]);
}

async function readOnly(t: Tap, world: World, server: SmbServer): Promise<void> {
  await server.sh('mkdir /share/given; chown "$1" /share/given', server.user);
  const location = await smbGround(world, server).location('/readonly/given');
  const task = await world.task(await filledBucket(world, { a: 1, b: 2 }), location);
  const ended = await world.run(task);
  t.equal(ended.Status, 'ERROR');
  t.same(problems(world, ended).sort(), ['failed /a: Permission denied', 'failed /b: Permission denied']);
  t.same(await server.sh('ls -A /share/given'), '');
}

async function full(t: Tap, world: World, server: SmbServer): Promise<void> {
  const location = await smbGround(world, server).location('/small');
  const source = await filledBucket(world, { '1 small': 5, '2 large': 6 * MIB, '3 small': 5 });
  const ended = await world.run(await world.task(source, location));
  t.equal(ended.Status, 'ERROR');
  t.match(problems(world, ended), [/^failed \/2 large: .*No space left on device/]);
  t.equal(
    (await server.sh('cd /small; find . -type f ! -path "*/.aws-datasync/*" | sort')).trim(),
    './1 small\n./3 small',
  );
}

const skip = skipWithout('samba');
if (skip) {
  t.test('trouble with SMB', { skip }, async () => undefined);
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
  const sides = { server, files: smbGround(world, server), buckets: bucketGround(world) };
  t.test('a file that grows while it is read', (t) =>
    changedMeanwhile(t, world, sides, { script: 'printf more >> big', told: [/^mismatched \/big: .*mtime/] }),
  );
  t.test('a file that is deleted while it is read', (t) =>
    changedMeanwhile(t, world, sides, {
      script: 'rm big',
      told: [/^mismatched \/big: It is at the destination only\.$/],
    }),
  );
  t.test('the server is silent for a while', (t) =>
    comesBack(t, world, sides, async ({ pause, unpause }) => {
      await pause();
      await new Promise((resolve) => setTimeout(resolve, 3000));
      await unpause();
    }),
  );
  t.test('the server is killed and started again', (t) =>
    comesBack(t, world, sides, async ({ kill, start }) => {
      await kill();
      await start();
    }),
  );
  t.test('the destination is killed and started again', (t) =>
    comesBackAsDestination(t, world, sides, async ({ kill, start }) => {
      await kill();
      await start();
    }),
  );
  t.test('the server is killed for good', (t) => killedForGood(t, world, sides));
}
