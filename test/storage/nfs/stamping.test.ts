import t from 'tap';
import type { NfsAttributes } from '../../../src/storage/nfs/nfs-client.ts';
import { posixStamp, stampChanges } from '../../../src/storage/nfs/stamping.ts';
import { FakeInode } from './fake-inode.ts';

const now: NfsAttributes = {
  ...new FakeInode(1, 'file', 'fs').attributes,
  mode: 0o644,
  uid: 1,
  gid: 2,
  atimeNs: 3n,
  mtimeNs: 4n,
};

t.test('what is right already is not set', async (t) => {
  t.strictSame(stampChanges(now, {}), []);
  t.strictSame(stampChanges(now, { mode: 0o644, uid: 1, gid: 2, atimeNs: 3n, mtimeNs: 4n }), []);
  t.strictSame(stampChanges(now, { mode: 0o600, uid: 1, mtimeNs: 5n }), [{ mode: 0o600, mtimeNs: 5n }]);
});

t.test('one request does, but for set-user-id bits with a new owner', async (t) => {
  const stamp = { uid: 7, gid: 2, mode: 0o755, mtimeNs: 5n };
  t.strictSame(stampChanges(now, stamp), [{ uid: 7, mode: 0o755, mtimeNs: 5n }]);
  t.strictSame(stampChanges(now, { ...stamp, mode: 0o4755 }), [{ uid: 7 }, { mode: 0o4755, mtimeNs: 5n }]);
  const already = { ...now, mode: 0o6755 };
  t.strictSame(stampChanges(already, { gid: 9, mode: 0o6755 }), [{ gid: 9 }, { mode: 0o6755 }]);
  t.strictSame(stampChanges(already, { uid: 1, mode: 0o6755 }), []);
});

t.test('a symbolic link has no mode to be set', async (t) => {
  const link = { ...now, type: 'symlink' } as const;
  t.strictSame(stampChanges(link, { mode: 0o4600, uid: 9, mtimeNs: 5n }), [{ uid: 9 }, { mtimeNs: 5n }]);
  t.strictSame(stampChanges(link, { mode: 0o600 }), []);
});

t.test('only what NFS keeps is taken of a stamp', async (t) => {
  const stamp = { mode: 1, uid: 0, mtimeNs: 0n, user: { a: 'b' }, windowsAttributes: 5, createdNs: 1n };
  t.strictSame(posixStamp(stamp), { mode: 1, uid: 0, mtimeNs: 0n });
});
