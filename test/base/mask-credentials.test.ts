import t from 'tap';
import { maskCredentials } from '../../src/base/mask-credentials.ts';

t.test('nobody reads a user or a password', async (t) => {
  for (const text of [
    'smb://D;user:sesame@host/share',
    'smb://user:ses@me@host/share',
    'smb://user:sesa/me@host/share',
    'smb://user:ses?ame@host/share',
    's3+http://key:sesame@host:9000/bucket',
    'nfs://nas/e=smb://user:sesame@host',
    '"--bind smb://user:sesame@host"',
  ]) {
    t.notMatch(maskCredentials(text), /user|key|ses|me@/, text);
    t.match(maskCredentials(text), /\/\/\*\*\*@host/);
  }
});

t.test('what is no credential stays', async (t) => {
  for (const text of [
    'nfs://nas:2049/e@x',
    'nfs://nas/e@x',
    'directory:/srv/a:b@c',
    'smb://host:1445',
    'nfs://[::1]/e',
  ])
    t.equal(maskCredentials(text), text);
});
