import t from 'tap';
import { relPath } from '../../../src/base/path.ts';
import { StorageError } from '../../../src/storage/backend.ts';
import { NfsFailure } from '../../../src/storage/nfs/nfs-client.ts';
import { bytes, collect, failure, kindOf, MiB, put } from '../../contract/backend-tools.ts';
import type { FakeCall, FakeNfs } from './fake-nfs.ts';
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

/** A file of 20 MiB with data in some places only. */
function sparse(client: FakeNfs, places: readonly (readonly [offset: number, size: number])[]): Buffer {
  const inode = client.put('', 'sparse');
  const wanted = Buffer.alloc(20 * MiB);
  for (const [offset, size] of places) {
    inode.write(offset, bytes(size));
    wanted.set(bytes(size), offset);
  }
  inode.set({ sizeBytes: wanted.length });
  return wanted;
}

t.test('holes are not asked for where the server tells of them', async (t) => {
  const path = relPath('sparse');
  const layouts = {
    'nothing but a hole': [],
    'data at both ends': [
      [0, 10],
      [20 * MiB - 5, 5],
    ],
    'data in the midst': [[7 * MiB + 3, 2 * MiB]],
    'a hole in the midst': [
      [0, 6 * MiB],
      [14 * MiB, 6 * MiB],
    ],
    'many small holes': Array.from({ length: 100 }, (_, index) => [index * 131_072, 1_000]),
  } as const;
  for (const [name, places] of Object.entries(layouts)) {
    const { client, backend } = await opened(t);
    client.seeks = true;
    const wanted = sparse(client, places as readonly (readonly [number, number])[]);
    t.ok((await collect(backend.read(path))).equals(wanted), name);
    t.ok(client.count('SEEK') > 0 && client.count('SEEK') <= 4, `${client.count('SEEK')} questions`);
    for (const [offset, length] of [
      [5, 19 * MiB],
      [7 * MiB, 1],
      [19 * MiB, 2 * MiB],
    ] as const) {
      const part = await collect(backend.read(path, { offset, length }));
      t.ok(part.equals(wanted.subarray(offset, offset + length)), `${name}: ${length} from ${offset}`);
    }
  }
  const { client, backend } = await opened(t);
  client.seeks = true;
  sparse(client, [[0, MiB]]);
  client.calls.length = 0;
  await collect(backend.read(path));
  t.ok(client.count('READ') < 5, `${client.count('READ')} READs`);
});

t.test('a sparse file that is cut off while it is read does not end in zeros', async (t) => {
  const { client, backend } = await opened(t);
  client.seeks = true;
  sparse(client, [[0, 2 * MiB]]);
  let read = 0;
  for await (const chunk of backend.read(relPath('sparse'))) {
    if (read === 0) client.at('sparse').set({ sizeBytes: 2 * MiB });
    read += chunk.length;
  }
  t.equal(read, 2 * MiB);
});
