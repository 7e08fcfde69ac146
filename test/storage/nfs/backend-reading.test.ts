import t from 'tap';
import { relPath } from '../../../src/base/path.ts';
import { StorageError } from '../../../src/storage/backend.ts';
import { NfsFailure } from '../../../src/storage/nfs/nfs-client.ts';
import { bytes, collect, failure, kindOf, MiB, put } from '../../contract/backend-tools.ts';
import type { FakeCall } from './fake-nfs.ts';
import { opened } from './fixture.ts';

/** Trouble at the first READ behind 2 MiB, after `happens`. */
function midway(error: unknown, happens: () => void = () => undefined): (call: FakeCall) => void {
  let done = false;
  return ({ procedure, offset }) => {
    if (done || procedure !== 'READ' || offset < 2 * MiB) return;
    done = true;
    happens();
    throw error;
  };
}

const stale = new NfsFailure('STALE', 'READ');

t.test('a read goes on after trouble when the file is the same', async (t) => {
  for (const error of [
    stale,
    new NfsFailure('EXPIRED', 'READ'),
    new StorageError('Interrupted', '', 'The server began anew'),
  ]) {
    const { client, backend } = await opened(t);
    await put(backend, 'd/f', bytes(5 * MiB));
    client.trouble = midway(error, () => {
      for (const path of ['d', 'd/f']) client.at(path).generation += 1;
    });
    t.ok((await collect(backend.read(relPath('d/f')))).equals(bytes(5 * MiB)), error.message);
    t.equal(client.openFiles, 0);
  }
});

t.test('a read of what is another file by now is Stale', async (t) => {
  const changes = {
    'changed in place': async (at: { write(offset: number, data: Uint8Array): void }) =>
      at.write(0, bytes(1)),
    'longer by now': async (at: { write(offset: number, data: Uint8Array): void }) =>
      at.write(5 * MiB, bytes(1)),
  };
  for (const [name, change] of Object.entries(changes)) {
    const { client, backend } = await opened(t);
    await put(backend, 'f', bytes(5 * MiB));
    client.trouble = midway(stale, () => void change(client.at('f')));
    t.match(
      await failure(collect(backend.read(relPath('f')))),
      { kind: 'Stale', message: 'Stale file handle', path: 'f', retryable: true },
      name,
    );
    t.equal(client.openFiles, 0);
  }
});

t.test('a read of what is gone or replaced by now is Stale', async (t) => {
  for (const replaced of [true, false]) {
    const { client, backend } = await opened(t);
    await put(backend, 'f', bytes(5 * MiB));
    client.trouble = midway(stale, () => {
      client.rootInode.children.delete('f');
      if (replaced) client.put('', 'f').write(0, bytes(5 * MiB));
    });
    t.equal(await kindOf(collect(backend.read(relPath('f')))), 'Stale');
  }
});

t.test('a file that never can be read ends in its failure, soon', async (t) => {
  const { client, backend } = await opened(t);
  await put(backend, 'f', bytes(5 * MiB));
  client.trouble = ({ procedure }) => {
    if (procedure === 'READ') throw stale;
  };
  t.equal(await kindOf(collect(backend.read(relPath('f')))), 'Stale');
  t.ok(client.count('OPEN') <= 4, `${client.count('OPEN')} tries`);
  client.trouble = ({ procedure }) => {
    if (procedure === 'READ') throw new NfsFailure('IO', 'READ');
  };
  const error = await failure(collect(backend.read(relPath('f'))));
  t.match(error, { kind: 'Io', message: 'Input/output error', path: 'f' });
  client.trouble = () => undefined;
  client.shortReads = 0;
  t.match(await failure(collect(backend.read(relPath('f')))), { kind: 'Io', message: /neither bytes nor/ });
  t.equal(client.openFiles, 0);
});

t.test('a file that grows or shrinks while it is read gives what there is', async (t) => {
  const { client, backend } = await opened(t);
  client.limits = { ...client.limits, inFlight: 2 };
  await put(backend, 'grows', bytes(2 * MiB));
  let read = 0;
  for await (const chunk of backend.read(relPath('grows'))) {
    if (read === 0) client.at('grows').write(2 * MiB, bytes(2 * MiB + 5));
    read += chunk.length;
  }
  t.equal(read, 4 * MiB + 5);
  await put(backend, 'shrinks', bytes(8 * MiB));
  read = 0;
  for await (const chunk of backend.read(relPath('shrinks'))) {
    if (read === 0) client.at('shrinks').set({ sizeBytes: 5 * MiB - 7 });
    read += chunk.length;
  }
  t.equal(read, 5 * MiB - 7);
});

t.test('many READs are in flight, and not more than promised', async (t) => {
  const { client, backend } = await opened(t);
  await put(backend, 'f', bytes(20 * MiB));
  client.mostInFlight = 0;
  t.ok((await collect(backend.read(relPath('f')))).equals(bytes(20 * MiB)));
  t.equal(client.mostInFlight, 8);
  client.limits = { ...client.limits, inFlight: 3 };
  client.mostInFlight = 0;
  await collect(backend.read(relPath('f')));
  t.equal(client.mostInFlight, 3);
});

t.test('writes are many in flight too, whatever the pieces of the body', async (t) => {
  const { client, backend } = await opened(t);
  const body = async function* () {
    const all = bytes(20 * MiB);
    for (let at = 0, size = 1; at < all.length; at += size, size = (size * 7 + 3) % 3_000_000) {
      yield all.subarray(at, at + size);
    }
  };
  await backend.write(relPath('f'), body(), {});
  t.equal(client.mostInFlight, 8);
  t.equal(client.count('WRITE'), 20);
  t.ok((await collect(backend.read(relPath('f')))).equals(bytes(20 * MiB)));
});

t.test('devices, sockets and links have no content', async (t) => {
  const { client, backend } = await opened(t);
  for (const type of ['block', 'character', 'socket', 'fifo'] as const) {
    client.put('', type, type);
    t.equal(await kindOf(collect(backend.read(relPath(type)))), 'Unsupported', type);
    t.match(await backend.readSmall?.(relPath(type), { maxBytes: 10 }), { content: undefined });
  }
  t.equal(await kindOf(collect(backend.read(relPath('')))), 'IsADirectory');
  t.match(await backend.readSmall?.(relPath(''), { maxBytes: 10 }), { entry: { kind: 'directory' } });
  t.equal(client.openFiles, 0);
});
