import {
  CreateTaskCommand,
  DataSyncClient,
  DescribeTaskCommand,
  ListTasksCommand,
} from '@aws-sdk/client-datasync';
import t from 'tap';
import { ServiceError } from '../../src/model/service-error.ts';
import { post, startFake } from './fake-emulator.ts';

process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';

const TASK = 'arn:aws:datasync:us-east-1:000000000000:task/task-0123456789abcdef0';
const LOCATION = 'arn:aws:datasync:us-east-1:000000000000:location/loc-0123456789abcdef0';

function client(endpoint: string, accessKeyId = 'AKIAIOSFODNN7EXAMPLE', region = 'eu-west-1') {
  return new DataSyncClient({
    endpoint,
    region,
    credentials: { accessKeyId, secretAccessKey: 'x' },
    maxAttempts: 1,
  });
}

async function failureOf(promise: Promise<unknown>) {
  return promise.then(
    () => undefined,
    (error: unknown) => error as Error & Record<string, unknown>,
  );
}

t.test('an SDK gets its answer in its own types', async (t) => {
  const at = new Date(1_653_319_021_353);
  const fake = await startFake({
    actions: {
      DescribeTask: ({ TaskArn }) => ({ TaskArn, Status: 'AVAILABLE', CreationTime: at, Name: undefined }),
    },
  });
  t.teardown(fake.close);
  const sdk = client(fake.endpoint);
  const answer = await sdk.send(new DescribeTaskCommand({ TaskArn: TASK }));
  t.same(answer.CreationTime, at);
  t.equal(answer.TaskArn, TASK);
  t.match(answer.$metadata.requestId, /^[0-9a-f-]{36}$/);
  const raw = await post(fake.endpoint, 'DescribeTask', { TaskArn: TASK });
  t.equal(
    raw.text,
    `{"TaskArn":"${TASK}","Status":"AVAILABLE","CreationTime":1653319021.353}`,
    'no nulls, epoch seconds',
  );
  t.equal(raw.headers.get('content-type'), 'application/x-amz-json-1.1');
  t.equal((await post(fake.endpoint, 'DeleteTask', { TaskArn: TASK })).text, '{}');
});

t.test('account and Region come from the credential scope', async (t) => {
  const scopes: unknown[] = [];
  const fake = await startFake({
    actions: {
      ListTasks: (_input, { scope }) => {
        scopes.push(scope);
        return {};
      },
    },
  });
  t.teardown(fake.close);
  await client(fake.endpoint, '111122223333', 'cn-north-1').send(new ListTasksCommand({}));
  await client(fake.endpoint, 'AKIAIOSFODNN7EXAMPLE', 'us-gov-west-1').send(new ListTasksCommand({}));
  await post(fake.endpoint, 'ListTasks', {});
  const odd = 'AWS4-HMAC-SHA256 Credential=111122223333/20260101/EVIL:region/datasync/aws4_request';
  await post(fake.endpoint, 'ListTasks', {}, { authorization: odd });
  await post(
    `${fake.endpoint}/?X-Amz-Credential=444455556666%2F20260101%2Feu-west-3%2Fdatasync%2Faws4_request`,
    'ListTasks',
    {},
  );
  t.same(scopes, [
    { partition: 'aws-cn', region: 'cn-north-1', account: '111122223333' },
    { partition: 'aws-us-gov', region: 'us-gov-west-1', account: '000000000000' },
    { partition: 'aws', region: 'us-east-1', account: '000000000000' },
    { partition: 'aws', region: 'us-east-1', account: '111122223333' },
    { partition: 'aws', region: 'eu-west-3', account: '444455556666' },
  ]);
});

t.test("the service's refusals arrive as such, bugs as InternalException without their text", async (t) => {
  const fake = await startFake({
    actions: {
      DescribeTask: () => {
        throw new ServiceError('InvalidRequestException', 400, 'Task is not found.', 'InvalidParameter');
      },
      ListTasks: () => {
        throw new Error('the secret is hunter2', { cause: new Error('deeper') });
      },
    },
  });
  t.teardown(fake.close);
  const refused = await failureOf(client(fake.endpoint).send(new DescribeTaskCommand({ TaskArn: TASK })));
  t.match(refused, {
    name: 'InvalidRequestException',
    message: 'Task is not found.',
    errorCode: 'InvalidParameter',
  });
  t.equal(refused?.['datasyncErrorCode'], undefined);

  const bug = await post(fake.endpoint, 'ListTasks', {});
  t.equal(bug.status, 500);
  t.equal(bug.json['__type'], 'InternalException');
  t.equal(bug.headers.get('x-amzn-errortype'), 'InternalException');
  const requestId = bug.headers.get('x-amzn-requestid') ?? '';
  t.match(bug.json['message'], new RegExp(requestId));
  t.notMatch(bug.text, /hunter2|json-protocol|at /);
  t.match(fake.logged('internal-error'), [
    { requestId, error: /hunter2/, causes: ['Error: deeper'], where: /^at / },
  ]);
});

t.test('constraints of the model: the words of the service, as an SDK sees them', async (t) => {
  const fake = await startFake();
  t.teardown(fake.close);
  const refused = await failureOf(
    client(fake.endpoint).send(
      new CreateTaskCommand({
        SourceLocationArn: LOCATION,
        DestinationLocationArn: LOCATION,
        TaskReportConfig: { ReportLevel: '' as 'ERRORS_ONLY' },
      }),
    ),
  );
  t.equal(refused?.name, 'ValidationException');
  t.equal(
    refused?.message,
    "1 validation error detected: Value '' at 'taskReportConfig.reportLevel' failed to satisfy constraint: Member must satisfy enum value set: [ERRORS_ONLY, SUCCESSES_AND_ERRORS]",
  );
});

t.test('the order of checks', async (t) => {
  const fake = await startFake();
  t.teardown(fake.close);
  const plain = { 'content-type': 'text/plain' };
  const cases: [string, Parameters<typeof post>, number, string][] = [
    [
      'another content type',
      [fake.endpoint, 'ListTasks', '{}', plain],
      404,
      '<UnknownOperationException/>\n',
    ],
    ['no body', [fake.endpoint, 'ListTasks', null], 400, '{"__type":"SerializationException"}'],
    ['no body, no operation', [fake.endpoint, 'Nope', null], 400, '{"__type":"UnknownOperationException"}'],
    ['no JSON, no operation', [fake.endpoint, 'Nope', '{'], 400, '{"__type":"SerializationException"}'],
    ['no operation', [fake.endpoint, 'Nope', '{}'], 400, '{"__type":"UnknownOperationException"}'],
    ['a list', [fake.endpoint, 'ListTasks', '[]'], 400, '{"__type":"SerializationException"}'],
    ['a text', [fake.endpoint, 'ListTasks', '"x"'], 400, '{"__type":"SerializationException"}'],
    ['null', [fake.endpoint, 'ListTasks', 'null'], 400, '{"__type":"SerializationException"}'],
    [
      'half a body',
      [fake.endpoint, 'ListTasks', '{"MaxResults": 1'],
      400,
      '{"__type":"SerializationException"}',
    ],
    [
      'broken UTF-8',
      [fake.endpoint, 'ListTasks', new Uint8Array([0x7b, 0xff, 0x7d])],
      400,
      '{"__type":"SerializationException"}',
    ],
    [
      'a byte order mark',
      [fake.endpoint, 'ListTasks', '\ufeff{}'],
      400,
      '{"__type":"SerializationException"}',
    ],
    ['a prototype name', [fake.endpoint, 'constructor', '{}'], 400, '{"__type":"UnknownOperationException"}'],
    [
      'types before constraints',
      [fake.endpoint, 'ListTasks', '{"MaxResults":101,"NextToken":1}'],
      400,
      '{"__type":"SerializationException","message":"NUMBER_VALUE can not be converted to a String"}',
    ],
    [
      'application/json',
      [fake.endpoint, 'ListTasks', '{}', { 'content-type': 'application/json; charset=utf-8' }],
      200,
      '{}',
    ],
    [
      'a charset',
      [fake.endpoint, 'ListTasks', '{}', { 'content-type': 'Application/X-Amz-Json-1.1;charset=UTF-8' }],
      200,
      '{}',
    ],
  ];
  for (const [name, call, status, text] of cases) {
    const answer = await post(...call);
    t.equal(answer.status, status, name);
    t.equal(answer.text, text, name);
    t.match(answer.headers.get('x-amzn-requestid'), /^[0-9a-f-]{36}$/, name);
  }
});

t.test('an unknown operation is explained in the log', async (t) => {
  const fake = await startFake();
  t.teardown(fake.close);
  for (const target of [
    'FmrsService.AddStorageSystem',
    'FmrsService.DescribeTasks',
    'DataSync.ListTasks',
    'AmazonSSM.GetParameter',
    'FmrsService.__proto__',
    'FmrsService',
  ]) {
    await post(fake.endpoint, '', {}, { 'x-amz-target': target });
  }
  const hints = fake.logged('unknown-operation').map((line) => line['hint']);
  t.match(hints, [
    /Discovery/,
    /Did you mean DescribeTask\?/,
    /must be FmrsService\.ListTasks/,
    /another service/,
    /no operation __proto__/,
    /another service/,
  ]);
});

t.test('unknown members are ignored, and told; secrets are not', async (t) => {
  let seen: unknown;
  const fake = await startFake({
    actions: {
      CreateLocationSmb: (input) => {
        seen = input;
        return { LocationArn: LOCATION };
      },
    },
  });
  t.teardown(fake.close);
  const body = `{
    "__proto__": {"polluted": true}, "constructor": 1, "toString": null, "Subdirektory": "/x",
    "Subdirectory": "/share", "ServerHostname": "nas.example", "User": "me", "Password": "hunter2!",
    "KerberosKeytab": "aHVudGVyMw==", "Domain": null, "MountOptions": {"Version": "SMB3", "hasOwnProperty": 1},
    "AgentArns": ["arn:aws:datasync:us-east-1:000000000000:agent/agent-0123456789abcdef0"]
  }`;
  const answer = await post(fake.endpoint, 'CreateLocationSmb', body);
  t.equal(answer.status, 200);
  t.same(seen, {
    Subdirectory: '/share',
    ServerHostname: 'nas.example',
    User: 'me',
    Password: 'hunter2!',
    KerberosKeytab: new Uint8Array(Buffer.from('hunter3')),
    MountOptions: { Version: 'SMB3' },
    AgentArns: ['arn:aws:datasync:us-east-1:000000000000:agent/agent-0123456789abcdef0'],
  });
  t.equal(({} as { polluted?: boolean }).polluted, undefined);
  const members = fake.logged('unknown-member');
  t.same(
    members.map((line) => line['member']),
    ['__proto__', 'constructor', 'toString', 'Subdirektory', 'MountOptions.hasOwnProperty'],
  );
  t.match(members[3]?.['hint'], /Did you mean Subdirectory/);
  const log = JSON.stringify(fake.lines);
  t.match(log, /nas\.example/, 'the input is in the debug log');
  t.notMatch(log, /hunter|aHVudGVy/);
});

t.test('a masked value in a message', async (t) => {
  const fake = await startFake();
  t.teardown(fake.close);
  const answer = await post(fake.endpoint, 'CreateLocationAzureBlob', {
    ContainerUrl: 'https://account.blob.core.windows.net/container',
    AuthenticationType: 'SAS',
    SasConfiguration: { Token: `hunter2${'x'.repeat(255)}` },
  });
  t.equal(
    answer.json['message'],
    "1 validation error detected: Value '***Sensitive Data***' at 'sasConfiguration.token' failed to satisfy constraint: Member must have length less than or equal to 255",
  );
  t.notMatch(JSON.stringify(fake.lines), /hunter/);
});

t.test('the ARN of another account, or of none, is told before what else is wrong', async (t) => {
  const fake = await startFake();
  t.teardown(fake.close);
  const ask = async (operation: string, input: object) =>
    (await post(fake.endpoint, operation, input, { authorization: credential('000000000000') })).json;
  t.same(
    await ask('CreateTask', { SourceLocationArn: 'arn:aws:s3:::bucket', DestinationLocationArn: LOCATION }),
    {
      __type: 'InvalidRequestException',
      message: 'Invalid parameter: ARN account () must match authenticated user.',
      errorCode: 'InvalidParameter',
    },
    'as a user of Terraform saw it',
  );
  const foreign = TASK.replace('000000000000', '999999999999');
  t.match(await ask('TagResource', { ResourceArn: foreign }), { message: /ARN account \(999999999999\)/ });
  t.match(await ask('DescribeTask', { TaskArn: foreign }), { message: /ARN account \(999999999999\)/ });
  t.match(await ask('DescribeTask', { TaskArn: LOCATION }), { __type: 'ValidationException' });
  t.match(await ask('DescribeTask', { TaskArn: 'no arn' }), { __type: 'ValidationException' });
  t.match(await ask('DescribeTask', { TaskArn: 5 }), { __type: 'SerializationException' });
  const bucket = {
    S3BucketArn: 'arn:aws:s3:::bucket',
    S3Config: { BucketAccessRoleArn: 'arn:aws:iam::999999999999:role/r' },
  };
  t.same(await ask('CreateLocationS3', bucket), {}, 'what is not ours may be anybody’s');
});

const credential = (accessKeyId: string) =>
  `AWS4-HMAC-SHA256 Credential=${accessKeyId}/20260101/us-east-1/datasync/aws4_request, SignedHeaders=host, Signature=0`;
