import fs from 'node:fs';
import { createServer } from 'node:net';
import t from 'tap';
import { relPath } from '../../src/base/path.ts';
import { loadLibc } from '../../src/storage/local-times.ts';
import { backendContract } from '../contract/backend.ts';
import {
  bytes,
  collect,
  failure,
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
import { asRoot, linux, openLocal, openVariant, scratch } from './fixture.ts';

backendContract('a directory', { open: (t) => openLocal(scratch(t)) });

backendContract('a directory without directory handles and without koffi', {
  open: (t) => openVariant(scratch(t), { places: 'checked', libc: undefined }),
});

t.test('opening', async (t) => {
  const directory = scratch(t);
  fs.mkdirSync(`${directory}/export/sub/deep`, { recursive: true });
  fs.writeFileSync(`${directory}/export/file`, 'x');
  fs.symlinkSync('sub', `${directory}/export/link`);
  fs.symlinkSync('export', `${directory}/door`);

  t.equal(await kindOf(openLocal(`${directory}/none`)), 'NotFound');
  t.equal(await kindOf(openLocal(`${directory}/export`, 'none')), 'NotFound');
  t.equal(await kindOf(openLocal(`${directory}/export/file`)), 'NotADirectory');
  t.equal(await kindOf(openLocal(`${directory}/export`, 'file')), 'NotADirectory');
  t.equal(
    await kindOf(openLocal(`${directory}/export`, 'link')),
    'NotADirectory',
    'a link in the export leads nowhere',
  );
  t.equal(await kindOf(openLocal(`${directory}/export`, 'link/deep')), 'NotADirectory');
  t.type(await failure(openLocal(`${directory}/export`, '../export')), TypeError);
  t.match(await failure(openLocal(`${directory}/none`)), {
    message: 'No such file or directory',
    code: 'ENOENT',
  });

  await using deep = await openLocal(`${directory}/door`, 'sub/deep');
  await put(deep, 'f');
  t.equal(fs.readFileSync(`${directory}/export/sub/deep/f`, 'utf8'), 'f', 'a link to the export is followed');
});

t.test('names that are not UTF-8 are listed as unusable, their bytes shown', linux, async (t) => {
  const directory = scratch(t);
  const raw = (name: string) => Buffer.concat([Buffer.from(`${directory}/`), Buffer.from(name, 'latin1')]);
  fs.writeFileSync(raw('caf\xe9'), 'x');
  fs.mkdirSync(raw('\xff\xfe'));
  fs.symlinkSync(Buffer.from('to \xe9', 'latin1'), raw('link'));
  fs.writeFileSync(`${directory}/café`, 'x');
  await using backend = await openLocal(directory);
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
  const libc = await loadLibc();
  if (!libc) return void t.pass('FIFOs', { skip: 'only libc makes one, and koffi is not there' });
  libc.mknod(`${directory}/fifo`, fs.constants.S_IFIFO | 0o600, 0n);
  const server = createServer().listen(`${directory}/socket`);
  await new Promise((resolve) => server.once('listening', resolve));
  t.teardown(() => server.close());
  await using backend = await openLocal(directory);
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
  await using backend = await openLocal(directory);
  const { makeDevice } = backend;
  if (!makeDevice) return void t.pass('devices', { skip: 'only libc makes them, and koffi is not there' });
  const devices = {
    null: { type: 'character', major: 1, minor: 3 },
    disk: { type: 'block', major: 259, minor: 1_048_575 },
    big: { type: 'character', major: 4095, minor: 70_000 },
  } as const;
  for (const [name, device] of Object.entries(devices)) {
    await makeDevice(relPath(name), device, {
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
  t.equal(await kindOf(makeDevice(relPath('d'), devices.null, {})), 'IsADirectory');
});

t.test('holes are kept as holes', linux, async (t) => {
  const directory = scratch(t);
  await using backend = await openLocal(directory);
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
  await using exact = await openLocal(scratch(t));
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
  await using backend = await openLocal(directory);
  for (const size of [10, MiB]) {
    await put(backend, 'f', bytes(size), { atimeNs: 1_000_000_000n, mtimeNs: 2_000_000_000n });
    await collect(backend.read(relPath('f')));
    t.equal((await backend.stat(relPath('f'))).metadata.atimeNs, 1_000_000_000n);
  }
});

t.test('what a stamp does not say stays as it is when a file is replaced', async (t) => {
  await using backend = await openLocal(scratch(t));
  const owner = asRoot ? { uid: 12, gid: 34 } : {};
  await put(backend, 'f', 'one', { mode: 0o4711, ...owner });
  await put(backend, 'f', 'two', {});
  t.match((await backend.stat(relPath('f'))).metadata, { mode: 0o4711, ...owner });
  await put(backend, 'f', 'three', { mode: 0o600 });
  t.match((await backend.stat(relPath('f'))).metadata, { mode: 0o600, ...owner });
});
