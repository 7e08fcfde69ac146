import t from 'tap';
import { fromWire } from '../../src/model/from-wire.ts';
import { javaPattern } from '../../src/model/java-pattern.ts';
import { redact } from '../../src/model/redact.ts';
import { operations, type Shape, type StructureShape } from '../../src/model/service.ts';
import { toWire } from '../../src/model/to-wire.ts';
import { validate } from '../../src/model/validate.ts';
import { shapeOf } from '../contract/samples.ts';

function input(operation: string): StructureShape {
  const found = operations.get(operation);
  if (!found) throw new Error(`no operation ${operation}`);
  return found.input;
}

function refusal(operation: string, json: unknown): string {
  try {
    const shape = input(operation);
    validate(shape, fromWire(shape, json).value);
    return 'accepted';
  } catch (error) {
    return `${(error as Error).name}: ${(error as Error).message}`;
  }
}

/** `[shape, what its pattern takes, what it refuses]` */
const PATTERNS: readonly [string, readonly string[], readonly string[]][] = [
  [
    'ActivationKey',
    ['AAAAA-BBBBB-CCCCC-DDDDD-E1234'],
    ['AAAAA-BBBBB-CCCCC-DDDDD-EEEEEE', 'xAAAAA-BBBBB-CCCCC-DDDDD-EEEEE'],
  ],
  ['NextToken', ['a=b-_'], ['a b', '', 'a+']],
  ['ServerIpAddress', ['10.0.0.1', '1:2:3:4:5:6:7:8', 'fe80::1'], ['10.0.0.256', 'host', '10.0.0.1\n']],
  ['Endpoint', ['127.0.0.1'], ['127.0.0', 'A127.0.0.1z']],
  ['S3Subdirectory', ['', '/a b/c+(1)', '/a\u3000b'], ['/ü', '/a\tb', '/a$']],
  ['SmbSubdirectory', ['/share$/x y'], ['', '/a\\b']],
  ['ObjectStorageBucketName', ['bucket.name', 'a b$'], ['a/b', 'a\nb']],
  ['AzureBlobSubdirectory', ['', '/ü/日本/\u{1f600}'], []],
  ['FilterAttributeValue', ['a b:c*d.e\\f/g?h-i_j', '2026-01-01T00:00:00Z'], ['a,b', 'ä']],
  ['ScheduleExpressionCron', ['cron(0 12 ? * SUN,WED *)', 'rate(1 hour)', ''], ['cron(0;)', 'ö']],
  ['TagKey', ['a b\tc', 'aws:x', '__proto__'], ['a\u00a0b', 'a\u2003b', 'ä', '']],
  ['FsxOntapSubdirectory', ['/ü$'], ['/a\u0085', '/a\0', '']],
  ['KerberosPrincipal', ['user@REALM'], ['a\nb', 'a\u0085b', 'a\u2028b']],
  ['ServerHostname', ['nas.example', 'localhost:9000', 'a-b.c'], ['-', 'a_b', 'nas.example.', '']],
  [
    'AzureBlobContainerUrl',
    ['https://a.blob.core.windows.net/cont'],
    ['http://a.b/cont', 'https://a.b:1/cont', 'https://a.b/c/d'],
  ],
  ['IamRoleArnOrEmptyString', ['', 'arn:aws:iam::123456789012:role/a'], ['arn:aws:iam::1:role/a']],
  [
    'TaskArn',
    ['arn:aws-eusc:datasync:eusc-de-east-1:123456789012:task/task-0123456789abcdef0'],
    ['arn:aws:datasync:us-east-1:123456789012:task/task-0123456789abcdefg'],
  ],
  ['SmbUser', ['user', 'dömäin user'], ['a"b', 'a\\b', 'a[b']],
];

t.test("the model's Java patterns", async (t) => {
  for (const [name, fit, unfit] of PATTERNS) {
    const pattern = javaPattern(shapeOf(name).pattern ?? '');
    for (const text of fit) t.ok(pattern.matches(text), `${name} takes ${encodeURI(text)}`);
    for (const text of unfit) t.notOk(pattern.matches(text), `${name} refuses ${encodeURI(text)}`);
  }
});

t.test('all of them compile', async (t) => {
  const seen = new Set<Shape>();
  const visit = (shape: Shape) => {
    if (seen.has(shape)) return;
    seen.add(shape);
    if (shape.type === 'string') t.type(shape.pattern?.matches('x') ?? true, 'boolean');
    if (shape.type === 'list') visit(shape.member);
    if (shape.type === 'structure') for (const member of shape.members.values()) visit(member);
  };
  for (const { input, output } of operations.values()) [input, output].map(visit);
  t.ok(seen.size > 200);
});

t.test('several failures come in one message, in order, ten at most', async (t) => {
  t.equal(
    refusal('TagResource', { Tags: [{ Key: 'ok', Value: '' }, { Value: 'ü' }, { Key: '' }] }),
    [
      "ValidationException: 5 validation errors detected: Value null at 'resourceArn' failed to satisfy constraint: Member must not be null",
      "Value null at 'tags.2.member.key' failed to satisfy constraint: Member must not be null",
      "Value 'ü' at 'tags.2.member.value' failed to satisfy constraint: Member must satisfy regular expression pattern: ^[a-zA-Z0-9\\s+=._:@/-]+$",
      "Value '' at 'tags.3.member.key' failed to satisfy constraint: Member must satisfy regular expression pattern: ^[a-zA-Z0-9\\s+=._:/-]+$",
      "Value '' at 'tags.3.member.key' failed to satisfy constraint: Member must have length greater than or equal to 1",
    ].join('; '),
  );
  const many = refusal('TagResource', { Tags: Array.from({ length: 100_000 }, () => ({})) });
  t.match(many, /^ValidationException: 10 validation errors detected: /);
  t.equal(many.split('; ').length, 10);
});

t.test('elements of lists: null is told by its place, the rest by the list', async (t) => {
  const arn = 'arn:aws:datasync:us-east-1:000000000000:task/task-0123456789abcdef0';
  t.equal(
    refusal('UntagResource', { ResourceArn: arn, Keys: ['ok', null] }),
    "ValidationException: 1 validation error detected: Value null at 'keys.2.member' failed to satisfy constraint: Member must not be null",
  );
  t.equal(
    refusal('UntagResource', { ResourceArn: arn, Keys: ['ok', 'ü', ''] }),
    "ValidationException: 1 validation error detected: Value '[ok, ü, ]' at 'keys' failed to satisfy constraint: Member must satisfy constraint: [Member must have length less than or equal to 256, Member must have length greater than or equal to 1, Member must satisfy regular expression pattern: ^[a-zA-Z0-9\\s+=._:/-]+$]",
  );
});

t.test('an empty tag value and an empty name are good', async (t) => {
  const arn = 'arn:aws:datasync:us-east-1:000000000000:task/task-0123456789abcdef0';
  t.equal(refusal('TagResource', { ResourceArn: arn, Tags: [{ Key: 'k', Value: '' }] }), 'accepted');
  t.equal(refusal('UpdateTask', { TaskArn: arn, Name: '' }), 'accepted');
});

t.test('lengths count characters, not UTF-16 units', async (t) => {
  const create = (SmbUser: string) =>
    refusal('UpdateLocationSmb', {
      LocationArn: 'arn:aws:datasync:us-east-1:000000000000:location/loc-0123456789abcdef0',
      User: SmbUser,
    });
  t.equal(create('\u{1f600}'.repeat(104)), 'accepted');
  t.match(create('\u{1f600}'.repeat(105)), /less than or equal to 104$/);
});

t.test('numbers', async (t) => {
  const limit = (bytes: unknown) =>
    refusal('UpdateTaskExecution', {
      TaskExecutionArn:
        'arn:aws:datasync:us-east-1:000000000000:task/task-0123456789abcdef0/execution/exec-0123456789abcdef0',
      Options: { BytesPerSecond: bytes },
    });
  for (const fit of [-1, 0, -0, 1e3, 2 ** 53, JSON.parse('9223372036854775807')])
    t.equal(limit(fit), 'accepted', String(fit));
  for (const unfit of [0.5, 1e19, -1e19, JSON.parse('1e400'), JSON.parse('9223372036854779999')]) {
    t.match(
      limit(unfit),
      /^SerializationException: NUMBER_VALUE can not be converted to a Long/,
      String(unfit),
    );
  }
  t.match(limit(-2), /Value '-2' at 'options\.bytesPerSecond' .* greater than or equal to -1$/);
});

t.test('half a surrogate pair is refused wherever it stands', async (t) => {
  t.match(refusal('CreateAgent', { ActivationKey: '\ud800' }), /^SerializationException: .*surrogate/);
  t.match(refusal('ListTasks', { NextToken: 'a\udc00b' }), /^SerializationException/);
});

t.test('long texts are refused in no time, whatever the pattern', async (t) => {
  const startedAt = process.cpuUsage();
  for (const text of ['-', 'a', 'a.', 'a-', '1:', 'a;']) {
    const hostile = `${text.repeat(500_000 / text.length)}!`;
    t.match(
      refusal('CreateLocationHdfs', {
        NameNodes: [{ Hostname: hostile, Port: 1 }],
        KmsKeyProviderUri: `kms://http@${hostile}`,
        AuthenticationType: 'SIMPLE',
        AgentArns: [hostile],
      }),
      /^ValidationException: /,
    );
  }
  t.ok(process.cpuUsage(startedAt).user < 2_000_000, 'less than 2 s of work');
});

t.test('answers: times, blobs, nothing absent, nothing unknown', async (t) => {
  const shape: Shape = {
    type: 'structure',
    name: 'Answer',
    required: new Set(),
    members: new Map<string, Shape>([
      ['At', { type: 'timestamp', name: 'Time' }],
      ['Bytes', { type: 'blob', name: 'Blob', min: undefined, max: undefined }],
      ['None', { type: 'timestamp', name: 'Time' }],
      [
        'Numbers',
        {
          type: 'list',
          name: 'List',
          min: undefined,
          max: undefined,
          member: { type: 'long', name: 'Long', min: undefined, max: undefined },
        },
      ],
    ]),
  };
  const value = {
    Numbers: [1, 2],
    None: undefined,
    At: new Date(1_532_660_733_390),
    Secret: 'x',
    Bytes: new Uint8Array([1, 2, 3]),
  };
  t.equal(JSON.stringify(toWire(shape, value)), '{"At":1532660733.39,"Bytes":"AQID","Numbers":[1,2]}');
  t.same(toWire(shape, { None: null }), {});
});

t.test('for logs: secrets, keys and blobs are masked, unknown members left out', async (t) => {
  const value = {
    Password: 'hunter2',
    KerberosKeytab: new Uint8Array(7),
    User: 'me',
    AgentArns: ['a'],
    Other: 'hunter2',
  };
  t.same(redact(input('CreateLocationSmb'), value), {
    Password: '***',
    KerberosKeytab: '*** (7 bytes)',
    User: 'me',
    AgentArns: ['a'],
  });
  t.same(redact(input('CreateAgent'), { ActivationKey: 'AAAAA', SubnetArns: [null] }), {
    ActivationKey: '***',
    SubnetArns: [null],
  });
  t.same(redact(input('CreateLocationAzureBlob'), { SasConfiguration: { Token: 'x' } }), {
    SasConfiguration: { Token: '***' },
  });
  t.same(redact(input('CreateLocationObjectStorage'), { AccessKey: 'x', SecretKey: 'y', ServerPort: 1 }), {
    AccessKey: '***',
    SecretKey: '***',
    ServerPort: 1,
  });
});
