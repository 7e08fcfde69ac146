import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { locationTarget } from '../../src/cli/run-location.ts';
import { givenPassword, type RunFlags, transferOptions } from '../../src/cli/run-options.ts';

const FLAGS: RunFlags = { overwrite: true, verify: 'transferred', mode: 'basic', security: 'owner-dacl' };

const target = (text: string, password?: string) =>
  locationTarget(text, {
    directory: '/here',
    s3: undefined,
    password: { value: password, howToGive: 'Give one.' },
  });

t.test('a user needs a password, which nobody reads', async (t) => {
  t.throws(() => target('smb://CORP;me@host/s'), {
    exitCode: 2,
    message: /\*\*\*@host\/s has no password\. Give one/,
  });
  t.throws(() => target('smb://me:a%zz@host/s'), { message: /^smb:\/\/\*\*\*@host\/s has a "%"/ });
  t.throws(() => target('nfs://host/a/../b'), { message: /nfs:\/\/host\/a\/\.\.\/b has a path/ });
  t.throws(() => target('nfs://host'), { message: /^nfs:\/\/host names no export/ });
  t.throws(() => target('nfs://root@host/e'), { message: /names a user, which NFS has none of/ });
  t.throws(() => target('nfs://host/e?version=5'), { message: /version=5\. Give automatic, 3, 4\.0, 4\.1/ });
  t.throws(() => target('smb://me:hidden@host'), { message: /^smb:\/\/\*\*\*@host names no share/ });
  t.throws(() => target('smb://me:hid/den@host/s'), { message: /^smb:\/\/\*\*\*@host\/s names no host/ });
  t.throws(() => target('smb://me:hidden@host:99999/s'), { message: /a port that cannot be: 99999/ });
  t.throws(() => target('smb://host/s?security=1'), { message: /\?security=, which is not known/ });
});

t.test('servers, as they are written', async (t) => {
  t.strictSame(target('nfs://nas.example:2050/export/a%20b?version=3&mountport=2051&uid=1000'), {
    driver: 'nfs',
    host: 'nas.example',
    port: 2050,
    mountPort: 2051,
    version: '3',
    uid: 1000,
    path: '/export/a b',
  });
  t.match(target('NFS://nas/'), { driver: 'nfs', version: 'automatic', path: '/' });
  t.match(target('nfs://[::1]:2049/e'), { host: '::1', port: 2049 });
  t.strictSame(target('smb://CORP;me:p%40ss@files/share/deep/er?version=2.1'), {
    driver: 'smb',
    host: 'files',
    share: 'share',
    root: 'deep/er',
    user: 'me',
    domain: 'CORP',
    password: 'p@ss',
    version: '2.1',
  });
  t.match(target('smb://me@files/share', 'given'), { password: 'given', domain: '' });
  t.match(target('smb://me:own@files/share', 'given'), { password: 'own' });
  t.match(target('smb://me:@files/share', 'given'), { password: '' });
  t.match(target('smb://files/share', 'given'), { user: '', password: '' }, 'a guest has none');
});

t.test('a password comes from a file, or from the environment', async (t) => {
  const file = join(t.testdir({}), 'password');
  writeFileSync(file, 'in the file\r\nmore\n');
  const environment = { DATASYNC_LOCAL_SOURCE_PASSWORD: 'in the environment' };
  t.equal(givenPassword('source', FLAGS, environment).value, 'in the environment');
  t.equal(givenPassword('destination', FLAGS, environment).value, undefined);
  const flags = { ...FLAGS, sourcePasswordFile: file };
  t.equal(givenPassword('source', flags, environment).value, 'in the file');
  t.throws(() => givenPassword('source', { ...flags, sourcePasswordFile: `${file}.not` }, {}), {
    message: /cannot be read \(ENOENT\)/,
  });
});

t.test('owners go to a server that is asked as root only', async (t) => {
  const from = target('nfs://a/e');
  const keeps = (to: string) => transferOptions(FLAGS, from, target(to)).preserve;
  t.match(keeps('nfs://b/e'), { uid: true, gid: true, security: 'owner-dacl' });
  t.match(keeps('nfs://b/e?uid=1000'), { uid: false, gid: false });
});
