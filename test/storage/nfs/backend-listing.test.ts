import t from 'tap';
import { compareNames, relPath } from '../../../src/base/path.ts';
import { Gathered, readName } from '../../../src/storage/nfs/gathered.ts';
import { NfsFailure } from '../../../src/storage/nfs/nfs-client.ts';
import { failure, kindOf, list, names, put } from '../../contract/backend-tools.ts';
import { FakeNfs } from './fake-nfs.ts';
import { failing, opened, refusing } from './fixture.ts';

t.test('names that are no names are told, each in its place, and nothing is reached by them', async (t) => {
  const { client, backend } = await opened(t);
  for (const name of ['a', 'z', '\u00fc']) client.put('', name);
  const bad = [[0xff], [0x61, 0xc3], [0x62, 0x2f, 0x62], [0x63, 0], [0x2e], [0x2e, 0x2e], []];
  for (const name of bad) client.put('', Uint8Array.from(name), 'directory');
  const items = await list(backend);
  t.strictSame(
    items.map((item) => (item.kind === 'unusable' ? `unusable ${item.shown}` : item.path)),
    [
      ...['unusable ', 'unusable .', 'unusable ..', 'unusable \\xff', 'a', 'unusable a\\xc3'],
      ...['unusable b\\x2fb', 'unusable c\\x00', 'z', '\u00fc'],
    ],
  );
  for (const item of items) {
    if (item.kind === 'unusable') t.match(item.error, { kind: 'InvalidName', path: item.shown });
  }
});

t.test('the helper folders are left out at the root, and only there', async (t) => {
  const { client, backend } = await opened(t);
  for (const name of ['.aws-datasync', '.awssync', 'd']) client.put('', name, 'directory');
  client.put('d', '.aws-datasync', 'directory');
  t.strictSame(await names(backend), ['d/']);
  t.strictSame(await names(backend, 'd'), ['.aws-datasync/']);
});

t.test('what a server leaves out is looked up; what has gone by then is left out', async (t) => {
  const client = new FakeNfs();
  client.namesOnly = true;
  const { backend } = await opened(t, client);
  for (let index = 0; index < 250; index++) client.put('', `f${index}`);
  client.put('', 'd', 'directory');
  client.trouble = ({ procedure, name }) => {
    if (procedure !== 'LOOKUP') return;
    if (name === 'f7') throw new NfsFailure('NOENT', procedure);
    if (name === 'f9') throw new NfsFailure('ACCES', procedure);
  };
  const items = await list(backend);
  t.equal(items.length, 250);
  t.ok(client.mostInFlight > 30, `${client.mostInFlight} at once`);
  t.match(
    items.find((item) => item.kind === 'unusable'),
    { shown: 'f9', error: { kind: 'PermissionDenied', path: 'f9' } },
  );
});

t.test('links are read many at once; one that cannot be read spoils nothing', async (t) => {
  const { client, backend } = await opened(t);
  for (let index = 0; index < 100; index++) {
    client.put('', `l${String(index).padStart(2, '0')}`, 'symlink').target = `to ${index}`;
  }
  client.put('', 'odd', 'symlink').target = '\xff';
  client.trouble = failing('READLINK', 'ACCES', 5);
  const items = await list(backend);
  t.equal(items.filter((item) => item.kind === 'symlink').length, 99);
  t.match(items[7], { metadata: { linkTarget: 'to 7' } });
  t.match(items.at(-1), { kind: 'unusable', shown: 'odd', error: { kind: 'InvalidName', path: 'odd' } });
  t.equal(client.mostInFlight, 32);
  client.trouble = refusing('READLINK', 'NOENT');
  t.strictSame(await list(backend), []);
});

t.test('nothing else is asked of a server that tells all at once', async (t) => {
  const { client, backend } = await opened(t);
  for (let index = 0; index < 1_000; index++) client.put('', `f${index}`);
  client.calls.length = 0;
  t.equal((await list(backend)).length, 1_000);
  t.strictSame([...new Set(client.calls.map(({ procedure }) => procedure))], ['READDIR']);
});

t.test('what sets a thing apart is told', async (t) => {
  const { client, backend } = await opened(t);
  await put(backend, 'f', 'content', { mtimeNs: 5n, atimeNs: 6n, mode: 0o640, uid: 7, gid: 8 });
  await backend.makeHardLink?.(relPath('g'), relPath('f'));
  await backend.makeDevice?.(
    relPath('null'),
    { type: 'character', major: 1, minor: 3 },
    { mode: 0o666, uid: 3 },
  );
  client.put('', 'pipe', 'fifo');
  client.put('', 'holes').set({ sizeBytes: 1_000_000 });
  const items = await list(backend);
  for (const item of items) {
    if (item.kind !== 'unusable') t.strictSame(item, await backend.stat(item.path), item.path);
  }
  const file = { sizeBytes: 7, mtimeNs: 5n, metadata: { mode: 0o640, uid: 7, gid: 8, atimeNs: 6n } };
  t.match(items, [
    { path: 'f', kind: 'file', ...file },
    { path: 'g', kind: 'file', ...file },
    { path: 'holes', metadata: { sparse: true } },
    {
      path: 'null',
      kind: 'device',
      metadata: { mode: 0o666, uid: 3, device: { type: 'character', major: 1, minor: 3 } },
    },
    { path: 'pipe', kind: 'other' },
  ]);
});

t.test('a directory that changes under its cookies is listed again, not for ever', async (t) => {
  const { client, backend } = await opened(t);
  for (let index = 0; index < 300; index++) client.put('', `f${index}`);
  client.trouble = failing('READDIR', 'BAD_COOKIE', 3);
  t.equal((await list(backend)).length, 300);
  client.trouble = refusing('READDIR', 'BAD_COOKIE');
  t.equal(await kindOf(list(backend)), 'Io');
});

t.test('a directory that is not for us is told', async (t) => {
  const { client, backend } = await opened(t);
  client.trouble = refusing('READDIR', 'ACCES');
  t.match(await failure(list(backend)), { kind: 'PermissionDenied', message: 'Permission denied' });
});

t.test('very many names come out in order, in little memory', async (t) => {
  const gathered = new Gathered('');
  const { handle, attributes } = new FakeNfs().rootInode;
  const count = 100_000;
  const before = process.memoryUsage();
  for (let index = 0; index < count; index++) {
    const fileId = BigInt(index);
    gathered.add(`name-${(index * 7919) % count}`, {
      handle,
      attributes: { ...attributes, type: 'file', fileId },
    });
  }
  const after = process.memoryUsage();
  const each = (after.heapUsed - before.heapUsed + after.arrayBuffers - before.arrayBuffers) / count;
  t.ok(each < 400, `${Math.round(each)} bytes a name, with what is not collected yet`);
  let last = '';
  let seen = 0;
  for (const found of gathered.drain()) {
    if (compareNames(last, found.key) >= 0) t.fail(`${found.key} behind ${last}`);
    last = found.key;
    seen++;
  }
  t.equal(seen, count);
});

t.test('a name that comes twice is shown once', async (t) => {
  const gathered = new Gathered('');
  const { handle, attributes } = new FakeNfs().rootInode;
  for (const name of ['b', 'a', 'b']) gathered.add(name, { handle, attributes });
  t.strictSame(
    [...gathered.drain()].map(({ key }) => key),
    ['a/', 'b/'],
  );
  t.strictSame(readName(Buffer.from('a')), { text: 'a' });
});
