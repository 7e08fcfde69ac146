// Counts that AWS's own workshop recorded. @source aws-samples/aws-datasync-migration-workshop

import t from 'tap';
import { ROOT, relPath } from '../../src/base/path.ts';
import type { Backend } from '../../src/storage/backend.ts';
import type { TransferEvent } from '../../src/transfer/job.ts';
import { pieces } from '../contract/backend-tools.ts';
import { bucketMaker, inMemory } from './places.ts';
import { count, type RunWishes, run } from './runs.ts';
import { grow, STAMP, T0 } from './trees.ts';

const makeBucket = await bucketMaker(t);

/** 20 folders with 500 files, a list of them and the two names that are excluded. */
function workshopTree(): Record<string, string> {
  const tree: Record<string, string> = {};
  for (let folder = 0; folder < 20; folder++) {
    for (let file = 0; file < 500; file++)
      tree[`dir${folder}/file${file}`] = 'x'.repeat((folder + file) % 30);
    tree[`dir${folder}/manifest.lst`] = 'list';
    tree[`dir${folder}/.htaccess`] = 'deny';
    tree[`dir${folder}/index.html`] = '<html>';
  }
  return tree;
}

const bytesOf = (events: readonly TransferEvent[]) =>
  events.reduce(
    (sum, event) => sum + (event.type === 'transferred' && event.action === 'copy' ? event.sizeBytes : 0),
    0,
  );
const moved = (events: readonly TransferEvent[]) =>
  events.reduce((sum, event) => sum + (event.type === 'moved' ? event.bytes : 0), 0);
const planned = (events: readonly TransferEvent[]) =>
  events.reduce((sum, event) => sum + (event.type === 'planned' ? event.sizeBytes : 0), 0);

async function put(backend: Backend, path: string, content: string): Promise<void> {
  await backend.write(relPath(path), pieces(Buffer.from(content)), {
    ...STAMP,
    mtimeNs: T0 + 1_000_000_000n,
  });
}

const WORKSHOP: RunWishes = { exclude: '*/.htaccess|*/index.html' };

t.test('10,041: the files, their folders and the root, without what is excluded', async (t) => {
  const source = await inMemory();
  const destination = await inMemory();
  const tree = workshopTree();
  await grow(source, tree);
  const events = await run(source, destination, WORKSHOP);
  t.equal(count(events, 'planned'), 10_041);
  t.equal(count(events, 'transferred'), 10_041);
  t.equal(count(events, 'verified'), 10_041);
  const kept = Object.entries(tree).filter(([path]) => !/htaccess|index/.test(path));
  const bytes = kept.reduce((sum, [, content]) => sum + content.length, 0);
  t.strictSame(
    [planned(events), moved(events), bytesOf(events)],
    [bytes, bytes, bytes],
    'all byte counts are equal',
  );

  const again = await run(source, destination, WORKSHOP);
  t.equal(count(again, 'planned'), 0);
  const unchanged = again.filter((event) => event.type === 'skipped' && event.because === 'unchanged');
  t.equal(unchanged.length, 10_041);

  await put(source, 'dir7/new.bin', 'n'.repeat(1000));
  await put(source, 'dir7/manifest.lst', 'longer list');
  const third = await run(source, destination, WORKSHOP);
  t.equal(count(third, 'transferred'), 3, 'two files and the folder they are in');
  t.equal(bytesOf(third), 1011, 'folders add nothing');
});

for (const [name, open] of [
  ['a directory', inMemory],
  ['a bucket', () => makeBucket()],
  ['a prefix', () => makeBucket('fs1/d0001/')],
] as const) {
  t.test(`202, then 2: images and a new file in the root, into ${name}`, async (t) => {
    const source = await inMemory();
    await using destination = await open();
    await grow(
      source,
      Object.fromEntries(Array.from({ length: 200 }, (_, n) => [`images/${n}.jpg`, `image ${n}`])),
    );
    const events = await run(source, destination);
    t.equal(count(events, 'transferred'), 202);

    await put(source, 'new', '1');
    const second = await run(source, destination);
    t.equal(count(second, 'transferred'), 2);
    t.equal(count(second, 'verified'), 2);
    t.equal(count(second, 'failed') + count(second, 'mismatched'), 0);
    t.notOk((await destination.stat(ROOT)).implied);

    const third = await run(source, destination);
    t.equal(count(third, 'transferred'), 0);
  });
}
