import t from 'tap';
import { relPath } from '../../src/base/path.ts';
import type { StorageContext } from '../../src/storage/backend.ts';
import { memory } from '../../src/storage/memory.ts';
import { backendContract } from '../contract/backend.ts';
import { bytes, collect, failure, get, kindOf, list, MiB, names, put } from '../contract/backend-tools.ts';
import { context } from './fixture.ts';

const open = (within: StorageContext = context(), root = '/', stagingId?: string) =>
  memory.open({ volume: 'nas.memory', root, ...(stagingId === undefined ? {} : { stagingId }) }, within);

backendContract('memory', { open: () => open(context(), '/export/data') });

t.test('a volume is there as soon as it is named, and its directory too', async (t) => {
  const within = context();
  t.strictSame(within.volumes.names(), []);
  await using deep = await open(within, '/a/b');
  await put(deep, 'f', 'x');
  await using whole = await open(within, '/');
  t.strictSame(within.volumes.names(), ['nas.memory']);
  t.strictSame(await names(whole), ['a/']);
  t.equal(await get(whole, 'a/b/f'), 'x');
  t.strictSame(await names(await memory.open({ volume: 'other.memory', root: '/' }, within)), []);
  t.equal(await kindOf(open(within, '/a/b/f')), 'NotADirectory');
  t.equal(await kindOf(open(within, '/a/b/f/g')), 'NotADirectory');
  within.volumes.get('nas.memory').symlinkSync('/a', '/link');
  t.equal(await kindOf(open(within, '/link/made')), 'NotADirectory');
  t.strictSame(await names(whole, 'a'), ['b/']);
  t.type(await failure(open(within, '/a/../b')), TypeError);
});

t.test('what the user puts into a volume is seen, links in it lead nowhere', async (t) => {
  const within = context();
  const volume = within.volumes.get('nas.memory');
  volume.fromJSON({ '/export/f': 'content', '/secret/f': 'outside' });
  volume.symlinkSync('/secret', '/export/link');
  await using backend = await open(within, '/export');
  t.strictSame(await names(backend), ['f', 'link']);
  t.equal(await get(backend, 'f'), 'content');
  t.equal(await kindOf(collect(backend.read(relPath('link/f')))), 'NotADirectory');
  t.equal(await kindOf(list(backend, 'link')), 'NotADirectory');
  t.equal(await kindOf(put(backend, 'link/f', 'x')), 'NotADirectory');
  t.equal(volume.readFileSync('/secret/f', 'utf8'), 'outside');
});

t.test('modes and owners are kept and keep nobody out', async (t) => {
  await using backend = await open();
  await put(backend, 'd/f', 'x', { mode: 0, uid: 4711, gid: 4711 });
  await backend.setMetadata(relPath('d'), { mode: 0, uid: 4711, gid: 4711 });
  t.equal(await get(backend, 'd/f'), 'x');
  await put(backend, 'd/g', 'y');
  t.strictSame(await names(backend, 'd'), ['f', 'g']);
});

t.test('reading leaves the time of access alone; every change gives another token', async (t) => {
  const within = context();
  await using backend = await open(within);
  await put(backend, 'f', 'content', { atimeNs: 1_000_000_000n, mtimeNs: 2_000_000_000n });
  await get(backend, 'f');
  t.equal((await backend.stat(relPath('f'))).metadata.atimeNs, 1_000_000_000n);
  const tokens = new Set([(await backend.stat(relPath('f'))).token]);
  const volume = within.volumes.get('nas.memory');
  for (let change = 0; change < 50; change++) {
    volume.writeFileSync('/f', 'CONTENT');
    tokens.add((await backend.stat(relPath('f'))).token);
  }
  t.equal(tokens.size, 51, 'however quickly they follow each other');
});

t.test('names that no file system would take are unusable, never changed', async (t) => {
  const within = context();
  within.volumes.get('nas.memory').fromJSON({ '/half \ud83e': 'x', '/whole \u{1f986}': 'x' });
  await using backend = await open(within);
  t.strictSame(await names(backend), ['unusable half \\xed\\xa0\\xbe', 'whole \u{1f986}']);
});

t.test('what is replaced or removed is let go', async (t) => {
  const within = context();
  await using backend = await open(within);
  await put(backend, 'f', 'x');
  const { inodes } = within.volumes.get('nas.memory')._core;
  const before = Object.keys(inodes).length;
  for (let round = 0; round < 20; round++) {
    await put(backend, 'f', bytes(10));
    await put(backend, 'g', bytes(10));
    await backend.makeSymlink?.(relPath('g'), 'f', {});
    await backend.remove(relPath('g'));
  }
  t.equal(Object.keys(inodes).length, before);
});

t.test('a running write survives others that come and go over the same volume', async (t) => {
  const within = context();
  await using backend = await open(within, '/', 'task-1');
  const body = async function* () {
    yield bytes(MiB);
    await using other = await open(within, '/', 'task-2');
    await put(other, 'h', 'x');
    yield bytes(MiB);
  };
  await backend.write(relPath('f'), body(), {});
  t.equal((await backend.stat(relPath('f'))).sizeBytes, 2 * MiB);
  t.strictSame(within.volumes.get('nas.memory').readdirSync('/').sort(), ['.aws-datasync', 'f', 'h']);
});
