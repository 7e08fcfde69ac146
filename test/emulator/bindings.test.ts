import t from 'tap';
import { createLocation } from '../../src/emulator/location-actions.ts';
import { locationKinds } from '../../src/emulator/locations/index.ts';
import type { LocationRecord, LocationType } from '../../src/emulator/records.ts';
import type { Binding, Settings } from '../../src/emulator/settings.ts';
import { createTargets } from '../../src/emulator/targets.ts';
import { contextOf, scope, someLocation, testPlane, testSettings } from './fixture.ts';

const bind = (text: string): Binding => {
  const equals = text.indexOf('=');
  return { prefix: text.slice(0, equals), target: text.slice(equals + 1) };
};

const targetsWith = (bindings: string[], more: Partial<Settings> = {}) =>
  createTargets({ ...testSettings, bindings: bindings.map(bind), ...more });

/** Where a location with that URI is. */
function targetOf(uri: string, type: LocationType = 'Nfs', bindings: string[] = []) {
  const host = /:\/\/([^/]*)/.exec(uri)?.[1] ?? '';
  const path = uri.slice(uri.indexOf(host) + host.length);
  const settings = {
    ServerHostname: host,
    Subdirectory: path,
    S3BucketArn: `arn:aws:s3:::${host}`,
    S3StorageClass: 'STANDARD',
    ServerProtocol: 'HTTPS',
    BucketName: 'photos',
  };
  const record: LocationRecord = { ...someLocation(testPlane(), type, uri), settings };
  return targetsWith(bindings).targetOf(record, { stagingId: 'task-1' });
}

t.test('a binding that cannot be understood stops the start, with its text', async (t) => {
  const wrong: [string, RegExp][] = [
    ['nas.example/export=directory:/srv', /must begin with a location URI/],
    ['ftp://nas/export=directory:/srv', /Known schemes: s3, nfs/],
    ['nfs://=directory:/srv', /must begin with a location URI/],
    ['nfs://nas=', /points at nothing known/],
    ['nfs://nas=/srv/tree', /points at nothing known/],
    ['nfs://nas=disk:/srv', /points at nothing known/],
    ['nfs://nas=directory:', /names no directory/],
    ['nfs://nas=memory:', /names no volume/],
    ['nfs://nas=nfs://', /names no host/],
    ['nfs://nas=smb:share', /names no host/],
    ['nfs://nas=nfs://h:70000/e', /a port that cannot be: 70000/],
    ['nfs://nas=nfs://h/a/../b', /a path that cannot be used: it holds the name "\.\."/],
    ['nfs://nas=nfs://h/%zz', /a "%" in its path/],
    ['nfs://nas=nfs://root@h/e', /names a user, which NFS has none of/],
    ['nfs://nas=nfs://h/e?version=2', /version=2\. Give automatic, 3, 4\.0, 4\.1/],
    ['nfs://nas=nfs://h/e?port=1', /\?port=, which is not known\. Known are version, mountport/],
    ['nfs://nas=nfs://h/e?__proto__=1', /which is not known/],
    ['nfs://nas=nfs://h/e?mountport=0', /mountport=0\. Give 1 to 65535/],
    ['nfs://nas=nfs://h/e?uid=root', /uid=root/],
    ['smb://nas=smb://h/s?version=1', /version=1\. Give automatic, 2\.0\.2/],
    ['smb://nas=smb://me@h/s', /a user without a password/],
    ['smb://nas=smb://:sesame@h/s', /an "@" without a user/],
    ['smb://nas=smb://me:ses%ame@h/s', /a "%" in its user or password/],
    ['smb://nas=smb://me:sesame/x@h/s', /names no host/],
    ['smb://nas=nfs://h/e', /points at an NFS server, and locations of smb are not mounted by NFS/],
    ['nfs://nas=smb://h/s', /points at an SMB server.*Those of smb, fsxw, fsxn-smb are/],
    ['efs://us-east-1.fs-1=smb://h/s', /locations of efs are not mounted by SMB/],
    ['fsxn-smb://x=nfs://h/s', /locations of fsxn-smb are not mounted by NFS/],
    ['s3://b=nfs://h/e', /locations of s3 are not mounted by NFS/],
    ['hdfs://n=smb://me:sesame@h/e', /locations of hdfs are not mounted by SMB/],
    ['s3://b=s3+http://', /no URL/],
    ['s3://b=s3+http://host:port', /no URL/],
    ['s3://b=s3+http://host/b?x=1', /no URL/],
    ['nfs://nas=s3+http://key:sesame@127.0.0.1:9000', /names no bucket/],
  ];
  for (const [text, message] of wrong) {
    t.throws(() => targetsWith([text]), { name: 'TypeError', message }, text);
    t.throws(() => targetsWith(['nfs://good=memory:good', text]), TypeError, `${text} as the second`);
  }
  t.throws(() => targetsWith(['nfs://nas=disk:/srv']), { message: /nfs:\/\/nas=disk:\/srv/ });
  for (const [text] of wrong.filter(([text]) => text.includes('ses'))) {
    try {
      targetsWith([text]);
    } catch (error) {
      t.notMatch(String(error), /sesame|ses%ame/, 'no secret in the message');
    }
  }
});

t.test('what this version cannot reach is refused loudly, with what to do', async (t) => {
  const unbuilt = (uri: string, type: LocationType, bindings: string[] = []) => {
    const target = targetOf(uri, type, bindings);
    return target.driver === 'unbuilt' ? target.message : `driver ${target.driver}`;
  };
  t.match(unbuilt('nfs://nas/a/../../b/', 'Nfs'), /"\.\."/);
  t.match(unbuilt('nfs://nas/a/../b/', 'Nfs', ['nfs://nas=nfs://h']), /"\.\."/);
  t.match(unbuilt('nfs://nas.memory/a/../../b/', 'Nfs'), /holds the name "\.\."/, 'no way out of the root');
  t.match(unbuilt('nfs://nas/a/../../b/', 'Nfs', ['nfs://nas=directory:/srv']), /"\.\."/);
  const { targetOf: plain } = targetsWith([]);
  const azure = someLocation(testPlane(), 'AzureBlob', 'azure-blob://acct/c/');
  const settings = { ContainerUrl: 'https://acct/c', Subdirectory: '/' };
  t.match(plain({ ...azure, settings }), { driver: 'unbuilt', message: /Azure Blob/ });
});

t.test('the first binding that fits wins, by whole names', async (t) => {
  const bindings = [
    'nfs://nas/export/special=memory:special',
    'nfs://nas/export=directory:/srv/tree',
    'nfs://nas=memory:rest/deep',
  ];
  t.strictSame(targetOf('nfs://nas/export/special/a/', 'Nfs', bindings), {
    driver: 'memory',
    volume: 'special',
    root: '/a',
    stagingId: 'task-1',
  });
  t.match(targetOf('nfs://nas/export/', 'Nfs', bindings), { driver: 'directory', root: '' });
  t.strictSame(targetOf('nfs://NAS/export//a/b/', 'Nfs', bindings), {
    driver: 'directory',
    directory: '/srv/tree',
    root: 'a/b',
    stagingId: 'task-1',
  });
  t.match(targetOf('nfs://nas/exported/', 'Nfs', bindings), { volume: 'rest', root: '/deep/exported' });
  t.match(targetOf('nfs://nasty/export/', 'Nfs', bindings), { driver: 'nfs' }, 'another host');
  t.match(targetOf('smb://nas/export/', 'Smb', bindings), { driver: 'smb' }, 'another scheme');
  t.match(targetOf('nfs://nas:2049/export/x/', 'Nfs', bindings), { root: 'x' }, 'a prefix without a port');
  t.match(targetOf('nfs://nas/a/', 'Nfs', ['nfs://nas:1=memory:x']), { driver: 'nfs' }, 'another port');
});

t.test('buckets: embedded, configured, or bound', async (t) => {
  t.strictSame(targetOf('s3://docs/in/', 'S3'), {
    driver: 's3',
    endpoint: 'http://127.0.0.1:4566',
    region: 'us-east-1',
    accessKeyId: '123456789012',
    secretAccessKey: 'test',
    bucket: 'docs',
    prefix: 'in/',
    timeForm: 'ns',
  });
  t.match(targetOf('s3://docs/in/', 'S3', ['s3://docs=s3+http://127.0.0.1:9000']), {
    endpoint: 'http://127.0.0.1:9000',
    bucket: 'docs',
    prefix: 'in/',
    accessKeyId: '123456789012',
  });
  t.match(targetOf('s3://docs/in/x/', 'S3', ['s3://docs/in=s3+https://k%2F:s@h/other/base']), {
    endpoint: 'https://h',
    bucket: 'other',
    prefix: 'base/x/',
    accessKeyId: 'k/',
    secretAccessKey: 's',
  });
  t.match(
    targetOf('object-storage://minio/photos/2024/', 'ObjectStorage', [
      'object-storage://minio=s3+http://h:9',
    ]),
    { bucket: 'photos', prefix: '2024/' },
  );
  t.match(targetOf('s3://docs/in/', 'S3', ['s3://docs=directory:/srv']), { driver: 'directory', root: 'in' });
  const s3 = { endpoint: 'https://minio:9000', accessKeyId: 'k', secretAccessKey: 's', region: 'eu-west-1' };
  const { bucketTarget } = targetsWith([], { s3 });
  t.match(bucketTarget('arn:aws:s3:::reports', 'a/b', scope), { ...s3, bucket: 'reports', prefix: 'a/b/' });
  const bound = targetsWith(['s3://reports=memory:r']).bucketTarget('arn:aws:s3:::reports', '/a', scope);
  t.match(bound, { driver: 'memory', volume: 'r', root: '/a' });
  const plain = targetsWith([]).bucketTarget('arn:aws:s3:::reports', '', scope);
  t.match(plain, { driver: 's3', bucket: 'reports', prefix: '' });
});

t.test('the built-in rules, from the locations that clients make', async (t) => {
  const plane = testPlane();
  const { targetOf: target } = targetsWith([]);
  const agentArn = `arn:aws:datasync:us-east-1:123456789012:agent/agent-0${'a'.repeat(16)}`;
  plane.agents.put({
    arn: agentArn,
    id: agentArn.slice(-23),
    createdAt: 0,
    tags: {},
    status: 'ONLINE',
    activationKey: 'AAAAA-BBBBB-CCCCC-DDDDD-EEEEE',
    endpointType: 'PUBLIC',
    lastConnectionAt: 0,
    platformVersion: 'x',
  });
  const made = async (answer: unknown) => {
    const { LocationArn = '' } = (await answer) as { LocationArn?: string };
    const record = plane.locations.get(LocationArn);
    if (!record) throw new Error('It was not made.');
    return target(record, { stagingId: 's', timeForm: 'ms' });
  };
  const context = contextOf(plane);
  const fs = 'arn:aws:elasticfilesystem:us-west-2:123456789012:file-system/fs-0abc1234';
  const subnet = 'arn:aws:ec2:us-west-2:123456789012:subnet/subnet-1';
  const group = 'arn:aws:ec2:us-west-2:123456789012:security-group/sg-1';
  const efs = createLocation(locationKinds.Efs)(
    {
      EfsFilesystemArn: fs,
      Subdirectory: '/data/x',
      Ec2Config: { SubnetArn: subnet, SecurityGroupArns: [group] },
    },
    context,
  );
  t.strictSame(await made(efs), {
    driver: 'memory',
    volume: 'fs-0abc1234',
    root: '/data/x',
    stagingId: 's',
  });
  const smb = createLocation(locationKinds.Smb)(
    { ServerHostname: 'NAS.Memory:445', Subdirectory: '/share', AgentArns: [agentArn] },
    context,
  );
  t.match(await made(smb), { driver: 'memory', volume: 'nas.memory', root: '/share' });
  const own = {
    ServerHostname: 'localhost',
    ServerPort: 9000,
    ServerProtocol: 'HTTP',
    BucketName: 'photos',
  } as const;
  const store = createLocation(locationKinds.ObjectStorage)(
    { ...own, Subdirectory: '/2024', AccessKey: 'k', SecretKey: 's' },
    context,
  );
  t.strictSame(await made(store), {
    driver: 's3',
    endpoint: 'http://localhost:9000',
    region: 'us-east-1',
    bucket: 'photos',
    prefix: '2024/',
    accessKeyId: 'k',
    secretAccessKey: 's',
    timeForm: 'ms',
  });
  const certified = createLocation(locationKinds.ObjectStorage)(
    { ServerHostname: 'minio:9443', BucketName: 'b-1', ServerCertificate: Buffer.from('PEM') },
    context,
  );
  t.match(await made(certified), { endpoint: 'https://minio:9443', prefix: '', certificate: 'PEM' });
  const inMemory = createLocation(locationKinds.ObjectStorage)(
    { ServerHostname: 'minio.memory', BucketName: 'photos' },
    context,
  );
  t.match(await made(inMemory), { endpoint: 'http://127.0.0.1:4566', bucket: 'photos' });
  const secret = 'arn:aws:secretsmanager:us-east-1:123456789012:secret:mine';
  const elsewhere = createLocation(locationKinds.ObjectStorage)(
    {
      ...own,
      AccessKey: 'k',
      CustomSecretConfig: { SecretArn: secret, SecretAccessRoleArn: 'arn:aws:iam::123456789012:role/r' },
    },
    context,
  );
  t.match(await made(elsewhere), { driver: 'unbuilt', message: /Secrets Manager/ });
  const glacier = createLocation(locationKinds.S3)(
    {
      S3BucketArn: 'arn:aws:s3:us-east-1:123456789012:accesspoint/point',
      S3StorageClass: 'GLACIER',
      S3Config: { BucketAccessRoleArn: 'arn:aws:iam::123456789012:role/r' },
    },
    context,
  );
  t.match(await made(glacier), { bucket: 'point', storageClass: 'GLACIER' });
});
