import t from 'tap';
import type { RelPath } from '../../src/base/path.ts';
import type { Capabilities, Entry, Metadata } from '../../src/storage/backend.ts';
import { compareRules, differences } from '../../src/transfer/compare.ts';
import type { Preserve } from '../../src/transfer/job.ts';

const ALL: Preserve = {
  mtime: true,
  atime: true,
  uid: true,
  gid: true,
  mode: true,
  devices: true,
  tags: true,
  security: 'owner-dacl-sacl',
};
const MS = 1_000_000n;

const FILES: Capabilities = {
  mtimePrecisionNs: 1n,
  directories: 'real',
  childrenTouchParent: true,
  caseSensitive: true,
  sparse: true,
  metadata: new Set(['mode', 'uid', 'gid', 'atimeNs', 'linkTarget', 'hardLinkId']),
  maxFileBytes: 2 ** 50,
  maxNameBytes: 255,
  maxPathBytes: 4096,
};
const OBJECTS: Capabilities = {
  ...FILES,
  directories: 'implied',
  metadata: new Set(['mode', 'uid', 'gid', 'user', 'tags', 'content']),
};

const file = (metadata: Metadata = {}, rest: Partial<Entry> = {}): Entry => ({
  path: 'f' as RelPath,
  kind: 'file',
  sizeBytes: 3,
  mtimeNs: 10n * MS,
  metadata,
  ...rest,
});

const found = (a: Entry, b: Entry, from = FILES, to = FILES, preserve = ALL) => {
  const { content, metadata } = differences(a, b, compareRules(from, to, preserve));
  return { content: [...content], metadata: [...metadata] };
};
const none = { content: [], metadata: [] };

t.test('what makes another content', async (t) => {
  t.same(found(file(), file({}, { sizeBytes: 4 })), { content: ['size'], metadata: [] });
  t.same(found(file(), file({}, { mtimeNs: 11n * MS })), { content: ['mtime'], metadata: [] });
  t.same(found(file(), file({}, { kind: 'symlink' })), { content: ['kind'], metadata: [] });
  const link = (linkTarget: string) => file({ linkTarget }, { kind: 'symlink', sizeBytes: 0 });
  t.same(found(link('a'), link('b')), { content: ['target'], metadata: [] });
  const device = (minor: number) => file({ device: { type: 'block', major: 1, minor } }, { kind: 'device' });
  t.same(found(device(1), device(2)), { content: ['device'], metadata: [] });
});

t.test('what makes other metadata', async (t) => {
  t.same(found(file({ mode: 0o644 }), file({ mode: 0o600 })), { content: [], metadata: ['mode'] });
  t.same(found(file({ uid: 1, gid: 2 }), file({ uid: 2, gid: 1 })), {
    content: [],
    metadata: ['uid', 'gid'],
  });
  t.same(
    found(file({ mode: 0o644 }), file()),
    { content: [], metadata: ['mode'] },
    'unknown at the destination',
  );
  const directory = (mtimeNs: bigint) => file({}, { kind: 'directory', sizeBytes: 0, mtimeNs });
  t.same(found(directory(1n), directory(2n)), { content: [], metadata: ['mtime'] });
  t.same(
    found(file(), file({}, { mtimeNs: null }), FILES, OBJECTS),
    { content: [], metadata: ['mtime'] },
    'an object that others have put',
  );
});

t.test('times of symbolic links count where the destination keeps them', async (t) => {
  const link = (mtimeNs: bigint) => file({ linkTarget: 'a' }, { kind: 'symlink', sizeBytes: 0, mtimeNs });
  const unsure: Capabilities = { ...FILES, linkTimes: 'unsure' };
  const differs = { content: [], metadata: ['mtime'] };
  t.same(found(link(1n), link(2n)), differs);
  t.same(found(link(1n), link(2n), unsure, FILES), differs);
  t.same(found(link(1n), link(2n), FILES, unsure), none);
  t.same(found(file(), file({}, { mtimeNs: 11n * MS }), FILES, unsure).content, ['mtime'], 'files as ever');
});

t.test('what makes no difference', async (t) => {
  t.same(found(file(), file({ mode: 0o600, uid: 5 })), none, 'what the source does not know');
  t.same(found(file({ atimeNs: 1n }), file({ atimeNs: 2n })), none, 'the last access');
  t.same(found(file({}, { mtimeNs: null }), file()), none, 'a source without a time');
  t.same(
    found(file({ mode: 0o644 }), file({ mode: 0o600 }), FILES, { ...FILES, metadata: new Set() }),
    none,
    'what one side does not keep',
  );
  t.same(
    found(file({ mode: 0o644 }), file({ mode: 0o600 }), FILES, FILES, { ...ALL, mode: false, mtime: false }),
    none,
    'what is not preserved',
  );
  t.same(
    found(file({ mode: 0o777 }, { kind: 'symlink' }), file({ mode: 0o755 }, { kind: 'symlink' })),
    none,
    'the mode of a link',
  );
});

t.test('times are compared at the coarser step', async (t) => {
  const coarse = { ...FILES, mtimePrecisionNs: 1_000_000_000n };
  const at = (mtimeNs: bigint) => file({}, { mtimeNs });
  t.same(found(at(1_999_999_999n), at(1_000_000_000n), FILES, coarse), none);
  t.same(found(at(2_000_000_000n), at(1_999_999_999n), coarse, FILES), { content: ['mtime'], metadata: [] });
  t.same(found(at(-1n), at(-1_000_000_000n), FILES, coarse), none, 'before 1970');
  t.same(found(at(-1n), at(0n), FILES, coarse), { content: ['mtime'], metadata: [] });
  t.same(found(at(1n), at(2n), FILES, { ...FILES, mtimePrecisionNs: null }), none, 'times are not kept');
});

t.test('between object stores user metadata and tags count, headers do not', async (t) => {
  const objects = (a: Metadata, b: Metadata) => found(file(a), file(b), OBJECTS, OBJECTS);
  t.same(objects({ user: { a: '1' } }, { user: { a: '2' } }), { content: [], metadata: ['user'] });
  t.same(objects({ user: { a: '1' } }, {}), { content: [], metadata: ['user'] });
  t.same(objects({}, { user: { extra: '1' } }), { content: [], metadata: ['user'] });
  t.same(objects({ tags: { a: '1' } }, { tags: {} }), { content: [], metadata: ['tags'] });
  t.same(
    objects({}, { user: { 'file-mtime': '5', 'file-owner': '1' } }),
    none,
    'keys of our own on one side',
  );
  t.same(objects({ user: { 'file-owner': '1' } }, { user: { 'file-owner': '2' } }), {
    content: [],
    metadata: ['user'],
  });
  t.same(
    objects({ user: { 'file-mtime': '1000000ns' } }, { user: { 'file-mtime': '1' } }),
    none,
    'two ways to write one time',
  );
  t.same(objects({ content: { contentType: 'a/b' } }, { content: { contentType: 'c/d' } }), none);
  t.same(found(file({ user: { a: '1' } }), file(), OBJECTS, FILES), none, 'a file keeps none');
});

t.test('an object without a time of its own counts by its upload, where the copy says it', async (t) => {
  const uploaded = file({ lastModifiedNs: 5_000_000_000n }, { mtimeNs: null });
  const copy = (mtimeNs: bigint | null) => file({}, { mtimeNs });
  t.same(found(uploaded, copy(5_900_000_000n), OBJECTS, OBJECTS), none);
  t.same(found(uploaded, copy(6_000_000_000n), OBJECTS, OBJECTS), { content: ['mtime'], metadata: [] });
  t.same(found(uploaded, copy(null), OBJECTS, OBJECTS), none);
  t.same(found(uploaded, copy(6_000_000_000n), OBJECTS, FILES), none, 'not towards files');
});
