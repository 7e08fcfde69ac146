import t from 'tap';
import type { RelPath } from '../../src/base/path.ts';
import type { Capabilities, Entry } from '../../src/storage/backend.ts';
import { stampFor } from '../../src/transfer/stamp.ts';
import { OPTIONS } from './runs.ts';

const FILES: Capabilities = {
  mtimePrecisionNs: 1n,
  directories: 'real',
  childrenTouchParent: true,
  caseSensitive: true,
  sparse: true,
  metadata: new Set(['mode', 'uid', 'gid', 'atimeNs']),
  maxFileBytes: 2 ** 50,
  maxNameBytes: 255,
  maxPathBytes: 4096,
};
const OBJECTS: Capabilities = {
  ...FILES,
  metadata: new Set(['mode', 'uid', 'gid', 'atimeNs', 'user', 'tags', 'content']),
};
const PLAIN: Capabilities = { ...FILES, mtimePrecisionNs: null, metadata: new Set() };
const NOTHING = {
  mtime: false,
  atime: false,
  uid: false,
  gid: false,
  mode: false,
  devices: false,
  tags: false,
  security: 'nothing',
} as const;

const entry = (rest: Partial<Entry>): Entry => ({
  path: 'f' as RelPath,
  kind: 'file',
  sizeBytes: 1,
  mtimeNs: 7n,
  metadata: {},
  ...rest,
});
const known = entry({ metadata: { mode: 0o640, uid: 1, gid: 2, atimeNs: 8n } });
const stamp = (
  one: Entry,
  source: Capabilities,
  destination: Capabilities,
  options: Partial<typeof OPTIONS> = {},
) => stampFor(one, { source, destination, options: { ...OPTIONS, ...options } });

t.test('nothing is asked of a storage that keeps nothing, and nothing that is not preserved', async (t) => {
  t.strictSame(stamp(known, FILES, PLAIN), {});
  t.strictSame(stamp(known, FILES, FILES, { preserve: NOTHING }), {});
  const tagged = entry({ metadata: { tags: { a: '1' } } });
  t.strictSame(stamp(tagged, OBJECTS, OBJECTS, { preserve: NOTHING }), { user: {} });
});

t.test('what the source knows goes along, files to files and to objects', async (t) => {
  const all = { mtimeNs: 7n, atimeNs: 8n, mode: 0o640, uid: 1, gid: 2 };
  t.strictSame(stamp(known, FILES, FILES), all);
  t.strictSame(stamp(known, FILES, OBJECTS), all);
});

t.test('what it does not know is filled in', async (t) => {
  const bare = entry({ mtimeNs: null, metadata: { lastModifiedNs: 9n } });
  t.strictSame(stamp(bare, OBJECTS, FILES), { mtimeNs: 9n, mode: 0o755, uid: 65534, gid: 65534 });
  const defaults = { ...OPTIONS.defaults, fileMode: 0o644, directoryMode: 0o711 };
  t.equal(stamp(bare, PLAIN, FILES, { defaults }).mode, 0o644);
  t.equal(stamp({ ...bare, kind: 'directory' }, PLAIN, FILES, { defaults }).mode, 0o711);
});

t.test('between object stores all goes as it is', async (t) => {
  const metadata = {
    user: { a: '1', 'file-owner': '5' },
    tags: { t: '1' },
    content: { contentType: 'a/b' },
    mode: 0o1,
    uid: 5,
    lastModifiedNs: 3n,
  };
  const { user, tags, content } = metadata;
  t.strictSame(stamp(entry({ metadata }), OBJECTS, OBJECTS), { user, tags, content });
  t.strictSame(stamp(entry({ metadata }), OBJECTS, OBJECTS, { order: 'pipelined' }), {
    user,
    tags,
    content,
    mtimeNs: 3n,
  });
  const timed = { user: { 'file-mtime': '1' }, lastModifiedNs: 3n };
  t.strictSame(stamp(entry({ metadata: timed }), OBJECTS, OBJECTS, { order: 'pipelined' }), {
    user: timed.user,
  });
});

t.test('the names of one file are kept together as objects', async (t) => {
  const linked = entry({ metadata: { mode: 1, uid: 1, gid: 1, hardLinkId: '9:1' } });
  t.strictSame(stamp(linked, FILES, OBJECTS).user, { 'file-hardlink': '9:1' });
  t.equal(stamp(linked, FILES, FILES).user, undefined);
});
