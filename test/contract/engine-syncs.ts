import { relPath } from '../../src/base/path.ts';
import type { Backend } from '../../src/storage/backend.ts';
import { wrap } from '../../src/storage/wrap.ts';
import { OPTIONS } from '../transfer/runs.ts';
import { STAMP, T0 } from '../transfer/trees.ts';
import { pieces } from './backend-tools.ts';
import type { Story } from './engine-story.ts';

const TREE = { 'a.txt': 'one', 'd/b.txt': 'two', 'd/e/c.txt': 'three', 'empty/': '', 'z é+%.txt': '' };
const ALL = ['/', 'a.txt', 'd/', 'd/b.txt', 'd/e/', 'd/e/c.txt', 'empty/', 'z é+%.txt'];
const each = (what: string, paths: readonly string[]) => paths.map((path) => `${what} ${path}`);

const later = { ...STAMP, mtimeNs: T0 + 5_000_000_000n };

/** What runs do when nothing goes wrong. */
/** `inner` as a storage that keeps the names it has, and finds them in any letters. */
function inOtherLetters(inner: Backend): Backend {
  return wrap(inner, {
    capabilities: { ...inner.capabilities, caseSensitive: false },
    async stat(path, options) {
      const kept = path === 'README' ? relPath('readme') : path;
      return { ...(await inner.stat(kept, options)), path };
    },
  });
}

export const syncStories: Readonly<Record<string, Story>> = {
  'the first run brings everything, the root too': {
    source: TREE,
    tree: TREE,
    told: each('transferred', ALL),
    verified: ALL.length,
    phases: ['prepare true', 'transfer true', 'verify true'],
  },
  'a run without a change does nothing': {
    source: TREE,
    destination: TREE,
    tree: TREE,
    told: each('skipped unchanged', ALL),
    verified: 0,
  },
  'all of it is verified when everything is to be': {
    source: TREE,
    destination: TREE,
    options: { verify: 'everything' },
    tree: TREE,
    told: each('skipped unchanged', ALL),
    verified: ALL.length,
  },
  'no verification has no phase': {
    source: { f: '1' },
    options: { verify: 'nothing' },
    tree: { f: '1' },
    told: ['transferred /', 'transferred f'],
    verified: 0,
    phases: ['prepare true', 'transfer true'],
  },
  'a pipeline brings and verifies the same': {
    source: TREE,
    options: { order: 'pipelined' },
    tree: TREE,
    told: each('transferred', ALL),
    verified: ALL.length,
    phases: ['prepare true', 'transfer true', 'verify true'],
  },
  'copying all looks at nothing and has no preparation': {
    source: TREE,
    destination: { ...TREE, 'd/b.txt': 'old', extra: 'stays' },
    options: { compare: 'all' },
    wrapDestination: (inner) => inner,
    tree: { ...TREE, extra: 'stays' },
    told: each('transferred', ALL),
    verified: ALL.length,
    phases: ['transfer true', 'verify true'],
  },
  'copying all without overwriting leaves what is there': {
    source: { a: 'new', b: 'new' },
    destination: { a: 'old' },
    options: { compare: 'all', overwrite: false },
    tree: { a: 'old', b: 'new' },
    told: ['skipped exists /', 'skipped exists a', 'transferred b'],
  },
  'another size is another content': {
    source: { f: 'longer', g: 'same' },
    destination: { f: 'short', g: 'same' },
    tree: { f: 'longer', g: 'same' },
    told: ['skipped unchanged /', 'skipped unchanged g', 'transferred f'],
    verified: 1,
  },
  'another time is another content': {
    source: { f: 'aaa' },
    destination: { f: 'bbb' },
    before: async (_, destination) => void (await destination.setMetadata(relPath('f'), later)),
    tree: { f: 'aaa' },
    told: ['skipped unchanged /', 'transferred f'],
  },
  'another mode is not': {
    source: { f: 'aaa' },
    destination: { f: 'aaa' },
    before: async (_, destination) =>
      void (await destination.setMetadata(relPath('f'), { ...STAMP, mode: 0o600 })),
    tree: { f: 'aaa' },
    told: ['skipped unchanged /', 'stamped f'],
    verified: 1,
    async after(t, _, destination) {
      t.equal((await destination.stat(relPath('f'))).metadata.mode, 0o640);
    },
  },
  'what is not preserved does not count': {
    unless: (source, destination) =>
      source.capabilities.metadata.has('user') && destination.capabilities.metadata.has('user')
        ? 'between object stores all user metadata goes as it is'
        : undefined,
    source: { f: 'aaa' },
    destination: { f: 'aaa' },
    options: {
      preserve: { ...OPTIONS.preserve, uid: false, gid: false, mode: false },
    },
    before: async (_, destination) =>
      void (await destination.setMetadata(relPath('f'), { ...STAMP, mode: 0o600 })),
    tree: { f: 'aaa' },
    told: ['skipped unchanged /', 'skipped unchanged f'],
  },
  'the time of the last access does not count': {
    source: { f: 'aaa' },
    destination: { f: 'aaa' },
    before: async (source) =>
      void (await source.setMetadata(relPath('f'), { ...STAMP, atimeNs: T0 + 9_000_000_000n })),
    tree: { f: 'aaa' },
    told: ['skipped unchanged /', 'skipped unchanged f'],
  },
  'without overwriting only what is new is brought': {
    source: { 'd/changed': 'new', 'd/same': '1', 'd/new': '2' },
    destination: { 'd/changed': 'old one', 'd/same': '1' },
    options: { overwrite: false, verify: 'everything' },
    tree: { 'd/changed': 'old one', 'd/same': '1', 'd/new': '2' },
    told: [
      'skipped exists /',
      'skipped exists d/',
      'skipped exists d/changed',
      'skipped exists d/same',
      'transferred d/new',
    ],
    phases: ['prepare true', 'transfer true', 'verify true'],
  },
  'extras stay when they are to stay, and are no difference': {
    source: { a: '1' },
    destination: { a: '1', 'x/y': '2' },
    options: { verify: 'everything' },
    tree: { a: '1', 'x/y': '2' },
    told: ['skipped unchanged /', 'skipped unchanged a'],
    phases: ['prepare true', 'transfer true', 'verify true'],
  },
  'extras go, children before parents': {
    source: { a: '1' },
    destination: { a: '1', 'x/y/z': '2', 'x/w': '3', 'q/': '' },
    options: { removeExtra: true, verify: 'everything' },
    tree: { a: '1' },
    told: [
      'skipped unchanged /',
      'skipped unchanged a',
      ...each('deleted', ['q/', 'x/', 'x/w', 'x/y/', 'x/y/z']),
    ],
    verified: 2,
  },
  'extras go at the end of a pipeline too': {
    source: { a: '1' },
    destination: { a: '1', 'x/y': '2' },
    options: { removeExtra: true, order: 'pipelined' },
    tree: { a: '1' },
    told: ['skipped unchanged /', 'skipped unchanged a', 'deleted x/', 'deleted x/y'],
  },
  'what the destination has in other letters is not written over when it is to stay': {
    source: { README: 'new', other: '1' },
    destination: { readme: 'old' },
    wrapDestination: inOtherLetters,
    options: { overwrite: false },
    tree: { readme: 'old', other: '1' },
    told: ['skipped exists /', 'skipped exists README', 'transferred other'],
  },
  'what the destination has in other letters is not brought again': {
    source: { README: 'same' },
    destination: { readme: 'same' },
    wrapDestination: inOtherLetters,
    tree: { readme: 'same' },
    told: ['skipped unchanged /', 'skipped unchanged README'],
  },
  'an extra goes before an item comes that differs from it in case only': {
    source: { README: 'new' },
    destination: { readme: 'old' },
    wrapDestination: (inner) =>
      wrap(inner, {
        capabilities: { ...inner.capabilities, caseSensitive: false },
        async remove(path, options) {
          for (const name of [path, path.toUpperCase()]) await inner.remove(relPath(name), options);
        },
      }),
    options: { removeExtra: true, order: 'pipelined' },
    tree: { README: 'new' },
    told: ['skipped unchanged /', 'deleted readme', 'transferred README'],
  },
  'what is excluded is neither brought nor removed': {
    source: { 'keep/a': '1', 'log/x.log': '2', 'b.tmp': '3' },
    destination: { 'old/c.tmp': '4', 'old/d': '5', 'b.tmp': 'mine' },
    exclude: '*.tmp|/log',
    options: { removeExtra: true, verify: 'everything' },
    tree: { 'keep/a': '1', 'old/c.tmp': '4', 'b.tmp': 'mine' },
    told: [
      'skipped unchanged /',
      'transferred keep/',
      'transferred keep/a',
      'skipped excluded log/',
      'skipped excluded b.tmp',
      'deleted old/d',
    ],
    phases: ['prepare true', 'transfer true', 'verify true'],
  },
  'a pipeline lists what lies in excluded folders': {
    source: { 'log/x.log': '2', a: '1' },
    exclude: '/log',
    options: { order: 'pipelined' },
    tree: { a: '1' },
    told: ['transferred /', 'transferred a', 'skipped excluded log/', 'skipped excluded log/x.log'],
  },
  'an include brings its folders, and nothing outside is removed': {
    source: { 'a/b/c/f': '1', 'a/b/other/g': '2', 'a/x': '3', y: '4' },
    destination: { 'a/b/c/old': '5', 'a/old': '6', old: '7' },
    include: '/a/b/c',
    options: { removeExtra: true },
    tree: { 'a/b/c/f': '1', 'a/old': '6', old: '7' },
    told: [
      'skipped unchanged /',
      ...each('skipped unchanged', ['a/', 'a/b/', 'a/b/c/']),
      'transferred a/b/c/f',
      'deleted a/b/c/old',
    ],
  },
  'an include without a match brings nothing but the root': {
    source: { 'a/b/f': '1' },
    include: '/a/b/missing*',
    tree: {},
    told: ['transferred /'],
  },
  'a manifest names what is brought, and nothing is removed': {
    source: { 'd/a': '1', 'd/b': '2', 'odd,name "x"': '3', 'e/': '' },
    destination: { extra: '4' },
    manifest: 'd/a\r\n"odd,name ""x"""\r\n',
    options: { removeExtra: true, verify: 'everything' },
    tree: { 'd/a': '1', 'odd,name "x"': '3', extra: '4' },
    told: ['transferred d/a', 'transferred odd,name "x"'],
    verified: 2,
  },
  'directories keep their times though children are written': {
    source: { 'd/same': '1', 'd/e/f': 'new content' },
    destination: { 'd/same': '1', 'd/e/f': 'old' },
    tree: { 'd/same': '1', 'd/e/f': 'new content' },
    told: [...each('skipped unchanged', ['/', 'd/', 'd/e/', 'd/same']), 'transferred d/e/f'],
    async after(t, _, destination) {
      for (const path of ['', 'd', 'd/e']) t.equal((await destination.stat(relPath(path))).mtimeNs, T0, path);
    },
  },
  'files of several chunks arrive whole': {
    source: { big: 'x'.repeat(3_000_000) },
    tree: { big: 'x'.repeat(3_000_000) },
    told: ['transferred /', 'transferred big'],
    verified: 2,
  },
  'holes stay holes': {
    source: { 'f/tail': 'end' },
    unless: (source, destination) =>
      source.capabilities.sparse && destination.capabilities.sparse ? undefined : 'one side has no holes',
    async before(source) {
      const zeros = Buffer.alloc(1 << 20);
      const body = async function* () {
        for (let n = 0; n < 8; n++) yield zeros;
        yield Buffer.from('end');
      };
      await source.write(relPath('f/holes'), body(), STAMP, { sparse: true });
      await source.setMetadata(relPath('f'), { mtimeNs: T0 });
    },
    tree: { 'f/tail': 'end', 'f/holes': `${'\0'.repeat(8 << 20)}end` },
    told: each('transferred', ['/', 'f/', 'f/holes', 'f/tail']),
    async after(t, source, destination) {
      t.equal((await source.stat(relPath('f/holes'))).metadata.sparse, true);
      t.equal((await destination.stat(relPath('f/holes'))).metadata.sparse, true);
    },
  },
  'symbolic links are brought as links': {
    source: { 'l/in': '-> ../f', out: '-> /etc/passwd', f: '1' },
    unless: (source, destination) =>
      source.makeSymlink && destination.makeSymlink ? undefined : 'there are no links',
    tree: { 'l/in': '-> ../f', out: '-> /etc/passwd', f: '1' },
    told: each('transferred', ['/', 'f', 'l/', 'l/in', 'out']),
    verified: 5,
  },
  'a link that points elsewhere is brought again': {
    source: { l: '-> new' },
    destination: { l: '-> old' },
    unless: (source, destination) =>
      source.makeSymlink && destination.makeSymlink ? undefined : 'there are no links',
    tree: { l: '-> new' },
    told: ['skipped unchanged /', 'transferred l'],
  },
  'two names of one file are one file again': {
    source: { 'a/first': 'shared' },
    unless: (source, destination) =>
      source.makeHardLink && destination.makeHardLink ? undefined : 'there are no hard links',
    async before(source) {
      await source.makeHardLink?.(relPath('b'), relPath('a/first'));
      await source.makeHardLink?.(relPath('c'), relPath('a/first'));
      await source.setMetadata(relPath(''), STAMP);
    },
    tree: { 'a/first': 'shared', b: 'shared', c: 'shared' },
    told: each('transferred', ['/', 'a/', 'a/first', 'b', 'c']),
    verified: 5,
    async after(t, source, destination) {
      const ids = await Promise.all(
        ['a/first', 'b', 'c'].map(
          async (path) => (await destination.stat(relPath(path))).metadata.hardLinkId,
        ),
      );
      t.ok(ids[0]);
      t.equal(new Set(ids).size, 1, 'one file');
      await source.write(relPath('new'), pieces(Buffer.from('x')), STAMP);
    },
  },
};
