// Tasks from and to a real NFS export, looked at from its other side.

import t from 'tap';
import { skipWithout } from './container-engine.ts';
import { bindingsTo, bucketGround, directoryGround, efsGround, nfsGround, OWNER } from './grounds.ts';
import { type NfsServer, startNfsServer } from './nfs-server.ts';
import { type PairStory, tellPairs } from './pair-stories.ts';
import { openWorld } from './s3-world.ts';
import { fillServer, keepingTimes, removeFromServer, type ServerItem } from './server-files.ts';

type Grounds = 'NFS' | 'NFS 3' | 'NFS 4.0' | 'EFS' | 'S3' | 'a directory';

const TREE: Readonly<Record<string, ServerItem>> = {
  'a.txt': { text: 'hello', mode: 0o640, owner: '4003:20', at: '1700000000.1234567' },
  'dir/': { mode: 0o750, at: '1650000000.5' },
  'dir/b': { text: 'a.txt', mode: 0o600 },
  'dir/empty dir/': { mode: 0o2770, owner: '4004:4005' },
  'dir/other name of b': { nameOf: 'dir/b' },
  'é, "quoted" & odd': { mode: 0o444 },
  tool: { text: 'HELLO', mode: 0o4755 },
};

const AT_FIRST = [
  `d 0755 ${OWNER} 1600000000 ./`,
  'f 0640 4003:20 1700000000.1234567 5 2cf24dba a.txt',
  `d 0750 ${OWNER} 1650000000.5 dir/`,
  `f 0600 ${OWNER} 1700000000 5 18b7cb09=1 dir/b`,
  'd 2770 4004:4005 1700000000 dir/empty dir/',
  `f 0600 ${OWNER} 1700000000 5 18b7cb09=1 dir/other name of b`,
  `f 4755 ${OWNER} 1700000000 5 3733cd97 tool`,
  `f 0444 ${OWNER} 1700000000 0 e3b0c442 é, "quoted" & odd`,
];

const CHANGED = [
  `d 0755 ${OWNER} 1600000000 ./`,
  'f 0640 4003:20 1700000002 10 203fb78c a.txt',
  `d 0750 ${OWNER} 1700000003 dir/`,
  `f 0600 ${OWNER} 1700000000 5 18b7cb09=1 dir/b`,
  `f 0644 ${OWNER} 1700000001 3 11507a0e dir/new`,
  `f 0600 ${OWNER} 1700000000 5 18b7cb09=1 dir/other name of b`,
  `f 0700 ${OWNER} 1700000000 5 3733cd97 tool`,
];

/** One content changed, one mode changed, one file is new in a directory, two items are gone. */
async function change(server: NfsServer, source: string): Promise<void> {
  await fillServer(server, source, { 'dir/new': { text: 'new', at: 1_700_000_001 } });
  await removeFromServer(server, source, 'dir/empty dir', 'é, "quoted" & odd');
  await keepingTimes(server, source, 'printf again >> a.txt; chmod 700 tool; touch -d @1700000002 a.txt');
  await server.sh('touch -d @1700000003 "$1/dir"', source);
}

const CHANGES = {
  EstimatedFilesToTransfer: 6,
  EstimatedBytesToTransfer: 13,
  EstimatedFilesToDelete: 2,
  FilesTransferred: 4,
  FilesDeleted: 2,
  FilesSkipped: 3,
  FilesVerified: 7,
  BytesWritten: 13,
  BytesTransferred: 13,
};

/** To another NFS server: the root has its metadata already, and a further name of a file has no bytes. */
const amongServers = (server: NfsServer, from: Grounds): PairStory<Grounds> => ({
  name: 'all that POSIX has; again; changes of every kind',
  from,
  to: 'EFS',
  options: { PreserveDeletedFiles: 'REMOVE' },
  fill: ({ source }) => fillServer(server, source, TREE),
  steps: [
    {
      name: 'first',
      counts: {
        EstimatedFilesToTransfer: 7,
        EstimatedBytesToTransfer: 15,
        FilesTransferred: 7,
        FilesSkipped: 1,
        FilesVerified: 8,
        BytesWritten: 15,
        BytesTransferred: 15,
      },
      tree: AT_FIRST,
    },
    { name: 'nothing changed', counts: { FilesSkipped: 8, FilesVerified: 8 }, tree: AT_FIRST },
    { name: 'changed', before: ({ source }) => change(server, source), counts: CHANGES, tree: CHANGED },
  ],
});

/** In S3 the names of one file are objects of their own. */
const apart = (tree: readonly string[]) => tree.map((line) => line.replace(/=\d+ /, ' '));

const LINK = { link: { link: 'dir/b', at: 1_600_000_001 } };

const toBucket = (server: NfsServer): PairStory<Grounds> => ({
  name: 'all that POSIX has; again; changes of every kind; and back',
  from: 'NFS',
  to: 'S3',
  options: { PreserveDeletedFiles: 'REMOVE' },
  fill: ({ source }) => fillServer(server, source, { ...TREE, ...LINK }),
  steps: [
    {
      name: 'first',
      counts: {
        EstimatedFilesToTransfer: 9,
        EstimatedBytesToTransfer: 25,
        FilesTransferred: 9,
        FilesVerified: 9,
        BytesWritten: 25,
        BytesTransferred: 25,
      },
      tree: apart(AT_FIRST),
    },
    { name: 'nothing changed', counts: { FilesSkipped: 9, FilesVerified: 9 }, tree: apart(AT_FIRST) },
    {
      name: 'changed',
      before: ({ source }) => change(server, source),
      counts: CHANGES,
      tree: apart(CHANGED),
    },
  ],
});

/** What a bucket has of POSIX comes back as it was; what it has not becomes 0755 of nobody. */
const fromBucket: PairStory<Grounds> = {
  name: 'objects with metadata of files, and objects without',
  from: 'S3',
  to: 'NFS',
  fill: async ({ world, source }) => {
    const owned = { 'file-owner': '4003', 'file-group': '20' };
    const times = { 'file-mtime': '1700000000123456700ns', 'file-atime': '1700000100000000000ns' };
    const file = { ...owned, ...times, 'file-permissions': '0100640' };
    const directory = { ...owned, 'file-permissions': '0042750', 'file-mtime': '1650000000500000000ns' };
    const link = { ...owned, 'file-permissions': '0120777', 'file-mtime': '1700000000000000000ns' };
    await world.put(source, 'dir/', '', { Metadata: directory });
    await world.put(source, 'dir/a.txt', 'hello', { Metadata: file });
    await world.put(source, 'link', 'dir/a.txt', { Metadata: link });
    await world.put(source, 'plain/b', 'a.txt');
  },
  steps: [],
};

const stories = (server: NfsServer): readonly PairStory<Grounds>[] => [
  amongServers(server, 'NFS'),
  amongServers(server, 'NFS 3'),
  amongServers(server, 'NFS 4.0'),
  toBucket(server),
  {
    ...fromBucket,
    steps: [
      { name: 'first', counts: {}, tree: [] },
      { name: 'nothing changed', counts: {}, tree: [] },
    ],
  },
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
