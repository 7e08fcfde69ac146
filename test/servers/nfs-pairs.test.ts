// Tasks from and to a real NFS export, looked at from its other side.

import { DeleteObjectCommand } from '@aws-sdk/client-s3';
import t from 'tap';
import { skipWithout } from './container-engine.ts';
import { bindingsTo, bucketGround, directoryGround, efsGround, nfsGround, OWNER } from './grounds.ts';
import { type NfsServer, startNfsServer } from './nfs-server.ts';
import { type PairPlace, type PairStory, tellPairs } from './pair-stories.ts';
import { fill, openWorld } from './s3-world.ts';
import { fillServer, keepingTimes, removeFromServer, type ServerItem } from './server-files.ts';
import type { Counts } from './task-steps.ts';

type Grounds = 'NFS' | 'NFS 3' | 'NFS 4.0' | 'EFS' | 'S3' | 'a directory';

const TREE: Readonly<Record<string, ServerItem>> = {
  'a.txt': { text: 'hello', mode: 0o640, owner: '4003:20', at: '1700000000.1234567' },
  'dir/': { mode: 0o750, at: '1650000000.5' },
  'dir/b': { text: 'a.txt', mode: 0o600 },
  'dir/empty dir/': { mode: 0o2770, owner: '4004:4005' },
  'dir/other name of b': { nameOf: 'dir/b' },
  link: { link: 'dir/b', at: 1_600_000_001 },
  tool: { text: 'HELLO', mode: 0o4755 },
  'é, "quoted" & odd': { mode: 0o444 },
};

/** What a place has of a file with two names and of a symbolic link. */
interface Kept {
  /** How names of one file are marked. */
  readonly linked: '=1' | '';
  readonly link: string | RegExp;
}

/** nfs-ganesha gives no times to symbolic links. */
const ON_SERVER: Kept = { linked: '=1', link: /^l 4001:4002 \d+\.\d+ dir\/b link$/ };
/** The names of one file are objects of their own. */
const IN_BUCKET: Kept = { linked: '', link: `l ${OWNER} 1600000001 dir/b link` };

const atFirst = ({ linked, link }: Kept) => [
  `d 0755 ${OWNER} 1600000000 ./`,
  'f 0640 4003:20 1700000000.1234567 5 2cf24dba a.txt',
  `d 0750 ${OWNER} 1650000000.5 dir/`,
  `f 0600 ${OWNER} 1700000000 5 18b7cb09${linked} dir/b`,
  'd 2770 4004:4005 1700000000 dir/empty dir/',
  `f 0600 ${OWNER} 1700000000 5 18b7cb09${linked} dir/other name of b`,
  link,
  `f 4755 ${OWNER} 1700000000 5 3733cd97 tool`,
  `f 0444 ${OWNER} 1700000000 0 e3b0c442 é, "quoted" & odd`,
];

/** One content changed, one mode changed, one file is new in a directory, two items are gone. */
async function change(server: NfsServer, source: string): Promise<void> {
  await fillServer(server, source, { 'dir/new': { text: 'new', at: 1_700_000_001 } });
  await removeFromServer(server, source, 'dir/empty dir', 'é, "quoted" & odd');
  await keepingTimes(server, source, 'printf again >> a.txt; chmod 700 tool; touch -d @1700000002 a.txt');
  await server.sh('touch -d @1700000003 "$1/dir"', source);
}

const changed = ({ linked, link }: Kept) => [
  `d 0755 ${OWNER} 1600000000 ./`,
  'f 0640 4003:20 1700000002 10 203fb78c a.txt',
  `d 0750 ${OWNER} 1700000003 dir/`,
  `f 0600 ${OWNER} 1700000000 5 18b7cb09${linked} dir/b`,
  `f 0644 ${OWNER} 1700000001 3 11507a0e dir/new`,
  `f 0600 ${OWNER} 1700000000 5 18b7cb09${linked} dir/other name of b`,
  link,
  `f 0700 ${OWNER} 1700000000 5 3733cd97 tool`,
];

const CHANGES = {
  EstimatedFilesToTransfer: 6,
  EstimatedBytesToTransfer: 13,
  EstimatedFilesToDelete: 2,
  FilesTransferred: 4,
  FilesDeleted: 2,
  FilesSkipped: 4,
  FilesVerified: 8,
  BytesWritten: 13,
  BytesTransferred: 13,
};

const allOfPosix = (
  server: NfsServer,
  { from, to, first }: { readonly from: Grounds; readonly to: Grounds; readonly first: Counts },
): PairStory<Grounds> => {
  const kept = to === 'S3' ? IN_BUCKET : ON_SERVER;
  return {
    name: 'all that POSIX has; again; changes of every kind',
    from,
    to,
    options: { PreserveDeletedFiles: 'REMOVE' },
    fill: ({ source }) => fillServer(server, source, TREE),
    steps: [
      { name: 'first', counts: first, tree: atFirst(kept) },
      { name: 'nothing changed', counts: { FilesSkipped: 9, FilesVerified: 9 }, tree: atFirst(kept) },
      {
        name: 'changed',
        before: ({ source }) => change(server, source),
        counts: CHANGES,
        tree: changed(kept),
      },
    ],
  };
};

/** The root has its metadata already, and a further name of a file has no bytes. */
const TO_SERVER = {
  EstimatedFilesToTransfer: 8,
  EstimatedBytesToTransfer: 15,
  FilesTransferred: 8,
  FilesSkipped: 1,
  FilesVerified: 9,
  BytesWritten: 15,
  BytesTransferred: 15,
};

const TO_BUCKET = {
  EstimatedFilesToTransfer: 9,
  EstimatedBytesToTransfer: 20,
  FilesTransferred: 9,
  FilesVerified: 9,
  BytesWritten: 20,
  BytesTransferred: 20,
};

async function putFiles({ world, source }: PairPlace): Promise<void> {
  const owned = { 'file-owner': '4003', 'file-group': '20' };
  const times = { 'file-mtime': '1700000000123456700ns', 'file-atime': '1700000100000000000ns' };
  const put = (key: string, text: string, Metadata = {}) =>
    world.put(source, key, Buffer.from(text), { Metadata });
  await put('dir/', '', { ...owned, 'file-permissions': '0042750', 'file-mtime': '1650000000500000000ns' });
  await put('dir/a.txt', 'hello', { ...owned, ...times, 'file-permissions': '0100640' });
  await put('link', 'dir/a.txt', { ...owned, ...times, 'file-permissions': '0120777' });
  await put('plain/b', 'a.txt');
}

/** What a bucket has of POSIX comes back as it was; what it has not becomes 0755 of nobody. */
const FROM_BUCKET = [
  /^d 0755 4001:4002 \d+\.\d+ \.\/$/,
  'd 2750 4003:20 1650000000.5 dir/',
  'f 0640 4003:20 1700000000.1234567 5 2cf24dba dir/a.txt',
  /^l 4003:20 \d+\.\d+ dir\/a\.txt link$/,
  /^d 0755 65534:65534 \d+\.\d+ plain\/$/,
  /^f 0755 65534:65534 \d+ 5 18b7cb09 plain\/b$/,
];

const fromBucket: PairStory<Grounds> = {
  name: 'objects with metadata of files, and objects without; again; changes',
  from: 'S3',
  to: 'NFS',
  options: { PreserveDeletedFiles: 'REMOVE' },
  fill: putFiles,
  steps: [
    {
      name: 'first',
      counts: {
        EstimatedFilesToTransfer: 5,
        EstimatedBytesToTransfer: 10,
        FilesTransferred: 5,
        FilesSkipped: 1,
        FilesVerified: 6,
        BytesWritten: 10,
        BytesTransferred: 10,
      },
      tree: FROM_BUCKET,
    },
    { name: 'nothing changed', counts: { FilesSkipped: 6, FilesVerified: 6 }, tree: FROM_BUCKET },
    {
      name: 'one object is larger, one is gone with its directory',
      async before({ world, source }) {
        const Metadata = { 'file-mtime': '1700000005000000000ns' };
        await world.put(source, 'dir/a.txt', 'hello again', { Metadata });
        await world.s3.send(new DeleteObjectCommand({ Bucket: source, Key: 'plain/b' }));
      },
      counts: {
        EstimatedFilesToTransfer: 3,
        EstimatedBytesToTransfer: 11,
        EstimatedFilesToDelete: 2,
        FilesTransferred: 1,
        FilesDeleted: 2,
        FilesSkipped: 3,
        FilesVerified: 4,
        BytesWritten: 11,
        BytesTransferred: 11,
      },
      tree: [
        /^d 0755 4001:4002 \d+\.\d+ \.\/$/,
        'd 2750 4003:20 1650000000.5 dir/',
        'f 0755 65534:65534 1700000005 11 3908c567 dir/a.txt',
        /^l 4003:20 \d+\.\d+ dir\/a\.txt link$/,
      ],
    },
  ],
};

/** Whoever runs the tests may not give files to others: owners stay out of it. */
const NO_OWNERS = { Uid: 'NONE', Gid: 'NONE' } as const;

const DIRECTORY_ITEMS = {
  EstimatedFilesToTransfer: 3,
  EstimatedBytesToTransfer: 10,
  FilesTransferred: 3,
  FilesSkipped: 1,
  FilesVerified: 4,
  BytesWritten: 10,
  BytesTransferred: 10,
};

const withDirectories = (server: NfsServer): readonly PairStory<Grounds>[] => [
  {
    name: 'files of this machine; again',
    from: 'a directory',
    to: 'EFS',
    options: NO_OWNERS,
    fill: async ({ source }) =>
      fill(source, {
        'a.txt': { text: 'hello', mode: 0o600 },
        'dir/': { mode: 0o700 },
        'dir/b': { text: 'a.txt', at: 1_700_000_000.25 },
      }),
    steps: [
      {
        name: 'first',
        counts: DIRECTORY_ITEMS,
        tree: [
          `d 0755 ${OWNER} 1600000000 ./`,
          'f 0600 0:0 1700000000 5 2cf24dba a.txt',
          'd 0700 0:0 1700000000 dir/',
          'f 0644 0:0 1700000000.25 5 18b7cb09 dir/b',
        ],
      },
      {
        name: 'nothing changed',
        counts: { FilesSkipped: 4, FilesVerified: 4 },
        tree: [
          `d 0755 ${OWNER} 1600000000 ./`,
          'f 0600 0:0 1700000000 5 2cf24dba a.txt',
          'd 0700 0:0 1700000000 dir/',
          'f 0644 0:0 1700000000.25 5 18b7cb09 dir/b',
        ],
      },
    ],
  },
  {
    name: 'files of a server; again',
    from: 'EFS',
    to: 'a directory',
    options: NO_OWNERS,
    fill: ({ source }) =>
      fillServer(server, source, {
        'a.txt': { text: 'hello', mode: 0o600 },
        'dir/': { mode: 0o700 },
        'dir/b': { text: 'a.txt', at: '1700000000.25' },
      }),
    steps: [
      {
        name: 'first',
        counts: DIRECTORY_ITEMS,
        tree: [
          'd 0755 me:me 1600000000 ./',
          'f 0600 me:me 1700000000 5 2cf24dba a.txt',
          'd 0700 me:me 1700000000 dir/',
          'f 0644 me:me 1700000000.25 5 18b7cb09 dir/b',
        ],
      },
      {
        name: 'nothing changed',
        counts: { FilesSkipped: 4, FilesVerified: 4 },
        tree: [
          'd 0755 me:me 1600000000 ./',
          'f 0600 me:me 1700000000 5 2cf24dba a.txt',
          'd 0700 me:me 1700000000 dir/',
          'f 0644 me:me 1700000000.25 5 18b7cb09 dir/b',
        ],
      },
    ],
  },
];

const stories = (server: NfsServer): readonly PairStory<Grounds>[] => [
  allOfPosix(server, { from: 'NFS', to: 'EFS', first: TO_SERVER }),
  allOfPosix(server, { from: 'NFS 3', to: 'EFS', first: TO_SERVER }),
  allOfPosix(server, { from: 'NFS 4.0', to: 'EFS', first: TO_SERVER }),
  allOfPosix(server, { from: 'NFS', to: 'S3', first: TO_BUCKET }),
  allOfPosix(server, { from: 'EFS', to: 'NFS 3', first: TO_SERVER }),
  allOfPosix(server, { from: 'EFS', to: 'NFS 4.0', first: TO_SERVER }),
  fromBucket,
  ...withDirectories(server),
];

const skip = skipWithout('nfs');
if (skip) {
  t.test('tasks over NFS', { skip }, async () => undefined);
} else {
  t.setTimeout(300_000);
  const server = await startNfsServer();
  t.teardown(() => server[Symbol.asyncDispose]());
  const world = await openWorld(undefined, bindingsTo({ nfs: server }));
  t.teardown(() => world[Symbol.asyncDispose]());
  const grounds = {
    NFS: nfsGround(world, server),
    'NFS 3': nfsGround(world, server, 'NFS3'),
    'NFS 4.0': nfsGround(world, server, 'NFS4_0'),
    EFS: efsGround(world, server),
    S3: bucketGround(world),
    'a directory': directoryGround(world),
  };
  await tellPairs(world, grounds, stories(server));
}
