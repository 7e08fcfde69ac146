// NFS and SMB locations, and those of EFS and FSx: which server is asked, how, and as whom.

import t from 'tap';
import type { LocationRecord, LocationType } from '../../src/emulator/records.ts';
import { createTargets } from '../../src/emulator/targets.ts';
import type { StorageTarget } from '../../src/storage/index.ts';
import { someLocation, testPlane, testSettings } from './fixture.ts';

const ARNS = {
  EfsFilesystemArn: 'arn:aws:elasticfilesystem:us-west-2:123456789012:file-system/fs-1',
  FsxFilesystemArn: 'arn:aws:fsx:us-west-2:123456789012:file-system/fs-1',
};

interface Wishes {
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly secrets?: Readonly<Record<string, string>>;
  readonly bindings?: readonly `${string}=${string}`[];
}

/** Where a location is, by its URI and what else it says. */
function targetOf(type: LocationType, uri: string, wishes: Wishes = {}): StorageTarget {
  const [, host = '', path = ''] = /:\/\/([^/]*)(.*)/.exec(uri) ?? [];
  const record: LocationRecord = {
    ...someLocation(testPlane(), type, uri),
    settings: { ServerHostname: host, Subdirectory: path, ...ARNS, ...wishes.settings },
    secrets: wishes.secrets ?? {},
  };
  const bindings = (wishes.bindings ?? []).map((text) => {
    const equals = text.indexOf('=');
    return { prefix: text.slice(0, equals), target: text.slice(equals + 1) };
  });
  const { targetOf: find } = createTargets({ ...testSettings, bindings });
  return find(record, { stagingId: 'task-1' });
}

const version = (Version: string) => ({ MountOptions: { Version } });
const user = { settings: { User: 'me', Domain: 'CORP' }, secrets: { Password: 'sesame' } };
const ME = { user: 'me', domain: 'CORP', password: 'sesame' };

t.test('what no server can be asked for is refused with what to do instead', async (t) => {
  const kerberos = { AuthenticationType: 'KERBEROS', KerberosPrincipal: 'me@CORP' };
  const secret = { CustomSecretConfig: { SecretArn: 'arn:x', SecretAccessRoleArn: 'arn:y' } };
  const refused = (uri: string, wishes: Wishes, type: LocationType = 'Smb') => {
    const target = targetOf(type, uri, wishes);
    return target.driver === 'unbuilt' ? target.message : target.driver;
  };
  t.match(refused('smb://nas/s/', { settings: kerberos }), /with Kerberos.*NTLM.*--bind/);
  t.match(refused('smb://nas/s/', { settings: secret }), /Secrets Manager.*Password.*--bind/);
  t.match(refused('smb://nas/s/', { settings: version('SMB1') }), /SMB 1.*AUTOMATIC, SMB3/);
  t.match(refused('smb://nas/', {}), /smb:\/\/nas\/ names no share.*Subdirectory/);
  t.match(refused('fsxw://r.fs-1/', { bindings: ['fsxw://r.fs-1=smb://h'] }, 'FsxWindows'), /names no share/);
  t.match(refused('smb://nas/s/../x/', {}), /the name "\.\."/);
  for (const settings of [kerberos, secret]) {
    const bindings = ['smb://nas=smb://me:pw@h'] as const;
    t.match(
      targetOf('Smb', 'smb://nas/s/', { settings, bindings }),
      { driver: 'smb', user: 'me', password: 'pw' },
      'a user in the binding is enough',
    );
  }
  const secrets = { Password: 'sesame' };
  const target = targetOf('Smb', 'smb://nas/s/', { settings: kerberos, secrets });
  t.notMatch(JSON.stringify(target), /sesame/);
});

t.test('an NFS location is the server at that host', async (t) => {
  t.strictSame(targetOf('Nfs', 'nfs://nas.example/export/a b/'), {
    driver: 'nfs',
    version: 'automatic',
    host: 'nas.example',
    path: '/export/a b',
    stagingId: 'task-1',
  });
  t.match(targetOf('Nfs', 'nfs://nas.example:12049/'), { host: 'nas.example', port: 12049, path: '/' });
  t.match(targetOf('Nfs', 'nfs://fd00::1/e/'), { host: 'fd00::1', path: '/e' });
  const versions = { AUTOMATIC: 'automatic', NFS3: '3', NFS4_0: '4.0', NFS4_1: '4.1' };
  for (const [name, ours] of Object.entries(versions)) {
    t.match(targetOf('Nfs', 'nfs://nas/e/', { settings: version(name) }), { version: ours });
  }
  t.match(targetOf('Nfs', 'nfs://nas.memory:1/e/'), { driver: 'memory', volume: 'nas.memory' });
});

t.test('an SMB location is a share of the server at that host', async (t) => {
  t.strictSame(targetOf('Smb', 'smb://nas.example:1445/share/a/b/', user), {
    driver: 'smb',
    version: 'automatic',
    host: 'nas.example',
    port: 1445,
    share: 'share',
    root: 'a/b',
    ...ME,
    stagingId: 'task-1',
  });
  t.match(targetOf('Smb', 'smb://nas/share/'), { root: '', user: '', domain: '', password: '' });
  const versions = { AUTOMATIC: 'automatic', SMB3: '3.0.2', SMB2: '2.1', SMB2_0: '2.0.2' };
  for (const [name, ours] of Object.entries(versions)) {
    t.match(targetOf('Smb', 'smb://nas/s/', { settings: version(name) }), { version: ours });
  }
  t.match(targetOf('Smb', 'smb://nas.memory/s/', { settings: version('SMB1') }), { driver: 'memory' });
});

t.test('a user may be written with a domain', async (t) => {
  const as = (User: string, Domain?: string) =>
    targetOf('Smb', 'smb://nas/s/', { settings: { User, ...(Domain !== undefined && { Domain }) } });
  t.match(as('CORP\\me'), { user: 'me', domain: 'CORP' });
  t.match(as('me@corp.example'), { user: 'me', domain: 'corp.example' });
  t.match(as('CORP\\me', 'OTHER'), { user: 'me', domain: 'OTHER' });
  t.match(as('me@corp', 'OTHER'), { user: 'me@corp', domain: 'OTHER' }, 'such a name may be meant as it is');
  t.match(as('@me', ''), { user: '@me', domain: '' });
});

t.test('file systems of AWS can be bound to servers', async (t) => {
  const nfs = { NFS: { MountOptions: { Version: 'NFS4_0' } } };
  const smb = { SMB: { ...user.settings, MountOptions: { Version: 'SMB2' } } };
  const at = (type: LocationType, uri: string, to: string, wishes: Wishes = {}) => {
    const prefix = /^[^/]*\/\/[^/]*/.exec(uri)?.[0] ?? '';
    return targetOf(type, uri, { ...wishes, bindings: [`${prefix}=${to}`] });
  };
  t.strictSame(
    at('Efs', 'efs://us-west-2.fs-1/data', 'nfs://127.0.0.1:2050/export?mountport=2051&version=3'),
    {
      driver: 'nfs',
      version: '3',
      host: '127.0.0.1',
      port: 2050,
      mountPort: 2051,
      path: '/export/data',
      stagingId: 'task-1',
    },
  );
  t.match(at('Efs', 'efs://us-west-2.fs-1/', 'nfs://h'), { version: 'automatic', path: '/' });
  t.match(at('FsxLustre', 'fsxl://r.fs-1/x', 'nfs://h/e'), { version: 'automatic', path: '/e/x' });
  t.match(at('FsxOpenZfs', 'fsxz://r.fs-1/fsx/x', 'nfs://h', { settings: { Protocol: nfs } }), {
    version: '4.0',
    path: '/fsx/x',
  });
  const ontap = { settings: { Protocol: { NFS: { MountOptions: { Version: 'AUTOMATIC' } } } } };
  t.match(at('FsxOntap', 'fsxn-nfs://r.fs-1.svm-1/vol', 'nfs://h', ontap), { version: '3', path: '/vol' });
  t.match(at('FsxWindows', 'fsxw://r.fs-1/share/x', 'smb://[::1]:1445', user), {
    host: '::1',
    port: 1445,
    share: 'share',
    root: 'x',
    ...ME,
  });
  t.match(
    at('FsxOntap', 'fsxn-smb://r.fs-1.svm-1/x', 'smb://h/share/deep', {
      settings: { Protocol: smb },
      secrets: user.secrets,
    }),
    { version: '2.1', share: 'share', root: 'deep/x', ...ME },
  );
});

t.test('a binding re-points a server, and what it says wins', async (t) => {
  const nfs = (to: string, prefix = 'nfs://nas') =>
    targetOf('Nfs', 'nfs://nas/export/a/', {
      settings: version('NFS4_1'),
      bindings: [`${prefix}=${to}`],
    });
  t.match(nfs('nfs://h'), { host: 'h', path: '/export/a', version: '4.1' }, 'only a host: the path stays');
  t.match(nfs('nfs://h', 'nfs://nas/export'), { host: 'h', path: '/export/a' });
  t.match(nfs('nfs://h/'), { path: '/export/a' }, 'the root of the server');
  t.match(nfs('nfs://h/', 'nfs://nas/export'), { path: '/a' });
  t.match(nfs('nfs://h/other', 'nfs://nas/export'), { path: '/other/a' });
  t.match(nfs('nfs://h?version=3&uid=1000&gid=100'), { version: '3', uid: 1000, gid: 100 });
  const smb = (to: string) =>
    targetOf('Smb', 'smb://nas/share/a/', { ...user, bindings: [`smb://nas=${to}`] });
  t.match(smb('smb://h:1445'), { host: 'h', port: 1445, share: 'share', root: 'a', ...ME });
  t.match(smb('smb://h/'), { share: 'share', root: 'a' });
  t.match(smb('smb://h/other'), { share: 'other', root: 'share/a' });
  t.match(smb('smb://D;you:p%40s%2Fs%3A@h?version=2.1'), {
    user: 'you',
    domain: 'D',
    password: 'p@s/s:',
    version: '2.1',
  });
  t.match(smb('smb://you:p@ss@h'), { user: 'you', password: 'p@ss', host: 'h' });
  t.match(smb('smb://you:@h'), { user: 'you', domain: '', password: '' });
});
