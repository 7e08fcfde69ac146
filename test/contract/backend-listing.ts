import { compareNames, relPath } from '../../src/base/path.ts';
import { type Listed, listingKey } from '../../src/storage/backend.ts';
import { type Clauses, unlessReal } from './backend-clause.ts';
import { get, kindOf, list, listed, names, put } from './backend-tools.ts';

const ODD_NAMES = [
  ' leading and trailing ',
  'plus+and%20percent',
  'hash#question?amp&semi;colon:',
  'quote\'double"back`tick',
  'back\\slash',
  'star*[brackets]{braces}|pipe',
  '<angle>',
  'tab\tand\nnew line',
  '...',
  '-dash',
  '~tilde',
  '$HOME',
  'Größe 文字 🦆',
  '\u{feff}mark',
  'con.txt',
];

const inOrder = (items: readonly Listed[]) =>
  items.every((item, index) => {
    const before = items[index - 1];
    return !before || compareNames(listingKey(before), listingKey(item)) < 0;
  });

/** What a listing shows, in which order, and of which names. */
export const listingClauses: Clauses = {
  'a fresh place is an empty directory': {
    async check(t, backend) {
      t.strictSame(await list(backend), []);
      const root = await backend.stat(relPath(''));
      t.match(
        { path: root.path, kind: root.kind, size: root.sizeBytes },
        { path: '', kind: 'directory', size: 0 },
      );
    },
  },
  'names with odd characters come back as they are, unless they are refused': {
    async check(t, backend) {
      const directory = `in ${ODD_NAMES[1]}`;
      const possible = ODD_NAMES.filter((name) => !backend.capabilities.refusedNames?.test(name));
      for (const name of possible) await put(backend, `${directory}/${name}`, name);
      t.strictSame(await names(backend, directory), [...possible].sort(compareNames));
      for (const name of possible) t.equal(await get(backend, `${directory}/${name}`), name);
    },
  },
  'a name that cannot be written is InvalidName, alone and on the way, and nothing is there by it': {
    unless: (backend) => (backend.capabilities.refusedNames ? undefined : 'every name can be written here'),
    async check(t, backend) {
      const refused = ODD_NAMES.filter((name) => backend.capabilities.refusedNames?.test(name));
      t.ok(refused.length > 0);
      for (const name of refused) {
        t.equal(await kindOf(put(backend, name)), 'InvalidName', name);
        t.equal(await kindOf(put(backend, `${name}/f`)), 'InvalidName', `below ${name}`);
        t.equal(await kindOf(backend.makeDirectory(relPath(name), {})), 'InvalidName', name);
        t.equal(await kindOf(backend.stat(relPath(name))), 'NotFound', name);
        t.equal(await kindOf(get(backend, name)), 'NotFound', name);
        await backend.remove(relPath(name));
      }
      t.strictSame(await names(backend), []);
    },
  },
  'a composed and a decomposed letter make two names': {
    unless: (backend) =>
      backend.capabilities.caseSensitive ? undefined : 'a storage that ignores case may ignore this too',
    async check(t, backend) {
      const [composed, decomposed] = ['caf\u00e9', 'cafe\u0301'];
      await put(backend, composed, 'one');
      await put(backend, decomposed, 'two');
      t.strictSame(await names(backend), [decomposed, composed]);
      t.equal(await get(backend, composed), 'one');
      t.equal(await get(backend, decomposed), 'two');
    },
  },
  'upper and lower case make two names where the storage says so': {
    unless: (backend) => (backend.capabilities.caseSensitive ? undefined : 'case is ignored here'),
    async check(t, backend) {
      await put(backend, 'README', 'upper');
      await put(backend, 'readme', 'lower');
      t.strictSame(await names(backend), ['README', 'readme']);
      t.equal(await get(backend, 'README'), 'upper');
    },
  },
  'a name may have 255 bytes': {
    async check(t, backend) {
      const long = ['n'.repeat(255), `${'ü'.repeat(127)}x`];
      for (const name of long) await put(backend, `d/${name}`, 'here');
      t.strictSame(await names(backend, 'd'), long);
      for (const name of long) t.equal(await get(backend, `d/${name}`), 'here');
    },
  },
  'listings are ordered by the bytes of their names, a directory counting with its "/"': {
    async check(t, backend) {
      const paths = ['a/x', 'a-b', 'a.b', 'a0', 'B', 'b', '\u{1f986}', '\uff5e', 'é', 'z'];
      for (const path of paths) await put(backend, path);
      const wanted = ['B', 'a-b', 'a.b', 'a/', 'a0', 'b', 'z', 'é', '\uff5e', '\u{1f986}'];
      t.strictSame(await names(backend), backend.capabilities.caseSensitive ? wanted : await names(backend));
      t.ok(inOrder(await list(backend)));
    },
  },
  'a file may have the name of a directory beside it where directories are implied': {
    unless: (backend) =>
      backend.capabilities.directories === 'implied' ? undefined : 'a name means one thing here',
    async check(t, backend) {
      for (const path of ['a', 'a-b', 'a/x']) await put(backend, path);
      t.strictSame(await names(backend), ['a', 'a-b', 'a/']);
    },
  },
  'more than 1,000 entries are listed, each once, in order': {
    async check(t, backend) {
      const wanted = Array.from({ length: 1_050 }, (_, index) => `f${index}`).sort(compareNames);
      await putAll(wanted, (name) => put(backend, `d/${name}`, name));
      const items = await list(backend, 'd');
      t.strictSame(
        items.map((item) => (item.kind === 'unusable' ? item.shown : item.path)),
        wanted.map((name) => `d/${name}`),
      );
      t.ok(items.every((item) => item.kind === 'file'));
    },
  },
  'a listing shows children only, of the kinds and sizes that stat tells': {
    async check(t, backend) {
      await put(backend, 'd/f', 'seven b');
      await put(backend, 'd/e/g');
      await put(backend, 'dd');
      await backend.makeDirectory(relPath('d/none'), {});
      t.strictSame(await names(backend, 'd'), ['e/', 'f', 'none/']);
      for (const path of ['d/e', 'd/f', 'd/none', 'dd']) {
        const shown = await listed(backend, path);
        const asked = await backend.stat(relPath(path));
        t.match(shown, { path, kind: asked.kind, sizeBytes: asked.sizeBytes, mtimeNs: asked.mtimeNs });
      }
      t.equal((await listed(backend, 'd/f'))?.sizeBytes, 7);
    },
  },
  'a directory can be made empty, listed, made again': {
    async check(t, backend) {
      await backend.makeDirectory(relPath('a/b'), {});
      await backend.makeDirectory(relPath('a/b'), {});
      t.strictSame(await names(backend), ['a/']);
      t.strictSame(await names(backend, 'a'), ['b/']);
      t.strictSame(await list(backend, 'a/b'), []);
      t.equal((await backend.stat(relPath('a/b'))).kind, 'directory');
    },
  },
  'what goes during a listing spoils nothing': {
    async check(t, backend) {
      for (let index = 0; index < 100; index++) await put(backend, `d/f${index}`);
      const shown: Listed[] = [];
      for await (const item of backend.list(relPath('d'))) {
        if (shown.length === 0) {
          for (let index = 0; index < 100; index++) await backend.remove(relPath(`d/f${index}`));
        }
        shown.push(item);
      }
      t.ok(shown.length <= 100);
      t.ok(shown.every((item) => item.kind === 'file'));
      t.ok(inOrder(shown));
    },
  },
  'listing what is not there fails with NotFound': {
    async check(t, backend) {
      await put(backend, 'f');
      t.equal(await kindOf(list(backend, 'no')), 'NotFound');
      t.equal(await kindOf(list(backend, 'no/such')), 'NotFound');
    },
  },
  'listing a file fails': {
    async check(t, backend) {
      await put(backend, 'f');
      const kind = await kindOf(list(backend, 'f'));
      const allowed =
        backend.capabilities.directories === 'real' ? ['NotADirectory'] : ['NotADirectory', 'NotFound'];
      t.ok(allowed.includes(kind), kind);
    },
  },
  'a full directory is not removed': {
    async check(t, backend) {
      await put(backend, 'd/f');
      if (unlessReal(backend)) await backend.remove(relPath('d')).catch(() => undefined);
      else t.equal(await kindOf(backend.remove(relPath('d'))), 'DirectoryNotEmpty');
      t.equal(await get(backend, 'd/f'), 'd/f');
    },
  },
};

async function putAll<T>(items: readonly T[], work: (item: T) => Promise<unknown>): Promise<void> {
  const left = [...items].reverse();
  const worker = async () => {
    for (let item = left.pop(); item !== undefined; item = left.pop()) await work(item);
  };
  await Promise.all(Array.from({ length: 16 }, worker));
}
