import { relPath } from '../../src/base/path.ts';
import type { Backend } from '../../src/storage/backend.ts';
import type { Clauses } from './backend-clause.ts';
import {
  bytes,
  collect,
  failure,
  get,
  KiB,
  kindOf,
  listed,
  MiB,
  names,
  pieces,
  put,
} from './backend-tools.ts';

const MTIME = 1_700_000_000_123_456_789n;

const unlessSymlinks = (backend: Backend) =>
  backend.makeSymlink ? undefined : 'there are no symbolic links here';

const unlessHardLinks = (backend: Backend) =>
  backend.makeHardLink ? undefined : 'there are no hard links here';

/** A link is made here only where `unlessSymlinks` let the clause through. */
const link = (backend: Backend, path: string, target: string) =>
  backend.makeSymlink?.(relPath(path), target, {}) ?? Promise.reject(new Error('no makeSymlink'));

/** Links of both kinds and holes: things that only some storages have. */
export const linkClauses: Clauses = {
  'a symbolic link comes back as it was written, wherever it points': {
    unless: unlessSymlinks,
    async check(t, backend) {
      const targets = {
        up: '../../outside',
        absolute: '/etc/passwd',
        odd: 'a b+%ü',
        itself: 'itself',
        nowhere: 'no',
      };
      for (const [name, target] of Object.entries(targets)) {
        await link(backend, `d/${name}`, target);
        const entry = await backend.stat(relPath(`d/${name}`));
        t.match({ ...entry }, { kind: 'symlink', sizeBytes: 0, metadata: { linkTarget: target } });
        t.match(
          { ...(await listed(backend, `d/${name}`)) },
          { kind: 'symlink', metadata: { linkTarget: target } },
        );
      }
      t.ok(backend.capabilities.metadata.has('linkTarget'));
    },
  },
  'a symbolic link is replaced, never followed': {
    unless: unlessSymlinks,
    async check(t, backend) {
      await put(backend, 'f', 'kept');
      await link(backend, 'l', 'f');
      await put(backend, 'l', 'new');
      t.equal((await backend.stat(relPath('l'))).kind, 'file');
      t.equal(await get(backend, 'l'), 'new');
      await link(backend, 'l', 'f');
      await link(backend, 'l', 'other');
      t.equal((await backend.stat(relPath('l'))).metadata.linkTarget, 'other');
      await backend.remove(relPath('l'));
      t.equal(await get(backend, 'f'), 'kept');
    },
  },
  'metadata of a symbolic link is its own': {
    unless: (backend) =>
      unlessSymlinks(backend) ??
      (backend.capabilities.mtimePrecisionNs === null ? 'times are not kept' : undefined),
    async check(t, backend) {
      const step = backend.capabilities.mtimePrecisionNs ?? 1n;
      await put(backend, 'f', 'x', { mtimeNs: 1_600_000_000_000_000_000n, mode: 0o600 });
      await link(backend, 'l', 'f');
      await backend.setMetadata(relPath('l'), { mtimeNs: MTIME, mode: 0o777 });
      const { mtimeNs } = await backend.stat(relPath('l'));
      if (backend.capabilities.linkTimes !== 'unsure') t.equal(mtimeNs, (MTIME / step) * step);
      const file = await backend.stat(relPath('f'));
      t.equal(file.mtimeNs, 1_600_000_000_000_000_000n);
      if (backend.capabilities.metadata.has('mode')) t.equal(file.metadata.mode, 0o600);
    },
  },
  'the content of a symbolic link cannot be read through it': {
    unless: (backend) =>
      unlessSymlinks(backend) ??
      (backend.capabilities.directories === 'real' ? undefined : 'a link has its own content here'),
    async check(t, backend) {
      await put(backend, 'f', 'x');
      await link(backend, 'l', 'f');
      t.not(await kindOf(collect(backend.read(relPath('l')))), 'NotFound');
    },
  },
  'no path leads through a symbolic link': {
    unless: (backend) =>
      unlessSymlinks(backend) ??
      (backend.capabilities.directories === 'real' ? undefined : 'a "/" is only a letter here'),
    async check(t, backend) {
      await put(backend, 'd/f', 'x');
      await link(backend, 'l', 'd');
      const path = relPath('l/f');
      const tries = [
        () => backend.stat(path),
        () => collect(backend.read(path)),
        () => put(backend, 'l/f', 'y'),
        () => put(backend, 'l/new', 'y'),
        () => backend.setMetadata(path, { mode: 0o600 }),
        () => backend.makeDirectory(relPath('l/e'), {}),
        () => names(backend, 'l'),
      ];
      for (const attempt of tries) {
        const kind = await kindOf(attempt());
        t.ok(['NotADirectory', 'NotFound', 'AlreadyExists'].includes(kind), kind);
      }
      await backend.remove(path).catch(() => undefined);
      t.strictSame(await names(backend, 'd'), ['f']);
      t.equal(await get(backend, 'd/f'), 'x');
    },
  },
  'a symbolic link does not take the place of a directory': {
    unless: (backend) =>
      unlessSymlinks(backend) ??
      (backend.capabilities.directories === 'real' ? undefined : 'both can be there'),
    async check(t, backend) {
      await put(backend, 'd/f', 'x');
      t.equal(await kindOf(link(backend, 'd', 'f')), 'IsADirectory');
      t.equal(await get(backend, 'd/f'), 'x');
      t.strictSame(await names(backend), ['d/']);
    },
  },
  'two names of one file share content and hardLinkId': {
    unless: unlessHardLinks,
    async check(t, backend) {
      await put(backend, 'f', 'shared');
      await put(backend, 'single', 'x');
      await put(backend, 'd/g', 'replaced');
      await backend.makeHardLink?.(relPath('d/g'), relPath('f'));
      await backend.makeHardLink?.(relPath('d/g'), relPath('f'));
      t.equal(await get(backend, 'd/g'), 'shared');
      const one = await backend.stat(relPath('f'));
      const other = await listed(backend, 'd/g');
      t.ok(one.metadata.hardLinkId);
      t.equal(one.metadata.hardLinkId, other?.metadata.hardLinkId);
      t.equal((await backend.stat(relPath('single'))).metadata.hardLinkId, undefined);
      await put(backend, 'f', 'new');
      t.equal(await get(backend, 'd/g'), 'shared', 'writing replaces one name');
      t.strictSame(await names(backend), ['d/', 'f', 'single']);
    },
  },
  'a second name for what is not there, or in place of a directory, is refused': {
    unless: unlessHardLinks,
    async check(t, backend) {
      await put(backend, 'f', 'x');
      await put(backend, 'd/g', 'x');
      const missing = backend.makeHardLink?.(relPath('h'), relPath('no'));
      t.equal(await kindOf(missing ?? Promise.resolve()), 'NotFound');
      await failure(backend.makeHardLink?.(relPath('d'), relPath('f')) ?? Promise.resolve());
      t.strictSame(await names(backend), ['d/', 'f']);
      t.equal(await get(backend, 'd/g'), 'x');
    },
  },
  'runs of zeros become holes where that is asked for': {
    unless: (backend) => (backend.capabilities.sparse ? undefined : 'there are no holes here'),
    async check(t, backend) {
      const content = Buffer.concat([bytes(10 * KiB), Buffer.alloc(2 * MiB), bytes(KiB), Buffer.alloc(MiB)]);
      await backend.write(relPath('f'), pieces(content), {}, { sizeBytes: content.length, sparse: true });
      t.ok((await collect(backend.read(relPath('f')))).equals(content));
      t.equal((await backend.stat(relPath('f'))).metadata.sparse, true);
      await backend.write(relPath('g'), pieces(Buffer.alloc(MiB)), {}, { sparse: true });
      t.ok((await collect(backend.read(relPath('g')))).equals(Buffer.alloc(MiB)));
      await backend.write(relPath('h'), pieces(bytes(MiB)), {}, { sparse: true });
      t.equal((await backend.stat(relPath('h'))).metadata.sparse, undefined);
    },
  },
};
