// What a real NFS server refuses, in what words it is told, and that its kills and pauses are survived.

import t from 'tap';
import { skipWithout } from './container-engine.ts';
import { bindingsTo, bucketGround, nfsGround } from './grounds.ts';
import { comesBack, comesBackAsDestination, killedForGood } from './in-mid-transfer.ts';
import { type NfsServer, startNfsServer } from './nfs-server.ts';
import { openWorld, problems, type World } from './s3-world.ts';
import { fillServer } from './server-files.ts';
import type { Tap } from './task-steps.ts';
import { filledBucket, unavailable } from './trouble.ts';

const MIB = 1024 * 1024;

async function wrongExport(t: Tap, world: World, server: NfsServer): Promise<void> {
  for (const version of [undefined, 'NFS3', 'NFS4_0'] as const) {
    const location = await nfsGround(world, server, version).location('/missing');
    const { ErrorDetail } = await unavailable(world, location);
    t.match(
      ErrorDetail,
      /^Task failed to access location loc-[0-9a-f]{17}: x40016: mount.nfs: .*(No such file|access denied)/,
    );
  }
}

async function squashed(t: Tap, world: World, server: NfsServer): Promise<void> {
  const files = nfsGround(world, server, undefined, '/export/squashed');
  const [from, buckets] = [await files.make(), bucketGround(world)];
  await fillServer(server, from, {
    'closed/': { mode: 0o700 },
    'closed/in it': { text: 'x' },
    open: { text: 'hello' },
    secret: { text: 'x', mode: 0o600 },
  });
  const bucket = await buckets.make();
  const task = await world.task(await files.location(from), await buckets.location(bucket));
  const ended = await world.run(task);
  t.equal(ended.Status, 'ERROR');
  t.match(problems(world, ended), [
    /^failed \/closed: .*Permission denied/,
    /^failed \/secret: .*Permission denied/,
  ]);
  t.ok(
    (await buckets.tree(bucket)).some((line) => line.endsWith(' 5 2cf24dba open')),
    'the others arrive',
  );
  await server.sh('chmod 755 "$1/closed"; chmod 644 "$1/secret"', from);
  const next = await world.run(task);
  t.same([problems(world, next), next.Status], [[], 'SUCCESS']);
}

async function readOnly(t: Tap, world: World, server: NfsServer): Promise<void> {
  await server.sh('mkdir -p /export/given/d');
  const location = await nfsGround(world, server).location('/export/given/d');
  const task = await world.task(await filledBucket(world, { a: 1, b: 2 }), location);
  const ended = await world.run(task);
  t.equal(ended.Status, 'ERROR');
  t.match(problems(world, ended).sort(), [/Read-only file system/, /Read-only file system/]);
  t.same(await server.sh('ls -A /export/given/d'), '');
}

async function full(t: Tap, world: World, server: NfsServer): Promise<void> {
  const files = nfsGround(world, server, undefined, '/small');
  const to = await files.make();
  const source = await filledBucket(world, { '1 small': 5, '2 large': 6 * MIB, '3 small': 5 });
  const task = await world.task(source, await files.location(to));
  const ended = await world.run(task);
  t.equal(ended.Status, 'ERROR');
  t.match(problems(world, ended), [/^failed \/2 large: .*No space left on device/]);
  t.same((await server.sh('cd "$1"; find . -type f -size +1', to)).trim(), '', 'nothing is half-written');
  t.equal((await server.sh('cd "$1"; ls', to)).trim(), '1 small\n3 small');
}

const skip = skipWithout('nfs');
if (skip) {
  t.test('refusals of NFS', { skip }, async () => undefined);
} else {
  t.setTimeout(300_000);
  const server = await startNfsServer({
    exports: ['/export/given:ro', '/export/squashed:root_squash'],
    small: { path: '/small', bytes: 4 * MIB },
  });
  t.teardown(() => server[Symbol.asyncDispose]());
  const world = await openWorld(undefined, bindingsTo({ nfs: server }));
  t.teardown(() => world[Symbol.asyncDispose]());
  t.test('an export that is not there', (t) => wrongExport(t, world, server));
  t.test('files that root, squashed, may not read', (t) => squashed(t, world, server));
  t.test('a destination that is read-only', (t) => readOnly(t, world, server));
  t.test('a destination that is full', (t) => full(t, world, server));
  const buckets = bucketGround(world);
  for (const version of ['NFS3', 'NFS4_0', 'NFS4_1'] as const) {
    const sides = { server, files: nfsGround(world, server, version), buckets };
    t.test(`${version}: the server is silent for a while`, (t) =>
      comesBack(t, world, sides, async ({ pause, unpause }) => {
        await pause();
        await new Promise((resolve) => setTimeout(resolve, 3000));
        await unpause();
      }),
    );
    t.test(`${version}: the server is killed and started again`, (t) =>
      comesBack(t, world, sides, async ({ kill, start }) => {
        await kill();
        await start();
      }),
    );
    t.test(`${version}: the destination is killed and started again`, (t) =>
      comesBackAsDestination(t, world, sides, async ({ kill, start }) => {
        await kill();
        await start();
      }),
    );
  }
  t.test('the server is killed for good', (t) =>
    killedForGood(t, world, { server, files: nfsGround(world, server), buckets }),
  );
}
