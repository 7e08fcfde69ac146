import { relPath } from '../../src/base/path.ts';
import { type Clauses, unlessReal } from './backend-clause.ts';
import {
  bytes,
  collect,
  gate,
  get,
  KiB,
  kindOf,
  list,
  listed,
  MiB,
  megabytes,
  names,
  pieces,
  put,
  readUntilSettled,
  sha256,
} from './backend-tools.ts';

/** Bytes in, the same bytes out; all or nothing; parents come by themselves. */
export const contentClauses: Clauses = {
  'content of 0 bytes, 1 byte and some blocks and a bit comes back exactly': {
    async check(t, backend) {
      for (const size of [0, 1, 4096, 64 * KiB + 1, 256 * KiB, 256 * KiB + 1, 3 * MiB + 7]) {
        const content = bytes(size, size + 1);
        const written = await put(backend, `f${size}`, content);
        t.equal(written.sizeBytes, size);
        const entry = await backend.stat(relPath(`f${size}`));
        t.match({ kind: entry.kind, size: entry.sizeBytes }, { kind: 'file', size });
        t.ok((await collect(backend.read(relPath(`f${size}`)))).equals(content), `${size} bytes`);
      }
    },
  },
  'content of 64 MiB comes back exactly, in chunks of up to 1 MiB': {
    async check(t, backend) {
      const path = relPath('large');
      await backend.write(path, megabytes(64), {}, { sizeBytes: 64 * MiB });
      let largest = 0;
      const seen = async function* () {
        for await (const chunk of backend.read(path)) {
          largest = Math.max(largest, chunk.length);
          yield chunk;
        }
      };
      t.equal(await sha256(seen()), await sha256(megabytes(64)));
      t.ok(largest <= MiB, `chunks of up to ${largest} bytes`);
      t.equal((await backend.stat(path)).sizeBytes, 64 * MiB);
    },
  },
  'a small file is looked at and read in one, a larger one only looked at, another thing never read': {
    unless: (backend) => (backend.readSmall ? undefined : 'nothing is saved by it here'),
    async check(t, backend) {
      const readSmall = (path: string) => backend.readSmall?.(relPath(path), { maxBytes: 100 });
      for (const size of [0, 1, 100]) {
        const content = bytes(size, size + 1);
        await put(backend, 'dir/f', content);
        await readUntilSettled(backend, 'dir/f');
        const seen = await readSmall('dir/f');
        t.strictSame(seen?.entry, await backend.stat(relPath('dir/f')), `the entry of ${size} bytes`);
        t.ok(seen?.content && content.equals(seen.content), `the content of ${size} bytes`);
      }
      if (backend.capabilities.metadata.has('security')) {
        const security = 'owner-dacl';
        const seen = await backend.readSmall?.(relPath('dir/f'), { maxBytes: 100, security });
        t.strictSame(seen?.entry, await backend.stat(relPath('dir/f'), { security }), 'with its rights');
      }
      await put(backend, 'dir/f', bytes(101));
      await readUntilSettled(backend, 'dir/f');
      t.strictSame(await readSmall('dir/f'), { entry: await backend.stat(relPath('dir/f')) });
      t.equal(await kindOf(readSmall('nothing') ?? Promise.resolve()), 'NotFound');
      if (backend.capabilities.directories === 'real') {
        t.strictSame(await readSmall('dir'), { entry: await backend.stat(relPath('dir')) });
      } else t.equal(await kindOf(readSmall('dir') ?? Promise.resolve()), 'NotFound');
      if (!backend.makeSymlink) return;
      await backend.makeSymlink(relPath('link'), 'dir/f', {});
      const link = await readSmall('link');
      t.match(link, { entry: { kind: 'symlink', metadata: { linkTarget: 'dir/f' } }, content: undefined });
    },
  },
  'the chunks of a read stay as they were while later ones are read': {
    async check(t, backend) {
      const content = bytes(4 * MiB);
      await put(backend, 'f', content);
      t.ok((await collect(backend.read(relPath('f')))).equals(content));
    },
  },
  'a part of the content can be read': {
    async check(t, backend) {
      const content = bytes(2 * MiB + 10);
      await put(backend, 'f', content);
      const ranges = [
        [0, 1],
        [MiB - 3, 7],
        [5, 2 * MiB],
        [2 * MiB, undefined],
        [2 * MiB + 5, 1000],
        [0, 0],
        [2 * MiB + 10, undefined],
        [3 * MiB, 10],
      ] as const;
      for (const [offset, length] of ranges) {
        const options = { offset, ...(length === undefined ? {} : { length }) };
        const read = await collect(backend.read(relPath('f'), options));
        const wanted = content.subarray(offset, length === undefined ? undefined : offset + length);
        t.ok(read.equals(wanted), `${length ?? 'all'} from ${offset}`);
      }
    },
  },
  'the body decides how large a file is, whatever was expected': {
    async check(t, backend) {
      await put(backend, 'shorter', 'abc', {}, { sizeBytes: 1000 });
      await put(backend, 'longer', bytes(600 * KiB), {}, { sizeBytes: 1 });
      await backend.write(relPath('unknown'), pieces(bytes(300 * KiB)), {});
      await backend.write(relPath('empty chunks'), chunksOf('', 'a', '', 'b', ''), {});
      t.equal(await get(backend, 'shorter'), 'abc');
      t.ok((await collect(backend.read(relPath('longer')))).equals(bytes(600 * KiB)));
      t.ok((await collect(backend.read(relPath('unknown')))).equals(bytes(300 * KiB)));
      t.equal(await get(backend, 'empty chunks'), 'ab');
    },
  },
  'a shorter content replaces a longer one wholly': {
    async check(t, backend) {
      await put(backend, 'f', bytes(2 * MiB));
      await put(backend, 'f', 'short');
      t.equal(await get(backend, 'f'), 'short');
      t.equal((await backend.stat(relPath('f'))).sizeBytes, 5);
      t.strictSame(await names(backend), ['f']);
    },
  },
  'missing parents are made': {
    async check(t, backend) {
      await put(backend, 'a/b/c/f', 'deep');
      t.equal(await get(backend, 'a/b/c/f'), 'deep');
      t.strictSame(await names(backend), ['a/']);
      t.strictSame(await names(backend, 'a/b'), ['c/']);
      t.equal((await backend.stat(relPath('a/b'))).kind, 'directory');
    },
  },
  'many writes at once all arrive': {
    async check(t, backend) {
      const paths = Array.from({ length: 40 }, (_, index) => `d${index % 4}/e/f${index}`);
      await Promise.all(paths.map((path, index) => put(backend, path, bytes(index * 20 * KiB, index))));
      const right = await Promise.all(
        paths.map(async (path, index) =>
          (await collect(backend.read(relPath(path)))).equals(bytes(index * 20 * KiB, index)),
        ),
      );
      t.ok(right.every(Boolean));
      t.equal((await list(backend, 'd1/e')).length, 10);
    },
  },
  'of two writes at once to one path, one stays, whole': {
    async check(t, backend) {
      const one = bytes(MiB, 1);
      const other = bytes(MiB, 2);
      await Promise.all([put(backend, 'f', one), put(backend, 'f', other)]);
      const kept = await collect(backend.read(relPath('f')));
      t.ok(kept.equals(one) || kept.equals(other));
    },
  },
  'while a new file is written, nobody sees it': {
    async check(t, backend) {
      const midst = gate();
      const goOn = gate();
      const writing = backend.write(relPath('f'), stopping(9 * MiB, midst.open, goOn.opened), {});
      await midst.opened;
      t.equal(await kindOf(backend.stat(relPath('f'))), 'NotFound');
      t.equal(await listed(backend, 'f'), undefined);
      goOn.open();
      await writing;
      t.equal((await backend.stat(relPath('f'))).sizeBytes, 9 * MiB);
      t.strictSame(await names(backend), ['f']);
    },
  },
  'while a file is replaced, readers get the old content': {
    async check(t, backend) {
      await put(backend, 'f', 'old content', { mtimeNs: 1_600_000_000_000_000_000n });
      const before = await backend.stat(relPath('f'));
      const midst = gate();
      const goOn = gate();
      const writing = backend.write(relPath('f'), stopping(9 * MiB, midst.open, goOn.opened), {});
      await midst.opened;
      t.equal(await get(backend, 'f'), 'old content');
      t.equal((await backend.stat(relPath('f'))).mtimeNs, before.mtimeNs);
      goOn.open();
      await writing;
      t.equal((await backend.stat(relPath('f'))).sizeBytes, 9 * MiB);
    },
  },
  'removing takes a file, an empty directory, and nothing when there is nothing': {
    async check(t, backend) {
      await put(backend, 'd/f');
      await backend.makeDirectory(relPath('empty'), {});
      await backend.remove(relPath('d/f'));
      await backend.remove(relPath('empty'));
      await backend.remove(relPath('never'));
      await backend.remove(relPath('never/was/here'));
      t.equal(await kindOf(backend.stat(relPath('d/f'))), 'NotFound');
      t.notOk((await names(backend)).includes('empty/'));
    },
  },
  'a directory stays when its last child goes': {
    unless: unlessReal,
    async check(t, backend) {
      await put(backend, 'd/f');
      await backend.remove(relPath('d/f'));
      t.strictSame(await names(backend), ['d/']);
      t.strictSame(await names(backend, 'd'), []);
    },
  },
  'leaving reads and listings in their midst holds nothing': {
    async check(t, backend) {
      await put(backend, 'd/f', bytes(3 * MiB));
      for (let index = 0; index < 5; index++) await put(backend, `d/g${index}`);
      for (let round = 0; round < 40; round++) {
        for await (const _chunk of backend.read(relPath('d/f'))) break;
        for await (const _item of backend.list(relPath('d'))) break;
      }
      for (const name of await names(backend, 'd')) await backend.remove(relPath(`d/${name}`));
      await backend.remove(relPath('d'));
      t.strictSame(await names(backend), []);
    },
  },
};

async function* chunksOf(...texts: string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield Buffer.from(text);
}

/** Tells when two thirds are out and waits before it gives the rest. */
async function* stopping(size: number, reached: () => void, goOn: Promise<void>): AsyncGenerator<Uint8Array> {
  const third = Math.floor(size / 3);
  yield* pieces(bytes(third), MiB);
  yield* pieces(bytes(third), MiB);
  reached();
  await goOn;
  yield* pieces(bytes(size - 2 * third), MiB);
}
