import fs from 'node:fs';
import t from 'tap';
import { relPath } from '../../src/base/path.ts';
import { StorageError } from '../../src/storage/backend.ts';
import { bytes, collect, failure, get, kindOf, list, MiB, names, put } from '../contract/backend-tools.ts';
import { asRoot, linux, openLocal, openVariant, scratch, unprivileged } from './fixture.ts';

t.test('modes keep an ordinary user out, and he is told so', linux, async (t) => {
  const directory = scratch(t);
  fs.chmodSync(directory, 0o777);
  fs.writeFileSync(`${directory}/secret`, bytes(10), { mode: 0 });
  fs.writeFileSync(`${directory}/large`, bytes(MiB), { mode: 0 });
  fs.mkdirSync(`${directory}/closed`, { mode: 0 });
  fs.mkdirSync(`${directory}/names-only`);
  fs.writeFileSync(`${directory}/names-only/f`, 'x');
  fs.chmodSync(`${directory}/names-only`, 0o744);
  fs.mkdirSync(`${directory}/way-through`);
  fs.writeFileSync(`${directory}/way-through/f`, 'found');
  fs.chmodSync(`${directory}/way-through`, 0o711);
  fs.mkdirSync(`${directory}/read-only`, { mode: 0o555 });
  await openLocal(directory).then((loaded) => loaded[Symbol.asyncDispose]());
  if (!asRoot)
    return void t.pass('as another user', { skip: 'only root can make files that are not his own' });
  await unprivileged(async () => {
    await using backend = await openLocal(directory);
    t.notOk(backend.capabilities.metadata.has('uid') || backend.capabilities.metadata.has('gid'));
    t.equal(backend.makeDevice, undefined);
    for (const name of ['secret', 'large']) {
      const error = await failure(collect(backend.read(relPath(name))));
      t.match(error, { kind: 'PermissionDenied', message: 'Permission denied', code: 'EACCES', path: name });
    }
    t.equal(await kindOf(list(backend, 'closed')), 'PermissionDenied');
    t.match(await list(backend, 'names-only'), [
      { kind: 'unusable', shown: 'f', error: { kind: 'PermissionDenied' } },
    ]);
    t.equal(await kindOf(list(backend, 'way-through')), 'PermissionDenied');
    t.equal(await get(backend, 'way-through/f'), 'found', 'a directory may be passed without being read');
    t.equal(await kindOf(put(backend, 'read-only/f', 'x')), 'PermissionDenied');
    t.equal(await kindOf(backend.setMetadata(relPath('secret'), { mode: 0o777 })), 'PermissionDenied');
    await put(backend, 'mine', 'x', { uid: 0, gid: 0, mode: 0o640, mtimeNs: 5n });
    t.match(await backend.stat(relPath('mine')), { mtimeNs: 5n, metadata: { mode: 0o640, uid: 65534 } });
  });
  t.strictSame(fs.readdirSync(directory).includes('.aws-datasync'), false);
});

t.test('a place that may only be read can be read, and refuses writes', linux, async (t) => {
  const directory = scratch(t);
  fs.mkdirSync(`${directory}/.aws-datasync/task-1`, { recursive: true });
  fs.writeFileSync(`${directory}/f`, 'x');
  fs.chmodSync(directory, 0o755);
  if (!asRoot) fs.chmodSync(directory, 0o555);
  await unprivileged(async () => {
    await using backend = await openLocal(directory, '', 'task-1');
    t.equal(await get(backend, 'f'), 'x');
    const error = await failure(put(backend, 'g', 'x'));
    t.match(error, { kind: 'PermissionDenied' });
  });
  fs.chmodSync(directory, 0o755);
});

const refusing = (code: string) => (): never => {
  throw Object.assign(new Error(`${code}: made up`), { code });
};

t.test('a full disk in mid-write is NoSpace and leaves nothing', async (t) => {
  const directory = scratch(t);
  let left = 2;
  await using backend = await openVariant(directory, {
    change: (ground) => ({
      writeAt: async (fd, from, position) =>
        left-- > 0 ? ground.writeAt(fd, from, position) : refusing('ENOSPC')(),
      fs: { ...ground.fs, writeSync: refusing('EDQUOT') },
    }),
  });
  const error = await failure(put(backend, 'f', bytes(5 * MiB)));
  t.match(error, { kind: 'NoSpace', message: 'No space left on device', path: 'f', retryable: false });
  t.match(await failure(put(backend, 'f', 'small')), { kind: 'NoSpace', message: 'Disk quota exceeded' });
  t.strictSame(await names(backend), []);
  const [folder = ''] = fs.readdirSync(`${directory}/.aws-datasync`);
  t.strictSame(fs.readdirSync(`${directory}/.aws-datasync/${folder}`), []);
});

t.test('a file larger than the storage takes is refused before it is written', async (t) => {
  const directory = scratch(t);
  await using backend = await openVariant(directory, {
    change: (ground) => ({ capabilities: { ...ground.capabilities, maxFileBytes: 2 * MiB } }),
  });
  const error = await failure(put(backend, 'f', bytes(2 * MiB + 1)));
  t.match(error, { kind: 'TooLarge', retryable: false, code: 'EFBIG' });
  t.match(error, { message: `File too large: ${directory} takes up to ${2 * MiB} bytes` });
  await put(backend, 'g', bytes(2 * MiB));
  t.strictSame(await names(backend), ['g']);
});

t.test('a file system mounted inside the location is written to all the same', async (t) => {
  const directory = scratch(t);
  const parent = (path: string) => path.slice(0, path.lastIndexOf('/'));
  const acrossMounts = (from: string, to: string) =>
    fs.realpathSync(parent(from)) !== fs.realpathSync(parent(to));
  await using backend = await openVariant(directory, {
    change: (ground) => ({
      fs: {
        ...ground.fs,
        renameSync: (from, to) =>
          acrossMounts(String(from), String(to)) ? refusing('EXDEV')() : fs.renameSync(from, to),
        linkSync: (from, to) =>
          acrossMounts(String(from), String(to)) ? refusing('EXDEV')() : fs.linkSync(from, to),
      },
    }),
  });
  const stamp = { mtimeNs: 1_700_000_000_123_456_789n, mode: 0o640 };
  for (const content of [bytes(10), bytes(3 * MiB)]) {
    await put(backend, 'd/f', content, stamp);
    t.ok((await collect(backend.read(relPath('d/f')))).equals(content));
    t.match((await backend.stat(relPath('d/f'))).metadata, { mode: 0o640 });
    t.strictSame(await names(backend, 'd'), ['f']);
  }
  await backend.makeDirectory(relPath('d/e'), {});
  t.equal(await kindOf(put(backend, 'd/e', 'x')), 'IsADirectory');
  t.strictSame(await names(backend, 'd'), ['e/', 'f'], 'and nothing is left beside it');
  for (const _ of ['made', 'replaced']) {
    await backend.makeSymlink?.(relPath('d/s'), 'f', {});
    await backend.makeHardLink?.(relPath('d/g'), relPath('d/f'));
  }
  t.equal(await kindOf(Promise.resolve(backend.makeSymlink?.(relPath('d/e'), 'f', {}))), 'IsADirectory');
  t.equal(fs.readlinkSync(`${directory}/d/s`), 'f');
  t.equal(fs.statSync(`${directory}/d/g`).ino, fs.statSync(`${directory}/d/f`).ino);
  t.strictSame(fs.readdirSync(`${directory}/d`).sort(), ['e', 'f', 'g', 's']);
});

t.test('an entry that becomes another kind while it is listed is told, in its place', async (t) => {
  const directory = scratch(t);
  for (let index = 10; index < 80; index++) fs.mkdirSync(`${directory}/d${index}`);
  await using backend = await openLocal(directory);
  const shown: string[] = [];
  for await (const item of backend.list(relPath(''))) {
    if (shown.length === 0) {
      fs.rmdirSync(`${directory}/d79`);
      fs.writeFileSync(`${directory}/d79`, 'x');
    }
    shown.push(item.kind === 'unusable' ? `${item.shown} ${item.error.kind}` : item.path);
  }
  t.strictSame(shown.slice(-2), ['d78', 'd79/ Stale']);
});

t.test('a file that grows or shrinks while it is read gives what there is', async (t) => {
  const directory = scratch(t);
  await using backend = await openLocal(directory);
  await put(backend, 'grows', bytes(2 * MiB));
  let read = 0;
  for await (const chunk of backend.read(relPath('grows'))) {
    if (read === 0) fs.appendFileSync(`${directory}/grows`, bytes(MiB));
    read += chunk.length;
  }
  t.equal(read, 3 * MiB);
  await put(backend, 'shrinks', bytes(8 * MiB));
  read = 0;
  for await (const chunk of backend.read(relPath('shrinks'))) {
    if (read === 0) fs.truncateSync(`${directory}/shrinks`, 3 * MiB);
    read += chunk.length;
  }
  t.ok(read <= 3 * MiB && read >= 2 * MiB, `${read}`);
});

t.test('errors know what libc calls them, and where it happened', async (t) => {
  const directory = scratch(t);
  await using backend = await openLocal(directory);
  await put(backend, 'd/f');
  const cases: [() => Promise<unknown>, string, string][] = [
    [() => backend.stat(relPath('d/none')), 'd/none', 'No such file or directory'],
    [() => backend.remove(relPath('d')), 'd', 'Directory not empty'],
    [() => put(backend, 'd', 'x'), 'd', 'Is a directory'],
    [() => put(backend, 'd/f/g', 'x'), 'd/f/g', 'Not a directory'],
    [() => backend.makeDirectory(relPath('d/f'), {}), 'd/f', 'File exists'],
    [() => put(backend, 'x'.repeat(256), 'x'), 'x'.repeat(256), 'File name too long'],
    [() => backend.remove(relPath('')), '', 'Device or resource busy'],
  ];
  for (const [call, path, message] of cases) {
    const error = await failure(call());
    t.type(error, StorageError);
    t.match(error, { path, message });
  }
  t.equal(await kindOf(backend.makeSymlink?.(relPath('l'), 'a\0b', {}) ?? Promise.resolve()), 'InvalidName');
});
