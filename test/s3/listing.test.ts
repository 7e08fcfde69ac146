import {
  CreateBucketCommand,
  DeleteObjectCommand,
  ListObjectsCommand,
  ListObjectsV2Command,
} from '@aws-sdk/client-s3';
import fc from 'fast-check';
import t, { type Test } from 'tap';
import { compareNames } from '../../src/base/path.ts';
import { type Shown, standsBefore, walk } from '../../src/s3/listing.ts';
import { SortedKeys } from '../../src/s3/sorted-keys.ts';
import { failure, startS3 } from './start.ts';

const Bucket = 'the-bucket';

async function withKeys(t: Test, keys: readonly string[]) {
  const s3 = await startS3();
  t.teardown(() => s3[Symbol.asyncDispose]());
  const client = s3.client();
  await client.send(new CreateBucketCommand({ Bucket }));
  for (const key of keys)
    await s3.raw({ method: 'PUT', path: `/${Bucket}/${encodeURIComponent(key)}`, body: 'x' });
  return { ...s3, send: client.send.bind(client) };
}

t.test('pages of keys and prefixes, in the order of UTF-8 bytes', async (t) => {
  const keys = ['b/1', 'b/2', 'a', 'b-1', 'c//x', 'c/', 'ﬀ', '😀', 'z\u0001\n&<', 'b/'];
  const { send } = await withKeys(t, keys);
  const all = await send(new ListObjectsV2Command({ Bucket }));
  t.same(
    all.Contents?.map(({ Key }) => Key),
    ['a', 'b-1', 'b/', 'b/1', 'b/2', 'c/', 'c//x', 'z\u0001\n&<', 'ﬀ', '😀'],
  );
  const pages: (string | undefined)[][] = [];
  for (let ContinuationToken: string | undefined, more = true; more; ) {
    const page = await send(
      new ListObjectsV2Command({ Bucket, Delimiter: '/', MaxKeys: 2, ContinuationToken }),
    );
    pages.push([
      ...(page.Contents ?? []).map(({ Key }) => Key),
      ...(page.CommonPrefixes ?? []).map(({ Prefix }) => Prefix),
    ]);
    t.equal(page.KeyCount, pages.at(-1)?.length);
    ContinuationToken = page.NextContinuationToken;
    more = page.IsTruncated === true;
  }
  t.same(pages, [['a', 'b-1'], ['b/', 'c/'], ['z\u0001\n&<', 'ﬀ'], ['😀']]);
});

t.test('prefix, start and marker', async (t) => {
  const { send } = await withKeys(t, ['a/1', 'a/2', 'a/b/3', 'b', 'c d']);
  const v2 = async (more: object) => {
    const page = await send(new ListObjectsV2Command({ Bucket, ...more }));
    return [
      page.Contents?.map(({ Key }) => Key) ?? [],
      page.CommonPrefixes?.map(({ Prefix }) => Prefix) ?? [],
    ];
  };
  t.same(await v2({ Prefix: 'a/', Delimiter: '/' }), [['a/1', 'a/2'], ['a/b/']]);
  t.same(await v2({ Prefix: 'a/', StartAfter: 'a/1' }), [['a/2', 'a/b/3'], []]);
  t.same(await v2({ Prefix: 'b', StartAfter: 'a' }), [['b'], []]);
  t.same(await v2({ Prefix: 'a/', StartAfter: 'z' }), [[], []]);
  t.same(await v2({ Delimiter: '2' }), [['a/1', 'a/b/3', 'b', 'c d'], ['a/2']]);
  t.same(await v2({ MaxKeys: 0 }), [[], []]);
  t.same(await v2({ Prefix: 'c', EncodingType: 'url' }), [['c%20d'], []]);

  const first = await send(new ListObjectsCommand({ Bucket, Delimiter: '/', MaxKeys: 1 }));
  t.match(first, { CommonPrefixes: [{ Prefix: 'a/' }], NextMarker: 'a/', IsTruncated: true });
  const second = await send(new ListObjectsCommand({ Bucket, Delimiter: '/', Marker: first.NextMarker }));
  t.same(
    second.Contents?.map(({ Key }) => Key),
    ['b', 'c d'],
    'a prefix is not shown twice',
  );
  const plain = await send(new ListObjectsCommand({ Bucket, MaxKeys: 2 }));
  t.match(plain, { IsTruncated: true, NextMarker: undefined });
});

t.test('what a listing refuses', async (t) => {
  const { send } = await withKeys(t, []);
  const list = (more: object) => failure(send(new ListObjectsV2Command({ Bucket, ...more })));
  t.equal(await list({ MaxKeys: -1 }), '400 InvalidArgument');
  t.equal(await list({ MaxKeys: 2 ** 31 }), '400 InvalidArgument');
  t.equal(await list({ EncodingType: 'rot13' }), '400 InvalidArgument');
  t.equal(await list({ ContinuationToken: 'made up' }), '400 InvalidArgument');
  t.equal(await list({ Bucket: 'no-such-bucket' }), '404 NoSuchBucket');
});

t.test('a token outlives what it was made of', async (t) => {
  const { send } = await withKeys(t, ['a', 'b', 'c']);
  const first = await send(new ListObjectsV2Command({ Bucket, MaxKeys: 2 }));
  await send(new DeleteObjectCommand({ Bucket, Key: 'b' }));
  const rest = await send(
    new ListObjectsV2Command({ Bucket, ContinuationToken: first.NextContinuationToken }),
  );
  t.same(
    rest.Contents?.map(({ Key }) => Key),
    ['c'],
  );
});

const someKey = fc.string({
  unit: fc.constantFrom('a', 'b', '/', 'é', '😀', 'ﬀ'),
  minLength: 1,
  maxLength: 6,
});

t.test('sorted keys are what a sorted list is', async () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(someKey, fc.boolean())), someKey, (changes, from) => {
      const keys = new SortedKeys();
      const model = new Set<string>();
      for (const [key, isAdded] of changes) {
        if (isAdded) keys.add(key);
        else keys.delete(key);
        if (isAdded) model.add(key);
        else model.delete(key);
      }
      const expected = [...model].sort(compareNames).filter((key) => compareNames(key, from) >= 0);
      const found = [...keys.from((key) => compareNames(key, from) < 0)];
      return keys.size === model.size && JSON.stringify(found) === JSON.stringify(expected);
    }),
  );
});

t.test('sorted keys over many blocks', async (t) => {
  const keys = new SortedKeys();
  const names = Array.from({ length: 5000 }, (_, n) => `k${(n * 7919) % 5000}`);
  for (const name of names) keys.add(name);
  for (const name of names) keys.add(name);
  t.equal(keys.size, 5000);
  t.same([...keys.from(() => false)], [...names].sort(compareNames));
  for (const name of names.slice(100)) keys.delete(name);
  t.same([...keys.from(() => false)], names.slice(0, 100).sort(compareNames));
});

t.test('a walk shows what a look at every key would, page by page', async () => {
  const naive = (keys: readonly string[], prefix: string, delimiter: string) => {
    const shown: Shown[] = [];
    for (const name of keys.filter((key) => key.startsWith(prefix))) {
      const at = delimiter === '' ? -1 : name.indexOf(delimiter, prefix.length);
      const one: Shown =
        at < 0 ? { kind: 'key', name } : { kind: 'prefix', name: name.slice(0, at + delimiter.length) };
      if (one.kind === 'key' || shown.at(-1)?.name !== one.name) shown.push(one);
    }
    return shown;
  };
  const someText = fc.constantFrom('', '/', 'a', 'a/', '/a', 'é');
  fc.assert(
    fc.property(
      fc.uniqueArray(someKey),
      someText,
      someText,
      fc.integer({ min: 1, max: 4 }),
      (unsorted, prefix, delimiter, size) => {
        const sorted = [...unsorted].sort(compareNames);
        const keys = new SortedKeys();
        for (const key of unsorted) keys.add(key);
        const shown: Shown[] = [];
        for (let after = '', more = true; more; ) {
          const page = [
            ...walk(
              (place) => keys.from(standsBefore(place)),
              { prefix, delimiter, after },
              () => true,
            ),
          ].slice(0, size);
          shown.push(...page);
          after = page.at(-1)?.name ?? '';
          more = page.length === size;
        }
        return JSON.stringify(shown) === JSON.stringify(naive(sorted, prefix, delimiter));
      },
    ),
  );
});

t.test('a walk does not look below a common prefix', async (t) => {
  const keys = new SortedKeys();
  for (let n = 0; n < 20_000; n += 1) keys.add(`dir${n % 2}/${n}`);
  let seen = 0;
  const shown = [
    ...walk(
      (place) => keys.from(standsBefore(place)),
      { prefix: '', delimiter: '/', after: '' },
      () => ++seen > 0,
    ),
  ];
  t.same(
    shown.map(({ name }) => name),
    ['dir0/', 'dir1/'],
  );
  t.equal(seen, 2);
});
