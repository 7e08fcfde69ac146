// What a real NFS server refuses, in what words it is told, and how it comes right again.

import { CreateLocationNfsCommand } from '@aws-sdk/client-datasync';
import t from 'tap';
import { skipWithout } from './container-engine.ts';
import { contentsOf, leftovers } from './contents.ts';
import { bindingsTo, bucketGround, nfsGround } from './grounds.ts';
import { type NfsServer, startNfsServer } from './nfs-server.ts';
import { openWorld, type World } from './s3-world.ts';
import { fillServer } from './server-files.ts';
import type { Tap } from './task-steps.ts';
import { filledBucket, goesWell, refusedPort, someFailed, unavailable } from './trouble.ts';

const MIB = 1024 * 1024;
const VERSIONS = [undefined, 'NFS3', 'NFS4_0'] as const;

async function wrongExport(t: Tap, world: World, server: NfsServer): Promise<void> {
  for (const version of VERSIONS) {
    const location = await nfsGround(world, server, version).location('/export/missing');
    const { ErrorDetail } = await unavailable(world, location);
    t.match(
      ErrorDetail,
      /^Task failed to access location loc-[0-9a-f]{17}: x40016: mount\.nfs: mounting nfs\.example:\/export\/missing failed, reason given by server: No such file or directory \(/,
    );
    const other = await nfsGround(world, server, version).location('/not/exported');
    const { ErrorDetail: told } = await unavailable(world, other);
    t.match(
      told,
      /: x40016: mount\.nfs: (mounting nfs\.example:\/not\/exported failed, reason given by server: No such file or directory|access denied by server while mounting nfs\.example:\/not\/exported) \(/,
    );
  }
}

/** A folder that root, squashed, may not look into. */
async function accessDenied(t: Tap, world: World, server: NfsServer): Promise<void> {
  await server.sh('mkdir -p /export/squashed/closed; chmod 700 /export/squashed/closed');
  for (const version of VERSIONS) {
    const location = await nfsGround(world, server, version).location('/export/squashed/closed');
    const { ErrorDetail } = await unavailable(world, location);
    t.match(
      ErrorDetail,
      /: x40016: mount\.nfs: access denied by server while mounting nfs\.example:\/export\/squashed\/closed \(/,
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
  someFailed(t, world, await world.run(task), [
    /^failed \/closed: Permission denied/,
    /^failed \/secret: Permission denied/,
  ]);
  t.same(contentsOf(await buckets.tree(bucket)), ['5 2cf24dba open'], 'the other arrives');
  await server.sh('chmod 755 "$1/closed"; chmod 644 "$1/secret"', from);
  await goesWell(t, world, task);
  t.same(contentsOf(await buckets.tree(bucket)), contentsOf(await files.tree(from)));
}

/** Who is squashed may not give files away. */
async function ownersRefused(t: Tap, world: World, server: NfsServer): Promise<void> {
  const files = nfsGround(world, server, undefined, '/export/squashed');
  const [to, buckets] = [await files.make(), bucketGround(world)];
  await server.sh('chmod 777 "$1"', to);
  const bucket = await buckets.make();
  const owned = (uid: string) => ({ Metadata: { 'file-owner': uid, 'file-group': '65534' } });
  await world.put(bucket, 'mine', 'hello', owned('65534'));
  await world.put(bucket, 'theirs', 'hello', owned('4003'));
  const task = await world.task(await buckets.location(bucket), await files.location(to));
  const ended = await world.run(task);
  someFailed(t, world, ended, [/^failed \/theirs: Operation not permitted/]);
  const there = await files.tree(to);
  t.same(contentsOf(there), ['5 2cf24dba mine'], 'nothing stands there with a wrong owner');
  t.same(leftovers(there), []);
}

async function readOnly(t: Tap, world: World, server: NfsServer): Promise<void> {
  await server.sh('mkdir -p /export/given/d');
  const location = await nfsGround(world, server).location('/export/given/d');
  const task = await world.task(await filledBucket(world, { a: 1, b: 2 }), location);
  someFailed(t, world, await world.run(task), [
    /^failed \/a: Read-only file system/,
    /^failed \/b: Read-only file system/,
  ]);
  t.same(await server.sh('ls -A /export/given/d'), '');
}

async function full(t: Tap, world: World, server: NfsServer): Promise<void> {
  const files = nfsGround(world, server, undefined, '/small');
  const to = await files.make();
  await server.sh('head -c 3145728 /dev/zero > /small/ballast');
  const source = await filledBucket(world, { '1 small': 5, '2 large': 2 * MIB, '3 small': 5 });
  const task = await world.task(source, await files.location(to));
  someFailed(t, world, await world.run(task), [/^failed \/2 large: No space left on device/]);
  const there = 'cd "$1"; find . | sort';
  t.equal((await server.sh(there, to)).trim(), '.\n./1 small\n./3 small', 'nothing is half-written');
  await server.sh('rm /small/ballast');
  await goesWell(t, world, task);
  t.equal((await server.sh(there, to)).trim(), '.\n./1 small\n./2 large\n./3 small');
}

/** Nothing answers to this name, wherever the tests run (RFC 2606). */
async function unknownHost(t: Tap, world: World): Promise<void> {
  const { LocationArn = '' } = await world.datasync.send(
    new CreateLocationNfsCommand({
      ServerHostname: 'nowhere.invalid',
      Subdirectory: '/export',
      OnPremConfig: { AgentArns: [world.agentArn] },
    }),
  );
  const { ErrorDetail } = await unavailable(world, LocationArn);
  t.match(
    ErrorDetail,
    /x40016: mount\.nfs: Failed to resolve server nowhere\.invalid: (Name or service not known|Temporary failure in name resolution) \(.*nowhere\.invalid.*\)$/,
  );
}

/** A server that tells owners by their names, and only has versions 4. */
async function idMapping(t: Tap): Promise<void> {
  await using server = await startNfsServer({ owners: 'names', versions: ['4.0', '4.1'] });
  await using world = await openWorld(undefined, bindingsTo({ nfs: server }));
  const [files, buckets] = [nfsGround(world, server), bucketGround(world)];
  const [from, bucket] = [await files.make(), await buckets.make()];
  await fillServer(server, from, { a: { text: 'hello' } });
  const task = await world.task(await files.location(from), await buckets.location(bucket));
  // Only those that have a name are told by it.
  await fillServer(server, from, { 'of root': { text: 'x', owner: '0:0' } });
  const ended = await world.run(task);
  t.match(ended, { Status: 'ERROR', Result: { ErrorCode: 'FsNfsIdMappingEnabled' } });
  t.match(ended.Result?.ErrorDetail, MAPS);
  const { ErrorCode, ErrorDetail } = await unavailable(world, await files.location(from));
  t.equal(ErrorCode, 'FsNfsIdMappingEnabled');
  t.match(ErrorDetail, MAPS);
  t.same(contentsOf(await buckets.tree(bucket)), []);
  const third = await unavailable(world, await nfsGround(world, server, 'NFS3').location(from));
  t.match(
    third.ErrorDetail,
    /: x40016: mount\.nfs: Connection refused \(.*MOUNT service, which is for version 3 only/,
  );
}

const MAPS =
  /: x40016: mount\.nfs: DataSync currently does not support server-side NFSv4 ID mapping \(.*it calls an owner "root@localdomain"\.\)$/;

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
  t.test('a folder that root, squashed, may not look into', (t) => accessDenied(t, world, server));
  t.test('files that root, squashed, may not read', (t) => squashed(t, world, server));
  t.test('owners that root, squashed, may not set', (t) => ownersRefused(t, world, server));
  t.test('a destination that is read-only', (t) => readOnly(t, world, server));
  t.test('a destination that is full', (t) => full(t, world, server));
  t.test('a host that does not exist', (t) => unknownHost(t, world));
  t.test('owners by name', (t) => idMapping(t));
  t.test('a port where nobody listens, until somebody does', (t) =>
    refusedPort(t, server, (address) => bindingsTo({ nfs: { ...server, ...address } }), {
      ground: (world) => nfsGround(world, server),
      told: /: x40016: mount\.nfs: Connection refused \(/,
    }),
  );
}
