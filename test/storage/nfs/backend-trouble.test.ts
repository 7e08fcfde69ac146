// What a server may do to us while we write, read and stamp.

import t from 'tap';
import { relPath } from '../../../src/base/path.ts';
import { StorageError } from '../../../src/storage/backend.ts';
import { NfsFailure } from '../../../src/storage/nfs/nfs-client.ts';
import {
  bytes,
  collect,
  failure,
  gate,
  get,
  kindOf,
  list,
  MiB,
  names,
  put,
} from '../../contract/backend-tools.ts';
import { failing, opened, refusing } from './fixture.ts';

const staged = (client: { names(path: string): string[] }) =>
  client.names('.aws-datasync').flatMap((id) => client.names(`.aws-datasync/${id}`));

t.test('a write that fails at any step leaves the old content and nothing beside it', async (t) => {
  const steps = [
    ['CREATE', 10, 'ACCES', 'PermissionDenied', 'Permission denied'],
    ['CREATE', 3 * MiB, 'DQUOT', 'NoSpace', 'Disk quota exceeded'],
    ['WRITE', 10, 'NOSPC', 'NoSpace', 'No space left on device'],
    ['WRITE', 3 * MiB, 'NOSPC', 'NoSpace', 'No space left on device'],
    ['WRITE', 3 * MiB, 'FBIG', 'TooLarge', 'File too large'],
    ['COMMIT', 3 * MiB, 'IO', 'Io', 'Input/output error'],
    ['SETATTR', 3 * MiB, 'PERM', 'PermissionDenied', 'Operation not permitted'],
    ['SETATTR', 10, 'ROFS', 'ReadOnly', 'Read-only file system'],
    ['RENAME', 10, 'ROFS', 'ReadOnly', 'Read-only file system'],
    ['RENAME', 3 * MiB, 'ACCES', 'PermissionDenied', 'Permission denied'],
    ['RENAME', 3 * MiB, 'LOCKED', 'Busy', 'Resource temporarily unavailable'],
    ['RENAME', 10, 'SERVERFAULT', 'Io', 'Remote I/O error: RENAME was answered with SERVERFAULT'],
  ] as const;
  for (const [procedure, size, status, kind, message] of steps) {
    const { client, backend } = await opened(t);
    await put(backend, 'f', 'old');
    client.trouble = refusing(procedure, status);
    const error = await failure(put(backend, 'f', bytes(size), { mtimeNs: 5n }));
    t.type(error, StorageError, procedure);
    t.match(error, { kind, message, path: 'f' }, `${procedure} of ${size} bytes`);
    client.trouble = () => undefined;
    t.equal(await get(backend, 'f'), 'old');
    t.strictSame(staged(client), [], `${procedure}: nothing is left`);
    t.equal(client.openFiles, 0);
  }
});

t.test('an interrupted write is told as such once its staged file is gone', async (t) => {
  for (const procedure of ['WRITE', 'COMMIT']) {
    const { client, backend } = await opened(t);
    const interrupted = new StorageError('Interrupted', 'x', 'The server began anew');
    client.trouble = (call) => {
      if (call.procedure === procedure) throw interrupted;
    };
    t.equal(await failure(put(backend, 'f', bytes(3 * MiB))), interrupted);
    t.strictSame(staged(client), []);
    client.trouble = () => undefined;
    await put(backend, 'f', bytes(3 * MiB));
    t.ok((await collect(backend.read(relPath('f')))).equals(bytes(3 * MiB)), 'and can be tried again');
  }
});

t.test('a failure that follows a failure does not hide it', async (t) => {
  const { client, backend } = await opened(t);
  client.trouble = ({ procedure }) => {
    if (procedure === 'WRITE') throw new NfsFailure('NOSPC', 'WRITE');
    if (procedure === 'REMOVE') throw new StorageError('Unreachable', '', 'gone');
  };
  t.equal(await kindOf(put(backend, 'f', bytes(3 * MiB))), 'NoSpace');
});

t.test('a helper folder that goes, or whose names are taken, is no trouble', async (t) => {
  const { client, backend } = await opened(t);
  await put(backend, 'one');
  const [first = ''] = client.names('.aws-datasync');
  for (const path of [`.aws-datasync/${first}`, '.aws-datasync']) client.at(path).linkCount = 0;
  client.rootInode.children.delete('.aws-datasync');
  await put(backend, 'two');
  const [id = ''] = client.names('.aws-datasync');
  for (const name of ['2', '3']) client.put(`.aws-datasync/${id}`, name);
  await put(backend, 'three');
  client.at('.aws-datasync').generation += 1;
  client.at(`.aws-datasync/${id}`).generation += 1;
  await put(backend, 'four', bytes(MiB));
  t.strictSame(await names(backend), ['four', 'one', 'three', 'two']);
});

t.test('a folder that cannot be made is tried again by the next write', async (t) => {
  const { client, backend } = await opened(t);
  client.trouble = refusing('MKDIR', 'ROFS');
  t.match(await failure(put(backend, 'f')), { kind: 'ReadOnly', path: 'f' });
  client.trouble = () => undefined;
  await put(backend, 'f');
  t.equal(await get(backend, 'f'), 'f');
});

t.test('a symbolic link in place of the helper folder leads nowhere', async (t) => {
  const { client, backend } = await opened(t);
  client.put('', '.aws-datasync', 'symlink');
  for (const size of [1, MiB]) t.equal(await kindOf(put(backend, 'f', bytes(size))), 'NotADirectory');
});

t.test('no owner is dropped in silence where it cannot be set', async (t) => {
  const { client, backend } = await opened(t);
  client.squashed = true;
  const stamp = { uid: 1000, gid: 1000, mode: 0o640, mtimeNs: 5n };
  for (const size of [1, 2 * MiB]) {
    const error = await failure(put(backend, 'f', bytes(size), stamp));
    t.match(error, { kind: 'PermissionDenied', message: 'Operation not permitted', path: 'f' });
  }
  t.equal(client.count('WRITE'), 0, 'it is refused before bytes are sent');
  t.equal(await kindOf(backend.makeDirectory(relPath('d'), stamp)), 'PermissionDenied');
  await put(backend, 'f', 'mine', { mode: 0o640, mtimeNs: 5n });
  t.equal(await kindOf(backend.setMetadata(relPath('f'), stamp)), 'PermissionDenied');
  t.match(await backend.stat(relPath('f')), { mtimeNs: 5n, metadata: { mode: 0o640, uid: 0 } });
});

t.test(
  'a file that is replaced keeps mode and owner where nothing is said, the owner as far as we may',
  async (t) => {
    for (const squashed of [false, true]) {
      const { client, backend } = await opened(t);
      client.put('', 'f').set({ uid: 1000, gid: 1001 });
      client.at('f').set({ mode: 0o604 });
      client.squashed = squashed;
      client.asker = squashed ? 65534 : 0;
      for (const size of [1, 2 * MiB]) await put(backend, 'f', bytes(size));
      const owner = squashed ? { uid: 65534, gid: 0 } : { uid: 1000, gid: 1001 };
      t.match((await backend.stat(relPath('f'))).metadata, { mode: 0o604, ...owner });
    }
  },
);

t.test('an abort ends the waiting for a server that is silent', async (t) => {
  const { client, backend } = await opened(t);
  await put(backend, 'd/f');
  client.at('d').generation += 1;
  const silent = gate();
  const reason = new Error('stopped');
  const calls: ((signal: AbortSignal) => Promise<unknown>)[] = [
    (signal) => backend.stat(relPath('d/f'), { signal }),
    (signal) => list(backend, 'd', { signal }),
    (signal) => collect(backend.read(relPath('d/f'), { signal })),
    (signal) => backend.remove(relPath('d/f'), { signal }),
    (signal) => backend.makeDirectory(relPath('d/g/h'), {}, { signal }),
    (signal) => put(backend, 'd/g', 'x', {}, { signal }),
  ];
  for (const call of calls) {
    client.trouble = () => silent.opened;
    const stop = new AbortController();
    const waiting = failure(call(stop.signal));
    setImmediate(() => stop.abort(reason));
    t.equal(await waiting, reason);
  }
  silent.open();
});

t.test('an owner that a server sets otherwise is refused all the same', async (t) => {
  const { client, backend } = await opened(t);
  client.ignoresOwners = true;
  const stamp = { uid: 1000, gid: 1000, mode: 0o640, mtimeNs: 5n };
  for (const size of [1, 2 * MiB]) {
    const error = await failure(put(backend, 'f', bytes(size), stamp));
    t.match(error, { kind: 'PermissionDenied', message: 'Operation not permitted', path: 'f' });
  }
  t.equal(await kindOf(backend.makeDirectory(relPath('d'), stamp)), 'PermissionDenied');
  t.equal(await kindOf(Promise.resolve(backend.makeSymlink?.(relPath('l'), 'f', stamp))), 'PermissionDenied');
  t.strictSame(staged(client), []);
});

t.test('a server that takes owners by name only is told', async (t) => {
  const { client, backend } = await opened(t);
  client.trouble = refusing('CREATE', 'BADOWNER');
  const error = await failure(put(backend, 'f', 'x', { uid: 5, gid: 5 }));
  t.match(error, { kind: 'Unsupported', code: 'FsNfsIdMappingEnabled', message: /NFSv4 ID mapping/ });
});

t.test('another export inside the location is written to all the same', async (t) => {
  const { client, backend } = await opened(t);
  client.put('', 'nested', 'directory', 'other');
  const stamp = { mtimeNs: 1_700_000_000_123_456_789n, mode: 0o4640, uid: 7, gid: 8 };
  for (const content of [bytes(0), bytes(10), bytes(3 * MiB)]) {
    await put(backend, 'nested/e/f', content, stamp);
    t.ok((await collect(backend.read(relPath('nested/e/f')))).equals(content));
    t.match(await backend.stat(relPath('nested/e/f')), {
      mtimeNs: stamp.mtimeNs,
      metadata: { mode: 0o4640, uid: 7, gid: 8 },
    });
    t.strictSame(await names(backend, 'nested/e'), ['f']);
  }
  await backend.makeDirectory(relPath('nested/d'), {});
  t.equal(await kindOf(put(backend, 'nested/d', 'x')), 'IsADirectory');
  for (const _ of ['made', 'replaced']) {
    await backend.makeSymlink?.(relPath('nested/s'), 'f', {});
    await backend.makeHardLink?.(relPath('nested/g'), relPath('nested/e/f'));
    await backend.makeDevice?.(relPath('nested/null'), { type: 'character', major: 1, minor: 3 }, {});
  }
  t.strictSame(await names(backend, 'nested'), ['d/', 'e/', 'g', 'null', 's'], 'and nothing is left beside');
  client.trouble = failing('WRITE', 'NOSPC', 3);
  t.equal(await kindOf(put(backend, 'nested/h', bytes(2 * MiB))), 'NoSpace');
  t.strictSame(staged(client), []);
  t.strictSame(await names(backend, 'nested'), ['d/', 'e/', 'g', 'null', 's']);
});

t.test('what cannot be had is told in the words of Linux', async (t) => {
  const cases = [
    ['PERM', 'PermissionDenied', 'Operation not permitted'],
    ['STALE', 'Stale', 'Stale file handle'],
    ['BADHANDLE', 'Stale', 'Stale file handle'],
    ['NAMETOOLONG', 'NameTooLong', 'File name too long'],
    ['SHARE_DENIED', 'Busy', 'Device or resource busy'],
    ['DELAY', 'Busy', 'Resource temporarily unavailable'],
    ['BADCHAR', 'InvalidName', 'Invalid argument'],
    ['WHATEVER', 'Io', 'Remote I/O error: LOOKUP was answered with WHATEVER'],
    ['toString', 'Io', 'Remote I/O error: LOOKUP was answered with toString'],
  ] as const;
  const { client, backend } = await opened(t);
  for (const [status, kind, message] of cases) {
    client.trouble = refusing('LOOKUP', status);
    t.match(await failure(backend.stat(relPath('f'))), { kind, message, path: 'f' }, status);
  }
});

t.test('removing what became something else takes it all the same', async (t) => {
  const { client, backend } = await opened(t);
  client.put('', 'd', 'directory');
  client.put('', 'f');
  await backend.remove(relPath('d'), { listedAs: 'file' });
  await backend.remove(relPath('f'), { listedAs: 'directory' });
  await backend.remove(relPath('none'), { listedAs: 'directory' });
  t.strictSame(await list(backend), []);
  client.put('', 'd', 'directory');
  client.trouble = refusing('RMDIR', 'EXIST');
  t.equal(await kindOf(backend.remove(relPath('d'))), 'DirectoryNotEmpty');
  t.match(await failure(backend.remove(relPath(''))), { kind: 'Busy' });
});

t.test('what is out of reach stays Unreachable', async (t) => {
  const { client, backend } = await opened(t);
  await put(backend, 'f');
  const gone = new StorageError('Unreachable', 'nfs://fake', 'No answer');
  client.trouble = () => {
    throw gone;
  };
  t.equal(await failure(backend.stat(relPath('f'))), gone);
  t.equal(await failure(collect(backend.read(relPath('f')))), gone);
  t.equal(await failure(put(backend, 'g', bytes(2 * MiB))), gone);
  t.equal(await failure(list(backend)), gone);
  await backend[Symbol.asyncDispose]();
  t.ok(client.closed, 'and the end is no second failure');
});
