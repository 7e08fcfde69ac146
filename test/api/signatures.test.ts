import { DataSyncClient, ListTasksCommand } from '@aws-sdk/client-datasync';
import t, { type Test } from 'tap';
import { amzDateOf, sha256Hex, signer } from '../../src/base/sigv4.ts';
import { VirtualClock } from '../../src/base/virtual-clock.ts';
import { post, startFake } from './fake-emulator.ts';

process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';

const KEY = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
};
const TEMPORARY = { accessKeyId: 'ASIAIOSFODNN7EXAMPLE', secretAccessKey: 'other', sessionToken: 'token/+=' };
const JSON_1_1 = 'application/x-amz-json-1.1';

/** A server whose clock is `skewMs` away from the machine's, by which the SDK signs. */
async function startVerifying(t: Test, skewMs = 0) {
  const clock = new VirtualClock(Date.now() + skewMs);
  const fake = await startFake({ signatures: { credentials: [KEY, TEMPORARY], clock } });
  t.teardown(fake.close);
  return { ...fake, clock };
}

async function refusal(
  endpoint: string,
  credentials: { accessKeyId: string; secretAccessKey: string; sessionToken?: string },
) {
  const sdk = new DataSyncClient({ endpoint, region: 'eu-west-1', credentials, maxAttempts: 1 });
  return sdk.send(new ListTasksCommand({ MaxResults: 3 })).then(
    () => 'accepted',
    (error: Error) => `${error.name}: ${error.message}`,
  );
}

t.test("the SDK's own signatures", async (t) => {
  const { endpoint } = await startVerifying(t);
  t.equal(await refusal(endpoint, KEY), 'accepted');
  t.equal(await refusal(endpoint, TEMPORARY), 'accepted');
  t.match(
    await refusal(endpoint, { ...KEY, secretAccessKey: 'wrong' }),
    /^InvalidSignatureException: The request signature we calculated does not match the signature you provided\./,
  );
  const invalidToken = 'UnrecognizedClientException: The security token included in the request is invalid.';
  t.equal(await refusal(endpoint, { ...KEY, accessKeyId: 'AKIAUNKNOWN' }), invalidToken);
  t.equal(await refusal(endpoint, { ...TEMPORARY, sessionToken: 'another' }), invalidToken);
  t.equal(await refusal(endpoint, { ...KEY, sessionToken: 'unasked' }), invalidToken);
});

t.test('clock skew: five minutes are let pass, six are not', async (t) => {
  const late = await startVerifying(t, 6 * 60_000);
  const now = late.clock.now();
  const signedAt = now - 6 * 60_000;
  const answer = await post(late.endpoint, 'ListTasks', '{}', signedHeaders(late.endpoint, '{}', signedAt));
  t.equal(answer.json['__type'], 'InvalidSignatureException');
  t.equal(
    answer.json['message'],
    `Signature expired: ${amzDateOf(signedAt)} is now earlier than ${amzDateOf(now - 300_000)} (${amzDateOf(now)} - 5 min.)`,
  );
  const early = await post(
    late.endpoint,
    'ListTasks',
    '{}',
    signedHeaders(late.endpoint, '{}', now + 6 * 60_000),
  );
  t.match(early.json['message'], /^Signature not yet current: /);
  for (const skew of [-4, 4]) {
    const near = signedHeaders(late.endpoint, '{}', now + skew * 60_000);
    t.equal((await post(late.endpoint, 'ListTasks', '{}', near)).status, 200, `${skew} minutes`);
  }
});

function parts(endpoint: string, query = '') {
  return { method: 'POST', path: '/', query, headers: { host: new URL(endpoint).host } };
}

function signedHeaders(
  endpoint: string,
  body: string,
  at: number,
  service = 'datasync',
  region = 'eu-west-1',
) {
  return signer(KEY, region, service).sign(parts(endpoint), sha256Hex(body), at);
}

t.test('presigned requests', async (t) => {
  const { endpoint, clock } = await startVerifying(t);
  const body = '{"MaxResults":1}';
  const query = signer(KEY, 'us-west-2', 'datasync').presign(
    parts(endpoint),
    sha256Hex(body),
    clock.now(),
    600,
  );
  const send = (presigned: string, sent = body) => post(`${endpoint}/?${presigned}`, 'ListTasks', sent);
  t.equal((await send(query)).status, 200);
  t.match((await send(query, '{"MaxResults":2}')).json['message'], /signature we calculated does not match/);
  t.match((await send(query.replace('us-west-2', 'us-west-1'))).json['message'], /does not match/);
  const both = await post(`${endpoint}/?${query}`, 'ListTasks', body, { authorization: 'X' });
  t.equal(
    both.json['message'],
    "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header.",
  );
  await clock.advance(9 * 60_000);
  t.equal((await send(query)).status, 200, 'good for ten minutes');
  await clock.advance(2 * 60_000);
  t.match((await send(query)).json['message'], /^Signature expired: .* - 10 min\.\)$/);
  for (const expires of ['X-Amz-Expires=0', 'X-Amz-Expires=604801', 'X-Amz-Expires=x', 'a=b']) {
    const answer = await send(query.replace('X-Amz-Expires=600', expires));
    t.equal(answer.json['__type'], 'InvalidSignatureException', expires);
  }
  const bare = await send('X-Amz-Algorithm');
  t.match(bare.json, {
    __type: 'IncompleteSignatureException',
    message: /must include 'X-Amz-Date'\. Re-examine/,
  });
});

t.test('missing, incomplete and wrongly scoped ones', async (t) => {
  const { endpoint, clock } = await startVerifying(t);
  const at = clock.now();
  const good = signedHeaders(endpoint, '{}', at);
  const date = { 'x-amz-date': amzDateOf(at) };
  const authorization = good['authorization'] ?? '';
  const cases: [string, Record<string, string>, string, RegExp | string][] = [
    ['none', {}, 'MissingAuthenticationTokenException', 'Missing Authentication Token'],
    [
      'nonsense',
      { authorization: 'X' },
      'IncompleteSignatureException',
      "Authorization header requires 'Credential' parameter. Authorization header requires 'Signature' parameter. Authorization header requires 'SignedHeaders' parameter. Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. Authorization=X",
    ],
    [
      'one part missing',
      { ...date, authorization: 'AWS4-HMAC-SHA256 Credential=a/b/c/d/aws4_request, Signature=b' },
      'IncompleteSignatureException',
      /^Authorization header requires 'SignedHeaders' parameter\. Authorization=/,
    ],
    [
      'another algorithm',
      { ...good, authorization: authorization.replace('256', '512') },
      'IncompleteSignatureException',
      /AWS4-HMAC-SHA256/,
    ],
    [
      'a short credential',
      { ...good, authorization: authorization.replace('/aws4_request', '') },
      'IncompleteSignatureException',
      /five parts/,
    ],
    [
      'another service',
      signedHeaders(endpoint, '{}', at, 's3'),
      'InvalidSignatureException',
      "Credential should be scoped to correct service: 'datasync'. ",
    ],
    [
      'no region',
      signedHeaders(endpoint, '{}', at, 'datasync', 'A B'),
      'InvalidSignatureException',
      "Credential should be scoped to a valid region, not 'A B'. ",
    ],
    [
      'another terminator',
      { ...good, authorization: authorization.replace('aws4_request', 'aws5') },
      'InvalidSignatureException',
      /terminator/,
    ],
    [
      'another day',
      { ...good, 'x-amz-date': '20200101T000000Z' },
      'InvalidSignatureException',
      /^Date in Credential scope does not match/,
    ],
    [
      'no date',
      { ...good, 'x-amz-date': 'soon' },
      'InvalidSignatureException',
      /^Date in Credential scope does not match/,
    ],
    [
      'the host unsigned',
      { ...good, authorization: authorization.replace('=host;', '=') },
      'InvalidSignatureException',
      /does not match/,
    ],
  ];
  for (const [name, headers, type, message] of cases) {
    const { json, status } = await post(endpoint, 'ListTasks', '{}', headers);
    t.match({ ...json, status }, { __type: type, message, status: 400 }, name);
  }
  t.equal(
    (await post(endpoint, 'ListTasks', '{}', good)).status,
    200,
    'the good one of which they were made',
  );
});

t.test('signatures come before constraints, and after what is no call', async (t) => {
  const { endpoint, clock } = await startVerifying(t);
  const unsigned = { 'content-type': JSON_1_1 };
  t.equal(
    (await post(endpoint, 'ListTasks', '{"MaxResults":"x"}', unsigned)).json['__type'],
    'MissingAuthenticationTokenException',
  );
  t.equal((await post(endpoint, 'ListTasks', '{', unsigned)).json['__type'], 'SerializationException');
  t.equal((await post(endpoint, 'Nope', '{}', unsigned)).json['__type'], 'UnknownOperationException');
  const signed = signedHeaders(endpoint, '{"MaxResults":101}', clock.now());
  t.equal(
    (await post(endpoint, 'ListTasks', '{"MaxResults":101}', signed)).json['__type'],
    'ValidationException',
  );
});
