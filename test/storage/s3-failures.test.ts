// What the S3 driver makes of servers that fail, lie, break off or do things in their own way.

import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import t from 'tap';
import { compareNames, relPath } from '../../src/base/path.ts';
import { listingKey } from '../../src/storage/backend.ts';
import { s3 } from '../../src/storage/s3.ts';
import { createVolumes } from '../../src/storage/volumes.ts';
import { bytes, collect, failure, kindOf, list, MiB, names, pieces, put } from '../contract/backend-tools.ts';
import {
  type Asked,
  CONFIG,
  EMPTY_LISTING,
  impatientClock,
  type Said,
  type Script,
  s3Error,
  scripted,
  startServer,
} from './s3-server.ts';
import { TEST_CERTIFICATE, TEST_KEY } from './test-certificate.ts';

const F = relPath('f');

const md5 = (body: Uint8Array) => createHash('md5').update(body).digest('hex');
const base64Md5 = (text: string) => createHash('md5').update(text).digest('base64');
const stored = ({ body }: Asked): Said => ({ headers: { etag: `"${md5(body)}"` } });

const base64Crc32 = (body: Uint8Array) => {
  const text = Buffer.alloc(4);
  text.writeUInt32BE(crc32(body));
  return text.toString('base64');
};

/** Says each in turn; the last one for ever. */
function inTurn(...all: (Said | undefined | Script)[]): Script {
  let turn = 0;
  return (asked) => {
    const said = all[Math.min(turn++, all.length - 1)];
    return typeof said === 'function' ? said(asked) : said;
  };
}

t.test('trouble that passes is waited out, longer each time', async (t) => {
  for (const trouble of [
    s3Error(503, 'SlowDown'),
    s3Error(500, 'InternalError'),
    s3Error(429, 'TooManyRequests'),
    s3Error(400, 'RequestTimeout'),
    { status: 502 },
    undefined,
  ]) {
    const { backend, asked, waits } = await scripted(t, inTurn(trouble, trouble, stored));
    await put(backend, 'f', 'content');
    t.equal(asked.length, 3);
    t.strictSame([...new Set(asked.map(({ body }) => body.toString()))], ['content'], 'the same each time');
    const [first = 0, second = 0] = waits;
    t.equal(waits.length, 2);
    t.ok(first >= 50 && first <= 100 && second >= 100 && second <= 200, `${first} ms, ${second} ms`);
  }
});

t.test('trouble that stays is told after five tries', async (t) => {
  const cases: [Said | undefined, string][] = [
    [s3Error(503, 'SlowDown'), 'Throttled'],
    [{ status: 503 }, 'Throttled'],
    [s3Error(500, 'InternalError'), 'Io'],
    [undefined, 'Unreachable'],
  ];
  for (const [trouble, kind] of cases) {
    const { backend, asked } = await scripted(t, () => trouble);
    t.match(await failure(put(backend, 'f', 'x')), { kind, retryable: true });
    t.equal(asked.length, 5);
  }
});

t.test('a refusal is told at once, with the code of S3', async (t) => {
  const cases: [number, string, string][] = [
    [403, 'AccessDenied', 'PermissionDenied'],
    [403, 'InvalidAccessKeyId', 'CredentialsRefused'],
    [403, 'SignatureDoesNotMatch', 'CredentialsRefused'],
    [400, 'ExpiredToken', 'CredentialsRefused'],
    [404, 'NoSuchBucket', 'NotFound'],
    [400, 'EntityTooLarge', 'TooLarge'],
    [400, 'KeyTooLongError', 'NameTooLong'],
    [400, 'BadDigest', 'ChecksumMismatch'],
    [400, 'SomethingNew', 'Io'],
    [301, 'PermanentRedirect', 'Unreachable'],
    [507, 'XMinioStorageFull', 'NoSpace'],
  ];
  for (const [status, code, kind] of cases) {
    const { backend, asked } = await scripted(t, () => s3Error(status, code));
    const error = await failure(put(backend, 'f', 'x'));
    t.match(error, { kind, code, path: 'f', retryable: false, message: `said ${code}` });
    t.equal(asked.length, 1, code);
  }
});

t.test('an abort does not wait for the next try', async (t) => {
  const stop = new AbortController();
  const { backend, asked } = await scripted(t, () => {
    stop.abort(new Error('stopped'));
    return s3Error(503, 'SlowDown');
  });
  t.match(await failure(put(backend, 'f', 'x', {}, { signal: stop.signal })), { message: 'stopped' });
  t.equal(asked.length, 1);
});

t.test('a server whose clock differs is followed', async (t) => {
  const date = 'Fri, 01 May 2026 00:00:00 GMT';
  const tooSkewed: Script = ({ headers }) =>
    headers['x-amz-date'] === '20260501T000000Z' ? {} : s3Error(403, 'RequestTimeTooSkewed', { date });
  const { backend, asked } = await scripted(t, tooSkewed);
  await backend.remove(F, { listedAs: 'file' });
  await backend.remove(F, { listedAs: 'file' });
  t.equal(asked.length, 3, 'learnt once');
  const stubborn = await scripted(t, () => s3Error(403, 'RequestTimeTooSkewed', { date }));
  t.match(await failure(stubborn.backend.remove(F, { listedAs: 'file' })), { kind: 'CredentialsRefused' });
  t.equal(stubborn.asked.length, 2);
});

t.test('a server that refuses checksums gets the next weaker one, and is known from then on', async (t) => {
  const refusals = [
    s3Error(501, 'NotImplemented'),
    s3Error(411, 'MissingContentLength'),
    s3Error(400, 'InvalidRequest'),
    { status: 400 },
  ];
  for (const refusal of refusals) {
    const { backend, asked } = await scripted(t, (one) =>
      one.headers['x-amz-checksum-crc32'] ? refusal : stored(one),
    );
    await put(backend, 'f', 'one');
    await put(backend, 'f', 'two');
    t.strictSame(
      asked.map(({ headers }) => headers['x-amz-checksum-crc32'] ?? headers['content-md5']),
      [base64Crc32(Buffer.from('one')), base64Md5('one'), base64Md5('two')],
    );
  }
  const { backend, asked } = await scripted(t, (one) =>
    one.headers['x-amz-checksum-crc32'] || one.headers['content-md5']
      ? s3Error(501, 'NotImplemented')
      : stored(one),
  );
  await put(backend, 'f', 'one');
  await put(backend, 'f', 'two');
  t.equal(asked.length, 4);
});

t.test('a refusal that was not about the checksum weakens nothing', async (t) => {
  let isWilling = false;
  const { backend, asked } = await scripted(t, (one) =>
    isWilling ? stored(one) : s3Error(400, 'InvalidArgument'),
  );
  t.match(await failure(put(backend, 'f', 'x')), { kind: 'Io', code: 'InvalidArgument' });
  isWilling = true;
  await put(backend, 'f', 'x');
  t.ok(asked.at(-1)?.headers['x-amz-checksum-crc32']);
});

t.test('a server that stored something else is caught, and that is removed', async (t) => {
  const lies = [
    { etag: `"${md5(Buffer.from('other'))}"` },
    { 'x-amz-checksum-crc32': 'AAAAAA==', 'x-amz-version-id': 'v1' },
  ];
  for (const headers of lies) {
    const { backend, asked } = await scripted(t, ({ method }) =>
      method === 'PUT' ? { headers } : { status: 204 },
    );
    t.equal(await kindOf(put(backend, 'f', 'content')), 'ChecksumMismatch');
    t.strictSame(
      asked.map(({ method }) => method),
      ['PUT', 'DELETE'],
    );
    t.equal(asked[1]?.query.get('versionId'), headers['x-amz-version-id'] ?? null);
  }
  const encrypted = { etag: `"${md5(Buffer.from('other'))}"`, 'x-amz-server-side-encryption': 'aws:kms' };
  const { backend } = await scripted(t, () => ({ headers: encrypted }));
  await put(backend, 'f', 'content');
});

/** Serves `content` as one object; `breaks` says after how many bytes of which answer the connection goes. */
function serving(
  content: Buffer,
  breakAfter: (turn: number) => number | undefined = () => undefined,
): Script {
  let turn = 0;
  return ({ headers }) => {
    const [, from = '0', to = ''] = /^bytes=(\d+)-(\d*)$/.exec(headers.range ?? '') ?? [];
    const body = content.subarray(Number(from), to === '' ? undefined : Number(to) + 1);
    const after = breakAfter(turn++);
    return {
      status: headers.range ? 206 : 200,
      headers: { etag: '"one"' },
      body,
      ...(after === undefined ? {} : { breakAfter: after }),
    };
  };
}

t.test('a read whose connection breaks goes on where it broke', async (t) => {
  const content = bytes(3 * MiB);
  const { backend, asked } = await scripted(
    t,
    serving(content, (turn) => (turn < 3 ? 300_000 : undefined)),
  );
  t.ok((await collect(backend.read(F))).equals(content));
  t.equal(asked.length, 4);
  t.equal(asked[0]?.headers.range, undefined);
  for (const { headers } of asked.slice(1)) {
    t.match(headers.range, /^bytes=[1-9]\d*-3145727$/);
    t.equal(headers['if-match'], '"one"');
  }
});

t.test('an object that is replaced during a read is never mixed with its successor', async (t) => {
  const content = bytes(3 * MiB);
  const { backend } = await scripted(
    t,
    inTurn(
      serving(content, () => 300_000),
      s3Error(412, 'PreconditionFailed'),
    ),
  );
  t.match(await failure(collect(backend.read(F))), { kind: 'Busy', retryable: false });
});

t.test('a read that never gets on ends', async (t) => {
  const { backend, asked } = await scripted(
    t,
    serving(bytes(3 * MiB), () => 0),
  );
  t.equal(await kindOf(collect(backend.read(F))), 'Unreachable');
  t.ok(asked.length >= 5 && asked.length <= 30, `${asked.length} requests`);
});

t.test(
  'large content is read in ranges, some at once, and trouble with one of them is overcome',
  async (t) => {
    const content = bytes(37 * MiB + 11);
    const { backend, asked } = await scripted(
      t,
      serving(content, (turn) => (turn % 3 === 2 ? 1000 : undefined)),
    );
    const read = await collect(backend.read(F));
    t.ok(read.equals(content));
    t.equal(asked.filter(({ headers }) => !headers.range).length, 1);
    t.ok(asked.slice(1).every(({ headers }) => headers['if-match'] === '"one"'));
  },
);

t.test('leaving a large read stops what was fetched ahead', async (t) => {
  const { backend, asked } = await scripted(t, serving(bytes(100 * MiB)));
  for await (const _chunk of backend.read(F)) break;
  t.ok(asked.length <= 5, `${asked.length} requests`);
  let read = 0;
  for await (const chunk of backend.read(F)) read += chunk.length;
  t.equal(read, 100 * MiB, 'what was held was given back');
});

t.test('content that differs from its checksum is not taken for right', async (t) => {
  const right = { 'x-amz-checksum-crc32': base64Crc32(Buffer.from('content')) };
  const { backend } = await scripted(
    t,
    inTurn({ headers: right, body: 'content' }, { headers: right, body: 'cOntent' }),
  );
  t.equal((await collect(backend.read(F))).toString(), 'content');
  t.equal(await kindOf(collect(backend.read(F))), 'ChecksumMismatch');
});

const ofParts = (...types: string[]) => `<R><UploadId>u1</UploadId>${types.join('')}</R>`;

/** Takes a multipart upload; `complete` answers the last request. */
function multipart(complete: Script, part: Script = stored): Script {
  return (asked) => {
    if (asked.query.has('uploads')) return { body: ofParts() };
    if (asked.query.has('partNumber')) return part(asked);
    return asked.method === 'POST' ? complete(asked) : { status: 204 };
  };
}

const LARGE = 3000;
const putLarge = (backend: Parameters<typeof put>[0]) => backend.write(F, pieces(bytes(LARGE), 700), {});

t.test('a multipart upload tells the parts in order, with their checksums', async (t) => {
  const withCrc: Script = ({ body }) => ({
    headers: { etag: `"${md5(body)}"`, 'x-amz-checksum-crc32': base64Crc32(body) },
  });
  const { backend, asked } = await scripted(
    t,
    multipart(() => ({ headers: { 'x-amz-version-id': 'v7' }, body: '<R/>' }), withCrc),
    { partBytes: 1000 },
  );
  t.strictSame(await putLarge(backend), { sizeBytes: LARGE, versionId: 'v7' });
  const [create, ...rest] = asked;
  t.equal(create?.headers['x-amz-checksum-algorithm'], 'CRC32');
  const parts = rest
    .slice(0, 3)
    .sort((a, b) => Number(a.query.get('partNumber')) - Number(b.query.get('partNumber')));
  t.ok(Buffer.concat(parts.map(({ body }) => body)).equals(bytes(LARGE)));
  const wanted = parts.map(
    ({ body }, index) =>
      `<Part><PartNumber>${index + 1}</PartNumber><ETag>&quot;${md5(body)}&quot;</ETag><ChecksumCRC32>${base64Crc32(body)}</ChecksumCRC32></Part>`,
  );
  t.ok(rest[3]?.body.toString().includes(wanted.join('')));
});

t.test('an upload that fails is taken back', async (t) => {
  const failed = [
    multipart(() => s3Error(200, 'InternalError')),
    multipart(() => s3Error(400, 'InvalidPart')),
    multipart(
      () => ({}),
      ({ query }) =>
        query.get('partNumber') === '2' ? s3Error(403, 'AccessDenied') : { headers: { etag: '"e"' } },
    ),
    multipart(
      () => ({}),
      () => ({ headers: { etag: `"${md5(Buffer.from('other'))}"` } }),
    ),
  ];
  for (const script of failed) {
    const { backend, asked } = await scripted(t, script, { partBytes: 1000 });
    t.ok((await failure(putLarge(backend))) instanceof Error);
    const last = asked.at(-1);
    t.equal(`${last?.method} ${last?.query.get('uploadId')}`, 'DELETE u1');
  }
});

t.test('a completed upload whose answer was lost is found out', async (t) => {
  const etags = [0, 1, 2].map((part) => md5(bytes(LARGE).subarray(part * 1000, part * 1000 + 1000)));
  const whole = md5(Buffer.from(etags.join(''), 'hex'));
  for (const [etag, kind] of [
    [`${whole}-3`, undefined],
    [`${md5(Buffer.from('old'))}-3`, 'NotFound'],
  ] as const) {
    const completing = inTurn(undefined, s3Error(404, 'NoSuchUpload'));
    const script: Script = (asked) =>
      asked.method === 'HEAD' ? { headers: { etag: `"${etag}"` } } : multipart(completing)(asked);
    const { backend } = await scripted(t, script, { partBytes: 1000 });
    if (kind) t.equal(await kindOf(putLarge(backend)), kind);
    else t.equal((await putLarge(backend)).sizeBytes, LARGE);
  }
});

const listing = (keys: readonly string[], next?: string, prefixes: readonly string[] = []) =>
  `<ListBucketResult><EncodingType>url</EncodingType><IsTruncated>${next !== undefined}</IsTruncated>` +
  (next === undefined ? '' : `<NextContinuationToken>${next}</NextContinuationToken>`) +
  keys
    .map((key) => `<Contents><Key>${key}</Key><Size>1</Size><ETag>&quot;e&quot;</ETag></Contents>`)
    .join('') +
  prefixes.map((key) => `<CommonPrefixes><Prefix>${key}</Prefix></CommonPrefixes>`).join('') +
  '</ListBucketResult>';

t.test('keys in a listing are decoded as servers encode them', async (t) => {
  const body = listing(['%00', 'a+b', 'a%2Bb', 'a%20c', '%C3%BC', 'a%C3%FF', '&lt;'], undefined, ['d+1/']);
  const { backend } = await scripted(t, () => ({ body }));
  const wanted = ['unusable \\x00', '<', 'a b', 'a c', 'a+b', 'unusable a\\xc3\\xff', 'd 1/', 'ü'];
  t.strictSame(await names(backend), wanted);
  const keys = (await list(backend)).map(listingKey);
  t.strictSame(keys, [...keys].sort(compareNames), 'what is shown escaped is still in order');
});

t.test('texts in XML are decoded once, in whatever way they are escaped', async (t) => {
  const tags = ['a &amp;#34; b', '&#x41;&#65;', '&lt;&quot;&apos;', ' 007 ', ''];
  const set = tags.map((value, index) => `<Tag><Key>${index}</Key><Value>${value}</Value></Tag>`).join('');
  const script: Script = ({ query }) =>
    query.has('tagging') ? { body: `<Tagging>\n<TagSet>${set}</TagSet>\n</Tagging>` } : {};
  const { backend } = await scripted(t, script);
  const { metadata } = await backend.stat(F, { tags: true });
  t.strictSame(metadata.tags, { 0: 'a &#34; b', 1: 'AA', 2: '<"\'', 3: ' 007 ', 4: '' });
});

t.test('a listing out of order is put in order within a page, and refused across pages', async (t) => {
  const { backend } = await scripted(t, () => ({ body: listing(['b', 'c'], undefined, ['a/']) }));
  t.strictSame(await names(backend), ['a/', 'b', 'c']);
  const pages: Script = ({ query }) => ({
    body: query.has('continuation-token') ? listing(['a']) : listing(['b'], 't1'),
  });
  const { backend: wild } = await scripted(t, pages);
  t.match(await failure(list(wild)), { kind: 'Io', code: 'ListingOutOfOrder' });
});

t.test('a listing that fails on its second page fails', async (t) => {
  const pages: Script = ({ query }) =>
    query.has('continuation-token') ? s3Error(403, 'AccessDenied') : { body: listing(['a'], 't1') };
  const { backend } = await scripted(t, pages);
  const seen: string[] = [];
  const listed = async () => {
    for await (const item of backend.list(relPath(''))) seen.push(item.kind);
  };
  t.equal(await kindOf(listed()), 'PermissionDenied');
  t.equal(seen.length, 1);
});

t.test('what is no listing is not taken for an empty one', async (t) => {
  for (const body of ['<html>Welcome</html>', '', 'not <xml', '{}']) {
    const { backend } = await scripted(t, () => ({ body }));
    t.equal(await kindOf(list(backend)), 'Unsupported', body);
  }
});

t.test('new metadata is refused loudly by a server that cannot copy', async (t) => {
  const { backend } = await scripted(t, ({ method }) =>
    method === 'HEAD' ? { headers: { etag: '"e"' } } : {},
  );
  t.equal(await kindOf(backend.setMetadata(F, { mode: 0o600 })), 'Unsupported');
});

t.test('metadata that HTTP cannot carry fails its item and asks nothing', async (t) => {
  const { backend, asked } = await scripted(t, stored);
  const writing = put(backend, 'f', 'x', { content: { contentType: 'text/plain\r\nX-Evil: 1' } });
  t.match(await failure(writing), { kind: 'Unsupported', retryable: false });
  t.equal(asked.length, 0);
  await put(backend, 'f', 'x', { content: { contentDisposition: 'attachment; filename="ü"' } });
  const sent = asked[0]?.headers['content-disposition'] ?? '';
  t.equal(Buffer.from(sent, 'latin1').toString(), 'attachment; filename="ü"', 'as UTF-8');
});

t.test('a closed location does not answer, and does not wait', async (t) => {
  const { backend, asked, waits } = await scripted(t, () => ({}));
  await backend[Symbol.asyncDispose]();
  t.equal(await kindOf(backend.stat(F)), 'Unreachable');
  t.strictSame([asked.length, waits.length], [0, 0]);
});

t.test('temporary credentials are sent and signed', async (t) => {
  const { backend, asked } = await scripted(t, () => ({}), { sessionToken: 'the token' });
  await backend.remove(F, { listedAs: 'file' });
  const { headers } = asked[0] ?? {};
  t.equal(headers?.['x-amz-security-token'], 'the token');
  t.match(
    headers?.authorization,
    /Credential=AKIATESTTESTTESTTEST\/20260401\/eu-west-1\/s3\/.*x-amz-security-token/,
  );
});

t.test('a certificate of the user makes a server trusted', async (t) => {
  const answer = async () => ({ body: EMPTY_LISTING });
  const endpoint = await startServer(t, answer, { cert: TEST_CERTIFICATE, key: TEST_KEY });
  const context = { volumes: createVolumes(), clock: impatientClock(Date.UTC(2026, 3, 1)) };
  const untrusted = await failure(s3.open({ ...CONFIG, endpoint }, context));
  t.match(untrusted, { kind: 'Unreachable', retryable: false, message: /certificate authority/ });
  await using backend = await s3.open({ ...CONFIG, endpoint, certificate: TEST_CERTIFICATE }, context);
  t.strictSame(await list(backend), []);
});

t.test('opening does not wait long for a server that is not there', async (t) => {
  const clock = impatientClock(0);
  const opening = s3.open({ ...CONFIG, endpoint: 'http://127.0.0.1:1' }, { volumes: createVolumes(), clock });
  const error = await failure(opening);
  t.match(error, { kind: 'Unreachable', code: 'ECONNREFUSED', path: 's3://bucket/' });
  t.equal(clock.waits.length, 1);
});
