// AWS's workshop on a real NFS export, at a smaller scale: its filters, and which items its runs count.

import t from 'tap';
import { skipWithout } from './container-engine.ts';
import { bindingsTo, bucketGround, nfsGround } from './grounds.ts';
import { type NfsServer, startNfsServer } from './nfs-server.ts';
import { openWorld, problems, type World } from './s3-world.ts';
import { countsOf } from './task-steps.ts';
import { keysBelow } from './trees.ts';

type Tap = Pick<typeof t, 'same' | 'equal' | 'ok'>;

const EXCLUDES = [{ FilterType: 'SIMPLE_PATTERN', Value: '*/.htaccess|*/index.html' }] as const;

/** Twenty folders with 25 files, a manifest, and two files that are to stay. */
const TREE = `cd "$1"; mkdir d0001
for folder in $(seq -f %04.0f 20); do
  mkdir d0001/dir$folder; cd d0001/dir$folder
  for file in $(seq -f %04.0f 25); do head -c 512 /dev/zero > file$file; done
  head -c 100 /dev/zero > manifest.lst; echo secret > .htaccess; echo page > index.html
  cd ../..
done
find . -exec touch -d @1700000000 {} +`;

async function run(
  t: Tap,
  world: World,
  task: string,
  expected: Readonly<Record<string, number>>,
  more = {},
) {
  const ended = await world.run(task, more);
  t.same(problems(world, ended), []);
  t.equal(ended.Status, 'SUCCESS');
  t.same(countsOf(ended), expected);
}

/** @source AWS DataSync workshop, "NFS server migration": 10,041 = 10,020 files, 20 folders and the root */
async function manyFolders(t: Tap, world: World, server: NfsServer): Promise<void> {
  const nfs = nfsGround(world, server);
  const bucket = await bucketGround(world).make();
  const source = await nfs.make();
  await server.sh(TREE, source);
  const location = await nfs.location(`${source}/d0001`);
  const destination = await world.bucketLocation(bucket, { Subdirectory: '/fs1/d0001' });
  const task = await world.task(location, destination, {
    Excludes: [...EXCLUDES],
    Options: { VerifyMode: 'ONLY_FILES_TRANSFERRED' },
  });
  await run(t, world, task, {
    EstimatedFilesToTransfer: 541,
    EstimatedBytesToTransfer: 258_000,
    FilesTransferred: 541,
    FilesVerified: 541,
    BytesWritten: 258_000,
    BytesTransferred: 258_000,
  });
  const keys = await keysBelow(world.s3, bucket);
  t.equal(keys.length, 541);
  t.same(
    keys.filter((key) => /htaccess|index\.html/.test(key)),
    [],
  );
  t.ok(keys.includes('fs1/d0001/') && keys.includes('fs1/d0001/dir0020/manifest.lst'));

  await server.sh(
    'cd "$1/d0001/dir0001"; head -c 1048576 /dev/zero > new; head -c 4509 /dev/zero > manifest.lst',
    source,
  );
  await run(t, world, task, {
    EstimatedFilesToTransfer: 3,
    EstimatedBytesToTransfer: 1_053_085,
    FilesTransferred: 3,
    FilesSkipped: 539,
    FilesVerified: 3,
    BytesWritten: 1_053_085,
    BytesTransferred: 1_053_085,
  });
  await run(t, world, task, { FilesSkipped: 542 });
}

/** @source AWS DataSync workshop: 202 is 200 files, their folder and the root; later 2, a new file and the root */
async function images(t: Tap, world: World, server: NfsServer): Promise<void> {
  const [nfs, buckets] = [nfsGround(world, server), bucketGround(world)];
  const [source, bucket] = [await nfs.make(), await buckets.make()];
  await server.sh(
    'cd "$1"; mkdir images; for n in $(seq 200); do head -c 1000 /dev/zero > images/$n.jpg; done',
    source,
  );
  const task = await world.task(await nfs.location(source), await buckets.location(bucket));
  await run(t, world, task, {
    EstimatedFilesToTransfer: 202,
    EstimatedBytesToTransfer: 200_000,
    FilesTransferred: 202,
    FilesVerified: 202,
    BytesWritten: 200_000,
    BytesTransferred: 200_000,
  });
  t.ok((await keysBelow(world.s3, bucket)).includes('.aws-datasync-metadata'));
  await server.sh('echo new > "$1/new-file.txt"', source);
  await run(t, world, task, {
    EstimatedFilesToTransfer: 2,
    EstimatedBytesToTransfer: 4,
    FilesTransferred: 2,
    FilesSkipped: 201,
    FilesVerified: 203,
    BytesWritten: 4,
    BytesTransferred: 4,
  });
}

/** @source AWS DataSync workshop: an include of one folder, which also shortens the preparation */
async function oneFolder(t: Tap, world: World, server: NfsServer): Promise<void> {
  const [nfs, buckets] = [nfsGround(world, server), bucketGround(world)];
  const [source, bucket] = [await nfs.make(), await buckets.make()];
  await server.sh(TREE, source);
  const task = await world.task(await nfs.location(source), await buckets.location(bucket), {
    Includes: [{ FilterType: 'SIMPLE_PATTERN', Value: '/d0001/dir0001/*' }],
    Excludes: [...EXCLUDES],
  });
  // 26 files and the three directories above them.
  await run(t, world, task, {
    EstimatedFilesToTransfer: 29,
    EstimatedBytesToTransfer: 12_900,
    FilesTransferred: 29,
    FilesVerified: 29,
    BytesWritten: 12_900,
    BytesTransferred: 12_900,
  });
  const keys = await keysBelow(world.s3, bucket);
  t.equal(keys.length, 29);
  t.same(
    keys.filter((key) => !key.startsWith('d0001/dir0001/')),
    ['.aws-datasync-metadata', 'd0001/'],
  );
}

const skip = skipWithout('nfs');
if (skip) {
  t.test("AWS's workshop over NFS", { skip }, async () => undefined);
} else {
  t.setTimeout(300_000);
  const server = await startNfsServer();
  t.teardown(() => server[Symbol.asyncDispose]());
  const world = await openWorld(undefined, bindingsTo({ nfs: server }));
  t.teardown(() => world[Symbol.asyncDispose]());
  t.test('many folders below a prefix, with excludes; an incremental run', (t) =>
    manyFolders(t, world, server),
  );
  t.test('a small tree to the root of a bucket; an incremental run', (t) => images(t, world, server));
  t.test('an include of one folder', (t) => oneFolder(t, world, server));
}
