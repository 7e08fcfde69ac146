import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { createServer } from 'node:net';
import t from 'tap';
import { relPath } from '../../src/base/path.ts';
import { type Backend, StorageError } from '../../src/storage/backend.ts';
import { local } from '../../src/storage/local.ts';
import { backendContract } from '../contract/backend.ts';
import {
  bytes,
  collect,
  failure,
  gate,
  get,
  KiB,
  kindOf,
  list,
  listed,
  MiB,
  names,
  pieces,
  put,
} from '../contract/backend-tools.ts';
import { asRoot, context, openVariant, scratch, unprivileged } from './fixture.ts';

const open = (directory: string, root = '', stagingId?: string) =>
  local.open({ directory, root, ...(stagingId === undefined ? {} : { stagingId }) }, context());

const openHandles = () => fs.readdirSync('/proc/self/fd').length;

const linux = process.platform === 'linux' ? {} : { skip: 'only Linux can do this' };

backendContract('a directory', { open: (t) => open(t.testdir({})) });

backendContract('a directory without directory handles and without koffi', {
  open: (t) => openVariant(fs.realpathSync(t.testdir({})), { places: 'checked', libc: undefined }),
});

t.test('opening', async (t) => {
  const directory = scratch(t);
  fs.mkdirSync(`${directory}/export/sub/deep`, { recursive: true });
  fs.writeFileSync(`${directory}/export/file`, 'x');
  fs.symlinkSync('sub', `${directory}/export/link`);
  fs.symlinkSync('export', `${directory}/door`);

  t.equal(await kindOf(open(`${directory}/none`)), 'NotFound');
  t.equal(await kindOf(open(`${directory}/export`, 'none')), 'NotFound');
  t.equal(await kindOf(open(`${directory}/export/file`)), 'NotADirectory');
  t.equal(await kindOf(open(`${directory}/export`, 'file')), 'NotADirectory');
  t.equal(
    await kindOf(open(`${directory}/export`, 'link')),
    'NotADirectory',
    'a link in the export leads nowhere',
  );
  t.equal(await kindOf(open(`${directory}/export`, 'link/deep')), 'NotADirectory');
  t.type(await failure(open(`${directory}/export`, '../export')), TypeError);
  t.match(await failure(open(`${directory}/none`)), { message: 'No such file or directory', code: 'ENOENT' });

  await using deep = await open(`${directory}/door`, 'sub/deep');
  await put(deep, 'f');
  t.equal(fs.readFileSync(`${directory}/export/sub/deep/f`, 'utf8'), 'f', 'a link to the export is followed');
});

t.test('nothing written, nothing made', async (t) => {
  const directory = scratch(t);
  fs.writeFileSync(`${directory}/f`, 'x');
  const before = fs.statSync(directory, { bigint: true });
  const handles = openHandles();
  {
    await using backend = await open(directory, '', 'task-1');
    await names(backend);
    await get(backend, 'f');
    t.strictSame(fs.readdirSync(directory), ['f']);
  }
  const after = fs.statSync(directory, { bigint: true });
  t.equal(after.ctimeNs, before.ctimeNs);
  t.equal(openHandles(), handles);
});

t.test('the helper folder comes with the first write, hidden and private, and goes at the end', async (t) => {
  const directory = scratch(t);
  fs.mkdirSync(`${directory}/.awssync`);
  fs.mkdirSync(`${directory}/d/.aws-datasync`, { recursive: true });
  const midst = gate();
  const goOn = gate();
  {
    await using backend = await open(directory, '', 'task-1');
    const before = fs.statSync(directory, { bigint: true });
    const body = async function* () {
      yield bytes(MiB);
      yield bytes(MiB);
      midst.open();
      await goOn.opened;
    };
    const writing = backend.write(relPath('d/f'), body(), {});
    await midst.opened;
    t.strictSame(fs.readdirSync(`${directory}/.aws-datasync/task-1`).length, 1);
    t.equal(fs.statSync(`${directory}/.aws-datasync`).mode & 0o777, 0o700);
    t.equal(fs.statSync(directory, { bigint: true }).mtimeNs, before.mtimeNs);
    t.strictSame(await names(backend), ['d/']);
    t.strictSame(await names(backend, 'd'), ['.aws-datasync/'], 'only at the root is the name special');
    goOn.open();
    await writing;
    fs.utimesSync(directory, 1, 2);
  }
  t.strictSame(fs.readdirSync(directory).sort(), ['.awssync', 'd']);
  t.equal(fs.statSync(directory).mtimeMs, 2000, 'removing the folder leaves the times of the root alone');
});

t.test('what a killed run left is taken away by the next one of the same task', async (t) => {
  const directory = scratch(t);
  fs.mkdirSync(`${directory}/.aws-datasync/task-1`, { recursive: true });
  fs.mkdirSync(`${directory}/.aws-datasync/task-2`, { recursive: true });
  fs.writeFileSync(`${directory}/.aws-datasync/task-1/17`, 'half');
  fs.writeFileSync(`${directory}/.aws-datasync/task-2/4`, 'in use');
  {
    await using backend = await open(directory, '', 'task-1');
    t.strictSame(fs.readdirSync(`${directory}/.aws-datasync`), ['task-2']);
    await put(backend, 'f');
  }
  t.strictSame(fs.readdirSync(`${directory}/.aws-datasync`), ['task-2']);
  t.strictSame(fs.readdirSync(`${directory}/.aws-datasync/task-2`), ['4']);
});

t.test('a helper folder that is taken away in mid-run is made again', async (t) => {
  const directory = scratch(t);
  await using backend = await open(directory);
  await put(backend, 'one');
  fs.rmSync(`${directory}/.aws-datasync`, { recursive: true });
  await put(backend, 'two');
  t.strictSame(await names(backend), ['one', 'two']);
});

for (const places of ['handles', 'checked'] as const) {
  t.test(`a directory swapped for a symbolic link leads nowhere (${places})`, linux, async (t) => {
    const place = async (t: Parameters<typeof scratch>[0]) => {
      const outside = scratch(t);
      fs.writeFileSync(`${outside}/f`, 'secret');
      fs.mkdirSync(`${outside}/sub`);
      const directory = scratch(t);
      const backend = await openVariant(directory, { places });
      t.teardown(() => backend[Symbol.asyncDispose]());
      await put(backend, 'd/f', 'inside');
      await put(backend, 'd/sub/g', bytes(2 * MiB));
      const swap = () => {
        fs.renameSync(`${directory}/d`, `${directory}/was`);
        fs.symlinkSync(outside, `${directory}/d`);
      };
      const unharmed = () => {
        t.strictSame(fs.readdirSync(outside).sort(), ['f', 'sub']);
        t.strictSame(fs.readdirSync(`${outside}/sub`), []);
        t.equal(fs.readFileSync(`${outside}/f`, 'utf8'), 'secret');
      };
      return { backend, swap, unharmed, directory };
    };

    await t.test('before a write', async (t) => {
      const { backend, swap, unharmed } = await place(t);
      await backend.stat(relPath('d/f'));
      swap();
      for (const size of [1, MiB]) {
        t.equal(await kindOf(put(backend, 'd/f', bytes(size))), 'NotADirectory');
        t.equal(await kindOf(put(backend, 'd/new/f', bytes(size))), 'NotADirectory');
        t.equal(await kindOf(put(backend, 'd/sub/g', bytes(size))), 'NotADirectory');
      }
      t.equal(await kindOf(backend.makeDirectory(relPath('d/new'), {})), 'NotADirectory');
      t.equal(await kindOf(backend.setMetadata(relPath('d/f'), { mode: 0o777 })), 'NotADirectory');
      t.equal(
        await kindOf(backend.makeSymlink?.(relPath('d/l'), 'x', {}) ?? Promise.resolve()),
        'NotADirectory',
      );
      await backend.remove(relPath('d/f'));
      unharmed();
    });

    await t.test('between list and read', async (t) => {
      const { backend, swap, unharmed } = await place(t);
      let seen = 0;
      for await (const item of backend.list(relPath('d'))) {
        if (seen++ === 0) swap();
        if (item.kind === 'file') t.equal(await kindOf(collect(backend.read(item.path))), 'NotADirectory');
        if (item.kind === 'directory') t.equal(await kindOf(list(backend, item.path)), 'NotADirectory');
      }
      t.equal(seen, 2);
      t.equal(await kindOf(backend.stat(relPath('d/f'))), 'NotADirectory');
      t.equal((await backend.stat(relPath('d'))).kind, 'symlink');
      unharmed();
    });

    await t.test('during a write', async (t) => {
      const { backend, swap, unharmed } = await place(t);
      const body = async function* () {
        yield bytes(MiB);
        yield bytes(MiB);
        swap();
        yield bytes(MiB);
      };
      t.equal(await kindOf(backend.write(relPath('d/f'), body(), {})), 'NotADirectory');
      unharmed();
      t.strictSame(await names(backend), ['d', 'was/']);
      t.equal(await get(backend, 'was/f'), 'inside', 'and the directory that was moved is as it was');
    });

    await t.test('during a read', async (t) => {
      const { backend, swap } = await place(t);
      let read = 0;
      for await (const chunk of backend.read(relPath('d/sub/g'))) {
        if (read === 0) swap();
        read += chunk.length;
      }
      t.equal(read, 2 * MiB, 'the file that was opened is read to its end');
    });

    await t.test('in place of the helper folder', async (t) => {
      const outside = scratch(t);
      const directory = scratch(t);
      fs.symlinkSync(outside, `${directory}/.aws-datasync`);
      await using backend = await openVariant(directory, { places });
      for (const size of [1, MiB]) t.equal(await kindOf(put(backend, 'f', bytes(size))), 'NotADirectory');
      t.strictSame(fs.readdirSync(outside), []);
      t.strictSame(await names(backend), []);
    });
  });
}

t.test('a directory that is removed and made again is found again', async (t) => {
  const directory = scratch(t);
  await using backend = await open(directory);
  await put(backend, 'd/e/f', 'old');
  fs.rmSync(`${directory}/d`, { recursive: true });
  t.equal(await kindOf(backend.stat(relPath('d/e/f'))), 'NotFound');
  await put(backend, 'd/e/f', 'new');
  t.equal(fs.readFileSync(`${directory}/d/e/f`, 'utf8'), 'new');
});

t.test('very deep and very many directories need few handles', linux, async (t) => {
  const directory = scratch(t);
  const handles = openHandles();
  await using backend = await open(directory);
  const deep = Array.from({ length: 1_500 }, () => 'd').join('/');
  await put(backend, `${deep}/f`, 'deep');
  for (let index = 0; index < 400; index++) await put(backend, `e${index}/f`, 'x');
  t.equal(await get(backend, `${deep}/f`), 'deep');
  await new Promise((resolve) => setImmediate(resolve));
  t.ok(openHandles() - handles < 150, `${openHandles() - handles} more`);
});

t.test('names that are not UTF-8 are listed as unusable, their bytes shown', linux, async (t) => {
  const directory = scratch(t);
  const raw = (name: string) => Buffer.concat([Buffer.from(`${directory}/`), Buffer.from(name, 'latin1')]);
  fs.writeFileSync(raw('caf\xe9'), 'x');
  fs.mkdirSync(raw('\xff\xfe'));
  fs.symlinkSync(Buffer.from('to \xe9', 'latin1'), raw('link'));
  fs.writeFileSync(`${directory}/café`, 'x');
  await using backend = await open(directory);
  const items = await list(backend);
  const unusable = items.filter((item) => item.kind === 'unusable');
  t.strictSame(
    unusable.map(({ shown, error }) => [shown, error.kind]),
    [
      ['\\xff\\xfe', 'InvalidName'],
      ['caf\\xe9', 'InvalidName'],
      ['link', 'InvalidName'],
    ],
  );
  t.strictSame(await names(backend), ['unusable \\xff\\xfe', 'unusable caf\\xe9', 'café', 'unusable link']);
});

t.test('FIFOs and sockets are listed and never opened', linux, async (t) => {
  const directory = scratch(t);
  spawnSync('mkfifo', [`${directory}/fifo`]);
  const server = createServer().listen(`${directory}/socket`);
  await new Promise((resolve) => server.once('listening', resolve));
  t.teardown(() => server.close());
  await using backend = await open(directory);
  for (const name of ['fifo', 'socket']) {
    t.match(await listed(backend, name), { kind: 'other', sizeBytes: 0 });
    t.equal(await kindOf(collect(backend.read(relPath(name)))), 'Unsupported');
    await backend.setMetadata(relPath(name), { mode: 0o611, mtimeNs: 5_000_000_000n });
    t.match(await backend.stat(relPath(name)), { mtimeNs: 5_000_000_000n, metadata: { mode: 0o611 } });
  }
  await put(backend, 'fifo', 'replaced');
  t.equal(await get(backend, 'fifo'), 'replaced');
});

t.test('devices', { ...linux, ...(asRoot ? {} : { skip: 'only root makes devices' }) }, async (t) => {
  const directory = scratch(t);
  await using backend = await open(directory);
  const made = spawnSync('mknod', [`${directory}/probe`, 'c', '1', '3']);
  if (made.status !== 0) return void t.pass('devices', { skip: 'this root may not make devices' });
  const devices = {
    null: { type: 'character', major: 1, minor: 3 },
    disk: { type: 'block', major: 259, minor: 1_048_575 },
    big: { type: 'character', major: 4095, minor: 70_000 },
  } as const;
  for (const [name, device] of Object.entries(devices)) {
    await backend.makeDevice?.(relPath(name), device, {
      mode: 0o640,
      uid: 12,
      gid: 34,
      mtimeNs: 1_234_567_890n,
    });
    t.match(await listed(backend, name), {
      kind: 'device',
      sizeBytes: 0,
      mtimeNs: 1_234_567_890n,
      metadata: { device, mode: 0o640, uid: 12, gid: 34 },
    });
    t.equal(await kindOf(collect(backend.read(relPath(name)))), 'Unsupported');
  }
  t.equal(fs.statSync(`${directory}/null`).rdev, fs.statSync('/dev/null').rdev);
  await put(backend, 'd/f');
  t.equal(
    await kindOf(backend.makeDevice?.(relPath('d'), devices.null, {}) ?? Promise.resolve()),
    'IsADirectory',
  );
});

t.test('holes are kept as holes', linux, async (t) => {
  const directory = scratch(t);
  await using backend = await open(directory);
  const content = Buffer.concat([Buffer.alloc(20 * MiB), bytes(10), Buffer.alloc(20 * MiB)]);
  await backend.write(relPath('holes'), pieces(content, 100 * KiB), {}, { sparse: true });
  await backend.write(relPath('full'), pieces(content, 100 * KiB), {});
  t.ok(fs.statSync(`${directory}/holes`).blocks * 512 < 200 * KiB);
  t.equal(fs.statSync(`${directory}/holes`).size, content.length);
  t.ok(fs.readFileSync(`${directory}/holes`).equals(content));
  t.equal((await backend.stat(relPath('full'))).metadata.sparse, undefined);
});

t.test('times are exact to the nanosecond with libc, to the promise without', linux, async (t) => {
  const times = [
    1_700_000_000_123_456_789n,
    1_699_999_999_999_999_999n,
    -1n,
    -1_500_000_001n,
    2n ** 33n * 1_000_000_000n,
  ];
  await using exact = await open(scratch(t));
  const roughly = await openVariant(scratch(t), { libc: undefined });
  t.teardown(() => roughly[Symbol.asyncDispose]());
  t.equal(exact.capabilities.mtimePrecisionNs, 1n);
  t.equal(roughly.capabilities.mtimePrecisionNs, 1000n);
  for (const mtimeNs of times) {
    await put(exact, 'f', 'x', { mtimeNs });
    t.equal((await exact.stat(relPath('f'))).mtimeNs, mtimeNs);
    if (mtimeNs < 0n) continue;
    await put(roughly, 'f', 'x', { mtimeNs });
    t.equal((await roughly.stat(relPath('f'))).mtimeNs, (mtimeNs / 1000n) * 1000n);
  }
});

t.test('reading leaves the time of access alone', linux, async (t) => {
  const directory = scratch(t);
  await using backend = await open(directory);
  for (const size of [10, MiB]) {
    await put(backend, 'f', bytes(size), { atimeNs: 1_000_000_000n, mtimeNs: 2_000_000_000n });
    await collect(backend.read(relPath('f')));
    t.equal((await backend.stat(relPath('f'))).metadata.atimeNs, 1_000_000_000n);
  }
});

t.test('what a stamp does not say stays as it is when a file is replaced', async (t) => {
  await using backend = await open(scratch(t));
  const owner = asRoot ? { uid: 12, gid: 34 } : {};
  await put(backend, 'f', 'one', { mode: 0o4711, ...owner });
  await put(backend, 'f', 'two', {});
  t.match((await backend.stat(relPath('f'))).metadata, { mode: 0o4711, ...owner });
  await put(backend, 'f', 'three', { mode: 0o600 });
  t.match((await backend.stat(relPath('f'))).metadata, { mode: 0o600, ...owner });
});

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
  await open(directory).then((loaded) => loaded[Symbol.asyncDispose]());
  if (!asRoot)
    return void t.pass('as another user', { skip: 'only root can make files that are not his own' });
  await unprivileged(async () => {
    await using backend = await open(directory);
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
    await using backend = await open(directory, '', 'task-1');
    t.equal(await get(backend, 'f'), 'x');
    const error = await failure(put(backend, 'g', 'x'));
    t.match(error, { kind: 'PermissionDenied' });
  });
  fs.chmodSync(directory, 0o755);
});

t.test('no handle is left open, whatever happens', linux, async (t) => {
  const directory = scratch(t);
  const before = openHandles();
  {
    await using backend = await open(directory);
    await put(backend, 'd/f', bytes(3 * MiB));
    for (let index = 0; index < 100; index++) await put(backend, `d/g${index}`, 'x');
    const settled = openHandles();
    for (let round = 0; round < 20; round++) {
      const stop = new AbortController();
      for await (const _chunk of backend.read(relPath('d/f'))) break;
      for await (const _item of backend.list(relPath('d'))) break;
      await failure(abortedRead(backend, stop));
      await failure(backend.write(relPath('d/h'), failingBody(), {}));
      await failure(collect(backend.read(relPath('d'))));
      await failure(list(backend, 'd/f'));
    }
    t.equal(openHandles(), settled);
    t.strictSame(fs.readdirSync(`${directory}/.aws-datasync`).length, 1);
  }
  await new Promise((resolve) => setImmediate(resolve));
  t.equal(openHandles(), before);
  t.strictSame(fs.readdirSync(directory), ['d']);
});

async function abortedRead(backend: Backend, stop: AbortController): Promise<void> {
  for await (const _chunk of backend.read(relPath('d/f'), { signal: stop.signal }))
    stop.abort(new Error('stop'));
}

async function* failingBody(): AsyncGenerator<Uint8Array> {
  yield bytes(MiB);
  throw new Error('broken');
}

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
});

t.test('an entry that becomes another kind while it is listed is told, in its place', async (t) => {
  const directory = scratch(t);
  for (let index = 10; index < 80; index++) fs.mkdirSync(`${directory}/d${index}`);
  await using backend = await open(directory);
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
  await using backend = await open(directory);
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
  await using backend = await open(directory);
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
