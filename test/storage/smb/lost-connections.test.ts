// Connections that break in each phase of each call, over a share that is made up.

import t from 'tap';
import { relPath } from '../../../src/base/path.ts';
import { bytes, collect, get, kindOf, list, MiB, names, put } from '../../contract/backend-tools.ts';
import { fresh, once } from './fake-location.ts';

t.test('a read goes on where it was when the connection breaks', async (t) => {
  const { tree, backend } = await fresh();
  const content = bytes(7 * MiB + 5);
  await put(backend, 'f', content);
  for (const nth of [1, 2, 4, 9]) {
    once(tree, 'READ', 'break', nth);
    t.ok((await collect(backend.read(relPath('f')))).equals(content), `at READ ${nth}`);
    t.equal(tree.openFiles, 0);
  }
});

t.test('a file that changed while the connection was away is Stale', async (t) => {
  const { tree, backend } = await fresh();
  await put(backend, 'f', bytes(5 * MiB));
  const file = tree.at('f');
  let reads = 0;
  tree.trouble = ({ command }) => {
    if (command !== 'READ' || ++reads !== 4 || !file) return undefined;
    file.mtimeNs += 100n;
    return 'break';
  };
  t.equal(await kindOf(collect(backend.read(relPath('f')))), 'Stale');
});

t.test('a server that breaks the connection at every request is given up', async (t) => {
  const { tree, backend } = await fresh();
  await put(backend, 'f', bytes(5 * MiB));
  tree.trouble = () => 'break';
  t.equal(await kindOf(backend.stat(relPath('f'))), 'Interrupted');
  t.equal(await kindOf(collect(backend.read(relPath('f')))), 'Interrupted');
  t.equal(await kindOf(list(backend)), 'Interrupted');
  t.equal(await kindOf(put(backend, 'g', 'x')), 'Interrupted');
});

t.test('a small write is done again when the connection breaks, whenever it does', async (t) => {
  for (const command of ['CREATE', 'WRITE', 'SET_INFO', 'CLOSE'] as const) {
    for (const nth of [1, 2]) {
      const { tree, backend } = await fresh();
      await put(backend, 'd/other', 'x');
      once(tree, command, 'break', nth);
      await put(backend, 'd/f', 'content', { mtimeNs: 1_600_000_000_000_000_000n });
      t.equal(await get(backend, 'd/f'), 'content', `${command} ${nth}`);
      t.equal((await backend.stat(relPath('d/f'))).mtimeNs, 1_600_000_000_000_000_000n);
      await backend[Symbol.asyncDispose]();
      t.strictSame([...tree.root.children.keys()], ['d'], 'no staged file is left');
    }
  }
});

t.test('a large write is Interrupted when its file is lost, and leaves the old one', async (t) => {
  for (const [command, nth] of [
    ['WRITE', 1],
    ['WRITE', 3],
    ['FLUSH', 1],
    ['SET_INFO', 1],
  ] as const) {
    const { tree, backend } = await fresh();
    await put(backend, 'f', 'old');
    once(tree, command, 'break', nth);
    t.equal(await kindOf(put(backend, 'f', bytes(5 * MiB))), 'Interrupted', `${command} ${nth}`);
    t.equal(await get(backend, 'f'), 'old');
    await put(backend, 'f', bytes(5 * MiB));
    await backend[Symbol.asyncDispose]();
    t.strictSame([...tree.root.children.keys()], ['f']);
    t.equal(tree.at('f')?.content.length, 5 * MiB);
  }
});

t.test(
  'looks, listings, directories, stamps and removals are done again when the connection breaks',
  async (t) => {
    for (const command of ['CREATE', 'QUERY_INFO', 'QUERY_DIRECTORY', 'SET_INFO', 'CLOSE'] as const) {
      const { tree, backend } = await fresh();
      await put(backend, 'd/f', 'x');
      const again = () => once(tree, command, 'break');
      again();
      t.equal((await backend.stat(relPath('d/f'), { security: 'owner-dacl' })).sizeBytes, 1);
      again();
      t.strictSame(await names(backend, 'd'), ['f']);
      again();
      await backend.makeDirectory(relPath('d/e/f'), { mtimeNs: 0n });
      again();
      await backend.setMetadata(relPath('d/f'), { mtimeNs: 100n });
      t.equal((await backend.stat(relPath('d/f'))).mtimeNs, 100n);
      again();
      await backend.remove(relPath('d/f'));
      t.strictSame(await names(backend, 'd'), ['e/']);
    }
  },
);
