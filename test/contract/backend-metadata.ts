import { relPath } from '../../src/base/path.ts';
import type { Backend, Metadata, Stamp } from '../../src/storage/backend.ts';
import { type Clauses, unlessReal } from './backend-clause.ts';
import { get, kindOf, listed, put } from './backend-tools.ts';

const MTIME = 1_700_000_000_123_456_789n;
const ATIME = 1_700_000_100_987_654_321n;

/** A stamp that says something of everything; two of them share no value. */
const FULL = {
  mtimeNs: MTIME,
  atimeNs: ATIME,
  mode: 0o640,
  uid: 1234,
  gid: 4321,
  user: { owner: 'anna', 'two-words': 'a b' },
  content: { contentType: 'text/x-test', contentLanguage: 'de' },
  tags: { colour: 'red' },
} as const satisfies Stamp;

const OTHER = {
  mtimeNs: 1_500_000_000_000_001_000n,
  atimeNs: 1_500_000_100_000_002_000n,
  mode: 0o600,
  uid: 77,
  gid: 78,
  user: { owner: 'bert' },
  content: { contentType: 'text/x-other' },
  tags: { colour: 'blue' },
} as const satisfies Stamp;

const STAMPED = ['mode', 'uid', 'gid', 'atimeNs', 'user', 'content', 'tags'] as const;

const keeps = (backend: Backend, member: keyof Metadata) => backend.capabilities.metadata.has(member);

const cut = (backend: Backend, ns: bigint) => {
  const step = backend.capabilities.mtimePrecisionNs ?? 1n;
  return (ns / step) * step;
};

/** The members of `stamp` that `backend` says it keeps, as they are expected back. */
function kept(backend: Backend, stamp: typeof FULL | typeof OTHER, but: readonly string[] = []) {
  const members = STAMPED.filter((member) => keeps(backend, member) && !but.includes(member));
  return Object.fromEntries(
    members.map((member) => [member, member === 'atimeNs' ? cut(backend, stamp.atimeNs) : stamp[member]]),
  );
}

const unlessTimes = (backend: Backend) =>
  backend.capabilities.mtimePrecisionNs === null ? 'times are not kept here' : undefined;

/** Times, owners, modes and what objects carry: kept to the promised depth, honestly absent otherwise. */
export const metadataClauses: Clauses = {
  'the time of a file is kept to the promised precision': {
    unless: unlessTimes,
    async check(t, backend) {
      const times = [
        0n,
        1n,
        MTIME,
        1_234_567_890_000_000_000n,
        4_102_444_800_999_999_999n,
        1_700_000_000_999_999_000n,
      ];
      for (const mtimeNs of times) {
        await put(backend, `f${mtimeNs}`, 'x', { mtimeNs });
        t.equal(
          (await backend.stat(relPath(`f${mtimeNs}`))).mtimeNs,
          cut(backend, mtimeNs),
          `stat ${mtimeNs}`,
        );
        t.equal((await listed(backend, `f${mtimeNs}`))?.mtimeNs, cut(backend, mtimeNs), `list ${mtimeNs}`);
      }
    },
  },
  'the time of a directory is kept to the promised precision': {
    unless: unlessTimes,
    async check(t, backend) {
      await backend.makeDirectory(relPath('d'), { mtimeNs: MTIME });
      t.equal((await backend.stat(relPath('d'))).mtimeNs, cut(backend, MTIME));
      await backend.makeDirectory(relPath('d'), { mtimeNs: OTHER.mtimeNs });
      t.equal((await backend.stat(relPath('d'))).mtimeNs, cut(backend, OTHER.mtimeNs));
    },
  },
  'what is said to be kept of a stamp comes back': {
    async check(t, backend) {
      await put(backend, 'f', 'content', FULL);
      t.match((await backend.stat(relPath('f'), { tags: true })).metadata, kept(backend, FULL));
      t.match((await listed(backend, 'f'))?.metadata, kept(backend, FULL, ['tags']));
      await backend.makeDirectory(relPath('d'), { ...FULL, mode: 0o750 });
      const directory = await backend.stat(relPath('d'));
      t.match(directory.metadata, kept(backend, FULL, ['mode', 'content', 'tags', 'user']));
      if (keeps(backend, 'mode')) t.equal(directory.metadata.mode, 0o750);
    },
  },
  'what is not said to be kept is not kept, and spoils nothing': {
    async check(t, backend) {
      await put(backend, 'f', 'content', FULL);
      await backend.setMetadata(relPath('f'), FULL);
      await backend.makeDirectory(relPath('d'), FULL);
      t.equal(await get(backend, 'f'), 'content');
      const { metadata, mtimeNs } = await backend.stat(relPath('f'), { tags: true });
      for (const member of STAMPED) {
        if (!keeps(backend, member)) t.not(metadata[member], FULL[member], member);
      }
      if (unlessTimes(backend)) t.not(mtimeNs, MTIME);
      for (const member of ['linkTarget', 'hardLinkId', 'sparse', 'device'] as const) {
        t.equal(metadata[member], undefined, member);
      }
    },
  },
  'set-user-id, set-group-id and sticky bits are kept, after a change of owner too': {
    unless: (backend) => (keeps(backend, 'mode') ? undefined : 'modes are not kept here'),
    async check(t, backend) {
      await put(backend, 'f', 'x', { ...FULL, mode: 0o6755 });
      t.equal((await backend.stat(relPath('f'))).metadata.mode, 0o6755);
      await backend.setMetadata(relPath('f'), { ...OTHER, mode: 0o4711 });
      t.equal((await backend.stat(relPath('f'))).metadata.mode, 0o4711);
      await put(backend, 'none', 'x', { mode: 0 });
      t.equal((await backend.stat(relPath('none'))).metadata.mode, 0);
      await backend.makeDirectory(relPath('d'), { mode: 0o1777 });
      t.equal((await backend.stat(relPath('d'))).metadata.mode, 0o1777);
    },
  },
  'metadata can be written without the content': {
    async check(t, backend) {
      await put(backend, 'f', 'content', FULL);
      await backend.setMetadata(relPath('f'), OTHER);
      const entry = await backend.stat(relPath('f'), { tags: true });
      t.match(entry.metadata, kept(backend, OTHER));
      if (!unlessTimes(backend)) t.equal(entry.mtimeNs, cut(backend, OTHER.mtimeNs));
      t.equal(await get(backend, 'f'), 'content');
    },
  },
  'metadata of a directory can be written, its children stay': {
    async check(t, backend) {
      await backend.makeDirectory(relPath('d'), { ...FULL, mode: 0o750 });
      await put(backend, 'd/f');
      await backend.setMetadata(relPath('d'), { ...OTHER, mode: 0o700 });
      const entry = await backend.stat(relPath('d'));
      t.equal(entry.kind, 'directory');
      if (!unlessTimes(backend)) t.equal(entry.mtimeNs, cut(backend, OTHER.mtimeNs));
      t.match(entry.metadata, kept(backend, OTHER, ['mode', 'content', 'tags', 'user']));
      t.equal(await get(backend, 'd/f'), 'd/f');
    },
  },
  'metadata of the root can be written where directories are real': {
    unless: unlessReal,
    async check(t, backend) {
      await backend.setMetadata(relPath(''), { mtimeNs: MTIME, mode: 0o751 });
      const root = await backend.stat(relPath(''));
      if (!unlessTimes(backend)) t.equal(root.mtimeNs, cut(backend, MTIME));
      if (keeps(backend, 'mode')) t.equal(root.metadata.mode, 0o751);
    },
  },
  'a change of mode leaves the times as they are': {
    unless: (backend) =>
      unlessTimes(backend) ?? (keeps(backend, 'mode') ? undefined : 'modes are not kept here'),
    async check(t, backend) {
      await put(backend, 'f', 'x', FULL);
      await backend.setMetadata(relPath('f'), { mode: 0o444 });
      const entry = await backend.stat(relPath('f'));
      t.equal(entry.metadata.mode, 0o444);
      t.equal(entry.mtimeNs, cut(backend, MTIME));
    },
  },
  'children touch the time of their directory as promised': {
    unless: (backend) => unlessTimes(backend) ?? unlessReal(backend),
    async check(t, backend) {
      await backend.makeDirectory(relPath('d'), { mtimeNs: MTIME });
      await put(backend, 'd/f');
      const after = (await backend.stat(relPath('d'))).mtimeNs;
      if (backend.capabilities.childrenTouchParent) t.not(after, cut(backend, MTIME));
      else t.equal(after, cut(backend, MTIME));
    },
  },
  'a token is equal while nothing changes and differs after a change': {
    async check(t, backend) {
      await put(backend, 'f', 'one', FULL);
      const first = await backend.stat(relPath('f'));
      if (first.token === undefined) return void t.pass('there are no tokens here');
      await get(backend, 'f');
      t.equal((await backend.stat(relPath('f'))).token, first.token);
      await put(backend, 'f', 'two', FULL);
      t.not((await backend.stat(relPath('f'))).token, first.token);
    },
  },
  'metadata of what is not there cannot be written': {
    async check(t, backend) {
      t.equal(await kindOf(backend.setMetadata(relPath('no'), FULL)), 'NotFound');
      t.equal(await kindOf(backend.setMetadata(relPath('no/such'), FULL)), 'NotFound');
      t.equal(await kindOf(backend.stat(relPath('no'))), 'NotFound');
    },
  },
};
