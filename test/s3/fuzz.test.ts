import fc from 'fast-check';
import t from 'tap';
import { operations } from '../../src/s3/operations.ts';
import { startS3 } from './start.ts';

const BUCKET = 'the-bucket';

const names = [
  ...new Set(Object.values(operations).flatMap((one) => ('query' in one ? [...one.query] : []))),
];
const oddText = fc.oneof(
  fc.constantFrom(
    '',
    '0',
    '-1',
    '1',
    '99999999999999999999',
    'null',
    '%00',
    '%',
    '%ff',
    'a/b',
    '..',
    '__proto__',
    'NaN',
  ),
  fc.string({ maxLength: 12 }),
  fc.string({ unit: 'binary', maxLength: 6 }).map((text) => encodeURIComponent(text.toWellFormed())),
);
const path = fc.oneof(
  fc.constantFrom(
    '/',
    '//',
    `/${BUCKET}`,
    `/${BUCKET}/`,
    `/${BUCKET}/k`,
    `/${BUCKET}//`,
    '/other-bucket',
    '/%2e%2e/x',
    '?',
  ),
  oddText.map((text) => `/${BUCKET}/${text}`),
);
const pair = fc.oneof(
  fc.constantFrom(
    ...names,
    'acl',
    'select',
    'uploadId',
    'partNumber=1',
    'versionId=null',
    'X-Amz-Signature=x',
  ),
  fc
    .tuple(
      fc.constantFrom(
        'prefix',
        'delimiter',
        'marker',
        'max-keys',
        'max-parts',
        'max-uploads',
        'continuation-token',
        'start-after',
        'key-marker',
        'version-id-marker',
        'upload-id-marker',
        'part-number-marker',
        'encoding-type',
        'partNumber',
        'versionId',
        'uploadId',
        'response-expires',
        'X-Amz-Credential',
      ),
      oddText,
    )
    .map(([name, value]) => `${name}=${value}`),
);
const header = fc.tuple(
  fc.constantFrom(
    'range',
    'if-match',
    'if-none-match',
    'if-modified-since',
    'content-md5',
    'content-encoding',
    'x-amz-content-sha256',
    'x-amz-decoded-content-length',
    'x-amz-trailer',
    'x-amz-checksum-crc32',
    'x-amz-checksum-type',
    'x-amz-checksum-algorithm',
    'x-amz-checksum-mode',
    'x-amz-sdk-checksum-algorithm',
    'x-amz-copy-source',
    'x-amz-copy-source-range',
    'x-amz-metadata-directive',
    'x-amz-tagging',
    'x-amz-storage-class',
    'x-amz-meta-é',
    'x-amz-meta-a',
    'x-amz-acl',
    'x-amz-object-attributes',
    'x-amz-mp-object-size',
    'authorization',
    'expect',
    'host',
  ),
  fc.oneof(
    oddText,
    fc.constantFrom(
      'bytes=0-0',
      'bytes=5-1',
      `/${BUCKET}/k`,
      `${BUCKET}/k?versionId=null`,
      'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
      'CRC32',
      'FULL_OBJECT',
      'GLACIER',
      'REPLACE',
      '*',
      'ETag,ObjectParts,Checksum',
      'aws-chunked',
      'x-amz-checksum-crc32',
      'Thu, 01 Jan 1970 00:00:00 GMT',
      'AAAAAA==',
    ),
  ),
);
const body = fc.oneof(
  fc.constantFrom(
    '',
    '<Delete><Object><Key>k</Key></Object></Delete>',
    '<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>x</ETag></Part></CompleteMultipartUpload>',
    '<Tagging><TagSet><Tag><Key>a</Key><Value>b</Value></Tag></TagSet></Tagging>',
    '<RestoreRequest><Days>1</Days></RestoreRequest>',
    '<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>',
    '<CreateBucketConfiguration><LocationConstraint>eu-west-1</LocationConstraint></CreateBucketConfiguration>',
    '1\r\nx\r\n0\r\n\r\n',
  ),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({ maxLength: 20 }).map((text) => `<Tagging><TagSet>${text}</TagSet></Tagging>`),
);

const PRINTABLE = /^[\x20-\x7e]*$/;
const TARGET = /^[\x21-\x7e]+$/;

t.test('no request is a bug', async (t) => {
  const s3 = await startS3();
  t.teardown(() => s3[Symbol.asyncDispose]());
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('GET', 'HEAD', 'PUT', 'POST', 'DELETE'),
      path,
      fc.array(pair, { maxLength: 3 }),
      fc.array(header, { maxLength: 4 }),
      body,
      async (method, place, pairs, headers, content) => {
        if (!s3.buckets.get(BUCKET)) await s3.raw({ method: 'PUT', path: `/${BUCKET}` });
        await s3.raw({ method: 'PUT', path: `/${BUCKET}/k`, body: 'x' });
        const target = pairs.length > 0 ? `${place}?${pairs.join('&')}` : place;
        if (!TARGET.test(target)) return;
        const sent = headers.filter(([name, value]) => PRINTABLE.test(name + value));
        const answer = await s3.raw({
          method,
          path: target,
          headers: Object.fromEntries(sent),
          body: content,
        });
        const honest = answer.status < 500 || answer.status === 501;
        if (!honest || s3.bugs.length > 0) throw new Error(`${answer.status} ${JSON.stringify(s3.bugs)}`);
      },
    ),
    { numRuns: 1500, seed: 20260601 },
  );
  t.same(s3.bugs, []);
  t.equal((await s3.raw({ path: '/' })).status, 200, 'it still serves');
});
