import { createHash } from 'node:crypto';
import { connect } from 'node:net';
import { crc32 } from 'node:zlib';
import { CreateBucketCommand } from '@aws-sdk/client-s3';
import t, { type Test } from 'tap';
import { type ChecksumAlgorithm, checksumOf } from '../../src/s3/checksums.ts';
import { combineCrcs } from '../../src/s3/crc-combine.ts';
import { FIRST_PLACE } from '../../src/s3/listing.ts';
import { type RawRequest, type Started, startS3 } from './start.ts';

const B = '/the-bucket';

async function started(t: Test): Promise<Started> {
  const s3 = await startS3();
  t.teardown(async () => {
    await s3[Symbol.asyncDispose]();
    if (s3.bugs.length > 0) throw new Error(`A request met a bug: ${JSON.stringify(s3.bugs)}`);
  });
  await s3.raw({ method: 'PUT', path: B });
  return s3;
}

const stored = (s3: Started) => [...(s3.buckets.get('the-bucket')?.keysFrom(FIRST_PLACE) ?? [])];
const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');
const md5 = (text: string) => base64(createHash('md5').update(text).digest());
const crc32Base64 = (text: string) => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(crc32(text));
  return base64(bytes);
};

t.test('bodies that are not what they should be are not stored', async (t) => {
  const s3 = await started(t);
  const put = async (headers: RawRequest['headers'], body = 'hello') => {
    const answer = await s3.raw({ method: 'PUT', path: `${B}/k`, body, ...(headers && { headers }) });
    return `${answer.status} ${answer.code}`;
  };
  const sha256 = createHash('sha256').update('hellO').digest('hex');
  const cases: [string, RawRequest['headers']][] = [
    ['400 BadDigest', { 'content-md5': md5('hellO') }],
    ['400 InvalidDigest', { 'content-md5': 'not base64!' }],
    ['400 InvalidDigest', { 'content-md5': '' }],
    ['400 XAmzContentSHA256Mismatch', { 'x-amz-content-sha256': sha256 }],
    ['400 BadDigest', { 'x-amz-checksum-crc32': crc32Base64('hellO') }],
    ['400 BadDigest', { 'x-amz-checksum-crc32c': 'AAAAAA==' }],
    ['400 BadDigest', { 'x-amz-checksum-crc64nvme': 'AAAAAAAAAAA=' }],
    ['400 BadDigest', { 'x-amz-checksum-sha1': base64(Buffer.alloc(20)) }],
    ['400 BadDigest', { 'x-amz-checksum-sha256': base64(Buffer.alloc(32)) }],
    ['400 InvalidRequest', { 'x-amz-checksum-crc32': 'AAAA' }],
    [
      '400 InvalidRequest',
      { 'x-amz-checksum-crc32': 'AAAAAA==', 'x-amz-checksum-sha1': base64(Buffer.alloc(20)) },
    ],
    ['400 InvalidRequest', { 'x-amz-sdk-checksum-algorithm': 'CRC32' }],
    ['400 InvalidRequest', { 'x-amz-sdk-checksum-algorithm': 'ROT13' }],
    ['400 InvalidRequest', { 'x-amz-trailer': 'x-amz-checksum-md4' }],
    ['411 MissingContentLength', { 'transfer-encoding': 'chunked' }],
    ['400 EntityTooLarge', { 'content-length': String(5 * 1024 ** 3 + 1), expect: '100-continue' }],
    ['400 MetadataTooLarge', { 'x-amz-meta-a': 'x'.repeat(2048) }],
  ];
  for (const [expected, headers] of cases) t.equal(await put(headers), expected, JSON.stringify(headers));
  t.same(stored(s3), []);
  const right = { 'content-md5': md5('hello'), 'x-amz-checksum-crc32': crc32Base64('hello') };
  t.equal(await put(right), '200 undefined');
});

t.test('known checksums', async (t) => {
  const known: Record<ChecksumAlgorithm, string> = {
    CRC32: 'cbf43926',
    CRC32C: 'e3069283',
    CRC64NVME: 'ae8b14860a799888',
    SHA1: 'f7c3bc1d808e04732adf679965ccc34ca7ae3441',
    SHA256: '15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225',
  };
  for (const [algorithm, hex] of Object.entries(known) as [ChecksumAlgorithm, string][]) {
    const value = await checksumOf(algorithm, Buffer.from('123456789'));
    t.equal(Buffer.from(value, 'base64').toString('hex'), hex, algorithm);
  }
  for (const algorithm of ['CRC32', 'CRC32C', 'CRC64NVME'] as const) {
    const pieces = ['', 'abc', 'x'.repeat(70_000), 'yz', ''].map((text) => Buffer.from(text));
    const parts = await Promise.all(
      pieces.map(async (piece) => ({ value: await checksumOf(algorithm, piece), sizeBytes: piece.length })),
    );
    t.equal(combineCrcs(algorithm, parts), await checksumOf(algorithm, Buffer.concat(pieces)), algorithm);
  }
});

t.test('aws-chunked bodies', async (t) => {
  const s3 = await started(t);
  const put = async (body: string, decodedLength: number, more: object = {}) => {
    const answer = await s3.raw({
      method: 'PUT',
      path: `${B}/k`,
      body,
      headers: {
        'x-amz-content-sha256': 'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
        'x-amz-decoded-content-length': decodedLength,
        'x-amz-trailer': 'x-amz-checksum-crc32',
        'content-encoding': 'aws-chunked,gzip',
        ...more,
      },
    });
    return `${answer.status} ${answer.code}`;
  };
  const trailer = `x-amz-checksum-crc32:${crc32Base64('hello')}\r\n`;
  const broken: [string, string, string, number][] = [
    ['the wrong trailer', '400 BadDigest', '5\r\nhello\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n', 5],
    ['no trailer', '400 InvalidRequest', '5\r\nhello\r\n0\r\n\r\n', 5],
    ['no base64', '400 InvalidRequest', '5\r\nhello\r\n0\r\nx-amz-checksum-crc32:%%\r\n\r\n', 5],
    ['no last chunk', '400 IncompleteBody', '5\r\nhello\r\n', 5],
    ['a chunk cut short', '400 IncompleteBody', '5\r\nhel', 5],
    ['fewer bytes than announced', '400 IncompleteBody', `5\r\nhello\r\n0\r\n${trailer}\r\n`, 6],
    ['more bytes than announced', '400 IncompleteBody', `5\r\nhello\r\n0\r\n${trailer}\r\n`, 4],
    ['no hexadecimal number', '400 InvalidRequest', 'five\r\nhello\r\n0\r\n\r\n', 5],
    ['a longer chunk than it says', '400 InvalidRequest', '4\r\nhello\r\n0\r\n\r\n', 5],
    ['a line without an end', '400 InvalidRequest', 'a'.repeat(9000), 5],
    ['not chunked at all', '400 InvalidRequest', '\r\n\r\n', 5],
  ];
  for (const [what, expected, body, length] of broken) t.equal(await put(body, length), expected, what);
  t.same(stored(s3), []);
  t.equal(await put(`3\r\nhel\r\n2\r\nlo\r\n0\r\n${trailer}\r\n`, 5), '200 undefined');
  const got = await s3.raw({ path: `${B}/k` });
  t.equal(got.text, 'hello');
  t.equal(got.headers['content-encoding'], 'gzip');
  t.equal(await put('x', 5, { 'x-amz-decoded-content-length': 'many' }), '400 InvalidArgument');
});

t.test('an upload that breaks off leaves nothing', async (t) => {
  const s3 = await started(t);
  for (const body of ['half', '']) {
    await new Promise<void>((resolve) => {
      const socket = connect(s3.port, '127.0.0.1', () => {
        socket.write(`PUT ${B}/k HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n${body}`, () => {
          setTimeout(() => socket.destroy(), 20);
        });
      });
      socket.on('close', () => resolve());
    });
  }
  t.equal((await s3.raw({ path: `${B}/k` })).code, 'NoSuchKey');
  t.same(stored(s3), []);
});

t.test('keys of every kind', async (t) => {
  const s3 = await started(t);
  const keys = [
    '../../etc/passwd',
    './',
    'a//b',
    '/',
    '\u0001\u001f\n\r\u007f',
    ' ',
    '+',
    '%41',
    'ü😀',
    'x'.repeat(1024),
    'dir/',
    'constructor',
    '__proto__',
  ];
  for (const key of keys) {
    const path = `${B}/${encodeURIComponent(key)}`;
    t.equal((await s3.raw({ method: 'PUT', path, body: key })).status, 200, JSON.stringify(key.slice(0, 20)));
    t.equal((await s3.raw({ path })).text, key);
  }
  t.equal((await s3.raw({ method: 'PUT', path: `${B}/..%2Fa/../b`, body: 'x' })).status, 200);
  t.ok(stored(s3).includes('../a/../b'), 'a path is not cleaned');
  t.equal((await s3.raw({ path: `${B}/a%20b` })).code, 'NoSuchKey');
  const long = await s3.raw({ method: 'PUT', path: `${B}/${'x'.repeat(1025)}`, body: 'x' });
  t.match(long, { status: 400, code: 'KeyTooLongError', text: /<Size>1025</ });
  t.equal(
    (await s3.raw({ method: 'PUT', path: `${B}/${'%C3%BC'.repeat(513)}`, body: 'x' })).code,
    'KeyTooLongError',
  );
  for (const path of [`${B}/%ff`, `${B}/%`, `${B}/%zz`, '/%c0%80', `${B}?prefix=%ff`]) {
    t.match(await s3.raw({ path }), { status: 400, code: 'InvalidURI' }, path);
  }
});

t.test('malformed XML changes nothing', async (t) => {
  const s3 = await started(t);
  await s3.raw({ method: 'PUT', path: `${B}/k`, body: 'x' });
  const bodies = [
    '',
    'not xml',
    '<Delete>',
    '<Delete/>',
    '<Delete><Object/></Delete>',
    '<Delete><Object><Key></Key></Object></Delete>',
    '<Delete><Object><Key>k</Key><Key>l</Key></Object></Delete>',
    '<Delete><Object><Key><b>k</b></Key></Object></Delete>',
    '<Delete><Object><Key>&#xD800;</Key></Object></Delete>',
    '<Other><Object><Key>k</Key></Object></Other>',
    '<!DOCTYPE x [<!ENTITY e "k">]><Delete><Object><Key>&e;</Key></Object></Delete>',
    `<Delete>${'<Object><Key>k</Key></Object>'.repeat(1001)}</Delete>`,
    '<__proto__><Object><Key>k</Key></Object></__proto__>',
    `${'<a>'.repeat(5000)}${'</a>'.repeat(5000)}`,
  ];
  for (const body of bodies) {
    const headers = { 'content-md5': md5(body) };
    const answer = await s3.raw({ method: 'POST', path: `${B}?delete`, body, headers });
    t.match(answer, { status: 400, code: 'MalformedXML' }, body.slice(0, 60));
  }
  const unprotected = '<Delete><Object><Key>k</Key></Object></Delete>';
  t.equal((await s3.raw({ method: 'POST', path: `${B}?delete`, body: unprotected })).code, 'InvalidRequest');
  const versioning = '<VersioningConfiguration><Status>On</Status></VersioningConfiguration>';
  t.equal((await s3.raw({ method: 'PUT', path: `${B}?versioning`, body: versioning })).code, 'MalformedXML');
  const huge = await s3.raw({ method: 'PUT', path: `${B}?tagging`, body: Buffer.alloc(9 * 1024 ** 2, ' ') });
  t.equal(huge.status, 400);
  t.same(stored(s3), ['k']);
  t.equal(s3.buckets.get('the-bucket')?.versioning, undefined);
});

t.test('requests that mean nothing, or what is not built', async (t) => {
  const s3 = await started(t);
  await s3.raw({ method: 'PUT', path: `${B}/k`, body: 'x' });
  const ask = async (method: string, path: string, headers: object = {}) => {
    const answer = await s3.raw({ method, path, headers: { ...headers }, body: method === 'GET' ? '' : 'y' });
    return `${answer.status} ${answer.code}`;
  };
  t.equal(await ask('PATCH', `${B}/k`), '405 MethodNotAllowed');
  t.equal(await ask('PUT', '/'), '405 MethodNotAllowed');
  t.equal(await ask('DELETE', '/'), '405 MethodNotAllowed');
  t.equal(await ask('PUT', `${B}/k?acl`), '501 NotImplemented');
  t.equal(await ask('PUT', `${B}/k?retention`), '501 NotImplemented');
  t.equal(await ask('POST', `${B}/k?select&select-type=2`), '501 NotImplemented');
  t.equal(await ask('GET', `${B}/k?torrent`), '501 NotImplemented');
  t.equal(await ask('GET', `${B}?metrics`), '501 NotImplemented');
  t.equal(await ask('PUT', `${B}?policy`), '501 NotImplemented');
  t.equal(await ask('DELETE', `${B}?cors`), '501 NotImplemented');
  t.equal(await ask('POST', B, { 'content-type': 'multipart/form-data; boundary=x' }), '501 NotImplemented');
  const key = { 'x-amz-server-side-encryption-customer-algorithm': 'AES256' };
  t.equal(await ask('PUT', `${B}/k`, key), '501 NotImplemented');
  t.equal(await ask('PUT', `${B}/k`, { 'x-amz-grant-read': 'id=x' }), '400 AccessControlListNotSupported');
  t.equal(await ask('GET', `${B}/k?response-content-type=%0Ax`), '400 InvalidArgument');
  t.equal(await ask('GET', `${B}/k?partNumber=x`), '400 InvalidArgument');
  t.equal(await ask('GET', `${B}/k?versionId=`), '400 InvalidArgument');
  t.equal(await ask('DELETE', `${B}/k?versionId=%0D%0Aa`), '400 InvalidArgument');
  t.equal((await s3.raw({ path: `${B}/k` })).text, 'x', 'nothing has changed');
  t.match(await s3.raw({ path: `${B}/k?unknown=1&x-id=GetObject` }), { status: 200, text: 'x' });
});

t.test('what an error looks like', async (t) => {
  const s3 = await started(t);
  const answer = await s3.raw({ path: `${B}/a%01&b?versionId=null` });
  t.equal(answer.status, 404);
  t.equal(answer.headers['content-type'], 'application/xml');
  const id = answer.headers['x-amz-request-id'];
  t.match(id, /^[0-9A-F]{16}$/);
  t.ok(
    answer.text.startsWith(
      '<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>NoSuchVersion</Code><Message>',
    ),
  );
  t.ok(answer.text.includes(`<Resource>${B}/a%01&amp;b</Resource><RequestId>${id}</RequestId><HostId>`));
  t.ok(answer.text.includes('<Key>a&#x1;&amp;b</Key>'));
  const head = await s3.raw({ method: 'HEAD', path: `${B}/none` });
  t.match(head, { status: 404, text: '' });
});

t.test('virtual-host style, and headers that name no bucket', async (t) => {
  const s3 = await started(t);
  await s3.raw({ method: 'PUT', path: `${B}/dir/k`, body: 'x' });
  for (const host of [
    `the-bucket.localhost:${s3.port}`,
    'the-bucket.s3.amazonaws.com',
    'The-Bucket.s3.eu-west-1.amazonaws.com',
    'the-bucket.s3.dualstack.eu-west-1.amazonaws.com',
  ]) {
    t.equal((await s3.raw({ path: '/dir/k', headers: { host } })).text, 'x', host);
  }
  for (const host of [`localhost:${s3.port}`, '[::1]:80', 's3.eu-west-1.amazonaws.com', 'emulator.test']) {
    t.equal((await s3.raw({ path: `${B}/dir/k`, headers: { host } })).text, 'x', host);
  }
  t.equal((await s3.raw({ path: `http://127.0.0.1:${s3.port}${B}/dir/k` })).text, 'x', 'absolute form');
});

t.test('a client that goes away in the middle of an answer', async (t) => {
  const s3 = await started(t);
  await s3.raw({ method: 'PUT', path: `${B}/big`, body: Buffer.alloc(8 * 1024 ** 2) });
  await new Promise<void>((resolve) => {
    const socket = connect(s3.port, '127.0.0.1', () =>
      socket.write(`GET ${B}/big HTTP/1.1\r\nHost: x\r\n\r\n`),
    );
    socket.once('data', () => socket.destroy());
    socket.on('close', () => resolve());
  });
  t.equal((await s3.raw({ path: `${B}/big` })).bytes.length, 8 * 1024 ** 2);
});

t.test('the SDK in virtual-host style', async (t) => {
  const s3 = await started(t);
  const client = s3.client({ endpoint: `http://localhost:${s3.port}`, forcePathStyle: true });
  await client.send(new CreateBucketCommand({ Bucket: 'other-bucket' }));
  t.ok(s3.buckets.get('other-bucket'));
});
