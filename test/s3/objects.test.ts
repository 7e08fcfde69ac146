import {
  CopyObjectCommand,
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  DeleteObjectTaggingCommand,
  GetBucketAclCommand,
  GetBucketLocationCommand,
  GetBucketPolicyCommand,
  GetBucketTaggingCommand,
  GetBucketVersioningCommand,
  GetObjectAttributesCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListObjectVersionsCommand,
  PutBucketPolicyCommand,
  PutBucketTaggingCommand,
  PutBucketVersioningCommand,
  PutObjectAclCommand,
  PutObjectCommand,
  PutObjectTaggingCommand,
  RestoreObjectCommand,
} from '@aws-sdk/client-s3';
import t, { type Test } from 'tap';
import { failure, type Started, startS3 } from './start.ts';

const Bucket = 'the-bucket';

async function withBucket(
  t: Test,
  name = Bucket,
): Promise<Started & { send: ReturnType<Started['client']>['send'] }> {
  const s3 = await startS3();
  t.teardown(() => s3[Symbol.asyncDispose]());
  const client = s3.client();
  await client.send(new CreateBucketCommand({ Bucket: name }));
  return { ...s3, send: client.send.bind(client) };
}

t.test('an object comes back as it was put', async (t) => {
  const { send } = await withBucket(t);
  const put = await send(
    new PutObjectCommand({
      Bucket,
      Key: 'a b/ü+%/../x',
      Body: 'hello',
      ContentType: 'text/x-greeting',
      CacheControl: 'no-store',
      ContentDisposition: 'inline',
      ContentLanguage: 'en',
      ContentEncoding: 'identity',
      Metadata: { 'file-mtime': '1700000000123456789ns', empty: '' },
      StorageClass: 'STANDARD_IA',
      Tagging: 'a=1&b=x%20y',
    }),
  );
  t.equal(put.ETag, '"5d41402abc4b2a76b9719d911017c592"');
  t.equal(put.ChecksumCRC32, 'NhCmhg==', 'the checksum that the SDK sends by default');
  const got = await send(new GetObjectCommand({ Bucket, Key: 'a b/ü+%/../x' }));
  t.equal(await got.Body?.transformToString(), 'hello');
  t.match(got, {
    ContentType: 'text/x-greeting',
    CacheControl: 'no-store',
    ContentDisposition: 'inline',
    ContentLanguage: 'en',
    ContentEncoding: 'identity',
    Metadata: { 'file-mtime': '1700000000123456789ns', empty: '' },
    StorageClass: 'STANDARD_IA',
    TagCount: 2,
    ChecksumCRC32: 'NhCmhg==',
    LastModified: new Date(Date.UTC(2026, 5, 1, 12)),
  });
});

t.test('a stream goes up in chunks with its checksum behind it', async (t) => {
  const { send } = await withBucket(t);
  const { Readable } = await import('node:stream');
  const whole = Buffer.alloc(300_000, 'abcdefg');
  for (const ChecksumAlgorithm of ['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'] as const) {
    const Body = Readable.from([whole.subarray(0, 70_001), whole.subarray(70_001)]);
    await send(
      new PutObjectCommand({ Bucket, Key: 'k', Body, ContentLength: whole.length, ChecksumAlgorithm }),
    );
    const got = await send(new GetObjectCommand({ Bucket, Key: 'k', ChecksumMode: 'ENABLED' }));
    t.same(Buffer.from((await got.Body?.transformToByteArray()) ?? []), whole, ChecksumAlgorithm);
    t.ok(got[`Checksum${ChecksumAlgorithm}`]);
    t.equal(got.ContentEncoding, undefined, 'aws-chunked is not kept');
  }
});

t.test('ranges', async (t) => {
  const { send } = await withBucket(t);
  await send(new PutObjectCommand({ Bucket, Key: 'k', Body: '0123456789' }));
  await send(new PutObjectCommand({ Bucket, Key: 'empty', Body: '' }));
  const range = async (Range: string) => {
    const got = await send(new GetObjectCommand({ Bucket, Key: 'k', Range }));
    return [await got.Body?.transformToString(), got.ContentRange];
  };
  t.same(await range('bytes=2-4'), ['234', 'bytes 2-4/10']);
  t.same(await range('bytes=7-'), ['789', 'bytes 7-9/10']);
  t.same(await range('bytes=-3'), ['789', 'bytes 7-9/10']);
  t.same(await range('bytes=-30'), ['0123456789', 'bytes 0-9/10']);
  t.same(await range('bytes=8-300'), ['89', 'bytes 8-9/10']);
  t.same(await range('bytes=4-2'), ['0123456789', undefined], 'what makes no sense is no range');
  t.same(await range('lines=1-2'), ['0123456789', undefined]);
  t.equal(await failure(range('bytes=10-')), '416 InvalidRange');
  t.equal(await failure(range('bytes=-0')), '416 InvalidRange');
  t.equal(
    await failure(send(new GetObjectCommand({ Bucket, Key: 'empty', Range: 'bytes=0-' }))),
    '416 InvalidRange',
  );
});

t.test('conditions on reads and writes', async (t) => {
  const { send } = await withBucket(t);
  const { ETag } = await send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'one' }));
  const at = new Date(Date.UTC(2026, 5, 1, 12));
  const before = new Date(at.getTime() - 1000);
  const get = (more: object) => failure(send(new GetObjectCommand({ Bucket, Key: 'k', ...more })));
  const put = (more: object) =>
    failure(send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'two', ...more })));
  t.equal(await get({ IfMatch: ETag }), 'nothing');
  t.equal(await get({ IfMatch: '"other"' }), '412 PreconditionFailed');
  t.match(await get({ IfNoneMatch: ETag }), /^304/);
  t.equal(await get({ IfNoneMatch: '"other"' }), 'nothing');
  t.match(await get({ IfModifiedSince: at }), /^304/);
  t.equal(await get({ IfModifiedSince: before }), 'nothing');
  t.equal(await get({ IfUnmodifiedSince: before }), '412 PreconditionFailed');
  t.equal(await get({ IfMatch: ETag, IfUnmodifiedSince: before }), 'nothing', 'the ETag outweighs the date');
  t.match(await get({ IfNoneMatch: ETag, IfModifiedSince: before }), /^304/);
  t.equal(await put({ IfNoneMatch: '*' }), '412 PreconditionFailed');
  t.equal(await put({ IfMatch: '"other"' }), '412 PreconditionFailed');
  t.equal(await put({ Key: 'new', IfMatch: '"other"' }), '404 NoSuchKey');
  t.equal(await put({ IfMatch: ETag, IfNoneMatch: '*' }), '501 NotImplemented');
  t.equal(await get({ IfMatch: ETag }), 'nothing', 'what was refused changed nothing');
  t.equal(await put({ Key: 'new', IfNoneMatch: '*' }), 'nothing');
  t.equal(await put({ IfMatch: ETag }), 'nothing');
  t.equal(
    await failure(send(new DeleteObjectCommand({ Bucket, Key: 'k', IfMatch: ETag }))),
    '412 PreconditionFailed',
  );
});

t.test('what is not there', async (t) => {
  const { send } = await withBucket(t);
  const missing = { Bucket, Key: 'missing' };
  t.equal(await failure(send(new GetObjectCommand(missing))), '404 NoSuchKey');
  t.equal(await failure(send(new HeadObjectCommand(missing))), '404 NotFound');
  t.equal(await failure(send(new GetObjectCommand({ ...missing, VersionId: 'x' }))), '404 NoSuchVersion');
  t.equal(await failure(send(new GetObjectTaggingCommand(missing))), '404 NoSuchKey');
  t.equal(await failure(send(new DeleteObjectCommand(missing))), 'nothing');
  const nowhere = { Bucket: 'no-such-bucket', Key: 'k' };
  t.equal(await failure(send(new GetObjectCommand(nowhere))), '404 NoSuchBucket');
  t.equal(await failure(send(new PutObjectCommand({ ...nowhere, Body: 'x' }))), '404 NoSuchBucket');
  t.equal(await failure(send(new HeadBucketCommand(nowhere))), '404 NotFound');
  t.equal(await failure(send(new DeleteBucketCommand(nowhere))), '404 NoSuchBucket');
});

t.test('buckets', async (t) => {
  const s3 = await withBucket(t);
  const { send } = s3;
  t.equal(await failure(send(new CreateBucketCommand({ Bucket }))), 'nothing', 'again, in us-east-1');
  const other = s3.client({ credentials: { accessKeyId: '999988887777', secretAccessKey: 'x' } });
  t.equal(await failure(other.send(new CreateBucketCommand({ Bucket }))), '409 BucketAlreadyExists');
  const LocationConstraint = 'eu-central-1' as const;
  const abroad = { Bucket: 'abroad', CreateBucketConfiguration: { LocationConstraint } };
  await send(new CreateBucketCommand(abroad));
  t.equal(await failure(send(new CreateBucketCommand(abroad))), '409 BucketAlreadyOwnedByYou');
  t.equal(
    (await send(new GetBucketLocationCommand({ Bucket: 'abroad' }))).LocationConstraint,
    LocationConstraint,
  );
  t.equal((await send(new GetBucketLocationCommand({ Bucket }))).LocationConstraint, undefined);
  t.equal((await send(new HeadBucketCommand({ Bucket: 'abroad' }))).BucketRegion, LocationConstraint);
  await other.send(new CreateBucketCommand({ Bucket: 'of-another' }));
  const names = async () => (await send(new ListBucketsCommand({}))).Buckets?.map(({ Name }) => Name);
  t.same(await names(), ['abroad', Bucket], 'one sees one’s own buckets');
  const first = await send(new ListBucketsCommand({ MaxBuckets: 1 }));
  t.same(
    first.Buckets?.map(({ Name }) => Name),
    ['abroad'],
  );
  const second = await send(
    new ListBucketsCommand({ MaxBuckets: 1, ContinuationToken: first.ContinuationToken }),
  );
  t.same([second.Buckets?.map(({ Name }) => Name), second.ContinuationToken], [[Bucket], undefined]);
  t.match(
    await failure(send(new HeadBucketCommand({ Bucket, ExpectedBucketOwner: '999988887777' }))),
    /^403/,
    'the bucket is not of the account that the client expects',
  );
  await send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'x' }));
  t.equal(await failure(send(new DeleteBucketCommand({ Bucket }))), '409 BucketNotEmpty');
  await send(new DeleteObjectCommand({ Bucket, Key: 'k' }));
  await send(new DeleteBucketCommand({ Bucket }));
  t.same(await names(), ['abroad']);
  for (const bad of ['Upper', 'ab', '-x-', 'a..b', '192.168.0.1', 'x_y', 'xn--abc', 'a'.repeat(64)]) {
    t.equal(await failure(send(new CreateBucketCommand({ Bucket: bad }))), '400 InvalidBucketName', bad);
  }
});

t.test('many deletes at once', async (t) => {
  const { send, buckets } = await withBucket(t);
  for (const Key of ['a', 'b\u0001&<>', 'c']) await send(new PutObjectCommand({ Bucket, Key, Body: 'x' }));
  const Objects = [{ Key: 'a' }, { Key: 'b\u0001&<>' }, { Key: 'never' }, { Key: 'c', ETag: '"other"' }];
  const done = await send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
  t.same(
    done.Deleted?.map(({ Key }) => Key),
    ['a', 'b\u0001&<>', 'never'],
  );
  t.match(done.Errors, [{ Key: 'c', Code: 'PreconditionFailed' }]);
  t.ok(buckets.get(Bucket)?.newest('c'));
  const quiet = await send(
    new DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key: 'c' }], Quiet: true } }),
  );
  t.equal(quiet.Deleted, undefined);
  t.ok(buckets.get(Bucket)?.isEmpty);
});

t.test('tags', async (t) => {
  const { send } = await withBucket(t);
  const key = { Bucket, Key: 'k' };
  await send(new PutObjectCommand({ ...key, Body: 'x', Tagging: 'first=1' }));
  const TagSet = [{ Key: 'ü key', Value: 'a+b=c/d@e' }];
  await send(new PutObjectTaggingCommand({ ...key, Tagging: { TagSet } }));
  t.same((await send(new GetObjectTaggingCommand(key))).TagSet, TagSet);
  const put = (set: { Key: string; Value: string }[]) =>
    failure(send(new PutObjectTaggingCommand({ ...key, Tagging: { TagSet: set } })));
  t.equal(await put([{ Key: 'a', Value: '<&>' }]), '400 InvalidTag');
  t.equal(await put([{ Key: 'aws:x', Value: '' }]), '400 InvalidTag');
  t.equal(await put([{ Key: 'a'.repeat(129), Value: '' }]), '400 InvalidTag');
  t.equal(
    await put([
      { Key: 'a', Value: '1' },
      { Key: 'a', Value: '2' },
    ]),
    '400 InvalidTag',
  );
  t.equal(await put(Array.from({ length: 11 }, (_, n) => ({ Key: `k${n}`, Value: '' }))), '400 BadRequest');
  const wrong = new PutObjectCommand({ ...key, Body: 'y', Tagging: 'a=1&a=2' });
  t.equal(await failure(send(wrong)), '400 InvalidTag');
  t.same((await send(new GetObjectTaggingCommand(key))).TagSet, TagSet, 'what was refused changed nothing');
  await send(new DeleteObjectTaggingCommand(key));
  t.same((await send(new GetObjectTaggingCommand(key))).TagSet, []);

  t.equal(await failure(send(new GetBucketTaggingCommand({ Bucket }))), '404 NoSuchTagSet');
  await send(new PutBucketTaggingCommand({ Bucket, Tagging: { TagSet } }));
  t.same((await send(new GetBucketTaggingCommand({ Bucket }))).TagSet, TagSet);
});

t.test('copies', async (t) => {
  const { send, clock } = await withBucket(t);
  const source = { Bucket, Key: 'from/ä b' };
  const CopySource = encodeURI(`${Bucket}/from/ä b`);
  await send(
    new PutObjectCommand({
      ...source,
      Body: 'x',
      ContentType: 'text/plain',
      Metadata: { a: '1' },
      Tagging: 't=1',
    }),
  );
  await clock.advance(5000);
  const copied = await send(new CopyObjectCommand({ Bucket, Key: 'to', CopySource }));
  t.match(copied.CopyObjectResult, { LastModified: new Date(Date.UTC(2026, 5, 1, 12, 0, 5)) });
  const head = () => send(new HeadObjectCommand({ Bucket, Key: 'to' }));
  t.match(await head(), { ContentType: 'text/plain', Metadata: { a: '1' }, TagCount: 1 });
  const replace = { MetadataDirective: 'REPLACE', TaggingDirective: 'REPLACE' } as const;
  await send(new CopyObjectCommand({ Bucket, Key: 'to', CopySource, ...replace, Metadata: { b: '2' } }));
  t.match(await head(), { ContentType: 'binary/octet-stream', Metadata: { b: '2' }, TagCount: undefined });

  const copy = (more: object) =>
    failure(send(new CopyObjectCommand({ Bucket, Key: 'to', CopySource, ...more })));
  t.equal(await copy({ CopySource: `${Bucket}/to` }), '400 InvalidRequest', 'to itself, without a change');
  t.equal(await copy({ CopySource: `${Bucket}/to`, MetadataDirective: 'REPLACE' }), 'nothing');
  t.equal(await copy({ CopySource: `${Bucket}/to`, StorageClass: 'STANDARD_IA' }), 'nothing');
  t.equal((await head()).StorageClass, 'STANDARD_IA');
  t.equal(await copy({ CopySource: `${Bucket}/none` }), '404 NoSuchKey');
  t.equal(await copy({ CopySource: 'no-such-bucket/k' }), '404 NoSuchBucket');
  t.equal(await copy({ CopySource: 'nothing' }), '400 InvalidArgument');
  t.equal(await copy({ CopySource: `${Bucket}/%ff` }), '400 InvalidArgument');
  t.equal(await copy({ CopySourceIfMatch: '"other"' }), '412 PreconditionFailed');
  t.equal(await copy({ CopySourceIfNoneMatch: '*' }), '412 PreconditionFailed');
});

t.test('versions', async (t) => {
  const { send, buckets } = await withBucket(t);
  const key = { Bucket, Key: 'k' };
  await send(new PutObjectCommand({ ...key, Body: 'zero' }));
  t.equal((await send(new GetBucketVersioningCommand({ Bucket }))).Status, undefined);
  const switchTo = (Status: 'Enabled' | 'Suspended') =>
    send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status } }));
  await switchTo('Enabled');
  const one = await send(new PutObjectCommand({ ...key, Body: 'one' }));
  const gone = await send(new DeleteObjectCommand(key));
  t.match(gone, { DeleteMarker: true, VersionId: /.+/ });
  t.equal(await failure(send(new GetObjectCommand(key))), '404 NoSuchKey');
  const VersionId = gone.VersionId ?? '';
  t.equal(await failure(send(new GetObjectCommand({ ...key, VersionId }))), '405 MethodNotAllowed');
  const body = async (version: string) => {
    const got = await send(new GetObjectCommand({ ...key, VersionId: version }));
    return got.Body?.transformToString();
  };
  t.equal(await body('null'), 'zero');
  t.equal(await body(one.VersionId ?? ''), 'one');

  const all = await send(new ListObjectVersionsCommand({ Bucket }));
  t.match(all.DeleteMarkers, [{ Key: 'k', IsLatest: true, VersionId }]);
  t.match(all.Versions, [
    { VersionId: one.VersionId, IsLatest: false },
    { VersionId: 'null', IsLatest: false },
  ]);
  const seen: (string | undefined)[] = [];
  let page: { KeyMarker?: string | undefined; VersionIdMarker?: string | undefined } = {};
  for (let more = true; more; ) {
    const listed = await send(new ListObjectVersionsCommand({ Bucket, MaxKeys: 1, ...page }));
    seen.push(
      ...[...(listed.Versions ?? []), ...(listed.DeleteMarkers ?? [])].map((version) => version.VersionId),
    );
    page = { KeyMarker: listed.NextKeyMarker, VersionIdMarker: listed.NextVersionIdMarker };
    more = listed.IsTruncated === true;
  }
  t.same(seen, [VersionId, one.VersionId, 'null'], 'one by one');

  const removed = await send(new DeleteObjectCommand({ ...key, VersionId }));
  t.equal(removed.DeleteMarker, true);
  t.equal(await body(one.VersionId ?? ''), 'one');
  t.equal(await failure(send(new GetObjectCommand(key))), 'nothing', 'the object is back');
  await switchTo('Suspended');
  await send(new PutObjectCommand({ ...key, Body: 'two' }));
  t.equal(await body('null'), 'two', 'the null version is replaced');
  await send(new DeleteObjectCommand({ ...key, VersionId: 'null' }));
  await send(new DeleteObjectCommand({ ...key, VersionId: one.VersionId }));
  t.ok(buckets.get(Bucket)?.isEmpty);
});

t.test('archived objects', async (t) => {
  const { send, clock } = await withBucket(t);
  const key = { Bucket, Key: 'k' };
  const RestoreRequest = { Days: 2 };
  await send(new PutObjectCommand({ ...key, Body: 'cold', StorageClass: 'DEEP_ARCHIVE' }));
  t.equal(await failure(send(new GetObjectCommand(key))), '403 InvalidObjectState');
  const copy = new CopyObjectCommand({ Bucket, Key: 'to', CopySource: `${Bucket}/k` });
  t.equal(await failure(send(copy)), '403 InvalidObjectState');
  t.match(await send(new HeadObjectCommand(key)), { StorageClass: 'DEEP_ARCHIVE', Restore: undefined });
  t.equal((await send(new RestoreObjectCommand({ ...key, RestoreRequest }))).$metadata.httpStatusCode, 202);
  t.equal((await send(new RestoreObjectCommand({ ...key, RestoreRequest }))).$metadata.httpStatusCode, 200);
  t.equal(
    (await send(new HeadObjectCommand(key))).Restore,
    'ongoing-request="false", expiry-date="Thu, 04 Jun 2026 00:00:00 GMT"',
  );
  t.equal(await (await send(new GetObjectCommand(key))).Body?.transformToString(), 'cold');
  await clock.advance(3 * 86_400_000);
  t.equal(await failure(send(new GetObjectCommand(key))), '403 InvalidObjectState', 'the copy has expired');
  await send(new PutObjectCommand({ Bucket, Key: 'warm', Body: 'x' }));
  const warm = new RestoreObjectCommand({ Bucket, Key: 'warm', RestoreRequest });
  t.equal(await failure(send(warm)), '403 InvalidObjectState');
  const odd = new PutObjectCommand({ Bucket, Key: 'odd', Body: 'x', StorageClass: 'OUTPOSTS' });
  t.equal(await failure(send(odd)), '400 InvalidStorageClass');
});

t.test('a restore takes its time', async (t) => {
  const s3 = await startS3({ restoreMs: 3_600_000 });
  t.teardown(() => s3[Symbol.asyncDispose]());
  const client = s3.client();
  const key = { Bucket, Key: 'k' };
  await client.send(new CreateBucketCommand({ Bucket }));
  await client.send(new PutObjectCommand({ ...key, Body: 'x', StorageClass: 'GLACIER' }));
  const restore = () => client.send(new RestoreObjectCommand({ ...key, RestoreRequest: { Days: 1 } }));
  await restore();
  t.equal((await client.send(new HeadObjectCommand(key))).Restore, 'ongoing-request="true"');
  t.equal(await failure(restore()), '409 RestoreAlreadyInProgress');
  t.equal(await failure(client.send(new GetObjectCommand(key))), '403 InvalidObjectState');
  await s3.clock.advance(3_600_000);
  t.equal(await failure(client.send(new GetObjectCommand(key))), 'nothing');
});

t.test('attributes, and what is not configured', async (t) => {
  const { send } = await withBucket(t);
  const key = { Bucket, Key: 'k' };
  await send(new PutObjectCommand({ ...key, Body: 'hello' }));
  const ObjectAttributes = ['ETag', 'Checksum', 'ObjectSize', 'StorageClass', 'ObjectParts'] as const;
  t.match(await send(new GetObjectAttributesCommand({ ...key, ObjectAttributes: [...ObjectAttributes] })), {
    ETag: '5d41402abc4b2a76b9719d911017c592',
    Checksum: { ChecksumCRC32: 'NhCmhg==', ChecksumType: 'FULL_OBJECT' },
    ObjectSize: 5,
    StorageClass: 'STANDARD',
    ObjectParts: undefined,
  });
  t.equal(await failure(send(new GetBucketPolicyCommand({ Bucket }))), '404 NoSuchBucketPolicy');
  t.equal((await send(new GetBucketAclCommand({ Bucket }))).Grants?.[0]?.Permission, 'FULL_CONTROL');
});

t.test('what is not built says so, and changes nothing', async (t) => {
  const { send } = await withBucket(t);
  const key = { Bucket, Key: 'k' };
  await send(new PutObjectCommand({ ...key, Body: 'hello' }));
  t.equal(await failure(send(new PutObjectAclCommand({ ...key, ACL: 'private' }))), '501 NotImplemented');
  t.equal(await failure(send(new PutBucketPolicyCommand({ Bucket, Policy: '{}' }))), '501 NotImplemented');
  const put = (more: object) => failure(send(new PutObjectCommand({ ...key, Body: 'other', ...more })));
  t.equal(await put({ ServerSideEncryption: 'aws:kms' }), '501 NotImplemented');
  t.equal(await put({ ObjectLockLegalHoldStatus: 'ON' }), '501 NotImplemented');
  t.equal(await put({ ACL: 'public-read' }), '400 AccessControlListNotSupported');
  t.equal(await (await send(new GetObjectCommand(key))).Body?.transformToString(), 'hello');
  t.equal(await put({ ACL: 'bucket-owner-full-control', ServerSideEncryption: 'AES256' }), 'nothing');
});

t.test('a full memory', async (t) => {
  const s3 = await startS3({ limitBytes: 1000 });
  t.teardown(() => s3[Symbol.asyncDispose]());
  const client = s3.client();
  await client.send(new CreateBucketCommand({ Bucket }));
  const put = (Key: string, bytes: number) =>
    failure(client.send(new PutObjectCommand({ Bucket, Key, Body: Buffer.alloc(bytes) })));
  t.equal(await put('a', 600), 'nothing');
  t.equal(await put('b', 600), '507 InsufficientStorage');
  t.equal(await put('a', 300), 'nothing', 'what is replaced gives its room back');
  t.equal(await put('b', 600), 'nothing');
  await client.send(new DeleteObjectCommand({ Bucket, Key: 'b' }));
  t.equal(await put('c', 600), 'nothing');
});
