import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  type CreateMultipartUploadCommandInput,
  GetObjectAttributesCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  PutObjectCommand,
  UploadPartCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import t, { type Test } from 'tap';
import { failure, startS3 } from './start.ts';

const Bucket = 'the-bucket';
const Key = 'the/key';
const MIB = 1024 ** 2;
const five = Buffer.alloc(5 * MIB, 'five');

async function begin(t: Test, more: Partial<CreateMultipartUploadCommandInput> = {}) {
  const s3 = await startS3();
  t.teardown(() => s3[Symbol.asyncDispose]());
  const client = s3.client();
  const send = client.send.bind(client);
  await send(new CreateBucketCommand({ Bucket }));
  const { UploadId } = await send(new CreateMultipartUploadCommand({ Bucket, Key, ...more }));
  const upload = { Bucket, Key, UploadId };
  return {
    ...s3,
    client,
    send,
    upload,
    async part(PartNumber: number, Body: Uint8Array | string): Promise<CompletedPart> {
      const { ETag, ...done } = await send(new UploadPartCommand({ ...upload, PartNumber, Body }));
      const { ChecksumCRC32, ChecksumSHA256, ChecksumCRC64NVME } = done;
      return { PartNumber, ETag, ChecksumCRC32, ChecksumSHA256, ChecksumCRC64NVME };
    },
    complete: (Parts: CompletedPart[], extra: object = {}) =>
      send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts }, ...extra })),
  };
}

t.test('parts become one object', async (t) => {
  const s3 = await begin(t, {
    ContentType: 'text/x',
    Metadata: { a: '1' },
    Tagging: 't=1',
    StorageClass: 'STANDARD_IA',
  });
  const second = await s3.part(7, 'tail');
  await s3.part(2, 'overwritten');
  const first = await s3.part(2, five);
  await s3.part(3, 'left out');
  t.equal(s3.buckets.get(Bucket)?.newest(Key), undefined, 'nothing is seen before the end');
  await s3.complete([first, second]);
  const got = await s3.send(new GetObjectCommand({ Bucket, Key }));
  t.same(
    Buffer.from((await got.Body?.transformToByteArray()) ?? []),
    Buffer.concat([five, Buffer.from('tail')]),
  );
  t.match(got, { ContentType: 'text/x', Metadata: { a: '1' }, TagCount: 1, StorageClass: 'STANDARD_IA' });
  t.match(got.ETag, /^"[0-9a-f]{32}-2"$/);
  const part = await s3.send(new GetObjectCommand({ Bucket, Key, PartNumber: 2 }));
  t.equal(await part.Body?.transformToString(), 'tail');
  t.match(part, { PartsCount: 2, ContentRange: `bytes ${5 * MIB}-${5 * MIB + 3}/${5 * MIB + 4}` });
  const beyond = new GetObjectCommand({ Bucket, Key, PartNumber: 3 });
  t.equal(await failure(s3.send(beyond)), '416 InvalidPartNumber');
  t.equal(await failure(s3.complete([first, second])), '404 NoSuchUpload', 'it is over');
});

t.test('the SDK’s uploader', async (t) => {
  const s3 = await begin(t);
  const Body = Buffer.alloc(12 * MIB, 'abc');
  await new Upload({ client: s3.client, params: { Bucket, Key: 'k', Body } }).done();
  const got = await s3.send(new GetObjectCommand({ Bucket, Key: 'k' }));
  t.same(Buffer.from((await got.Body?.transformToByteArray()) ?? []), Body);
});

t.test('a wrong end is refused, and the upload goes on', async (t) => {
  const s3 = await begin(t, { ChecksumAlgorithm: 'CRC32' });
  const first = await s3.part(1, five);
  const small = await s3.part(2, 'small');
  const last = await s3.part(3, 'last');
  t.equal(await failure(s3.complete([])), '400 MalformedXML');
  t.equal(await failure(s3.complete([small, first])), '400 InvalidPartOrder');
  t.equal(await failure(s3.complete([first, first])), '400 InvalidPartOrder');
  t.equal(await failure(s3.complete([first, small, last])), '400 EntityTooSmall');
  t.equal(await failure(s3.complete([first, { ...last, PartNumber: 4 }])), '400 InvalidPart');
  t.equal(await failure(s3.complete([first, { ...last, ETag: first.ETag }])), '400 InvalidPart');
  t.equal(
    await failure(s3.complete([first, { ...last, ChecksumCRC32: first.ChecksumCRC32 }])),
    '400 InvalidPart',
  );
  t.equal(await failure(s3.complete([first, last], { MpuObjectSize: 3 })), '400 InvalidRequest');
  t.equal(
    await failure(s3.complete([{ PartNumber: 1, ETag: first.ETag }])),
    '400 InvalidRequest',
    'no checksum',
  );
  t.equal(s3.buckets.get(Bucket)?.newest(Key), undefined);
  t.equal(await failure(s3.complete([first, last], { IfNoneMatch: '*' })), 'nothing');
});

t.test('conditions hold at the end', async (t) => {
  const s3 = await begin(t);
  const only = await s3.part(1, 'x');
  await s3.send(new PutObjectCommand({ Bucket, Key, Body: 'there already' }));
  t.equal(await failure(s3.complete([only], { IfNoneMatch: '*' })), '412 PreconditionFailed');
  const { ETag } = await s3.send(new HeadObjectCommand({ Bucket, Key }));
  t.equal(await failure(s3.complete([only], { IfMatch: ETag })), 'nothing');
});

t.test('uploads that are not there, parts that cannot be', async (t) => {
  const s3 = await begin(t, { ChecksumAlgorithm: 'CRC32' });
  const part = (more: object) =>
    failure(s3.send(new UploadPartCommand({ ...s3.upload, PartNumber: 1, Body: 'x', ...more })));
  t.equal(await part({ UploadId: 'other' }), '404 NoSuchUpload');
  t.equal(await part({ Key: 'other' }), '404 NoSuchUpload');
  t.equal(await part({ PartNumber: 0 }), '400 InvalidArgument');
  t.equal(await part({ PartNumber: 10_001 }), '400 InvalidArgument');
  t.equal(
    await part({ ChecksumAlgorithm: 'SHA1' }),
    '400 InvalidRequest',
    'another checksum than the upload’s',
  );
  t.same((await s3.send(new ListPartsCommand(s3.upload))).Parts, undefined);
  await s3.part(1, five);
  await s3.send(new AbortMultipartUploadCommand(s3.upload));
  t.equal(await part({}), '404 NoSuchUpload');
  t.equal(await failure(s3.send(new AbortMultipartUploadCommand(s3.upload))), '404 NoSuchUpload');
  t.same(s3.buckets.get(Bucket)?.uploads.list(), []);
});

t.test('checksums of the whole', async (t) => {
  const types = { CRC32: 'FULL_OBJECT', CRC64NVME: 'FULL_OBJECT', SHA256: 'COMPOSITE' } as const;
  for (const ChecksumAlgorithm of ['CRC32', 'CRC64NVME', 'SHA256'] as const) {
    const ChecksumType = types[ChecksumAlgorithm];
    const s3 = await begin(t, { ChecksumAlgorithm, ChecksumType });
    const member = `Checksum${ChecksumAlgorithm}` as const;
    const upload = (PartNumber: number, Body: string | Buffer) =>
      s3.send(new UploadPartCommand({ ...s3.upload, PartNumber, Body, ChecksumAlgorithm }));
    const [one, two] = [await upload(1, five), await upload(2, 'tail')];
    const Parts = [one, two].map((part, index) => ({
      PartNumber: index + 1,
      ETag: part.ETag,
      [member]: part[member],
    }));
    if (ChecksumType === 'FULL_OBJECT') {
      const wrong = {
        [member]: Buffer.alloc(ChecksumAlgorithm === 'CRC32' ? 4 : 8).toString('base64'),
        ChecksumType,
      };
      t.equal(await failure(s3.complete(Parts, wrong)), '400 BadDigest');
    }
    const done = await s3.complete(Parts);
    t.equal(done.ChecksumType, ChecksumType);
    const Body = Buffer.concat([five, Buffer.from('tail')]);
    const whole = await s3.send(new PutObjectCommand({ Bucket, Key: 'whole', Body, ChecksumAlgorithm }));
    if (ChecksumType === 'FULL_OBJECT')
      t.equal(done[member], whole[member], `${ChecksumAlgorithm} of all bytes`);
    else t.match(done[member], /^[A-Za-z0-9+/]{43}=-2$/);
    const copy = await s3.send(
      new CopyObjectCommand({ Bucket, Key: 'copy', CopySource: `${Bucket}/${Key}` }),
    );
    t.equal(copy.CopyObjectResult?.[member], whole[member], 'a copy is one piece');
    t.equal(copy.CopyObjectResult?.ETag, whole.ETag);
    const attributes = await s3.send(
      new GetObjectAttributesCommand({ Bucket, Key, ObjectAttributes: ['ObjectParts', 'Checksum'] }),
    );
    t.match(attributes.ObjectParts, { TotalPartsCount: 2, Parts: [{ Size: five.length }, { Size: 4 }] });
  }
  const s3 = await begin(t);
  const create = (more: object) =>
    failure(s3.send(new CreateMultipartUploadCommand({ Bucket, Key, ...more })));
  t.equal(await create({ ChecksumAlgorithm: 'CRC64NVME', ChecksumType: 'COMPOSITE' }), '400 InvalidRequest');
  t.equal(await create({ ChecksumAlgorithm: 'SHA256', ChecksumType: 'FULL_OBJECT' }), '400 InvalidRequest');
});

t.test('parts that are copied', async (t) => {
  const s3 = await begin(t);
  await s3.send(new PutObjectCommand({ Bucket, Key: 'from', Body: five }));
  const copy = (PartNumber: number, CopySourceRange?: string) =>
    s3.send(
      new UploadPartCopyCommand({ ...s3.upload, PartNumber, CopySource: `${Bucket}/from`, CopySourceRange }),
    );
  for (const range of ['bytes=0-', 'bytes=9-3', '0-3', `bytes=0-${five.length}`]) {
    t.equal(await failure(copy(1, range)), '400 InvalidArgument', range);
  }
  const [one, two] = [(await copy(1)).CopyPartResult, (await copy(2, 'bytes=1-3')).CopyPartResult];
  await s3.complete([
    { PartNumber: 1, ETag: one?.ETag, ChecksumCRC32: one?.ChecksumCRC32 },
    { PartNumber: 2, ETag: two?.ETag, ChecksumCRC32: two?.ChecksumCRC32 },
  ]);
  const got = await s3.send(new GetObjectCommand({ Bucket, Key, Range: `bytes=${five.length - 4}-` }));
  t.equal(await got.Body?.transformToString(), 'fiveive');
});

t.test('lists of uploads and parts', async (t) => {
  const s3 = await begin(t);
  for (const key of ['a/1', 'a/2', 'b/1', 'c'])
    await s3.send(new CreateMultipartUploadCommand({ Bucket, Key: key }));
  const list = (more: object) => s3.send(new ListMultipartUploadsCommand({ Bucket, ...more }));
  const keys = async (more: object) => (await list(more)).Uploads?.map((upload) => upload.Key);
  t.same(await keys({}), ['a/1', 'a/2', 'b/1', 'c', Key]);
  t.same(await keys({ Prefix: 'a/' }), ['a/1', 'a/2']);
  const first = await list({ Delimiter: '/', MaxUploads: 2 });
  t.match(first, {
    CommonPrefixes: [{ Prefix: 'a/' }, { Prefix: 'b/' }],
    NextKeyMarker: 'b/',
    IsTruncated: true,
  });
  const rest = await list({ Delimiter: '/', KeyMarker: 'b/' });
  t.match(rest, { Uploads: [{ Key: 'c' }], CommonPrefixes: [{ Prefix: 'the/' }], IsTruncated: false });
  for (const number of [1, 5, 9]) await s3.part(number, `${number}`);
  const page = await s3.send(new ListPartsCommand({ ...s3.upload, MaxParts: 2 }));
  t.match(page, {
    Parts: [{ PartNumber: 1 }, { PartNumber: 5 }],
    IsTruncated: true,
    NextPartNumberMarker: '5',
  });
  const next = await s3.send(new ListPartsCommand({ ...s3.upload, PartNumberMarker: '5' }));
  t.match(next, { Parts: [{ PartNumber: 9 }], IsTruncated: false });
  t.equal(await failure(s3.send(new ListPartsCommand({ ...s3.upload, UploadId: 'x' }))), '404 NoSuchUpload');
});
