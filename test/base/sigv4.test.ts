import t from 'tap';
import { sha256Hex, signer, UNSIGNED_PAYLOAD, uriEncode } from '../../src/base/sigv4.ts';
import { headerClaim, queryClaim, signatureMatches } from '../../src/base/sigv4-claim.ts';

// The worked examples of AWS's own documentation.
const CREDENTIALS = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
};
const AT = Date.UTC(2013, 4, 24);
const EMPTY = sha256Hex('');
const HOST = 'examplebucket.s3.amazonaws.com';
const s3 = signer(CREDENTIALS, 'us-east-1', 's3');

t.test('signs as the S3 API reference does', async (t) => {
  const get = { method: 'GET', path: '/test.txt', query: '', headers: { host: HOST, range: 'bytes=0-9' } };
  t.match(
    s3.sign(get, EMPTY, AT)['authorization'] ?? '',
    /f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41$/,
  );

  const put = {
    method: 'PUT',
    path: '/test$file.text',
    query: '',
    headers: {
      host: HOST,
      date: 'Fri, 24 May 2013 00:00:00 GMT',
      'x-amz-storage-class': 'REDUCED_REDUNDANCY',
    },
  };
  t.match(
    s3.sign(put, sha256Hex('Welcome to Amazon S3.'), AT)['authorization'] ?? '',
    /98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd$/,
  );

  const list = { method: 'GET', path: '/', query: 'max-keys=2&prefix=J', headers: { host: HOST } };
  t.match(
    s3.sign(list, EMPTY, AT)['authorization'] ?? '',
    /34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7$/,
  );

  const flag = { method: 'GET', path: '/', query: 'lifecycle', headers: { host: HOST } };
  t.match(
    s3.sign(flag, EMPTY, AT)['authorization'] ?? '',
    /fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543$/,
  );
});

t.test('presigns as the S3 API reference does', async (t) => {
  const get = { method: 'GET', path: '/test.txt', query: '', headers: { host: HOST } };
  const query = s3.presign(get, UNSIGNED_PAYLOAD, AT, 86_400);
  t.match(query, /X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404$/);
});

t.test('signs as the IAM user guide does, for a service that encodes paths twice', async (t) => {
  const request = {
    method: 'GET',
    path: '/',
    query: 'Action=ListUsers&Version=2010-05-08',
    headers: {
      host: 'iam.amazonaws.com',
      'content-type': 'application/x-www-form-urlencoded; charset=utf-8',
    },
  };
  const signed = signer(
    { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' },
    'us-east-1',
    'iam',
  );
  const { authorization } = signed.sign(request, EMPTY, Date.UTC(2015, 7, 30, 12, 36));
  t.match(authorization ?? '', /5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7$/);
});

t.test('what is signed is found right; whatever is changed afterwards is found wrong', async (t) => {
  const request = {
    method: 'PUT',
    path: '/b/a%20b/%C3%BC+(1)',
    query: 'partNumber=1&uploadId=x%2Fy',
    headers: { host: 'localhost:1', 'x-amz-meta-a': ' two  spaces ' },
  };
  const headers = { ...request.headers, ...s3.sign(request, UNSIGNED_PAYLOAD, AT) };
  const signed = { ...request, headers };
  const claim = headerClaim(signed);
  if (!claim) throw new Error('the claim was not read');
  const right = (
    changed: Partial<typeof signed>,
    secret = CREDENTIALS.secretAccessKey,
    hash = UNSIGNED_PAYLOAD,
  ) => signatureMatches({ ...signed, ...changed }, hash, claim, secret);
  t.ok(right({}));
  t.ok(right({ path: '/b/a%20b/ü%2B%281%29' }), 'another way to encode the same path');
  t.ok(right({ query: 'uploadId=x%2fy&partNumber=1' }), 'another order and case');
  t.ok(right({ headers: { ...headers, 'x-amz-meta-a': 'two spaces' } }), 'spaces do not count');
  t.notOk(right({ method: 'GET' }));
  t.notOk(right({ path: '/b/a%20b' }));
  t.notOk(right({ query: 'partNumber=2&uploadId=x%2Fy' }));
  t.notOk(right({ headers: { ...headers, host: 'localhost:2' } }));
  t.notOk(right({}, 'another secret'));
  t.notOk(right({}, CREDENTIALS.secretAccessKey, EMPTY));
});

t.test('presigned: the same', async (t) => {
  const request = { method: 'GET', path: '/b/k', query: 'versionId=1', headers: { host: 'localhost:1' } };
  const temporary = signer({ ...CREDENTIALS, sessionToken: 'tok/en=' }, 'eu-west-1', 's3');
  const query = temporary.presign(request, UNSIGNED_PAYLOAD, AT, 60);
  const claim = queryClaim({ ...request, query });
  if (!claim) throw new Error('the claim was not read');
  t.match(claim, { form: 'query', sessionToken: 'tok/en=', expiresSeconds: 60, amzDate: '20130524T000000Z' });
  t.match(claim.scope, { day: '20130524', region: 'eu-west-1', service: 's3' });
  t.ok(signatureMatches({ ...request, query }, UNSIGNED_PAYLOAD, claim, CREDENTIALS.secretAccessKey));
  const changed = query.replace('versionId=1', 'versionId=2');
  t.notOk(
    signatureMatches({ ...request, query: changed }, UNSIGNED_PAYLOAD, claim, CREDENTIALS.secretAccessKey),
  );
});

t.test('a claim that is missing or incomplete is none, and odd bytes do not throw', async (t) => {
  const bare = { method: 'GET', path: '/', query: '', headers: {} };
  t.equal(headerClaim(bare), undefined);
  for (const authorization of [
    'Basic x',
    'AWS4-HMAC-SHA256',
    'AWS4-HMAC-SHA256 Credential=a/b/c, Signature=x',
    ',=,',
  ]) {
    t.equal(headerClaim({ ...bare, headers: { authorization } }), undefined, authorization);
  }
  t.equal(queryClaim({ ...bare, query: 'X-Amz-Signature=1' }), undefined);
  t.equal(uriEncode('a/\ud800'), 'a%2F%EF%BF%BD');
  t.ok(s3.sign({ method: 'GET', path: '/%zz%/%ff', query: '%=%&&=', headers: { host: 'h' } }, EMPTY, AT));
});
