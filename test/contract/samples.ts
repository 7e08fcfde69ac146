import { readFileSync } from 'node:fs';

/** The model as AWS wrote it, read apart from the product's own reader. */
export interface RawShape {
  readonly type: string;
  readonly members?: Readonly<Record<string, { readonly shape: string }>>;
  readonly required?: readonly string[];
  readonly member?: { readonly shape: string };
  readonly min?: number;
  readonly max?: number;
  readonly pattern?: string;
  readonly enum?: readonly string[];
}

interface RawModel {
  readonly operations: Readonly<Record<string, { input: { shape: string }; output: { shape: string } }>>;
  readonly shapes: Readonly<Record<string, RawShape>>;
}

export const model: RawModel = JSON.parse(
  readFileSync(new URL('../../src/model/datasync-2018-11-09.json', import.meta.url), 'utf8'),
);

export function shapeOf(name: string): RawShape {
  const shape = model.shapes[name];
  if (!shape) throw new Error(`no shape ${name}`);
  return shape;
}

const arn = (service: string, rest: string) => `arn:aws:${service}:us-east-1:000000000000:${rest}`;

/** A text that is good for each shape of text that has neither enum nor free form. Hosts are in memory. */
export const TEXTS: Readonly<Record<string, string>> = {
  ActivationKey: 'AAAAA-BBBBB-CCCCC-DDDDD-EEEEE',
  AgentArn: arn('datasync', 'agent/agent-0123456789abcdef0'),
  AzureBlobContainerUrl: 'https://account.blob.core.windows.net/container',
  AzureBlobSasToken: 'sv=2024&sig=abc',
  Ec2SecurityGroupArn: arn('ec2', 'security-group/sg-0123456789abcdef0'),
  Ec2SubnetArn: arn('ec2', 'subnet/subnet-0123456789abcdef0'),
  EfsAccessPointArn: arn('elasticfilesystem', 'access-point/fsap-0123456789abcdef0'),
  EfsFilesystemArn: arn('elasticfilesystem', 'file-system/fs-0123456789abcdef0'),
  FilterAttributeValue: 'value',
  FsxFilesystemArn: arn('fsx', 'file-system/fs-0123456789abcdef0'),
  FsxOpenZfsSubdirectory: '/fsx/data',
  HdfsServerHostname: 'hdfs.memory',
  IamRoleArn: 'arn:aws:iam::000000000000:role/datasync',
  IamRoleArnOrEmptyString: 'arn:aws:iam::000000000000:role/datasync',
  KmsKeyArn: arn('kms', 'key/1234'),
  KmsKeyProviderUri: 'kms://http@kms.memory:9600/kms',
  LocationArn: arn('datasync', 'location/loc-0123456789abcdef0'),
  LogGroupArn: arn('logs', 'log-group:/aws/datasync:*'),
  NextToken: 'token',
  ObjectStorageBucketName: 'bucket',
  S3BucketArn: 'arn:aws:s3:::bucket',
  ScheduleExpressionCron: 'rate(1 hour)',
  SecretArn: arn('secretsmanager', 'secret:name-abcdef'),
  ServerHostname: 'nas.memory',
  ServerIpAddress: '127.0.0.1',
  SmbDomain: 'example.com',
  SmbPassword: 'password',
  SmbUser: 'user',
  StorageVirtualMachineArn: arn('fsx', 'storage-virtual-machine/fs-0123456789abcdef0/svm-0123456789abcdef0'),
  TaggableResourceArn: arn('datasync', 'task/task-0123456789abcdef0'),
  TaskArn: arn('datasync', 'task/task-0123456789abcdef0'),
  TaskExecutionArn: arn('datasync', 'task/task-0123456789abcdef0/execution/exec-0123456789abcdef0'),
  UpdateSmbDomain: 'example.com',
  UpdatedEfsAccessPointArn: arn('elasticfilesystem', 'access-point/fsap-0123456789abcdef0'),
  UpdatedEfsIamRoleArn: 'arn:aws:iam::000000000000:role/datasync',
  VpcEndpointId: 'vpce-0123456789abcdef0',
};

/** The least that the shape accepts, in JSON: required members only, one element where a list may be empty. */
export function minimal(name: string): unknown {
  const shape = shapeOf(name);
  switch (shape.type) {
    case 'structure':
      return Object.fromEntries(
        (shape.required ?? []).map((member) => [member, minimal(shape.members?.[member]?.shape ?? '')]),
      );
    case 'list':
      return Array.from({ length: Math.max(1, shape.min ?? 0) }, () => minimal(shape.member?.shape ?? ''));
    case 'string':
      return shape.enum?.[0] ?? TEXTS[name] ?? '/sample';
    case 'integer':
    case 'long':
      return Math.max(1, shape.min ?? 1);
    case 'blob':
      return 'AAAA';
    default:
      throw new Error(`no sample for ${name}, a ${shape.type}`);
  }
}

/** How `value` departs from the output shape `name`: "" when it fits. */
export function misfit(name: string, value: unknown, path = ''): string {
  const shape = shapeOf(name);
  if (shape.type === 'list') {
    if (!Array.isArray(value)) return `${path} is no list`;
    return firstOf(value.map((one, index) => misfit(shape.member?.shape ?? '', one, `${path}[${index}]`)));
  }
  if (shape.type === 'structure') {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return `${path} is no structure`;
    return firstOf(
      Object.entries(value).map(([member, one]) => {
        const of = shape.members?.[member];
        return of ? misfit(of.shape, one, `${path}.${member}`) : `${path}.${member} is not in the model`;
      }),
    );
  }
  const wanted = shape.type === 'string' || shape.type === 'blob' ? 'string' : 'number';
  if (typeof value !== wanted) return `${path} is ${JSON.stringify(value)}, not a ${wanted}`;
  if (shape.enum && !shape.enum.includes(String(value))) return `${path} is ${value}, not of its enum`;
  return '';
}

const firstOf = (texts: readonly string[]) => texts.find((text) => text !== '') ?? '';
