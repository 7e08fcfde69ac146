import fs from 'node:fs';
import t from 'tap';
import { relPath } from '../../src/base/path.ts';
import type { Backend } from '../../src/storage/backend.ts';
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
} from '../contract/backend-tools.ts';
import { linux, openHandles, openLocal, openVariant, scratch } from './fixture.ts';

t.test('nothing written, nothing made', async (t) => {
  const directory = scratch(t);
  fs.writeFileSync(`${directory}/f`, 'x');
  const before = fs.statSync(directory, { bigint: true });
  const handles = openHandles(directory);
  {
    await using backend = await openLocal(directory, '', 'task-1');
    await names(backend);
    await get(backend, 'f');
    t.strictSame(fs.readdirSync(directory), ['f']);
  }
  const after = fs.statSync(directory, { bigint: true });
  t.equal(after.ctimeNs, before.ctimeNs);
  t.equal(openHandles(directory), handles);
});

t.test('the helper folder comes with the first write, hidden and private, and goes at the end', async (t) => {
  const directory = scratch(t);
  fs.mkdirSync(`${directory}/.awssync`);
  fs.mkdirSync(`${directory}/d/.aws-datasync`, { recursive: true });
  const midst = gate();
  const goOn = gate();
  {
    await using backend = await openLocal(directory, '', 'task-1');
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
    await using backend = await openLocal(directory, '', 'task-1');
    t.strictSame(fs.readdirSync(`${directory}/.aws-datasync`), ['task-2']);
    await put(backend, 'f');
  }
  t.strictSame(fs.readdirSync(`${directory}/.aws-datasync`), ['task-2']);
  t.strictSame(fs.readdirSync(`${directory}/.aws-datasync/task-2`), ['4']);
});

t.test('a helper folder that is taken away in mid-run is made again', async (t) => {
  const directory = scratch(t);
  await using backend = await openLocal(directory);
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
  await using backend = await openLocal(directory);
  await put(backend, 'd/e/f', 'old');
  fs.rmSync(`${directory}/d`, { recursive: true });
  t.equal(await kindOf(backend.stat(relPath('d/e/f'))), 'NotFound');
  await put(backend, 'd/e/f', 'new');
  t.equal(fs.readFileSync(`${directory}/d/e/f`, 'utf8'), 'new');
});

t.test('very deep and very many directories need few handles', linux, async (t) => {
  const directory = scratch(t);
  const handles = openHandles(directory);
  await using backend = await openLocal(directory);
  const deep = Array.from({ length: 1_500 }, () => 'd').join('/');
  await put(backend, `${deep}/f`, 'deep');
  for (let index = 0; index < 400; index++) await put(backend, `e${index}/f`, 'x');
  t.equal(await get(backend, `${deep}/f`), 'deep');
  await new Promise((resolve) => setImmediate(resolve));
  t.ok(openHandles(directory) - handles < 150, `${openHandles(directory) - handles} more`);
});

t.test('no handle is left open, whatever happens', linux, async (t) => {
  const directory = scratch(t);
  const before = openHandles(directory);
  {
    await using backend = await openLocal(directory);
    await put(backend, 'd/f', bytes(3 * MiB));
    for (let index = 0; index < 100; index++) await put(backend, `d/g${index}`, 'x');
    const settled = openHandles(directory);
    for (let round = 0; round < 20; round++) {
      const stop = new AbortController();
      for await (const _chunk of backend.read(relPath('d/f'))) break;
      for await (const _item of backend.list(relPath('d'))) break;
      await failure(abortedRead(backend, stop));
      await failure(backend.write(relPath('d/h'), failingBody(), {}));
      await failure(collect(backend.read(relPath('d'))));
      await failure(list(backend, 'd/f'));
    }
    t.equal(openHandles(directory), settled);
    t.strictSame(fs.readdirSync(`${directory}/.aws-datasync`).length, 1);
  }
  await new Promise((resolve) => setImmediate(resolve));
  t.equal(openHandles(directory), before);
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
