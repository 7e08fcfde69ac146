import { existsSync, statSync, symlinkSync } from 'node:fs';
import t from 'tap';
import { makeDirectories } from '../../src/base/make-directories.ts';

t.test('makes what is missing, and takes what is there', async (t) => {
  const root = t.testdir({ there: {} });
  makeDirectories(`${root}/a/b/c`, 0o700);
  t.equal(statSync(`${root}/a/b`).mode & 0o777, 0o700);
  makeDirectories(`${root}/a/b/c`);
  makeDirectories('/');
  symlinkSync('there', `${root}/link`);
  makeDirectories(`${root}/link/below`);
  t.ok(existsSync(`${root}/there/below`), 'links on the way are the user’s own');
});

t.test('says why it cannot', async (t) => {
  const root = t.testdir({ file: 'x' });
  t.throws(() => makeDirectories(`${root}/file`), { code: 'EEXIST' });
  t.throws(() => makeDirectories(`${root}/file/below`), { code: /EEXIST|ENOTDIR/ });
  symlinkSync('nowhere/at/all', `${root}/dangling`);
  t.throws(() => makeDirectories(`${root}/dangling/below`), { code: /EEXIST|ENOENT/ });
});

t.test(
  'where the system lets nobody make any, it ends',
  { skip: existsSync('/proc/self') ? false : 'there is no /proc here' },
  async (t) => {
    t.throws(() => makeDirectories('/proc/datasync-local/below'), { code: /^E/ });
  },
);
