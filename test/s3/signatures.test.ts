import { CreateBucketCommand, GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import t, { type Test } from 'tap';
import { hmac, scopeText, sha256Hex, signer, signingKey } from '../../src/base/sigv4.ts';
import { systemClock } from '../../src/base/system-clock.ts';
import { failure, type RawAnswer, type Started, startS3 } from './start.ts';

const KEYS = { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'right-secret' };

async function guarded(t: Test): Promise<Started> {
  const s3 = await startS3({ credentials: [KEYS] });
  t.teardown(() => s3[Symbol.asyncDispose]());
  s3.buckets.create('the-bucket', { owner: '111122223333', region: 'us-east-1' });
  return s3;
}

interface Wish {
  readonly method?: string;
  readonly path: string;
  readonly query?: string;
  readonly body?: string;
  readonly hash?: string;
  readonly headers?: Record<string, string>;
  readonly keys?: typeof KEYS;
  readonly service?: string;
  /** ms off the server's clock */
  readonly skewMs?: number;
  /** What is done to the signed headers before they are sent. */
  readonly spoil?: (headers: Record<string, string>) => void;
}

async function signed(
  s3: Started,
  wish: Wish,
): Promise<RawAnswer & { readonly sent: Record<string, string> }> {
  const { method = 'GET', path, query = '', body = '', keys = KEYS } = wish;
  const headers: Record<string, string> = { host: `127.0.0.1:${s3.port}`, ...wish.headers };
  const request = { method, path, query, headers };
  const at = s3.clock.now() + (wish.skewMs ?? 0);
  const added = signer(keys, 'us-east-1', wish.service ?? 's3').sign(
    request,
    wish.hash ?? sha256Hex(body),
    at,
  );
  const sent = { ...headers, ...added };
  wish.spoil?.(sent);
  const answer = await s3.raw({ method, path: query ? `${path}?${query}` : path, headers: sent, body });
  return { ...answer, sent };
}

t.test('signatures in the header', async (t) => {
  const s3 = await guarded(t);
  const path = '/the-bucket/a%20b%2Bc/d';
  t.equal((await signed(s3, { method: 'PUT', path, body: 'hello' })).status, 200);
  t.equal((await signed(s3, { path })).text, 'hello');
  t.equal((await signed(s3, { path, skewMs: 14 * 60_000 })).text, 'hello');
  const refused: [string, Partial<Wish>][] = [
    ['SignatureDoesNotMatch', { keys: { ...KEYS, secretAccessKey: 'wrong' } }],
    ['InvalidAccessKeyId', { keys: { ...KEYS, accessKeyId: 'AKIAOTHER' } }],
    ['RequestTimeTooSkewed', { skewMs: 16 * 60_000 }],
    ['RequestTimeTooSkewed', { skewMs: -16 * 60_000 }],
    ['AuthorizationHeaderMalformed', { service: 'datasync' }],
    ['AccessDenied', { spoil: (headers) => delete headers['authorization'] }],
    [
      'AuthorizationHeaderMalformed',
      { spoil: (headers) => (headers['authorization'] = 'AWS4-HMAC-SHA256 nonsense') },
    ],
    ['InvalidRequest', { spoil: (headers) => (headers['authorization'] = 'AWS AKIAEXAMPLE:sig') }],
    ['AccessDenied', { spoil: (headers) => (headers['x-amz-meta-added'] = '1') }],
    ['SignatureDoesNotMatch', { spoil: (headers) => (headers['x-amz-content-sha256'] = sha256Hex('other')) }],
    ['InvalidToken', { spoil: (headers) => (headers['x-amz-security-token'] = 'other') }],
  ];
  for (const [code, wish] of refused) {
    t.equal((await signed(s3, { path, ...wish })).code, code, code);
    t.equal((await signed(s3, { method: 'PUT', path, body: 'changed', ...wish })).code, code);
  }
  const swapped = await signed(s3, { method: 'PUT', path, body: 'changed', hash: sha256Hex('hello') });
  t.equal(swapped.code, 'XAmzContentSHA256Mismatch');
  t.equal((await signed(s3, { path })).text, 'hello', 'nothing was stored');
});

t.test('presigned requests', async (t) => {
  const s3 = await guarded(t);
  await signed(s3, { method: 'PUT', path: '/the-bucket/k', body: 'hello' });
  const presign = (seconds: number, more = '') => {
    const headers = { host: `127.0.0.1:${s3.port}` };
    const request = { method: 'GET', path: '/the-bucket/k', query: 'response-content-type=a%2Fb', headers };
    const query = signer(KEYS, 'us-east-1', 's3').presign(
      request,
      'UNSIGNED-PAYLOAD',
      s3.clock.now(),
      seconds,
    );
    return `/the-bucket/k?${query}${more}`;
  };
  const path = presign(60);
  const answer = await s3.raw({ path });
  t.equal(answer.text, 'hello');
  t.equal(answer.headers['content-type'], 'a/b');
  t.equal((await s3.raw({ path: presign(60, '&x=1') })).code, 'SignatureDoesNotMatch');
  t.equal((await s3.raw({ path, method: 'DELETE' })).code, 'SignatureDoesNotMatch');
  t.equal((await s3.raw({ path: presign(604_801) })).code, 'AuthorizationQueryParametersError');
  t.equal((await s3.raw({ path: presign(0) })).code, 'AuthorizationQueryParametersError');
  await s3.clock.advance(61_000);
  t.match(await s3.raw({ path }), { status: 403, code: 'AccessDenied', text: /Request has expired/ });
});

t.test('every chunk of a signed stream', async (t) => {
  const s3 = await guarded(t);
  const put = async (trailer: string | undefined, spoil: (body: string) => string) => {
    let body = '';
    const headers = {
      'x-amz-decoded-content-length': '8',
      ...(trailer && { 'x-amz-trailer': 'x-amz-checksum-crc32' }),
    };
    const hash = `STREAMING-AWS4-HMAC-SHA256-PAYLOAD${trailer ? '-TRAILER' : ''}`;
    const wish: Wish = { method: 'PUT', path: '/the-bucket/k', hash, headers };
    const dry = await signed(s3, { ...wish, spoil: (sent) => (body = chunkedBody(sent, trailer)) });
    t.equal(dry.status, 400, 'without a body');
    const request = await s3.raw({
      method: 'PUT',
      path: '/the-bucket/k',
      headers: dry.sent,
      body: spoil(body),
    });
    return `${request.status} ${request.code}`;
  };
  const same = (body: string) => body;
  const flip = (body: string) => body.replace('1234', '1243');
  t.equal(await put(undefined, flip), '403 SignatureDoesNotMatch');
  t.equal(
    await put(undefined, (body) => body.replace(/chunk-signature=./, 'chunk-signature=g')),
    '403 SignatureDoesNotMatch',
  );
  t.equal(
    await put(undefined, (body) => body.replaceAll(/;chunk-signature=\w+/g, '')),
    '403 SignatureDoesNotMatch',
  );
  t.equal(
    await put('muUZEQ==', (body) => body.replace(/trailer-signature:./, 'trailer-signature:ü')),
    '403 SignatureDoesNotMatch',
  );
  t.equal(s3.buckets.get('the-bucket')?.newest('k'), undefined);
  t.equal(await put(undefined, same), '200 undefined');
  t.equal(await put('muUZEQ==', same), '400 BadDigest', 'well signed, but the wrong checksum');
  t.equal((await signed(s3, { path: '/the-bucket/k' })).text, '12345678');
});

/** "1234", "5678" and the last chunk, each signed on the signature before. */
function chunkedBody(sent: Record<string, string>, trailer: string | undefined): string {
  const amzDate = sent['x-amz-date'] ?? '';
  const scope = { day: amzDate.slice(0, 8), region: 'us-east-1', service: 's3' };
  const key = signingKey(KEYS.secretAccessKey, scope);
  let previous = /Signature=(\w+)/.exec(sent['authorization'] ?? '')?.[1] ?? '';
  const sign = (algorithm: string, ...hashes: string[]) => {
    previous = hmac(key, [algorithm, amzDate, scopeText(scope), previous, ...hashes].join('\n')).toString(
      'hex',
    );
    return previous;
  };
  const chunk = (text: string) => {
    const signature = sign('AWS4-HMAC-SHA256-PAYLOAD', sha256Hex(''), sha256Hex(text));
    return `${text.length.toString(16)};chunk-signature=${signature}\r\n${text}${text && '\r\n'}`;
  };
  const chunks = ['1234', '5678', ''].map(chunk).join('');
  if (trailer === undefined) return `${chunks}\r\n`;
  const line = `x-amz-checksum-crc32:${trailer}`;
  const signature = sign('AWS4-HMAC-SHA256-TRAILER', sha256Hex(`${line}\n`));
  return `${chunks}${line}\r\nx-amz-trailer-signature:${signature}\r\n\r\n`;
}

t.test('the SDK with the right keys and with wrong ones', async (t) => {
  const s3 = await startS3({ credentials: [KEYS], clock: systemClock() });
  t.teardown(() => s3[Symbol.asyncDispose]());
  const client = s3.client({ credentials: KEYS });
  const key = { Bucket: 'the-bucket', Key: "a b/ü+(x)*!'" };
  await client.send(new CreateBucketCommand({ Bucket: 'the-bucket' }));
  await client.send(new PutObjectCommand({ ...key, Body: 'x', Metadata: { spaced: 'a  b' } }));
  t.equal(await (await client.send(new GetObjectCommand(key))).Body?.transformToString(), 'x');
  const wrong = s3.client({ credentials: { ...KEYS, secretAccessKey: 'wrong' } });
  t.equal(await failure(wrong.send(new GetObjectCommand(key))), '403 SignatureDoesNotMatch');
});
