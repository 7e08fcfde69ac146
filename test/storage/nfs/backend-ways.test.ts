// What others do to directories and to the helper folder while we work.

import t from 'tap';
import { relPath } from '../../../src/base/path.ts';
import { bytes, collect, failure, get, kindOf, list, MiB, names, put } from '../../contract/backend-tools.ts';
import { FakeNfs } from './fake-nfs.ts';
import { opened, refusing } from './fixture.ts';

t.test('stale handles are found again, once', async (t) => {
  const { client, backend } = await opened(t);
  await put(backend, 'd/e/f', 'content');
  const restart = () => {
    for (const path of ['d', 'd/e', 'd/e/f']) client.at(path).generation += 1;
  };
  for (const call of [
    () => backend.stat(relPath('d/e/f')),
    () => collect(backend.read(relPath('d/e/f'))),
    () => list(backend, 'd/e'),
    () => put(backend, 'd/e/f', 'content'),
    () => put(backend, 'd/e/new/g', bytes(MiB)),
    () => backend.makeDirectory(relPath('d/e/made'), {}),
    () => backend.setMetadata(relPath('d/e/f'), { mode: 0o600 }),
    () => backend.makeSymlink?.(relPath('d/e/l'), 'f', {}),
    () => backend.makeHardLink?.(relPath('d/e/h'), relPath('d/e/f')),
    () => backend.remove(relPath('d/e/l')),
  ]) {
    restart();
    await call();
  }
  t.equal(await get(backend, 'd/e/f'), 'content');
  client.trouble = refusing('LOOKUP', 'STALE');
  const calls = client.calls.length;
  t.equal(await kindOf(backend.stat(relPath('d/e/f'))), 'Stale');
  t.ok(client.calls.length - calls < 10, `${client.calls.length - calls} calls`);
});

t.test('a directory that is removed and made again is found again', async (t) => {
  const { client, backend } = await opened(t);
  await put(backend, 'd/e/f', 'old');
  for (const path of ['d/e/f', 'd/e', 'd']) client.at(path).linkCount = 0;
  client.rootInode.children.delete('d');
  t.equal(await kindOf(backend.stat(relPath('d/e/f'))), 'NotFound');
  await put(backend, 'd/e/f', 'new');
  t.equal(await get(backend, 'd/e/f'), 'new');
});

t.test('a directory that was moved and replaced is not followed for long', async (t) => {
  const { client, clock, backend } = await opened(t);
  await put(backend, 'd/e/f', 'first');
  client.rootInode.children.set('moved', client.at('d'));
  client.put('', 'd', 'symlink').target = 'moved';
  await clock.advance(3_000);
  const path = relPath('d/e/f');
  for (const call of [
    () => backend.stat(path),
    () => collect(backend.read(path)),
    () => put(backend, 'd/e/f', 'y'),
    () => put(backend, 'd/e/new', bytes(MiB)),
    () => backend.setMetadata(path, { mode: 0o600 }),
    () => backend.makeDirectory(relPath('d/e/new'), {}),
    () => list(backend, 'd/e'),
  ]) {
    t.equal(await kindOf(call()), 'NotADirectory');
  }
  await backend.remove(path);
  t.equal(await get(backend, 'moved/e/f'), 'first');
  t.strictSame(await names(backend, 'moved/e'), ['f']);
});

t.test('a directory that others make while its parents are made is taken', async (t) => {
  const { client, backend } = await opened(t);
  client.trouble = ({ procedure, name }) => {
    if (procedure === 'MKDIR' && name === 'e') client.put('d', 'e', 'directory');
  };
  await backend.makeDirectory(relPath('d/e'), { mode: 0o750 });
  const { kind, metadata } = await backend.stat(relPath('d/e'));
  t.match({ kind, mode: metadata.mode }, { kind: 'directory', mode: 0o750 });
});

t.test('many who need one way walk it once; its end is kept for a while', async (t) => {
  const { client, backend } = await opened(t);
  await put(backend, 'a/b/c/f', 'x');
  const { backend: other } = await opened(t, client);
  client.calls.length = 0;
  await Promise.all(Array.from({ length: 50 }, () => other.stat(relPath('a/b/c/f'))));
  t.equal(client.count('LOOKUP'), 53);
});

t.test('very deep and very many directories', async (t) => {
  const { backend } = await opened(t);
  const deep = Array.from({ length: 1_500 }, () => 'd').join('/');
  await put(backend, `${deep}/f`, 'deep');
  t.equal(await get(backend, `${deep}/f`), 'deep');
});

t.test('nothing written, nothing made', async (t) => {
  const client = new FakeNfs();
  client.put('', 'f');
  const { change } = client.rootInode;
  const { backend } = await opened(t, client, 'task-1');
  await names(backend);
  await get(backend, 'f');
  await backend[Symbol.asyncDispose]();
  t.equal(client.rootInode.change, change);
  t.equal(client.count('SETATTR'), 0);
});

t.test(
  'the helper folder comes with the first write, private, and goes at the end; the root keeps its times',
  async (t) => {
    const client = new FakeNfs();
    client.put('', 'd', 'directory');
    const { backend } = await opened(t, client, 'task-1');
    const { mtimeNs, atimeNs } = client.rootInode;
    const body = async function* () {
      yield bytes(MiB);
      t.equal(client.at('.aws-datasync').mode, 0o700);
      t.equal(client.at('.aws-datasync/task-1').mode, 0o700);
      t.equal(client.names('.aws-datasync/task-1').length, 1);
      t.equal(client.rootInode.mtimeNs, mtimeNs);
    };
    await backend.write(relPath('d/f'), body(), {});
    await backend[Symbol.asyncDispose]();
    t.strictSame(client.names(), ['d']);
    t.match(client.rootInode, { mtimeNs, atimeNs });
  },
);

t.test('what a killed run left is taken away by the next one of the same task only', async (t) => {
  const client = new FakeNfs();
  client.put('', '.aws-datasync', 'directory');
  for (const task of ['task-1', 'task-2']) {
    client.put('.aws-datasync', task, 'directory');
    for (let index = 0; index < 150; index++) client.put(`.aws-datasync/${task}`, `${index}`);
  }
  const { backend } = await opened(t, client, 'task-1');
  t.strictSame(client.names('.aws-datasync'), ['task-2']);
  await put(backend, 'f');
  await backend[Symbol.asyncDispose]();
  t.strictSame(client.names('.aws-datasync'), ['task-2']);
  t.equal(client.names('.aws-datasync/task-2').length, 150);
});

t.test('a place that may only be read can be opened; one that is out of reach cannot', async (t) => {
  for (const status of ['ROFS', 'ACCES', 'PERM']) {
    const client = new FakeNfs();
    client.put('', '.aws-datasync', 'directory');
    client.put('.aws-datasync', 'task-1', 'directory');
    client.trouble = refusing('RMDIR', status);
    const { backend } = await opened(t, client, 'task-1');
    t.strictSame(await names(backend), []);
  }
  const client = new FakeNfs();
  client.trouble = refusing('LOOKUP', 'IO');
  t.match(await failure(opened(t, client, 'task-1')), { kind: 'Io', path: 'nfs://fake/export' });
  t.ok(client.closed);
});

t.test('somebody else\u2019s root keeps the times that our folder gave it', async (t) => {
  const client = new FakeNfs();
  const { backend } = await opened(t, client);
  client.trouble = ({ procedure }) => {
    if (procedure === 'SETATTR') refusing('SETATTR', 'PERM')({ procedure, name: '', offset: 0 });
  };
  await put(backend, 'f', 'x');
  t.equal(await get(backend, 'f'), 'x');
});
