// Each type of location as Terraform's acceptance tests make it, with what is read back of it.

import {
  CreateLocationAzureBlobCommand,
  CreateLocationEfsCommand,
  CreateLocationFsxLustreCommand,
  CreateLocationFsxOntapCommand,
  CreateLocationFsxOpenZfsCommand,
  CreateLocationFsxWindowsCommand,
  CreateLocationHdfsCommand,
  CreateLocationNfsCommand,
  CreateLocationObjectStorageCommand,
  CreateLocationS3Command,
  CreateLocationSmbCommand,
  DescribeLocationAzureBlobCommand,
  DescribeLocationEfsCommand,
  DescribeLocationFsxLustreCommand,
  DescribeLocationFsxOntapCommand,
  DescribeLocationFsxOpenZfsCommand,
  DescribeLocationFsxWindowsCommand,
  DescribeLocationHdfsCommand,
  DescribeLocationNfsCommand,
  DescribeLocationObjectStorageCommand,
  DescribeLocationS3Command,
  DescribeLocationSmbCommand,
  UpdateLocationAzureBlobCommand,
  UpdateLocationEfsCommand,
  UpdateLocationFsxLustreCommand,
  UpdateLocationFsxOntapCommand,
  UpdateLocationFsxOpenZfsCommand,
  UpdateLocationFsxWindowsCommand,
  UpdateLocationHdfsCommand,
  UpdateLocationNfsCommand,
  UpdateLocationObjectStorageCommand,
  UpdateLocationS3Command,
  UpdateLocationSmbCommand,
} from '@aws-sdk/client-datasync';
import type { Target } from './target.ts';

/** Each location is made with them. */
export const TAGS = [{ Key: 'key1', Value: 'value1' }];

/** A name for a location in a call of the SDK that is not made yet. */
interface Named {
  readonly LocationArn: string;
}

/** One location from its making to a change. */
export interface LocationStory {
  readonly create: () => Promise<{ LocationArn?: string | undefined }>;
  readonly read: (named: Named) => Promise<object>;
  /** All that is read back beside the ARN and the time. */
  readonly reads: Record<string, unknown>;
  readonly change: (named: Named) => Promise<object>;
  /** What of it is another after the change. */
  readonly changes: Record<string, unknown>;
  /** As the provider finds them in the URI; undefined where it does not look. */
  readonly found: { readonly id: string; readonly path: string } | undefined;
}

/**
 * By the name of the type.
 * @param bucket one that is there
 */
export function locationStories(
  { datasync, account, region }: Target,
  bucket: string,
  agent: string,
): Readonly<Record<string, LocationStory>> {
  const AgentArns = [agent];
  const role = `arn:aws:iam::${account}:role/tf-acc-test`;
  const SecurityGroupArns = [`arn:aws:ec2:${region}:${account}:security-group/sg-0123456789abcdef0`];
  const SubnetArn = `arn:aws:ec2:${region}:${account}:subnet/subnet-0123456789abcdef0`;
  const fsx = `arn:aws:fsx:us-west-2:${account}:file-system/fs-0123456789abcdef0`;
  const machine = `arn:aws:fsx:us-west-2:${account}:storage-virtual-machine/fs-0123456789abcdef0/svm-0123456789abcdef0`;
  const managed = {
    SecretArn: new RegExp(`^arn:aws:secretsmanager:${region}:${account}:secret:aws-datasync`),
  };

  return {
    S3: {
      create: () =>
        datasync.send(
          new CreateLocationS3Command({
            S3BucketArn: `arn:aws:s3:::${bucket}`,
            Subdirectory: '/test',
            S3Config: { BucketAccessRoleArn: role },
            Tags: TAGS,
          }),
        ),
      read: (named) => datasync.send(new DescribeLocationS3Command(named)),
      reads: {
        LocationUri: `s3://${bucket}/test/`,
        S3StorageClass: 'STANDARD',
        S3Config: { BucketAccessRoleArn: role },
      },
      change: (named) =>
        datasync.send(
          new UpdateLocationS3Command({ ...named, Subdirectory: 'other/', S3StorageClass: 'STANDARD_IA' }),
        ),
      changes: { LocationUri: `s3://${bucket}/other/`, S3StorageClass: 'STANDARD_IA' },
      found: { id: bucket, path: '/test/' },
    },
    EFS: {
      create: () =>
        datasync.send(
          new CreateLocationEfsCommand({
            EfsFilesystemArn: `arn:aws:elasticfilesystem:us-west-2:${account}:file-system/fs-0123456789abcdef0`,
            Ec2Config: { SubnetArn, SecurityGroupArns },
            Tags: TAGS,
          }),
        ),
      read: (named) => datasync.send(new DescribeLocationEfsCommand(named)),
      reads: {
        LocationUri: 'efs://us-west-2.fs-0123456789abcdef0/',
        Ec2Config: { SubnetArn, SecurityGroupArns },
      },
      change: (named) =>
        datasync.send(
          new UpdateLocationEfsCommand({
            ...named,
            Subdirectory: '/sub',
            InTransitEncryption: 'TLS1_2',
            FileSystemAccessRoleArn: role,
          }),
        ),
      changes: {
        LocationUri: 'efs://us-west-2.fs-0123456789abcdef0/sub',
        InTransitEncryption: 'TLS1_2',
        FileSystemAccessRoleArn: role,
      },
      found: { id: 'us-west-2.fs-0123456789abcdef0', path: '/' },
    },
    NFS: {
      create: () =>
        datasync.send(
          new CreateLocationNfsCommand({
            ServerHostname: 'example.com',
            Subdirectory: '/dir',
            OnPremConfig: { AgentArns },
            Tags: TAGS,
          }),
        ),
      read: (named) => datasync.send(new DescribeLocationNfsCommand(named)),
      reads: {
        LocationUri: 'nfs://example.com/dir/',
        OnPremConfig: { AgentArns },
        MountOptions: { Version: 'AUTOMATIC' },
      },
      change: (named) =>
        datasync.send(
          new UpdateLocationNfsCommand({
            ...named,
            Subdirectory: '/bar/',
            MountOptions: { Version: 'NFS4_1' },
          }),
        ),
      changes: { LocationUri: 'nfs://example.com/bar/', MountOptions: { Version: 'NFS4_1' } },
      found: { id: 'example.com', path: '/dir/' },
    },
    SMB: {
      create: () =>
        datasync.send(
          new CreateLocationSmbCommand({
            ServerHostname: '192.168.1.1',
            Subdirectory: '/',
            User: 'Guest',
            Password: 'ZaphodBeeblebroxPW',
            AgentArns,
            Tags: TAGS,
          }),
        ),
      read: (named) => datasync.send(new DescribeLocationSmbCommand(named)),
      reads: {
        LocationUri: 'smb://192.168.1.1/',
        AgentArns,
        User: 'Guest',
        AuthenticationType: 'NTLM',
        MountOptions: { Version: 'AUTOMATIC' },
        ManagedSecretConfig: managed,
      },
      change: (named) =>
        datasync.send(new UpdateLocationSmbCommand({ ...named, Subdirectory: '/bar/', User: 'Zaphod' })),
      changes: { LocationUri: 'smb://192.168.1.1/bar/', User: 'Zaphod' },
      found: { id: '192.168.1.1', path: '/' },
    },
    HDFS: {
      create: () =>
        datasync.send(
          new CreateLocationHdfsCommand({
            NameNodes: [{ Hostname: '192.168.1.1', Port: 80 }],
            AuthenticationType: 'SIMPLE',
            SimpleUser: 'tf',
            AgentArns,
            Tags: TAGS,
          }),
        ),
      read: (named) => datasync.send(new DescribeLocationHdfsCommand(named)),
      reads: {
        LocationUri: 'hdfs://192.168.1.1:80/',
        NameNodes: [{ Hostname: '192.168.1.1', Port: 80 }],
        AuthenticationType: 'SIMPLE',
        SimpleUser: 'tf',
        AgentArns,
        BlockSize: 134_217_728,
        ReplicationFactor: 3,
        QopConfiguration: { RpcProtection: 'PRIVACY', DataTransferProtection: 'PRIVACY' },
      },
      change: (named) =>
        datasync.send(
          new UpdateLocationHdfsCommand({
            ...named,
            BlockSize: 1_048_576,
            QopConfiguration: { RpcProtection: 'INTEGRITY' },
          }),
        ),
      changes: {
        BlockSize: 1_048_576,
        QopConfiguration: { RpcProtection: 'INTEGRITY', DataTransferProtection: 'INTEGRITY' },
      },
      found: { id: '192.168.1.1', path: '/' },
    },
    'object storage': {
      create: () =>
        datasync.send(
          new CreateLocationObjectStorageCommand({
            ServerHostname: 'example.com',
            BucketName: 'tf-acc-test',
            ServerProtocol: 'HTTP',
            ServerPort: 8080,
            AgentArns,
            Tags: TAGS,
          }),
        ),
      read: (named) => datasync.send(new DescribeLocationObjectStorageCommand(named)),
      reads: {
        LocationUri: 'object-storage://example.com/tf-acc-test/',
        AgentArns,
        ServerProtocol: 'HTTP',
        ServerPort: 8080,
      },
      change: (named) =>
        datasync.send(
          new UpdateLocationObjectStorageCommand({
            ...named,
            Subdirectory: '/sub/',
            ServerProtocol: 'HTTPS',
            ServerPort: 443,
            AccessKey: '',
            SecretKey: '',
          }),
        ),
      changes: {
        LocationUri: 'object-storage://example.com/tf-acc-test/sub/',
        ServerProtocol: 'HTTPS',
        ServerPort: 443,
      },
      found: undefined,
    },
    'Azure Blob': {
      create: () =>
        datasync.send(
          new CreateLocationAzureBlobCommand({
            ContainerUrl: 'https://example.com/path',
            AuthenticationType: 'SAS',
            SasConfiguration: {
              Token: 'sp=r&st=2023-12-20T14:54:52Z&se=2023-12-20T22:54:52Z&spr=https&sv=2021',
            },
            AgentArns,
            Tags: TAGS,
          }),
        ),
      read: (named) => datasync.send(new DescribeLocationAzureBlobCommand(named)),
      reads: {
        LocationUri: 'azure-blob://example.com/path/',
        AgentArns,
        AuthenticationType: 'SAS',
        BlobType: 'BLOCK',
        AccessTier: 'HOT',
        ManagedSecretConfig: managed,
      },
      change: (named) =>
        datasync.send(
          new UpdateLocationAzureBlobCommand({
            ...named,
            AccessTier: 'COOL',
            Subdirectory: '/myvdir1/myvdir2/',
          }),
        ),
      changes: { AccessTier: 'COOL', LocationUri: 'azure-blob://example.com/path/myvdir1/myvdir2/' },
      found: { id: 'example.com', path: '/path/' },
    },
    'FSx for Windows': {
      create: () =>
        datasync.send(
          new CreateLocationFsxWindowsCommand({
            FsxFilesystemArn: fsx,
            SecurityGroupArns,
            User: 'SomeUser',
            Password: 'SuperSecretPassw0rd',
            Tags: TAGS,
          }),
        ),
      read: (named) => datasync.send(new DescribeLocationFsxWindowsCommand(named)),
      reads: {
        LocationUri: 'fsxw://us-west-2.fs-0123456789abcdef0/',
        SecurityGroupArns,
        User: 'SomeUser',
        ManagedSecretConfig: managed,
      },
      change: (named) =>
        datasync.send(
          new UpdateLocationFsxWindowsCommand({ ...named, Subdirectory: '/share', Domain: 'example.com' }),
        ),
      changes: { LocationUri: 'fsxw://us-west-2.fs-0123456789abcdef0/share', Domain: 'example.com' },
      found: { id: 'us-west-2.fs-0123456789abcdef0', path: '/' },
    },
    'FSx for Lustre': {
      create: () =>
        datasync.send(
          new CreateLocationFsxLustreCommand({ FsxFilesystemArn: fsx, SecurityGroupArns, Tags: TAGS }),
        ),
      read: (named) => datasync.send(new DescribeLocationFsxLustreCommand(named)),
      reads: { LocationUri: 'fsxl://us-west-2.fs-0123456789abcdef0/', SecurityGroupArns },
      change: (named) =>
        datasync.send(new UpdateLocationFsxLustreCommand({ ...named, Subdirectory: '/subdirectory1/' })),
      changes: { LocationUri: 'fsxl://us-west-2.fs-0123456789abcdef0/subdirectory1/' },
      found: { id: 'us-west-2.fs-0123456789abcdef0', path: '/' },
    },
    'FSx for OpenZFS': {
      create: () =>
        datasync.send(
          new CreateLocationFsxOpenZfsCommand({
            FsxFilesystemArn: fsx,
            SecurityGroupArns,
            Protocol: { NFS: { MountOptions: { Version: 'AUTOMATIC' } } },
            Subdirectory: '/fsx/subdirectory1/',
            Tags: TAGS,
          }),
        ),
      read: (named) => datasync.send(new DescribeLocationFsxOpenZfsCommand(named)),
      reads: {
        LocationUri: 'fsxz://us-west-2.fs-0123456789abcdef0/fsx/subdirectory1/',
        SecurityGroupArns,
        Protocol: { NFS: { MountOptions: { Version: 'AUTOMATIC' } } },
      },
      change: (named) =>
        datasync.send(new UpdateLocationFsxOpenZfsCommand({ ...named, Subdirectory: '/fsx/two' })),
      changes: { LocationUri: 'fsxz://us-west-2.fs-0123456789abcdef0/fsx/two' },
      found: { id: 'us-west-2.fs-0123456789abcdef0', path: '/fsx/subdirectory1/' },
    },
    'FSx for ONTAP': {
      create: () =>
        datasync.send(
          new CreateLocationFsxOntapCommand({
            StorageVirtualMachineArn: machine,
            SecurityGroupArns,
            Protocol: { SMB: { User: 'admin', Password: 'SomePass', Domain: 'corp', MountOptions: {} } },
            Tags: TAGS,
          }),
        ),
      read: (named) => datasync.send(new DescribeLocationFsxOntapCommand(named)),
      reads: {
        LocationUri: /^fsxn-smb:\/\/us-west-2\.fs-0123456789abcdef0.*\/$/,
        SecurityGroupArns,
        StorageVirtualMachineArn: machine,
        FsxFilesystemArn: fsx,
        Protocol: {
          SMB: {
            User: 'admin',
            Domain: 'corp',
            MountOptions: { Version: 'AUTOMATIC' },
            ManagedSecretConfig: managed,
          },
        },
      },
      change: (named) => datasync.send(new UpdateLocationFsxOntapCommand({ ...named, Subdirectory: '/vol' })),
      changes: { LocationUri: /^fsxn-smb:\/\/us-west-2\.fs-0123456789abcdef0.*\/vol$/ },
      found: { id: 'us-west-2.fs-0123456789abcdef0.svm-0123456789abcdef0', path: '/' },
    },
  };
}
