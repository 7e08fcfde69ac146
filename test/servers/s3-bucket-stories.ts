// Buckets to buckets, and what only buckets have: tags, versions, archives.

import { HeadObjectCommand, ListObjectVersionsCommand, PutObjectTaggingCommand } from '@aws-sdk/client-s3';
import type { Place, Story } from './s3-tasks.ts';

const MTIME = { 'file-mtime': '1700000000250' };

async function fillBucket({ world, source }: Place) {
  const Metadata = { ...MTIME, color: 'red' };
  await world.put(source, 'a.txt', 'hello', { Metadata, Tagging: 'k=v&x=y%20z', ContentType: 'text/plain' });
  await world.put(source, 'dir/b', 'a.txt', { Metadata: MTIME });
  await world.put(source, 'marked/', Buffer.alloc(0));
}

async function tag({ world, source }: Place, Value: string) {
  const Tagging = { TagSet: [{ Key: 'k', Value }] };
  await world.s3.send(new PutObjectTaggingCommand({ Bucket: source, Key: 'a.txt', Tagging }));
}

const contentType = async ({ world, destination }: Place) =>
  (await world.s3.send(new HeadObjectCommand({ Bucket: destination, Key: 'a.txt' }))).ContentType;

const BASIC: Story = {
  name: 'bucket to bucket in Basic mode, with tags and without',
  pair: 'bucket to bucket',
  steps: [
    {
      name: 'first',
      before: fillBucket,
      counts: {
        EstimatedFilesToTransfer: 3,
        EstimatedBytesToTransfer: 10,
        FilesTransferred: 3,
        FilesVerified: 3,
        BytesWritten: 10,
        BytesTransferred: 10,
      },
      tree: [
        'f - -:- 1700000000.25 5 2cf24dba color=red [k:v x:y z] a.txt',
        'f - -:- 1700000000.25 5 18b7cb09 dir/b',
        'd - -:- - marked/',
      ],
      check: async (t, place) => t.equal(await contentType(place), 'text/plain'),
    },
    {
      name: 'again',
      counts: { FilesSkipped: 3, FilesVerified: 3 },
      tree: [
        'f - -:- 1700000000.25 5 2cf24dba color=red [k:v x:y z] a.txt',
        'f - -:- 1700000000.25 5 18b7cb09 dir/b',
        'd - -:- - marked/',
      ],
    },
    {
      name: 'only a tag changed',
      before: (place) => tag(place, 'w'),
      counts: { EstimatedFilesToTransfer: 1, FilesTransferred: 1, FilesSkipped: 2, FilesVerified: 3 },
      tree: [
        'f - -:- 1700000000.25 5 2cf24dba color=red [k:w] a.txt',
        'f - -:- 1700000000.25 5 18b7cb09 dir/b',
        'd - -:- - marked/',
      ],
    },
    {
      name: 'only a tag changed, and tags are not preserved',
      before: (place) => tag(place, 'other'),
      start: async () => ({ OverrideOptions: { ObjectTags: 'NONE' } }),
      counts: { FilesSkipped: 3, FilesVerified: 3 },
      tree: [
        'f - -:- 1700000000.25 5 2cf24dba color=red [k:w] a.txt',
        'f - -:- 1700000000.25 5 18b7cb09 dir/b',
        'd - -:- - marked/',
      ],
    },
    {
      name: 'new content without tags',
      before: ({ world, source }) => world.put(source, 'a.txt', 'hello again', { Tagging: 'not=sent' }),
      start: async () => ({ OverrideOptions: { ObjectTags: 'NONE' } }),
      counts: {
        EstimatedFilesToTransfer: 1,
        EstimatedBytesToTransfer: 11,
        FilesTransferred: 1,
        FilesSkipped: 2,
        FilesVerified: 3,
        BytesWritten: 11,
        BytesTransferred: 11,
      },
      tree: ['f - -:- - 11 3908c567 a.txt', 'f - -:- 1700000000.25 5 18b7cb09 dir/b', 'd - -:- - marked/'],
    },
  ],
};

const ENHANCED: Story = {
  name: 'bucket to bucket in Enhanced mode, with deletion',
  pair: 'bucket to bucket',
  mode: 'ENHANCED',
  options: { PreserveDeletedFiles: 'REMOVE' },
  steps: [
    {
      name: 'first',
      async before(place) {
        await fillBucket(place);
        await place.world.put(place.source, 'untouched', 'new');
        await place.world.put(place.destination, 'extra/x', 'x');
      },
      counts: {
        EstimatedFilesToTransfer: 3,
        EstimatedBytesToTransfer: 13,
        FilesPrepared: 3,
        FilesTransferred: 3,
        FilesVerified: 3,
        BytesWritten: 13,
        BytesTransferred: 13,
        'FilesListed.AtSource': 3,
        EstimatedFilesToDelete: 1,
        FilesDeleted: 1,
        EstimatedFoldersToTransfer: 1,
        FoldersPrepared: 1,
        FoldersTransferred: 1,
        FoldersVerified: 1,
        'FilesListed.AtDestinationForDelete': 1,
        'FoldersListed.AtSource': 1,
      },
      tree: [
        'f - -:- 1700000000.25 5 2cf24dba color=red [k:v x:y z] a.txt',
        'f - -:- 1700000000.25 5 18b7cb09 dir/b',
        /^d - -:- 1[78]\d{8} marked\/$/,
        /^f - -:- 1[78]\d{8} 3 11507a0e untouched$/,
      ],
    },
    {
      name: 'again',
      counts: {
        FilesSkipped: 3,
        FoldersSkipped: 1,
        'FilesListed.AtSource': 3,
        'FilesListed.AtDestinationForDelete': 3,
        'FoldersListed.AtSource': 1,
        'FoldersListed.AtDestinationForDelete': 1,
      },
      tree: [
        'f - -:- 1700000000.25 5 2cf24dba color=red [k:v x:y z] a.txt',
        'f - -:- 1700000000.25 5 18b7cb09 dir/b',
        /^d - -:- 1[78]\d{8} marked\/$/,
        /^f - -:- 1[78]\d{8} 3 11507a0e untouched$/,
      ],
    },
    {
      name: 'user metadata, a tag and a content changed',
      async before(place) {
        await place.world.put(place.source, 'dir/b', 'a.txt', { Metadata: { ...MTIME, color: 'blue' } });
        await place.world.put(place.source, 'untouched', 'hello');
        await tag(place, 'w');
      },
      counts: {
        EstimatedFilesToTransfer: 3,
        EstimatedBytesToTransfer: 5,
        FilesPrepared: 3,
        FilesTransferred: 3,
        FilesVerified: 3,
        BytesWritten: 5,
        BytesTransferred: 5,
        'FilesListed.AtSource': 3,
        FoldersSkipped: 1,
        'FilesListed.AtDestinationForDelete': 3,
        'FoldersListed.AtSource': 1,
        'FoldersListed.AtDestinationForDelete': 1,
      },
      tree: [
        'f - -:- 1700000000.25 5 2cf24dba color=red [k:w] a.txt',
        'f - -:- 1700000000.25 5 18b7cb09 color=blue dir/b',
        /^d - -:- 1[78]\d{8} marked\/$/,
        /^f - -:- 1[78]\d{8} 5 2cf24dba untouched$/,
      ],
    },
  ],
};

const versionsOf = async ({ world, destination }: Place) => {
  const list = await world.s3.send(new ListObjectVersionsCommand({ Bucket: destination }));
  const versions = (list.Versions ?? []).map(
    ({ Key, Size, IsLatest }) => `${Key} ${Size}${IsLatest ? ' latest' : ''}`,
  );
  const markers = (list.DeleteMarkers ?? []).map(({ Key }) => `${Key} deleted`);
  return [...versions, ...markers].sort();
};

const VERSIONS: Story = {
  name: 'buckets that keep versions',
  pair: 'bucket to bucket',
  versioned: true,
  options: { PreserveDeletedFiles: 'REMOVE' },
  steps: [
    {
      name: 'only the newest version is read',
      async before({ world, source, destination }) {
        await world.put(source, 'a.txt', 'hello');
        await world.put(source, 'a.txt', 'hello again');
        await world.put(destination, 'extra', 'x');
      },
      counts: {
        EstimatedFilesToTransfer: 2,
        EstimatedFilesToDelete: 1,
        EstimatedBytesToTransfer: 11,
        FilesTransferred: 1,
        FilesDeleted: 1,
        FilesVerified: 1,
        BytesWritten: 11,
        BytesTransferred: 11,
      },
      tree: ['f - -:- - 11 3908c567 a.txt'],
      check: async (t, place) =>
        t.same(await versionsOf(place), ['a.txt 11 latest', 'extra 1', 'extra deleted']),
    },
    {
      name: 'each run that changes an object makes a version',
      before: ({ world, source }) => world.put(source, 'a.txt', 'new'),
      counts: {
        EstimatedFilesToTransfer: 1,
        EstimatedBytesToTransfer: 3,
        FilesTransferred: 1,
        FilesVerified: 1,
        BytesWritten: 3,
        BytesTransferred: 3,
      },
      tree: ['f - -:- - 3 11507a0e a.txt'],
      check: async (t, place) =>
        t.same(await versionsOf(place), ['a.txt 11', 'a.txt 3 latest', 'extra 1', 'extra deleted']),
    },
  ],
};

const withManifest = async (place: Place, lines: readonly string[]) => {
  const { world, source } = place;
  const ManifestObjectVersionId = await world.put(source, 'manifest.csv', lines.join('\n'));
  const S3 = {
    ManifestObjectPath: 'manifest.csv',
    S3BucketArn: `arn:aws:s3:::${source}`,
    BucketAccessRoleArn: 'arn:aws:iam::111122223333:role/datasync',
    ManifestObjectVersionId,
  };
  return { ManifestConfig: { Action: 'TRANSFER', Format: 'CSV', Source: { S3 } } } as const;
};

const ROOT = /^d 0755 me:me \S+ \.\/$/;

async function olderVersion(place: Place) {
  const { world, source } = place;
  const old = await world.put(source, 'a.txt', 'hello', { Metadata: MTIME });
  await world.put(source, 'a.txt', 'hello again', { Metadata: MTIME });
  await world.put(source, 'b', 'new', { Metadata: MTIME });
  await world.put(source, 'not named', 'x', { Metadata: MTIME });
  return withManifest(place, [`a.txt,${old}`, 'b']);
}

const MANIFEST_TO_DIRECTORY: Story = {
  name: 'a manifest with version ids, to a directory',
  pair: 'bucket to directory',
  versioned: true,
  steps: [
    {
      name: 'an older version by its id, another file as it is',
      start: olderVersion,
      counts: {
        EstimatedFilesToTransfer: 2,
        EstimatedBytesToTransfer: 8,
        FilesTransferred: 2,
        FilesVerified: 2,
        BytesWritten: 8,
        BytesTransferred: 8,
      },
      tree: [
        ROOT,
        'f 0755 NOBODY 1700000000.25 5 2cf24dba a.txt',
        'f 0755 NOBODY 1700000000.25 3 11507a0e b',
      ],
    },
    {
      name: 'the newest, and one that does not exist',
      start: (place) => withManifest(place, ['a.txt', 'missing']),
      ends: 'FilesSkipped',
      problems: [/^failed \/missing: The manifest names a file that is not at the source/],
      counts: {
        EstimatedFilesToTransfer: 1,
        EstimatedBytesToTransfer: 11,
        FilesTransferred: 1,
        FilesVerified: 1,
        BytesWritten: 11,
        BytesTransferred: 11,
      },
      tree: [
        ROOT,
        'f 0755 NOBODY 1700000000.25 11 3908c567 a.txt',
        'f 0755 NOBODY 1700000000.25 3 11507a0e b',
      ],
    },
  ],
};

const MANIFEST_TO_BUCKET: Story = {
  name: 'a manifest with version ids, to a bucket in Enhanced mode',
  pair: 'bucket to bucket',
  versioned: true,
  mode: 'ENHANCED',
  steps: [
    {
      name: 'an older version by its id, another file as it is',
      start: olderVersion,
      counts: {
        EstimatedFilesToTransfer: 2,
        EstimatedBytesToTransfer: 8,
        FilesPrepared: 2,
        FilesTransferred: 2,
        FilesVerified: 2,
        BytesWritten: 8,
        BytesTransferred: 8,
        'FilesListed.AtSource': 2,
      },
      tree: ['f - -:- 1700000000.25 5 2cf24dba a.txt', 'f - -:- 1700000000.25 3 11507a0e b'],
    },
    {
      name: 'the newest, and one that does not exist',
      start: (place) => withManifest(place, ['a.txt', 'missing']),
      ends: 'FilesSkipped',
      problems: [/^failed \/missing: The manifest names a file that is not at the source/],
      counts: {
        EstimatedFilesToTransfer: 1,
        EstimatedBytesToTransfer: 11,
        FilesPrepared: 1,
        FilesTransferred: 1,
        FilesVerified: 1,
        BytesWritten: 11,
        BytesTransferred: 11,
        'FilesListed.AtSource': 2,
        'FilesFailed.Prepare': 1,
      },
      tree: ['f - -:- 1700000000.25 11 3908c567 a.txt', 'f - -:- 1700000000.25 3 11507a0e b'],
    },
  ],
};

const ARCHIVED: Story = {
  name: 'archived objects are skipped',
  pair: 'bucket to directory',
  not: { minio: 'MinIO has no archive classes' },
  steps: [
    {
      name: 'first',
      async before({ world, source }) {
        await world.put(source, 'a.txt', 'hello', { Metadata: MTIME });
        await world.put(source, 'cold', 'a.txt', { Metadata: MTIME, StorageClass: 'GLACIER' });
        await world.put(source, 'colder', 'a.txt', { Metadata: MTIME, StorageClass: 'DEEP_ARCHIVE' });
      },
      problems: [/^skipped \/cold: .*archived/, /^skipped \/colder: .*archived/],
      counts: {
        EstimatedFilesToTransfer: 1,
        EstimatedBytesToTransfer: 5,
        FilesTransferred: 1,
        FilesSkipped: 3,
        FilesVerified: 2,
        BytesWritten: 5,
        BytesTransferred: 5,
      },
      tree: [ROOT, 'f 0755 NOBODY 1700000000.25 5 2cf24dba a.txt'],
    },
  ],
};

export const BUCKET_STORIES: readonly Story[] = [
  BASIC,
  ENHANCED,
  VERSIONS,
  MANIFEST_TO_DIRECTORY,
  MANIFEST_TO_BUCKET,
  ARCHIVED,
];
