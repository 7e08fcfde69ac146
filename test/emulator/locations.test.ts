import t from 'tap';
import { actions } from '../../src/emulator/actions/index.ts';
import type { TaskRecord } from '../../src/emulator/records.ts';
import type { Input, OperationName } from '../../src/model/operations.ts';
import { StorageError, type StorageErrorKind } from '../../src/storage/backend.ts';
import { contextOf, refusal, scope, someLocation, testPlane } from './fixture.ts';

const ACCOUNT = '123456789012';
const group = `arn:aws:ec2:us-west-2:${ACCOUNT}:security-group/sg-1`;
const role = `arn:aws:iam::${ACCOUNT}:role/datasync`;
const key = `arn:aws:kms:us-east-1:${ACCOUNT}:key/k`;
const secret = `arn:aws:secretsmanager:us-east-1:${ACCOUNT}:secret:mine`;
const fsx = `arn:aws:fsx:us-west-2:${ACCOUNT}:file-system/fs-0abc`;
const svm = `arn:aws:fsx:us-west-2:${ACCOUNT}:storage-virtual-machine/fs-0abc/svm-0123456789abcdef0`;
const bytes = (text: string) => Buffer.from(text);

function world() {
  const plane = testPlane();
  const context = contextOf(plane);
  const agent = (more: Partial<Input<'CreateAgent'>> = {}, of = scope) => {
    const made = actions.CreateAgent(
      { ActivationKey: 'AAAAA-BBBBB-CCCCC-DDDDD-EEEEE', ...more },
      contextOf(plane, of),
    );
    return (made as { AgentArn: string }).AgentArn;
  };
  /** Calls by name, so that tables of cases can be driven; the wire is not typed either. */
  const call = async (operation: OperationName, input: object) =>
    (await (actions[operation] as (input: object, on: object) => unknown)(input, context)) as Record<
      string,
      unknown
    >;
  const create = async (type: string, input: object): Promise<string> =>
    String((await call(`CreateLocation${type}` as OperationName, input))['LocationArn']);
  const describe = (type: string, LocationArn: string) =>
    call(`DescribeLocation${type}` as OperationName, { LocationArn });
  const update = (type: string, LocationArn: string, input: object) =>
    call(`UpdateLocation${type}` as OperationName, { LocationArn, ...input });
  const uri = async (type: string, input: object) =>
    (await describe(type, await create(type, input)))['LocationUri'];
  return { plane, context, agent, call, create, describe, update, uri };
}

/** The least that each type takes. */
const least = (agentArn: string): Record<string, Record<string, unknown>> => ({
  AzureBlob: { ContainerUrl: 'https://acct.blob.core.windows.net/pics', AuthenticationType: 'NONE' },
  Efs: {
    EfsFilesystemArn: `arn:aws:elasticfilesystem:us-west-2:${ACCOUNT}:file-system/fs-0abc1234`,
    Ec2Config: { SubnetArn: `arn:aws:ec2:us-west-2:${ACCOUNT}:subnet/subnet-1`, SecurityGroupArns: [group] },
  },
  FsxLustre: { FsxFilesystemArn: fsx, SecurityGroupArns: [group] },
  FsxOntap: { StorageVirtualMachineArn: svm, SecurityGroupArns: [group], Protocol: { NFS: {} } },
  FsxOpenZfs: { FsxFilesystemArn: fsx, SecurityGroupArns: [group], Protocol: { NFS: {} } },
  FsxWindows: { FsxFilesystemArn: fsx, SecurityGroupArns: [group], User: 'admin', Password: 'sesame' },
  Hdfs: {
    NameNodes: [{ Hostname: '192.168.1.1', Port: 80 }],
    AuthenticationType: 'SIMPLE',
    SimpleUser: 'hdfs',
    AgentArns: [agentArn],
  },
  Nfs: { ServerHostname: 'example.com', Subdirectory: '/export', OnPremConfig: { AgentArns: [agentArn] } },
  ObjectStorage: { ServerHostname: 'example.com', BucketName: 'bucket' },
  S3: { S3BucketArn: 'arn:aws:s3:::bucket', S3Config: { BucketAccessRoleArn: role } },
  Smb: {
    ServerHostname: 'example.com',
    Subdirectory: '/share',
    AgentArns: [agentArn],
    User: 'u',
    Password: 'sesame',
  },
});

const TYPES = Object.keys(least(''));

t.test('a location that is not there is not found, for no operation and no other Region', async (t) => {
  const { plane, call } = world();
  const other = someLocation(plane, 'Nfs', 'nfs://a/', { ...scope, region: 'eu-west-1' });
  const missing = `arn:aws:datasync:us-east-1:${ACCOUNT}:location/loc-0${'a'.repeat(16)}`;
  const operations = TYPES.flatMap((type) => [`DescribeLocation${type}`, `UpdateLocation${type}`]);
  for (const operation of [...operations, 'DeleteLocation'] as OperationName[]) {
    const error = await refusal(() => call(operation, { LocationArn: missing }));
    t.equal(error.message, `Location loc-0${'a'.repeat(16)} is not found.`, operation);
    t.equal(error.name, 'InvalidRequestException');
    const elsewhere = await refusal(() => call(operation, { LocationArn: other.arn }));
    t.equal(elsewhere.message, `Location ${other.id} is not found.`);
  }
});

t.test('a location of another type is refused by its operations', async (t) => {
  const { agent, create, describe, update } = world();
  const nfs = await create('Nfs', least(agent())['Nfs'] ?? {});
  for (const type of TYPES.filter((name) => name !== 'Nfs')) {
    t.match((await refusal(() => describe(type, nfs))).message, `is of the type Nfs, not ${type}`);
    t.match((await refusal(() => update(type, nfs, {}))).message, 'Invalid location type');
  }
});

t.test('agents must be there, and reach DataSync in the same way', async (t) => {
  const { plane, agent, create, describe, update } = world();
  const [here, abroad] = [agent(), agent({}, { ...scope, region: 'eu-west-1' })];
  const behind = agent({ VpcEndpointId: `vpce-${'0'.repeat(17)}` });
  const gone = `arn:aws:datasync:us-east-1:${ACCOUNT}:agent/agent-0${'a'.repeat(16)}`;
  const changes = plane.changes.length;
  for (const [type, input] of Object.entries(least(gone))) {
    if (!JSON.stringify(input).includes('agent-0')) continue;
    t.equal(
      (await refusal(() => create(type, input))).message,
      `Agent agent-0${'a'.repeat(16)} does not exist.`,
      type,
    );
  }
  const smb = (AgentArns: string[]) => create('Smb', { ...least('')['Smb'], AgentArns });
  t.match((await refusal(() => smb([here, abroad]))).message, /does not exist/);
  t.match((await refusal(() => smb([here, behind]))).message, /different endpoints/);
  t.strictSame(plane.locations.all(), [], 'a refusal makes nothing');
  t.equal(plane.changes.length, changes, 'and tells nobody');
  const arn = await smb([here, agent()]);
  t.match((await refusal(() => update('Smb', arn, { AgentArns: [gone] }))).message, /does not exist/);
  t.equal((await describe('Smb', arn)).AgentArns?.['length' as never], 2, 'the agents stayed');
  for (const type of ['ObjectStorage', 'AzureBlob']) {
    const fixed = await create(type, { ...least('')[type], AgentArns: [here] });
    const error = await refusal(() => update(type, fixed, { AgentArns: [here, agent()] }));
    t.match(error.message, /cannot be changed/, type);
    t.strictSame(await update(type, fixed, { AgentArns: [here] }), {}, 'the same agents are no change');
    t.match(await describe(type, fixed), { AgentArns: [here] });
  }
});

t.test('the rules between members', async (t) => {
  const { plane, agent, create } = world();
  const on = least(agent());
  const kerberos = { KerberosPrincipal: 'p@R', KerberosKeytab: bytes('k'), KerberosKrb5Conf: bytes('c') };
  const smb = (more: object) => {
    const { User, Password, ...rest } = on['Smb'] ?? {};
    return { ...rest, ...more };
  };
  const cases: [string, object, RegExp][] = [
    ['Efs', { AccessPointArn: 'arn:x' }, /AccessPointArn needs InTransitEncryption TLS1_2/],
    ['Efs', { FileSystemAccessRoleArn: role, InTransitEncryption: 'NONE' }, /FileSystemAccessRoleArn needs/],
    [
      'ObjectStorage',
      { ServerProtocol: 'HTTP', ServerCertificate: bytes('PEM') },
      /needs ServerProtocol HTTPS/,
    ],
    ['Hdfs', { BlockSize: 1_048_577 }, /multiple of 512/],
    ['Hdfs', { SimpleUser: undefined }, /SIMPLE needs SimpleUser/],
    [
      'Hdfs',
      { AuthenticationType: 'KERBEROS' },
      /KERBEROS needs KerberosPrincipal, KerberosKeytab, KerberosKrb5Conf/,
    ],
    ['FsxOpenZfs', { Protocol: { SMB: { User: 'u' } } }, /SMB is not supported/],
    ['FsxOpenZfs', { Protocol: {} }, /must be NFS/],
    ['FsxOpenZfs', { Subdirectory: '/data' }, /must begin with \/fsx/],
    ['FsxOpenZfs', { Subdirectory: '/fsxdata' }, /must begin with \/fsx/],
    ['FsxOntap', { Protocol: {} }, /one of NFS and SMB/],
    ['FsxOntap', { Protocol: { NFS: {}, SMB: { User: 'u' } } }, /one of NFS and SMB/],
    ['FsxOntap', { Protocol: { NFS: { MountOptions: { Version: 'NFS4_1' } } } }, /NFS3 only/],
    ['FsxOntap', { Protocol: { SMB: { User: 'u', MountOptions: { Version: 'SMB1' } } } }, /SMB1/],
    ['S3', { AgentArns: [agent()] }, /only with S3 on Outposts/],
    ['S3', { S3StorageClass: 'OUTPOSTS' }, /only for S3 on Outposts/],
    ['AzureBlob', { AuthenticationType: 'SAS' }, /SAS needs SasConfiguration/],
    ['Smb', { ...kerberos }, /only with AuthenticationType KERBEROS, and it is NTLM/],
    ['Smb', { DnsIpAddresses: ['10.0.0.1'], AuthenticationType: 'NTLM' }, /DnsIpAddresses can be used only/],
  ];
  for (const [type, more, message] of cases) {
    const input = Object.fromEntries(
      Object.entries({ ...on[type], ...more }).filter(([, value]) => value !== undefined),
    );
    const error = await refusal(() => create(type, input));
    t.match(error.message, message, `${type} ${JSON.stringify(more)}`);
    t.equal(error.httpStatus, 400);
  }
  const asKerberos = { AuthenticationType: 'KERBEROS', ...kerberos };
  t.match(
    (await refusal(() => create('Smb', smb({ AuthenticationType: 'KERBEROS' })))).message,
    /needs KerberosPrincipal/,
  );
  t.match(
    (await refusal(() => create('Smb', smb({ ...asKerberos, User: 'u' })))).message,
    /User can be used only/,
  );
  for (const ServerHostname of ['10.0.0.1', 'fd00::1']) {
    const error = await refusal(() => create('Smb', smb({ ...asKerberos, ServerHostname })));
    t.match(error.message, /domain name/, ServerHostname);
  }
  t.match(
    (await refusal(() => create('Nfs', { ...on['Nfs'], Tags: [{ Key: 'aws:x' }] }))).message,
    /reserved/,
  );
  t.strictSame(plane.locations.all(), []);
});

t.test('where the credential is kept: the conflicts', async (t) => {
  const { agent, create } = world();
  const on = least(agent());
  const credentials: Record<string, object> = {
    AzureBlob: { AuthenticationType: 'SAS', SasConfiguration: { Token: 'sesame' } },
    FsxWindows: { Password: 'sesame' },
    ObjectStorage: { SecretKey: 'sesame' },
    Smb: { Password: 'sesame' },
  };
  const CmkSecretConfig = { KmsKeyArn: key };
  const CustomSecretConfig = { SecretArn: secret, SecretAccessRoleArn: role };
  for (const [type, credential] of Object.entries(credentials)) {
    const { Password, ...bare } = on[type] ?? {};
    const refused = async (more: object, message: RegExp) =>
      t.match((await refusal(() => create(type, { ...bare, ...more }))).message, message, type);
    await refused({ ...credential, CmkSecretConfig, CustomSecretConfig }, /cannot be used together/);
    await refused({ CmkSecretConfig }, /CmkSecretConfig needs/);
    await refused({ ...credential, CustomSecretConfig }, /cannot be given with CustomSecretConfig/);
    await refused({ CustomSecretConfig: { SecretArn: secret } }, /needs both/);
    await refused({ CustomSecretConfig: { SecretAccessRoleArn: role } }, /needs both/);
  }
  const Protocol = { SMB: { User: 'u', CmkSecretConfig } };
  const ontap = await refusal(() => create('FsxOntap', { ...on['FsxOntap'], Protocol }));
  t.match(ontap.message, /needs Protocol\.SMB\.Password/);
});

t.test('S3 is tested at create, in the words of AWS, and heals', async (t) => {
  const { plane, create, uri } = world();
  const input = least('')['S3'] ?? {};
  const cases: [StorageErrorKind, RegExp][] = [
    ['NotFound', /bucket bucket\. The specified bucket does not exist\. Create the bucket/],
    ['PermissionDenied', /Access denied\. Ensure bucket access role has s3:ListBucket permission\.$/],
    ['CredentialsRefused', /Access denied/],
    ['Unreachable', /Unable to connect to the S3 endpoint/],
    ['Unsupported', /cannot be done/],
  ];
  for (const [kind, message] of cases) {
    plane.worker.probeFails = () => new StorageError(kind, 'bucket', 'It cannot be done.');
    const error = await refusal(() => create('S3', input));
    t.match(
      error.message,
      /^DataSync location access test failed: could not perform s3:ListObjectsV2 in bucket/,
    );
    t.match(error.message, message, kind);
  }
  t.strictSame(plane.locations.all(), [], 'nothing was made');
  plane.worker.probeFails = () => undefined;
  t.equal(await uri('S3', input), 's3://bucket/', 'the same call, later');
  t.equal(plane.worker.probed.length, 6);

  plane.worker.probeFails = () => {
    throw new TypeError('a bug');
  };
  await t.rejects(create('S3', input), TypeError, 'a bug is no access test');
  const untested = world();
  untested.plane.worker.probeFails = () => new StorageError('Unreachable', 'x', 'x');
  const { S3, ...others } = least(untested.agent());
  for (const [type, each] of Object.entries(others)) await untested.create(type, each);
  t.equal(untested.plane.locations.all().length, 10, 'no other type is tested');
});

t.test('a location that a task uses is not deleted', async (t) => {
  const { plane, call } = world();
  const [source, destination] = [someLocation(plane), someLocation(plane)];
  const task = {
    ...source,
    arn: `arn:aws:datasync:us-east-1:${ACCOUNT}:task/task-01`,
    id: 'task-01',
    sourceLocationArn: source.arn,
    destinationLocationArn: destination.arn,
  };
  plane.tasks.put(task as unknown as TaskRecord);
  for (const { arn, id } of [source, destination]) {
    const error = await refusal(() => call('DeleteLocation', { LocationArn: arn }));
    t.match(error.message, `Location ${id} is in use by task(s): task-01`);
  }
  plane.tasks.delete(task.arn);
  t.strictSame(await call('DeleteLocation', { LocationArn: source.arn }), {});
  t.match((await refusal(() => call('DeleteLocation', { LocationArn: source.arn }))).message, /is not found/);
});

t.test('the URIs', async (t) => {
  const { agent, uri } = world();
  const on = least(agent());
  const of = (type: string, more: object) => uri(type, { ...on[type], ...more });
  const outposts = `arn:aws:s3-outposts:us-west-2:${ACCOUNT}:outpost/op-1/accesspoint/name`;
  const cases: [string, object, string][] = [
    ['S3', {}, 's3://bucket/'],
    ['S3', { Subdirectory: '/' }, 's3://bucket/'],
    ['S3', { Subdirectory: 'X' }, 's3://bucket/X/'],
    ['S3', { Subdirectory: '/X' }, 's3://bucket/X/'],
    ['S3', { Subdirectory: '/X/' }, 's3://bucket/X/'],
    ['S3', { S3BucketArn: outposts, Subdirectory: 'p' }, `s3://${outposts}/p/`],
    ['S3', { S3BucketArn: outposts.replace(/[/]/g, ':') }, `s3://${outposts}/`],
    [
      'S3',
      { S3BucketArn: `arn:aws:s3:us-west-2:${ACCOUNT}:accesspoint:name` },
      `s3://arn:aws:s3:us-west-2:${ACCOUNT}:accesspoint/name/`,
    ],
    ['Efs', {}, 'efs://us-west-2.fs-0abc1234/'],
    ['Efs', { Subdirectory: '/path/x' }, 'efs://us-west-2.fs-0abc1234/path/x'],
    ['Nfs', {}, 'nfs://example.com/export/'],
    ['Nfs', { Subdirectory: '/' }, 'nfs://example.com/'],
    ['Smb', { ServerHostname: '192.168.1.1', Subdirectory: '/' }, 'smb://192.168.1.1/'],
    ['Smb', { Subdirectory: '/share/path' }, 'smb://example.com/share/path/'],
    ['Hdfs', {}, 'hdfs://192.168.1.1:80/'],
    ['Hdfs', { Subdirectory: '/data' }, 'hdfs://192.168.1.1:80/data'],
    ['ObjectStorage', { ServerPort: 9000, Subdirectory: 'sub' }, 'object-storage://example.com/bucket/sub/'],
    ['ObjectStorage', { ServerHostname: 'localhost:9000' }, 'object-storage://localhost/bucket/'],
    ['AzureBlob', {}, 'azure-blob://acct.blob.core.windows.net/pics/'],
    ['AzureBlob', { Subdirectory: '/sub' }, 'azure-blob://acct.blob.core.windows.net/pics/sub/'],
    ['FsxWindows', {}, 'fsxw://us-west-2.fs-0abc/'],
    ['FsxWindows', { Subdirectory: '/share/x' }, 'fsxw://us-west-2.fs-0abc/share/x'],
    ['FsxLustre', {}, 'fsxl://us-west-2.fs-0abc/'],
    ['FsxOpenZfs', { Subdirectory: '/fsx/a' }, 'fsxz://us-west-2.fs-0abc/fsx/a'],
    ['FsxOntap', { Subdirectory: '/vol1' }, 'fsxn-nfs://us-west-2.fs-0abc.svm-0123456789abcdef0/vol1'],
    [
      'FsxOntap',
      { Protocol: { SMB: { User: 'u', Password: 'p' } } },
      'fsxn-smb://us-west-2.fs-0abc.svm-0123456789abcdef0/',
    ],
  ];
  for (const [type, more, expected] of cases) t.equal(await of(type, more), expected, `${type} ${expected}`);
});

t.test('what is read back: defaults, no secrets, nothing that was not set', async (t) => {
  const { plane, agent, create, describe } = world();
  const agentArn = agent();
  const managed = (arn: string) => ({
    ManagedSecretConfig: {
      SecretArn: new RegExp(
        `^arn:aws:secretsmanager:us-east-1:${ACCOUNT}:secret:aws-datasync-${arn.slice(-21)}-`,
      ),
    },
  });
  const expected: Record<string, (arn: string) => object> = {
    AzureBlob: () => ({ AuthenticationType: 'NONE', BlobType: 'BLOCK', AccessTier: 'HOT' }),
    Efs: () => ({ Ec2Config: { SecurityGroupArns: [group] } }),
    FsxLustre: () => ({ SecurityGroupArns: [group] }),
    FsxOntap: () => ({
      Protocol: { NFS: { MountOptions: { Version: 'NFS3' } } },
      SecurityGroupArns: [group],
      StorageVirtualMachineArn: svm,
      FsxFilesystemArn: fsx,
    }),
    FsxOpenZfs: () => ({
      Protocol: { NFS: { MountOptions: { Version: 'AUTOMATIC' } } },
      SecurityGroupArns: [group],
    }),
    FsxWindows: (arn) => ({ User: 'admin', SecurityGroupArns: [group], ...managed(arn) }),
    Hdfs: () => ({
      NameNodes: [{ Hostname: '192.168.1.1', Port: 80 }],
      BlockSize: 134_217_728,
      ReplicationFactor: 3,
      QopConfiguration: { RpcProtection: 'PRIVACY', DataTransferProtection: 'PRIVACY' },
      AuthenticationType: 'SIMPLE',
      SimpleUser: 'hdfs',
      AgentArns: [agentArn],
    }),
    Nfs: () => ({ OnPremConfig: { AgentArns: [agentArn] }, MountOptions: { Version: 'AUTOMATIC' } }),
    ObjectStorage: () => ({ ServerPort: 443, ServerProtocol: 'HTTPS' }),
    S3: () => ({ S3StorageClass: 'STANDARD', S3Config: { BucketAccessRoleArn: role } }),
    Smb: (arn) => ({
      AgentArns: [agentArn],
      User: 'u',
      AuthenticationType: 'NTLM',
      MountOptions: { Version: 'AUTOMATIC' },
      ...managed(arn),
    }),
  };
  for (const [type, input] of Object.entries(least(agentArn))) {
    const arn = await create(type, { ...input, Tags: [{ Key: 'k', Value: 'v' }] });
    t.match(arn, /^arn:aws:datasync:us-east-1:123456789012:location\/loc-0[0-9a-f]{16}$/);
    const answer = await describe(type, arn);
    const own = expected[type]?.(arn) ?? {};
    t.match(answer, own, type);
    const names = ['LocationArn', 'LocationUri', 'CreationTime', ...Object.keys(own)].sort();
    t.strictSame(Object.keys(answer).sort(), names, `${type}: nothing else`);
    t.notOk(Object.values(answer).includes(undefined), 'nothing undefined');
    t.notMatch(JSON.stringify(answer), /sesame/);
    t.same(answer['CreationTime'], new Date(plane.clock.now()));
    t.strictSame(plane.locations.get(arn)?.tags, { k: 'v' });
    t.strictSame(
      JSON.parse(JSON.stringify(plane.locations.get(arn))),
      plane.locations.get(arn),
      'plain JSON',
    );
  }
  t.match(plane.changes.slice(-2), [{ resource: 'location', state: 'ADDING' }, { state: 'AVAILABLE' }]);
});

t.test('what was set is read back too', async (t) => {
  const { agent, create, describe } = world();
  const on = least(agent());
  const back = async (type: string, more: object) =>
    describe(type, await create(type, { ...on[type], ...more }));
  t.match(
    await back('ObjectStorage', { AccessKey: 'ak', SecretKey: 'sk', ServerCertificate: bytes('PEM') }),
    {
      AccessKey: 'ak',
      ServerCertificate: new Uint8Array(bytes('PEM')),
      ManagedSecretConfig: {},
    },
  );
  t.match(await back('ObjectStorage', { ServerProtocol: 'HTTP' }), { ServerPort: 80 });
  t.match(await back('ObjectStorage', { ServerProtocol: 'HTTP', ServerPort: 9000 }), { ServerPort: 9000 });
  const point = `arn:aws:elasticfilesystem:us-west-2:${ACCOUNT}:access-point/fsap-0abc1234`;
  const secured = { AccessPointArn: point, FileSystemAccessRoleArn: role, InTransitEncryption: 'TLS1_2' };
  t.match(await back('Efs', secured), secured);
  const qop = { QopConfiguration: { RpcProtection: 'INTEGRITY' } };
  t.match(await back('Hdfs', qop), {
    QopConfiguration: { RpcProtection: 'INTEGRITY', DataTransferProtection: 'INTEGRITY' },
  });
  const { User, Password, ...smb } = on['Smb'] ?? {};
  const kerberos = await describe(
    'Smb',
    await create('Smb', {
      ...smb,
      AuthenticationType: 'KERBEROS',
      KerberosPrincipal: 'p@R',
      KerberosKeytab: bytes('sesame'),
      KerberosKrb5Conf: bytes('sesame'),
      DnsIpAddresses: ['10.0.0.53'],
      MountOptions: { Version: 'SMB3' },
    }),
  );
  t.match(kerberos, {
    KerberosPrincipal: 'p@R',
    DnsIpAddresses: ['10.0.0.53'],
    MountOptions: { Version: 'SMB3' },
  });
  t.strictSame(
    Object.keys(kerberos).filter((name) => name.startsWith('KerberosK')),
    [],
  );
  const outposts = `arn:aws:s3-outposts:us-west-2:${ACCOUNT}:outpost/op-1/accesspoint/name`;
  const AgentArns = [agent()];
  t.match(await back('S3', { S3BucketArn: outposts, AgentArns }), { S3StorageClass: 'OUTPOSTS', AgentArns });
  const Protocol = { SMB: { User: 'u', Password: 'sesame', Domain: 'D' } };
  const ontap = await back('FsxOntap', { Protocol });
  t.match(ontap, {
    Protocol: {
      SMB: { User: 'u', Domain: 'D', MountOptions: { Version: 'AUTOMATIC' }, ManagedSecretConfig: {} },
    },
  });
  t.notMatch(JSON.stringify(ontap), /sesame/);
});

t.test('the secret moves between keepers', async (t) => {
  const { plane, create, describe, update } = world();
  const on = least('')['ObjectStorage'];
  const arn = await create('ObjectStorage', { ...on, SecretKey: 's1', CmkSecretConfig: { KmsKeyArn: key } });
  const kept = () => plane.locations.get(arn)?.secrets;
  const configs = async () =>
    Object.fromEntries(
      Object.entries(await describe('ObjectStorage', arn)).filter(([name]) => name.endsWith('Config')),
    );
  const first = (await configs()) as { CmkSecretConfig: { SecretArn: string } };
  t.match(first, { CmkSecretConfig: { KmsKeyArn: key, SecretArn: /aws-datasync-loc-/ } });
  await update('ObjectStorage', arn, { SecretKey: 's2' });
  t.strictSame(await configs(), first, 'a new key stays where the old one was');
  t.strictSame(kept(), { SecretKey: 's2' });
  await update('ObjectStorage', arn, { CmkSecretConfig: { KmsKeyArn: '' } });
  t.strictSame(await configs(), { ManagedSecretConfig: { SecretArn: first.CmkSecretConfig.SecretArn } });
  const CustomSecretConfig = { SecretArn: secret, SecretAccessRoleArn: role };
  await update('ObjectStorage', arn, { CustomSecretConfig });
  t.strictSame(await configs(), { CustomSecretConfig });
  t.strictSame(kept(), {}, 'we keep it no longer');
  await update('ObjectStorage', arn, { AccessKey: 'a', SecretKey: '' });
  t.strictSame(await configs(), { CustomSecretConfig }, 'an empty key changes nothing');
  await update('ObjectStorage', arn, { SecretKey: 's3' });
  t.match(await configs(), { ManagedSecretConfig: {} });
  await update('ObjectStorage', arn, { SecretKey: '' });
  t.strictSame(await configs(), {});
  t.strictSame(kept(), {});
});

t.test('an update changes what it names and leaves the rest', async (t) => {
  const { plane, agent, create, describe, update } = world();
  const [one, two] = [agent(), agent()];
  const on = least(one);
  const changed = async (type: string, input: object, more: object = {}) => {
    const arn = await create(type, { ...on[type], ...more, Tags: [{ Key: 'k', Value: 'v' }] });
    const before = await describe(type, arn);
    t.strictSame(await update(type, arn, {}), {});
    t.strictSame(await describe(type, arn), before, `${type}: nothing named, nothing changed`);
    t.strictSame(await update(type, arn, input), {});
    t.strictSame(plane.locations.get(arn)?.tags, { k: 'v' });
    return describe(type, arn);
  };
  t.match(
    await changed('Nfs', {
      Subdirectory: '/new',
      ServerHostname: 'nas2',
      OnPremConfig: { AgentArns: [two] },
    }),
    {
      LocationUri: 'nfs://nas2/new/',
      OnPremConfig: { AgentArns: [two] },
      MountOptions: { Version: 'AUTOMATIC' },
    },
  );
  t.match(await changed('Nfs', { MountOptions: { Version: 'NFS3' } }), {
    LocationUri: 'nfs://example.com/export/',
    MountOptions: { Version: 'NFS3' },
  });
  t.match(await changed('Smb', { Domain: 'corp', Subdirectory: '/other' }), {
    LocationUri: 'smb://example.com/other/',
    User: 'u',
    Domain: 'corp',
  });
  t.match(await changed('S3', { S3StorageClass: 'GLACIER', Subdirectory: 'p' }), {
    LocationUri: 's3://bucket/p/',
    S3StorageClass: 'GLACIER',
  });
  t.match(await changed('ObjectStorage', { ServerHostname: 'other', ServerProtocol: 'HTTP' }), {
    LocationUri: 'object-storage://other/bucket/',
    ServerPort: 80,
  });
  t.match(await changed('Hdfs', { BlockSize: 1_048_576, Subdirectory: '/d' }), {
    LocationUri: 'hdfs://192.168.1.1:80/d',
    BlockSize: 1_048_576,
    SimpleUser: 'hdfs',
  });
  t.match(await changed('AzureBlob', { AccessTier: 'COOL', Subdirectory: '/d' }), {
    AccessTier: 'COOL',
    BlobType: 'BLOCK',
  });
  t.match(await changed('FsxLustre', { Subdirectory: '/d' }), { LocationUri: 'fsxl://us-west-2.fs-0abc/d' });
  t.match(await changed('FsxOpenZfs', { Subdirectory: '/fsx/d' }), {
    LocationUri: 'fsxz://us-west-2.fs-0abc/fsx/d',
  });
  t.match(await changed('FsxOntap', { Subdirectory: '/d' }), { LocationUri: /^fsxn-nfs:.*\/d$/ });
  const windows = await changed('FsxWindows', { User: 'other', Domain: '' }, { Domain: 'corp' });
  t.match(windows, { User: 'other' });
  t.notOk('Domain' in windows, 'an empty domain takes it away');
  const secured = { FileSystemAccessRoleArn: role, InTransitEncryption: 'TLS1_2' };
  const efs = await changed('Efs', { FileSystemAccessRoleArn: '' }, secured);
  t.notOk('FileSystemAccessRoleArn' in efs);
  t.match(efs, { InTransitEncryption: 'TLS1_2' });
});

t.test('an update that breaks a rule changes nothing', async (t) => {
  const { plane, agent, create, update } = world();
  const on = least(agent());
  const secured = { ...on['Efs'], FileSystemAccessRoleArn: role, InTransitEncryption: 'TLS1_2' };
  const smbProtocol = { Protocol: { SMB: { User: 'u', Password: 'p' } } };
  const certified = { ...on['ObjectStorage'], ServerCertificate: bytes('PEM') };
  const cases: [string, object | undefined, object, RegExp][] = [
    ['Efs', secured, { InTransitEncryption: 'NONE' }, /needs InTransitEncryption/],
    ['Hdfs', on['Hdfs'], { BlockSize: 1_048_577 }, /512/],
    ['Hdfs', on['Hdfs'], { AuthenticationType: 'KERBEROS', KerberosPrincipal: 'p' }, /needs KerberosKeytab/],
    ['ObjectStorage', certified, { ServerProtocol: 'HTTP' }, /empty ServerCertificate/],
    ['FsxOpenZfs', on['FsxOpenZfs'], { Subdirectory: '/x' }, /\/fsx/],
    [
      'FsxOntap',
      on['FsxOntap'],
      { Protocol: { NFS: { MountOptions: { Version: 'NFS4_0' } } } },
      /cannot be changed/,
    ],
    ['FsxOntap', on['FsxOntap'], { Protocol: { SMB: { User: 'u' } } }, /cannot be changed/],
    ['FsxOntap', { ...on['FsxOntap'], ...smbProtocol }, { Protocol: { NFS: {} } }, /from SMB to NFS/],
    [
      'FsxOntap',
      { ...on['FsxOntap'], ...smbProtocol },
      { Protocol: { SMB: { MountOptions: { Version: 'SMB1' } } } },
      /SMB1/,
    ],
    ['S3', on['S3'], { S3StorageClass: 'OUTPOSTS' }, /Outposts/],
    ['Smb', on['Smb'], { KerberosPrincipal: 'p' }, /only with AuthenticationType KERBEROS/],
    [
      'Smb',
      on['Smb'],
      { AuthenticationType: 'KERBEROS', KerberosPrincipal: 'p' },
      /needs KerberosKeytab, KerberosKrb5Conf/,
    ],
  ];
  for (const [type, input, change, message] of cases) {
    const arn = await create(type, input ?? {});
    const before = plane.locations.get(arn);
    t.match(
      (await refusal(() => update(type, arn, change))).message,
      message,
      `${type} ${JSON.stringify(change)}`,
    );
    t.equal(plane.locations.get(arn), before);
  }
});

t.test('from NTLM to KERBEROS and back: nothing of the other way stays', async (t) => {
  const { plane, agent, create, describe, update } = world();
  const arn = await create('Smb', least(agent())['Smb'] ?? {});
  await update('Smb', arn, {
    AuthenticationType: 'KERBEROS',
    KerberosPrincipal: 'p@R',
    KerberosKeytab: bytes('k'),
    KerberosKrb5Conf: bytes('c'),
  });
  const kerberos = await describe('Smb', arn);
  t.match(kerberos, {
    AuthenticationType: 'KERBEROS',
    KerberosPrincipal: 'p@R',
    LocationUri: 'smb://example.com/share/',
  });
  t.notOk('User' in kerberos);
  t.strictSame(Object.keys(plane.locations.get(arn)?.secrets ?? {}), ['KerberosKeytab', 'KerberosKrb5Conf']);
  await update('Smb', arn, { AuthenticationType: 'NTLM', User: 'u', Password: 'p' });
  t.notOk('KerberosPrincipal' in (await describe('Smb', arn)));
  t.strictSame(plane.locations.get(arn)?.secrets, { Password: 'p' });
});

t.test('from SIMPLE to KERBEROS and back, from SAS to NONE: nothing of the other way stays', async (t) => {
  const { plane, agent, create, describe, update } = world();
  const arn = await create('Hdfs', least(agent())['Hdfs'] ?? {});
  await update('Hdfs', arn, {
    AuthenticationType: 'KERBEROS',
    KerberosPrincipal: 'p@R',
    KerberosKeytab: bytes('k'),
    KerberosKrb5Conf: bytes('c'),
  });
  const kerberos = await describe('Hdfs', arn);
  t.match(kerberos, { AuthenticationType: 'KERBEROS', ManagedSecretConfig: { SecretArn: /secret/ } });
  t.notOk('SimpleUser' in kerberos);
  await update('Hdfs', arn, { AuthenticationType: 'SIMPLE', SimpleUser: 'u' });
  const simple = await describe('Hdfs', arn);
  t.equal(simple['SimpleUser'], 'u');
  t.notOk('KerberosPrincipal' in simple || 'ManagedSecretConfig' in simple);
  t.strictSame(plane.locations.get(arn)?.secrets, {});

  const sas = { AuthenticationType: 'SAS', SasConfiguration: { Token: 'sp=r' } };
  const blob = await create('AzureBlob', { ...least('')['AzureBlob'], ...sas });
  t.ok('ManagedSecretConfig' in (await describe('AzureBlob', blob)));
  await update('AzureBlob', blob, { AuthenticationType: 'NONE' });
  t.notOk('ManagedSecretConfig' in (await describe('AzureBlob', blob)));
  t.strictSame(plane.locations.get(blob)?.secrets, {});
});
