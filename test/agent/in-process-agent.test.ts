import {
  chmodSync,
  chownSync,
  existsSync,
  linkSync,
  lstatSync,
  lutimesSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import t, { type Test } from 'tap';
import { inProcessAgent } from '../../src/agent/in-process-agent.ts';
import { refuseOverlap } from '../../src/agent/overlap.ts';
import { systemClock } from '../../src/base/system-clock.ts';
import type { StorageTarget } from '../../src/storage/index.ts';
import { createVolumes } from '../../src/storage/volumes.ts';
import type { TransferControl, TransferEvent, TransferOrder } from '../../src/transfer/job.ts';
import { failure } from '../contract/backend-tools.ts';
import { s3Server } from '../transfer/places.ts';
import { count, lines, OPTIONS } from '../transfer/runs.ts';

const context = { volumes: createVolumes(), clock: systemClock() };
const agent = inProcessAgent(context);
const control: TransferControl = {
  clock: systemClock(),
  signal: new AbortController().signal,
  bytesPerSecond: () => null,
};
const asRoot = process.geteuid?.() === 0;

const directory = (path: string): StorageTarget => ({ driver: 'directory', directory: path, root: '' });
const memory = (volume: string, root = '/'): StorageTarget => ({ driver: 'memory', volume, root });

function order(
  source: StorageTarget,
  destination: StorageTarget,
  rest: Partial<TransferOrder> = {},
): TransferOrder {
  const selection = { include: null, exclude: null, manifest: null };
  const plain = {
    runId: 'exec-1',
    stagingId: 'task-1',
    source,
    destination,
    options: OPTIONS,
    selection,
    ledgerPath: null,
  };
  return { ...plain, ...rest };
}

async function events(one: TransferOrder): Promise<TransferEvent[]> {
  const all: TransferEvent[] = [];
  // An order is plain JSON: it may come from another process.
  for await (const event of agent.run(JSON.parse(JSON.stringify(one)), control)) all.push(event);
  return all;
}

t.test('a location that is not to be had fails the run, saying which', async (t) => {
  const root = t.testdir({ there: {} });
  const missing = directory(`${root}/missing`);
  const there = directory(`${root}/there`);
  t.match(await failure(events(order(missing, there))), { code: 'source-unreachable', message: /\w/ });
  t.match(await failure(events(order(there, missing))), { code: 'destination-unreachable', message: /\w/ });
  const unbuilt: StorageTarget = {
    driver: 'unbuilt',
    label: 'hdfs://x',
    message: 'This cannot be reached yet.',
  };
  t.match(await failure(events(order(unbuilt, there))), {
    code: 'source-unreachable',
    message: 'This cannot be reached yet.',
  });
});

t.test('a manifest that is not there fails the run', async (t) => {
  const manifest = { target: memory('m.memory'), path: 'list.csv', versionId: null };
  const selection = { include: null, exclude: null, manifest };
  const one = order(memory('a.memory'), memory('b.memory'), { selection });
  t.match(await failure(events(one)), { code: 'manifest-unusable' });
  context.volumes.get('m.memory').writeFileSync('/list.csv', 'f\n');
  context.volumes.get('a.memory').writeFileSync('/f', '1');
  t.strictSame(lines(await events(one)), ['transferred f']);
  const bad = { ...manifest, path: '../list.csv' };
  const escaping = { ...one, selection: { ...selection, manifest: bad } };
  t.match(await failure(events(escaping)), { code: 'manifest-unusable' });
});

t.test('an order that was stopped before it began', async (t) => {
  const stopped = { ...control, signal: AbortSignal.abort(new Error('cancelled')) };
  const run = agent.run(order(memory('c.memory'), memory('d.memory')), stopped);
  t.match(await failure(run.next()), { message: 'cancelled' });
});

t.test('the ledger is kept where the order says', async (t) => {
  const ledgerPath = `${t.testdir()}/runs/exec-1.ledger`;
  await events(order(memory('e.memory'), memory('f.memory'), { ledgerPath }));
  t.ok(existsSync(ledgerPath));
});

t.test('a probe says whether a location can be used', async (t) => {
  const root = t.testdir({ there: { f: '1' } });
  t.match(await failure(agent.probe(directory(`${root}/missing`))), {
    name: 'StorageError',
    kind: 'NotFound',
  });
  utimesSync(`${root}/there`, 1000, 1000);
  await agent.probe(directory(`${root}/there`));
  await agent.probe(directory(`${root}/there`), { need: 'write' });
  t.strictSame(readdirSync(`${root}/there`), ['f'], 'nothing is left');
  t.equal(lstatSync(`${root}/there`).mtimeMs, 1_000_000, 'nor a trace in the time');
});

/** Everything about a tree, told by the file system itself. */
function facts(root: string, path = ''): Record<string, unknown> {
  const at = `${root}/${path}`;
  const { mode, uid, gid, mtimeNs, nlink, ino } = lstatSync(at, { bigint: true });
  const type = Number(mode) & 0o170000;
  const link = type === 0o120000;
  const isDirectory = type === 0o040000;
  const own = {
    mode: link ? 'link' : Number(mode).toString(8),
    uid: Number(uid),
    gid: Number(gid),
    mtimeNs,
    ...(link && { to: readlinkSync(at) }),
    ...(!link && !isDirectory && { content: readFileSync(at, 'latin1'), names: Number(nlink) }),
  };
  const children = isDirectory
    ? readdirSync(at).map((name) => facts(root, path === '' ? name : `${path}/${name}`))
    : [];
  const together = nlink > 1n && !isDirectory ? { [`inode of ${path}`]: inodeMates(root, ino) } : {};
  return Object.assign({ [path]: own }, together, ...children);
}

function inodeMates(root: string, ino: bigint): string[] {
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((name) => lstatSync(`${root}/${name}`, { bigint: true }).ino === ino)
    .sort();
}

function metadataCases(root: string): void {
  mkdirSync(`${root}/d/e/empty`, { recursive: true });
  writeFileSync(`${root}/zero`, '');
  writeFileSync(`${root}/d/ü +%"\\.txt`, 'odd name');
  writeFileSync(`${root}/d/e/big`, Buffer.alloc(9_000_000, 'abc'));
  writeFileSync(`${root}/d/script`, '#!/bin/sh\n');
  chmodSync(`${root}/d/script`, 0o4755);
  chmodSync(`${root}/d/e`, 0o1770);
  symlinkSync('../outside/ä', `${root}/d/link`);
  symlinkSync('script', `${root}/d/e/link`);
  linkSync(`${root}/d/script`, `${root}/hard`);
  linkSync(`${root}/d/script`, `${root}/d/e/hard`);
  if (asRoot) {
    chownSync(`${root}/zero`, 1001, 20);
    chownSync(`${root}/d`, 1002, 21);
    chmodSync(`${root}/zero`, 0o000);
  }
  lutimesSync(`${root}/d/link`, 1_600_000_000.123, 1_600_000_000.123);
  for (const path of ['d/e/big', 'd/script', 'd/e/empty', 'd/e', 'd', 'zero'])
    utimesSync(`${root}/${path}`, 1_650_000_000.123456, 1_650_000_000.123456);
}

async function roundTrip(t: Test, through: StorageTarget): Promise<void> {
  const root = t.testdir({ from: {}, to: {} });
  metadataCases(`${root}/from`);
  const there = await events(order(directory(`${root}/from`), through));
  t.equal(count(there, 'failed') + count(there, 'mismatched'), 0, 'all of it went');
  const back = await events(order(through, directory(`${root}/to`)));
  t.equal(count(back, 'failed') + count(back, 'mismatched'), 0, 'all of it came back');
  t.strictSame(facts(`${root}/to`), facts(`${root}/from`));
  const again = await events(order(through, directory(`${root}/to`)));
  t.equal(count(again, 'planned'), 0, 'there is nothing left to do');
  const once = await events(order(directory(`${root}/from`), through));
  t.equal(count(once, 'planned'), 0, 'there neither');
  rmSync(`${root}/to/d`, { recursive: true });
  await events(order(directory(`${root}/from`), directory(`${root}/to`)));
  t.strictSame(facts(`${root}/to`), facts(`${root}/from`), 'directly, over what is left');
}

const { makeBucket, targetOf } = await s3Server(t);

t.test('every case of metadata goes to a bucket and comes back', async (t) => {
  await roundTrip(t, targetOf(await makeBucket(), 'a prefix/'));
});

t.test('and to the root of a bucket', async (t) => {
  await roundTrip(t, targetOf(await makeBucket(), ''));
});

t.test('one place inside the other is refused, before anything is done', async (t) => {
  const root = t.testdir({ all: { f: '1', part: { g: '2' } }, link: t.fixture('symlink', 'all') });
  const [all, part] = [directory(`${root}/all`), directory(`${root}/all/part`)];
  const options = { ...OPTIONS, removeExtra: true };
  const refused = async (source: StorageTarget, destination: StorageTarget, message: RegExp) =>
    t.match(await failure(events(order(source, destination, { options }))), {
      code: 'locations-overlap',
      message,
    });
  await refused(part, all, /The source lies inside .*exclude "\/part"/);
  await refused(all, part, /The destination lies inside .*exclude "\/part"/);
  await refused(all, directory(`${root}/link`), /the same place/);
  await refused(memory('g.memory', '/a'), memory('g.memory', '/a/b'), /lies inside/);
  const bucket = { driver: 's3', endpoint: 'http://127.0.0.1:1', region: 'x', bucket: 'b' } as const;
  const keys = { accessKeyId: 'a', secretAccessKey: 'b', timeForm: 'ns' } as const;
  t.throws(
    () => refuseOverlap(order({ ...bucket, ...keys, prefix: '' }, { ...bucket, ...keys, prefix: 'backup/' })),
    { code: 'locations-overlap' },
  );
  t.strictSame(readdirSync(`${root}/all`), ['f', 'part']);

  const selection = { include: null, exclude: '/part', manifest: null };
  await events(order(all, part, { selection }));
  t.strictSame(readdirSync(`${root}/all/part`), ['f', 'g'], 'left out by the filter, it is no danger');
  await events(order(memory('g.memory', '/a'), memory('g.memory', '/ab')));
});
