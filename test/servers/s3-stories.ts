// Directories to buckets and back.

import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { HeadObjectCommand } from '@aws-sdk/client-s3';
import type { Story } from './s3-tasks.ts';
import { counting, fill, remove } from './s3-world.ts';

const MIB = 1024 * 1024;
const LONG_NAME = 'n'.repeat(255);
const QUITE_LONG_NAME = 'n'.repeat(240);

const SMALL_FILES: Story = {
  name: 'small files, directories and links; again; changes of every kind; and back',
  pair: 'directory to bucket',
  at: { Subdirectory: '/pre/fix/' },
  options: { PreserveDeletedFiles: 'REMOVE' },
  steps: [
    {
      name: 'first',
      before: ({ source }) =>
        fill(source, {
          'a.txt': { text: 'hello', at: 1_700_000_000.25 },
          'dir/': { mode: 0o750, at: 1_650_000_000.5 },
          'dir/b': { text: 'a.txt', mode: 0o600 },
          'dir/empty dir/': {},
          empty: { mode: 0o444 },
          link: { link: 'dir/b', at: 1_600_000_001 },
          tool: { text: 'HELLO', mode: 0o755 },
        }),
      counts: {
        EstimatedFilesToTransfer: 8,
        EstimatedBytesToTransfer: 15,
        FilesTransferred: 8,
        FilesVerified: 8,
        BytesWritten: 15,
        BytesTransferred: 15,
      },
      tree: [
        'd 0755 me:me 1600000000 ./',
        'f 0644 me:me 1700000000.25 5 2cf24dba a.txt',
        'd 0750 me:me 1650000000.5 dir/',
        'f 0600 me:me 1700000000 5 18b7cb09 dir/b',
        'd 0755 me:me 1700000000 dir/empty dir/',
        'f 0444 me:me 1700000000 0 e3b0c442 empty',
        'l me:me 1600000001 dir/b link',
        'f 0755 me:me 1700000000 5 3733cd97 tool',
      ],
      async check(t, { world, destination }) {
        const Key = 'pre/fix/a.txt';
        const { Metadata } = await world.s3.send(new HeadObjectCommand({ Bucket: destination, Key }));
        t.same(Metadata, {
          'file-owner': String(process.getuid?.()),
          'file-group': String(process.getgid?.()),
          'file-permissions': '0100644',
          'file-mtime': '1700000000250000000ns',
          'file-atime': '1700000000250000000ns',
        });
      },
    },
    {
      name: 'nothing changed',
      counts: { FilesSkipped: 8, FilesVerified: 8 },
      tree: [
        'd 0755 me:me 1600000000 ./',
        'f 0644 me:me 1700000000.25 5 2cf24dba a.txt',
        'd 0750 me:me 1650000000.5 dir/',
        'f 0600 me:me 1700000000 5 18b7cb09 dir/b',
        'd 0755 me:me 1700000000 dir/empty dir/',
        'f 0444 me:me 1700000000 0 e3b0c442 empty',
        'l me:me 1600000001 dir/b link',
        'f 0755 me:me 1700000000 5 3733cd97 tool',
      ],
    },
    {
      name: 'only metadata changed',
      before({ source }) {
        chmodSync(join(source, 'a.txt'), 0o640);
        chmodSync(join(source, 'dir'), 0o700);
      },
      counts: { EstimatedFilesToTransfer: 2, FilesTransferred: 2, FilesSkipped: 6, FilesVerified: 8 },
      tree: [
        'd 0755 me:me 1600000000 ./',
        'f 0640 me:me 1700000000.25 5 2cf24dba a.txt',
        'd 0700 me:me 1650000000.5 dir/',
        'f 0600 me:me 1700000000 5 18b7cb09 dir/b',
        'd 0755 me:me 1700000000 dir/empty dir/',
        'f 0444 me:me 1700000000 0 e3b0c442 empty',
        'l me:me 1600000001 dir/b link',
        'f 0755 me:me 1700000000 5 3733cd97 tool',
      ],
    },
    {
      name: 'one content changed, one file is new, two items are gone',
      before({ source }) {
        fill(source, { 'a.txt': { text: 'hello again', mode: 0o640 }, new: { text: 'new' } });
        remove(source, 'dir/empty dir', 'tool');
      },
      counts: {
        EstimatedFilesToTransfer: 4,
        EstimatedFilesToDelete: 2,
        EstimatedBytesToTransfer: 14,
        FilesTransferred: 2,
        FilesDeleted: 2,
        FilesSkipped: 5,
        FilesVerified: 7,
        BytesWritten: 14,
        BytesTransferred: 14,
      },
      tree: [
        'd 0755 me:me 1600000000 ./',
        'f 0640 me:me 1700000000 11 3908c567 a.txt',
        'd 0700 me:me 1650000000.5 dir/',
        'f 0600 me:me 1700000000 5 18b7cb09 dir/b',
        'f 0444 me:me 1700000000 0 e3b0c442 empty',
        'l me:me 1600000001 dir/b link',
        'f 0644 me:me 1700000000 3 11507a0e new',
      ],
    },
  ],
  back: {
    EstimatedFilesToTransfer: 6,
    EstimatedBytesToTransfer: 19,
    FilesTransferred: 6,
    FilesSkipped: 1,
    FilesVerified: 7,
    BytesWritten: 19,
    BytesTransferred: 19,
  },
};

const NAMES = [
  ' a b ',
  '\'"<&>',
  '.hidden',
  'a\\b',
  'plus+and%41',
  'tab\tline\n',
  '~*?;:@=$,!()[]{}|#',
  'e\u0301',
  'é',
  '日本',
  '😀',
];

const ODD_NAMES: Story = {
  name: 'odd names',
  pair: 'directory to bucket',
  steps: [
    {
      name: 'first',
      before({ source }) {
        for (const name of NAMES) fill(source, { [name]: {} });
        const inside = `one/${QUITE_LONG_NAME}/`;
        fill(source, { 'one/': {}, [inside]: {}, [inside + LONG_NAME]: {} });
      },
      counts: { EstimatedFilesToTransfer: 15, FilesTransferred: 15, FilesVerified: 15 },
      tree: [
        'f 0644 me:me 1700000000 0 e3b0c442  a b ',
        'f 0644 me:me 1700000000 0 e3b0c442 \'"<&>',
        'd 0755 me:me 1600000000 ./',
        'f 0644 me:me 1700000000 0 e3b0c442 .hidden',
        'f 0644 me:me 1700000000 0 e3b0c442 a\\b',
        'f 0644 me:me 1700000000 0 e3b0c442 e\u0301',
        'd 0755 me:me 1700000000 one/',
        `d 0755 me:me 1700000000 one/${QUITE_LONG_NAME}/`,
        `f 0644 me:me 1700000000 0 e3b0c442 one/${QUITE_LONG_NAME}/${LONG_NAME}`,
        'f 0644 me:me 1700000000 0 e3b0c442 plus+and%41',
        'f 0644 me:me 1700000000 0 e3b0c442 tab\tline\n',
        'f 0644 me:me 1700000000 0 e3b0c442 ~*?;:@=$,!()[]{}|#',
        'f 0644 me:me 1700000000 0 e3b0c442 é',
        'f 0644 me:me 1700000000 0 e3b0c442 日本',
        'f 0644 me:me 1700000000 0 e3b0c442 😀',
      ],
    },
  ],
  back: { EstimatedFilesToTransfer: 14, FilesTransferred: 14, FilesSkipped: 1, FilesVerified: 15 },
};

const LONG_DIRECTORY: Story = {
  name: 'a directory whose name is as long as can be',
  pair: 'directory to bucket',
  steps: [
    {
      name: 'first',
      before: ({ source }) =>
        fill(source, { [`${LONG_NAME}/`]: {}, [`${LONG_NAME}/a.txt`]: { text: 'hello' } }),
      counts: {
        EstimatedFilesToTransfer: 3,
        EstimatedBytesToTransfer: 5,
        FilesTransferred: 3,
        FilesVerified: 3,
        BytesWritten: 5,
        BytesTransferred: 5,
      },
      tree: [
        'd 0755 me:me 1600000000 ./',
        `d 0755 me:me 1700000000 ${LONG_NAME}/`,
        `f 0644 me:me 1700000000 5 2cf24dba ${LONG_NAME}/a.txt`,
      ],
    },
  ],
  // MinIO keeps keys as files, that of a directory with nine bytes more in its name.
  elsewhere: {
    minio: [
      {
        name: 'the directory fails, what is in it arrives',
        before: ({ source }) =>
          fill(source, { [`${LONG_NAME}/`]: {}, [`${LONG_NAME}/a.txt`]: { text: 'hello' } }),
        ends: 'FilesSkipped',
        problems: [/^failed \/n{255}: .*HTTP 400/],
        counts: {
          EstimatedFilesToTransfer: 3,
          EstimatedBytesToTransfer: 5,
          FilesTransferred: 2,
          FilesVerified: 2,
          BytesWritten: 5,
          BytesTransferred: 5,
        },
        tree: ['d 0755 me:me 1600000000 ./', `f 0644 me:me 1700000000 5 2cf24dba ${LONG_NAME}/a.txt`],
      },
    ],
  },
};

const LARGE_BYTES = 20 * MIB + 8 * MIB + 16 * MIB + 'at the end'.length;

const LARGE_FILES: Story = {
  name: 'large files and one with a hole',
  pair: 'directory to bucket',
  steps: [
    {
      name: 'first',
      before: ({ source }) =>
        fill(source, {
          '20 MiB': { text: counting(20 * MIB) },
          '8 MiB': { text: counting(8 * MIB) },
          sparse: { end: 'at the end', after: 16 * MIB },
        }),
      counts: {
        EstimatedFilesToTransfer: 4,
        EstimatedBytesToTransfer: LARGE_BYTES,
        FilesTransferred: 4,
        FilesVerified: 4,
        BytesWritten: LARGE_BYTES,
        BytesTransferred: LARGE_BYTES,
      },
      tree: [
        'd 0755 me:me 1600000000 ./',
        'f 0644 me:me 1700000000 20971520 2bc0ad6a 20 MiB',
        'f 0644 me:me 1700000000 8388608 b4ff4cd7 8 MiB',
        'f 0644 me:me 1700000000 16777226 ed75157a sparse',
      ],
    },
    {
      name: 'only the mode of a large one changed',
      before: ({ source }) => chmodSync(join(source, '20 MiB'), 0o600),
      counts: { EstimatedFilesToTransfer: 1, FilesTransferred: 1, FilesSkipped: 3, FilesVerified: 4 },
      tree: [
        'd 0755 me:me 1600000000 ./',
        'f 0600 me:me 1700000000 20971520 2bc0ad6a 20 MiB',
        'f 0644 me:me 1700000000 8388608 b4ff4cd7 8 MiB',
        'f 0644 me:me 1700000000 16777226 ed75157a sparse',
      ],
    },
  ],
  back: {
    EstimatedFilesToTransfer: 3,
    EstimatedBytesToTransfer: LARGE_BYTES,
    FilesTransferred: 3,
    FilesSkipped: 1,
    FilesVerified: 4,
    BytesWritten: LARGE_BYTES,
    BytesTransferred: LARGE_BYTES,
  },
};

const FOREIGN_OBJECTS: Story = {
  name: 'objects that DataSync has never touched, to a directory',
  pair: 'bucket to directory',
  steps: [
    {
      name: 'first',
      async before({ world, source }) {
        await world.put(source, 'a.txt', 'hello');
        await world.put(source, 'deep/er/b', 'a.txt', { Metadata: { color: 'red' } });
      },
      counts: {
        EstimatedFilesToTransfer: 4,
        EstimatedBytesToTransfer: 10,
        FilesTransferred: 4,
        FilesSkipped: 1,
        FilesVerified: 5,
        BytesWritten: 10,
        BytesTransferred: 10,
      },
      tree: [
        /^d 0755 me:me \d+(\.\d+)? \.\/$/,
        /^f 0755 NOBODY \d+ 5 2cf24dba a\.txt$/,
        /^d 0755 NOBODY \S+ deep\/$/,
        /^d 0755 NOBODY \S+ deep\/er\/$/,
        /^f 0755 NOBODY \d+ 5 18b7cb09 deep\/er\/b$/,
      ],
    },
    {
      name: 'again',
      counts: { FilesSkipped: 5, FilesVerified: 5 },
      tree: [
        /^d 0755 me:me \d+(\.\d+)? \.\/$/,
        /^f 0755 NOBODY \d+ 5 2cf24dba a\.txt$/,
        /^d 0755 NOBODY \S+ deep\/$/,
        /^d 0755 NOBODY \S+ deep\/er\/$/,
        /^f 0755 NOBODY \d+ 5 18b7cb09 deep\/er\/b$/,
      ],
    },
  ],
};

/** The bytes below and at the limit of a class. */
const AROUND = (limit: number) => ({
  [`${limit - 1}`]: { text: 'x'.repeat(limit - 1) },
  [`${limit}`]: { text: 'x'.repeat(limit) },
});

const INFREQUENT_ACCESS: Story = {
  name: 'storage class STANDARD_IA: what is smaller than 128 KiB goes to STANDARD',
  pair: 'directory to bucket',
  at: { S3StorageClass: 'STANDARD_IA' },
  steps: [
    {
      name: 'first',
      before: ({ source }) => fill(source, AROUND(128 * 1024)),
      counts: {
        EstimatedFilesToTransfer: 3,
        EstimatedBytesToTransfer: 262143,
        FilesTransferred: 3,
        FilesVerified: 3,
        BytesWritten: 262143,
        BytesTransferred: 262143,
      },
      tree: [
        'd 0755 me:me 1600000000 ./',
        'f 0644 me:me 1700000000 131071 5a5e7339 131071',
        'f 0644 me:me 1700000000 131072 15601535 STANDARD_IA 131072',
      ],
    },
    {
      name: 'what is there keeps its class',
      before({ source }) {
        chmodSync(join(source, '131072'), 0o600);
        fill(source, { 131071: { text: 'x'.repeat(131_072) } });
      },
      counts: {
        EstimatedFilesToTransfer: 2,
        EstimatedBytesToTransfer: 131072,
        FilesTransferred: 2,
        FilesSkipped: 1,
        FilesVerified: 3,
        BytesWritten: 131072,
        BytesTransferred: 131072,
      },
      tree: [
        'd 0755 me:me 1600000000 ./',
        'f 0644 me:me 1700000000 131072 15601535 131071',
        'f 0600 me:me 1700000000 131072 15601535 STANDARD_IA 131072',
      ],
    },
    {
      name: 'all again: the class of the location is for all',
      start: async () => ({ OverrideOptions: { TransferMode: 'ALL' } }),
      counts: {
        EstimatedFilesToTransfer: 3,
        EstimatedBytesToTransfer: 262144,
        FilesTransferred: 3,
        FilesVerified: 3,
        BytesWritten: 262144,
        BytesTransferred: 262144,
      },
      tree: [
        'd 0755 me:me 1600000000 ./',
        'f 0644 me:me 1700000000 131072 15601535 STANDARD_IA 131071',
        'f 0600 me:me 1700000000 131072 15601535 STANDARD_IA 131072',
      ],
    },
  ],
  elsewhere: {
    minio: [
      {
        name: 'MinIO has no such class',
        before: ({ source }) => fill(source, AROUND(128 * 1024)),
        ends: 'FilesSkipped',
        problems: [/^failed \/131072: .*InvalidStorageClass. Give the location a class that this server has/],
        counts: {
          EstimatedFilesToTransfer: 3,
          EstimatedBytesToTransfer: 262143,
          FilesTransferred: 2,
          FilesVerified: 2,
          BytesWritten: 131071,
          BytesTransferred: 262143,
        },
        tree: ['d 0755 me:me 1600000000 ./', 'f 0644 me:me 1700000000 131071 5a5e7339 131071'],
      },
    ],
  },
};

/** What is archived can be read by nobody, on S3. */
const glacierSteps = (content: string): Story['steps'] => [
  {
    name: 'first',
    before: ({ source }) => fill(source, AROUND(40 * 1024)),
    counts: {
      EstimatedFilesToTransfer: 3,
      EstimatedBytesToTransfer: 81919,
      FilesTransferred: 3,
      FilesVerified: 3,
      BytesWritten: 81919,
      BytesTransferred: 81919,
    },
    tree: [
      'd 0755 me:me 1600000000 ./',
      'f 0644 me:me 1700000000 40959 60f9896c 40959',
      `f 0644 me:me 1700000000 40960 ${content} GLACIER 40960`,
    ],
  },
  {
    name: 'again',
    counts: { FilesSkipped: 3 },
    tree: [
      'd 0755 me:me 1600000000 ./',
      'f 0644 me:me 1700000000 40959 60f9896c 40959',
      `f 0644 me:me 1700000000 40960 ${content} GLACIER 40960`,
    ],
  },
];

const GLACIER: Story = {
  name: 'storage class GLACIER: what is smaller than 40 KiB goes to STANDARD, and archives are not read',
  pair: 'directory to bucket',
  at: { S3StorageClass: 'GLACIER' },
  steps: glacierSteps('archived'),
  elsewhere: {
    // To radosgw a class is a name: what is in it can be read at once.
    radosgw: glacierSteps('672f5349'),
    minio: [
      {
        name: 'MinIO has no such class',
        before: ({ source }) => fill(source, AROUND(40 * 1024)),
        ends: 'FilesSkipped',
        problems: [/^failed \/40960: .*InvalidStorageClass. Give the location a class that this server has/],
        counts: {
          EstimatedFilesToTransfer: 3,
          EstimatedBytesToTransfer: 81919,
          FilesTransferred: 2,
          FilesVerified: 2,
          BytesWritten: 40959,
          BytesTransferred: 81919,
        },
        tree: ['d 0755 me:me 1600000000 ./', 'f 0644 me:me 1700000000 40959 60f9896c 40959'],
      },
    ],
  },
};

/** From a directory, or to one. */
export const DIRECTORY_STORIES: readonly Story[] = [
  SMALL_FILES,
  ODD_NAMES,
  LONG_DIRECTORY,
  LARGE_FILES,
  FOREIGN_OBJECTS,
  INFREQUENT_ACCESS,
  GLACIER,
];
