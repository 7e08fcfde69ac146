import { join } from 'node:path';
import fc from 'fast-check';
import t from 'tap';
import { silentLog } from '../../src/base/log.ts';
import { seededRandom } from '../../src/base/random.ts';
import { VirtualClock } from '../../src/base/virtual-clock.ts';
import type { Bucket } from '../../src/s3/bucket.ts';
import { bucketsIn } from '../../src/s3/buckets.ts';
import { openStoreroom } from '../../src/s3/files/storeroom.ts';
import type { Place } from '../../src/s3/listing.ts';
import { memoryStoreroom } from '../../src/s3/memory-shelf.ts';
import type { Content, ContentStore, Version } from '../../src/s3/object-store.ts';
import type { Storeroom } from '../../src/s3/shelf.ts';

const clock = new VirtualClock(0);
const random = seededRandom(1);
const about = { owner: '111122223333', region: 'us-east-1' };

const someKey = fc.string({
  unit: fc.constantFrom('a', '/', 'é', '😀', 'ﬀ', '\0'),
  minLength: 1,
  maxLength: 4,
});
const somePlace: fc.Arbitrary<Place> = fc.record({
  kind: fc.constantFrom('at', 'behind', 'past'),
  name: someKey,
});
const someChange = fc.oneof(
  fc.record({ do: fc.constant('put'), key: someKey, sizeBytes: fc.constantFrom(0, 3, 40_000) }),
  fc.record({ do: fc.constant('delete'), key: someKey }),
  fc.record({ do: fc.constant('delete-version'), key: someKey, at: fc.nat(3) }),
  fc.record({ do: fc.constant('tag'), key: someKey, tag: someKey }),
  fc.record({ do: fc.constant('version'), versioning: fc.constantFrom('Enabled', 'Suspended') }),
);
type Change = typeof someChange extends fc.Arbitrary<infer One> ? One : never;

async function contentOf(contents: ContentStore, sizeBytes: number): Promise<Content> {
  const sink = contents.receive();
  await sink.write(Buffer.alloc(sizeBytes, String(sizeBytes)));
  return sink.finish();
}

async function change(bucket: Bucket, contents: ContentStore, what: Change, count: number): Promise<void> {
  if (what.do === 'version') return bucket.setVersioning(what.versioning as 'Enabled');
  if (what.do === 'delete') return void bucket.delete(what.key, count);
  if (what.do === 'delete-version') {
    const version = bucket.versions(what.key)[what.at];
    return void (version && bucket.deleteVersion(what.key, version.versionId));
  }
  if (what.do === 'tag') {
    const newest = bucket.newest(what.key);
    return newest?.kind === 'object' ? bucket.amend({ ...newest, tags: { tag: what.tag } }) : undefined;
  }
  bucket.put({
    kind: 'object',
    key: what.key,
    headers: {},
    user: { count: String(count) },
    tags: {},
    storageClass: 'STANDARD',
    lastModifiedAt: count,
    etag: `of ${count}`,
    content: await contentOf(contents, what.sizeBytes),
  });
}

/** What clients can know of a version; ids differ from store to store. */
async function shown(version: Version) {
  if (version.kind === 'delete-marker') return [version.lastModifiedAt];
  const chunks: Buffer[] = [];
  for await (const chunk of version.content.read(0, version.content.sizeBytes)) chunks.push(chunk);
  const bytes = Buffer.concat(chunks);
  const isWhole = bytes.equals(Buffer.alloc(bytes.length, String(bytes.length)));
  return [version.etag, version.user, version.tags, bytes.length, isWhole, version.versionId === 'null'];
}

async function picture(bucket: Bucket, places: readonly Place[]): Promise<string> {
  const seen: unknown[] = [bucket.isEmpty, bucket.versioning];
  for (const place of places) {
    const keys = [...bucket.keysFrom(place)];
    for (const key of keys) {
      const newest = bucket.newest(key);
      seen.push(key, newest && (await shown(newest)), await Promise.all(bucket.versions(key).map(shown)));
    }
  }
  return JSON.stringify(seen);
}

function firstBucket(storeroom: Storeroom): Bucket {
  const buckets = bucketsIn(storeroom, clock, random);
  return buckets.get('the-bucket') ?? buckets.create('the-bucket', about);
}

t.test('files hold what memory would hold, and still do after a restart', async (t) => {
  const directory = t.testdir({});
  let run = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(someChange, { maxLength: 30 }),
      fc.array(somePlace, { minLength: 1, maxLength: 4 }),
      async (changes, places) => {
        const open = () => openStoreroom(join(directory, String(run)), { random, log: silentLog });
        run += 1;
        const memory = memoryStoreroom(random, 1e9);
        const files = open();
        const [expected, bucket] = [firstBucket(memory), firstBucket(files)];
        for (const [count, one] of changes.entries()) {
          await change(expected, memory.contents, one, count);
          await change(bucket, files.contents, one, count);
        }
        const wanted = await picture(expected, places);
        const found = await picture(bucket, places);
        await files.close();
        const again = open();
        const kept = await picture(firstBucket(again), places);
        await again.close();
        return found === wanted && kept === wanted;
      },
    ),
    { numRuns: 25 },
  );
});

t.test('pages come from the index, thousands of keys in order', async (t) => {
  const files = openStoreroom(t.testdir({}), { random, log: silentLog });
  t.teardown(() => files.close());
  const bucket = firstBucket(files);
  const keys = Array.from({ length: 2000 }, (_, n) => `k${String((n * 797) % 2000).padStart(4, '0')}`);
  bucket.setVersioning('Enabled');
  for (const key of keys) {
    bucket.put({ kind: 'delete-marker', key, lastModifiedAt: 0 });
    if (key.endsWith('7')) {
      for (let n = 1; n < 20; n += 1) bucket.put({ kind: 'delete-marker', key, lastModifiedAt: n });
    }
  }
  const sorted = [...keys].sort();
  t.same([...bucket.keysFrom({ kind: 'at', name: '' })], sorted);
  t.same([...bucket.keysFrom({ kind: 'behind', name: 'k1234' })], sorted.slice(1235));
  t.same([...bucket.keysFrom({ kind: 'past', name: 'k12' })], sorted.slice(1300));
  t.equal(bucket.newest('k0007')?.lastModifiedAt, 19);
});
