// Tasks from and to a real SMB share, looked at from its other side.

import { DeleteObjectCommand } from '@aws-sdk/client-s3';
import t from 'tap';
import { skipWithout } from './container-engine.ts';
import { bindingsTo, bucketGround, directoryGround, fsxWindowsGround, smbGround } from './grounds.ts';
import { type PairStory, tellPairs } from './pair-stories.ts';
import { fill, openWorld } from './s3-world.ts';
import { fillServer, keepingTimes, removeFromServer } from './server-files.ts';
import { type SmbServer, startSmbServer } from './smb-server.ts';

type Grounds = 'SMB' | 'SMB 2.1' | 'SMB 3.0.2' | 'FSx for Windows' | 'S3' | 'a directory';

const ALICE = 'S-1-5-21-9-8-7-1234';
/** All rights of everyone, which are on what nobody has said anything of. */
const ALL = '(A;;0x001f01ff;;;WD)';
/** Reading, of Alice. */
const READ = `(A;;0x001200a9;;;${ALICE})`;
const AUDIT = '(AU;SA;0x001f01ff;;;WD)';

/** Of the user that logs in. */
const OWN = `O:S-1-5-21-1-2-3-1000D:${ALL}`;

/** As the share calls it. */
const inShare = (place: string, path: string) => `${place.slice('/share/'.length)}/${path}`;
const quoted = (place: string, path: string) => `"${inShare(place, path).replaceAll('/', '\\')}"`;

async function secure(server: SmbServer, place: string, path: string, descriptor: string): Promise<void> {
  await server.sh('/secure.py "$1" "$2"', inShare(place, path), descriptor);
}

/** Attributes, times of creation, owners and rights of several kinds. */
async function windowsTree(server: SmbServer, source: string): Promise<void> {
  await fillServer(server, source, {
    'a.txt': { text: 'hello' },
    'dir/': {},
    'dir/b': { text: 'a.txt' },
    'dir/empty dir/': {},
    'hidden and é': {},
  });
  const at = (path: string) => quoted(source, path);
  await server.smbclient(
    [
      `setmode ${at('a.txt')} +ra`,
      `setmode ${at('hidden and é')} +hs`,
      `utimes ${at('a.txt')} 2001:02:03-04:05:06 -1 -1 -1`,
      `utimes ${at('dir')} 2002:02:03-04:05:06 -1 -1 -1`,
      `utimes ${at('dir/b')} 2003:02:03-04:05:06 -1 -1 -1`,
      `utimes ${at('dir/empty dir')} 2004:02:03-04:05:06 -1 -1 -1`,
      `utimes ${at('hidden and é')} 2005:02:03-04:05:06 -1 -1 -1`,
    ].join('; '),
  );
  await secure(server, source, 'dir', `O:${ALICE}D:P${ALL}${READ}S:${AUDIT}`);
  await secure(server, source, 'dir/b', `O:${ALICE}D:P${ALL}S:${AUDIT}`);
  await server.sh(
    `cd "$1"; touch -d @1700000000.1234567 a.txt; touch -d @1700000001 dir/b 'dir/empty dir'
     touch -d @1700000002.5 dir; touch -d @1600000000 .`,
    source,
  );
}

/** Only rights, only an attribute, and a content with its time changed; one item is gone. */
async function windowsChanges(server: SmbServer, source: string): Promise<void> {
  await secure(server, source, 'dir/b', `D:P${ALL}${READ}`);
  await server.smbclient(`setmode ${quoted(source, 'hidden and é')} -h`);
  await keepingTimes(server, source, 'printf again >> a.txt; touch -d @1700000003 a.txt');
  await removeFromServer(server, source, 'dir/empty dir');
}

const FIRST = {
  EstimatedFilesToTransfer: 5,
  EstimatedBytesToTransfer: 10,
  FilesTransferred: 5,
  FilesSkipped: 1,
  FilesVerified: 6,
  BytesWritten: 10,
  BytesTransferred: 10,
};

const allOfWindows = (server: SmbServer, from: Grounds, to: Grounds): PairStory<Grounds> => {
  const first = [
    `d - 1600000000 - ${OWN} ./`,
    `f RA 1700000000.1234567 981173106 5 2cf24dba ${OWN} a.txt`,
    `d - 1700000002.5 1012709106 O:${ALICE}D:P${ALL}${READ}S:${AUDIT} dir/`,
    `f - 1700000001 1044245106 5 18b7cb09 O:${ALICE}D:P${ALL}S:${AUDIT} dir/b`,
    `d - 1700000001 1075781106 ${OWN} dir/empty dir/`,
    `f HS 1700000000 1107403506 0 e3b0c442 ${OWN} hidden and é`,
  ];
  return {
    name: 'times, attributes, owners and rights with audits; again; changes of every kind',
    from,
    to,
    options: { SecurityDescriptorCopyFlags: 'OWNER_DACL_SACL', PreserveDeletedFiles: 'REMOVE' },
    fill: ({ source }) => windowsTree(server, source),
    steps: [
      { name: 'first', counts: FIRST, tree: first },
      { name: 'nothing changed', counts: { FilesSkipped: 6, FilesVerified: 6 }, tree: first },
      {
        name: 'changed',
        before: ({ source }) => windowsChanges(server, source),
        counts: {
          EstimatedFilesToTransfer: 4,
          EstimatedBytesToTransfer: 10,
          EstimatedFilesToDelete: 1,
          FilesTransferred: 3,
          FilesDeleted: 1,
          FilesSkipped: 2,
          FilesVerified: 5,
          BytesWritten: 10,
          BytesTransferred: 10,
        },
        tree: [
          `d - 1600000000 - ${OWN} ./`,
          `f RA 1700000003 981173106 10 203fb78c ${OWN} a.txt`,
          `d - 1700000002.5 1012709106 O:${ALICE}D:P${ALL}${READ}S:${AUDIT} dir/`,
          `f - 1700000001 1044245106 5 18b7cb09 O:${ALICE}D:P${ALL}${READ}S:${AUDIT} dir/b`,
          `f S 1700000000 1107403506 0 e3b0c442 ${OWN} hidden and é`,
        ],
      },
    ],
  };
};

/** What SecurityDescriptorCopyFlags leaves out is as if the user had made the files. */
const rights = (server: SmbServer): readonly PairStory<Grounds>[] => [
  {
    name: 'owners and rights without audits, which is the default',
    from: 'SMB',
    to: 'FSx for Windows',
    fill: ({ source }) => windowsTree(server, source),
    steps: [
      {
        name: 'first',
        counts: FIRST,
        tree: [
          `d - 1600000000 - ${OWN} ./`,
          `f RA 1700000000.1234567 981173106 5 2cf24dba ${OWN} a.txt`,
          `d - 1700000002.5 1012709106 O:${ALICE}D:P${ALL}${READ} dir/`,
          `f - 1700000001 1044245106 5 18b7cb09 O:${ALICE}D:P${ALL} dir/b`,
          `d - 1700000001 1075781106 ${OWN} dir/empty dir/`,
          `f HS 1700000000 1107403506 0 e3b0c442 ${OWN} hidden and é`,
        ],
      },
    ],
  },
  {
    name: 'neither owners nor rights',
    from: 'SMB',
    to: 'FSx for Windows',
    options: { SecurityDescriptorCopyFlags: 'NONE' },
    fill: ({ source }) => windowsTree(server, source),
    steps: [
      {
        name: 'first',
        counts: FIRST,
        tree: [
          `d - 1600000000 - ${OWN} ./`,
          `f RA 1700000000.1234567 981173106 5 2cf24dba ${OWN} a.txt`,
          `d - 1700000002.5 1012709106 ${OWN} dir/`,
          `f - 1700000001 1044245106 5 18b7cb09 ${OWN} dir/b`,
          `d - 1700000001 1075781106 ${OWN} dir/empty dir/`,
          `f HS 1700000000 1107403506 0 e3b0c442 ${OWN} hidden and é`,
        ],
      },
    ],
  },
];

/** Times come along; of owners and modes a bucket gets the defaults. */
const toBucket = (server: SmbServer): PairStory<Grounds> => {
  const first = [
    'd 0755 65534:65534 1600000000 ./',
    'f 0644 65534:65534 1700000000.1234567 5 2cf24dba a.txt',
    'd 0755 65534:65534 1700000002.5 dir/',
    'f 0644 65534:65534 1700000001 5 18b7cb09 dir/b',
    'd 0755 65534:65534 1700000001 dir/empty dir/',
    'f 0644 65534:65534 1700000000 0 e3b0c442 hidden and é',
  ];
  return {
    name: 'contents and times; again; changes of every kind',
    from: 'SMB',
    to: 'S3',
    options: { PreserveDeletedFiles: 'REMOVE' },
    fill: ({ source }) => windowsTree(server, source),
    steps: [
      {
        name: 'first',
        counts: {
          EstimatedFilesToTransfer: 6,
          EstimatedBytesToTransfer: 10,
          FilesTransferred: 6,
          FilesVerified: 6,
          BytesWritten: 10,
          BytesTransferred: 10,
        },
        tree: first,
      },
      { name: 'nothing changed', counts: { FilesSkipped: 6, FilesVerified: 6 }, tree: first },
      {
        name: 'changed; rights and attributes are nothing to a bucket',
        before: ({ source }) => windowsChanges(server, source),
        counts: {
          EstimatedFilesToTransfer: 2,
          EstimatedBytesToTransfer: 10,
          EstimatedFilesToDelete: 1,
          FilesTransferred: 1,
          FilesDeleted: 1,
          FilesSkipped: 4,
          FilesVerified: 5,
          BytesWritten: 10,
          BytesTransferred: 10,
        },
        tree: [
          'd 0755 65534:65534 1600000000 ./',
          'f 0644 65534:65534 1700000003 10 203fb78c a.txt',
          'd 0755 65534:65534 1700000002.5 dir/',
          'f 0644 65534:65534 1700000001 5 18b7cb09 dir/b',
          'f 0644 65534:65534 1700000000 0 e3b0c442 hidden and é',
        ],
      },
    ],
  };
};

/** All rights of everyone, and reading for Alice, for what is made in there. Samba does not mark what is inherited. */
const TO_INHERIT = `D:P(A;OICI;0x001f01ff;;;WD)(A;OICI;0x001200a9;;;${ALICE})`;
const INHERITED = String.raw`O:S-1-5-21-1-2-3-1000D:\(A;;0x001f01ff;;;WD\)\(A;;0x001200a9;;;${ALICE}\)`;
const INHERITED_BY_FOLDER = INHERITED.replaceAll('A;;', 'A;OICI;');

/** Times come along, with the 100 ns that Windows has; the user owns all, and rights are those of the folder above. */
const fromBucket = (server: SmbServer): PairStory<Grounds> => {
  const first = [
    /^d - \d+\.\d+ - O:S-1-5-21-1-2-3-1000D:P\S+ \.\/$/,
    new RegExp(String.raw`^d - 1650000000\.5 \d+\.\d+ ${INHERITED_BY_FOLDER} dir/$`),
    new RegExp(String.raw`^f A 1700000000\.1234567 \d+\.\d+ 5 2cf24dba ${INHERITED} dir/a\.txt$`),
    new RegExp(String.raw`^d - \d+\.\d+ \d+\.\d+ ${INHERITED_BY_FOLDER} plain/$`),
    new RegExp(String.raw`^f A \d+ \d+\.\d+ 5 18b7cb09 ${INHERITED} plain/b$`),
  ];
  return {
    name: 'objects with metadata of files, and objects without; again; changes',
    from: 'S3',
    to: 'SMB',
    options: { PreserveDeletedFiles: 'REMOVE' },
    async fill({ world, source, destination }) {
      await secure(server, destination, '', TO_INHERIT);
      const put = (key: string, text: string, Metadata = {}) =>
        world.put(source, key, Buffer.from(text), { Metadata });
      await put('dir/', '', { 'file-mtime': '1650000000500000000ns' });
      const owned = { 'file-owner': '4003', 'file-group': '20', 'file-permissions': '0100640' };
      await put('dir/a.txt', 'hello', { ...owned, 'file-mtime': '1700000000123456789ns' });
      await put('plain/b', 'a.txt');
    },
    steps: [
      {
        name: 'first',
        counts: {
          EstimatedFilesToTransfer: 4,
          EstimatedBytesToTransfer: 10,
          FilesTransferred: 4,
          FilesSkipped: 1,
          FilesVerified: 5,
          BytesWritten: 10,
          BytesTransferred: 10,
        },
        tree: first,
      },
      { name: 'nothing changed', counts: { FilesSkipped: 5, FilesVerified: 5 }, tree: first },
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
          FilesSkipped: 2,
          FilesVerified: 3,
          BytesWritten: 11,
          BytesTransferred: 11,
        },
        tree: [
          ...first.slice(0, 2),
          new RegExp(String.raw`^f A 1700000005 \d+\.\d+ 11 3908c567 ${INHERITED} dir/a\.txt$`),
        ],
      },
    ],
  };
};

const DIRECTORY_ITEMS = {
  EstimatedFilesToTransfer: 3,
  EstimatedBytesToTransfer: 10,
  FilesTransferred: 3,
  FilesSkipped: 1,
  FilesVerified: 4,
  BytesWritten: 10,
  BytesTransferred: 10,
};

const withDirectories = (server: SmbServer): readonly PairStory<Grounds>[] => [
  {
    name: 'files of this machine; again',
    from: 'a directory',
    to: 'FSx for Windows',
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
          `d - 1600000000 - ${OWN} ./`,
          /^f A 1700000000 \d+\.\d+ 5 2cf24dba O:S-1-5-21-1-2-3-1000D:\(A;;0x001f01ff;;;WD\) a\.txt$/,
          /^d - 1700000000 \d+\.\d+ O:S-1-5-21-1-2-3-1000D:\(A;;0x001f01ff;;;WD\) dir\/$/,
          /^f A 1700000000\.25 \d+\.\d+ 5 18b7cb09 O:S-1-5-21-1-2-3-1000D:\(A;;0x001f01ff;;;WD\) dir\/b$/,
        ],
      },
    ],
  },
  {
    name: 'files of a server; again',
    from: 'FSx for Windows',
    to: 'a directory',
    fill: ({ source }) =>
      fillServer(server, source, {
        'a.txt': { text: 'hello', mode: 0o666 },
        'dir/': { mode: 0o777 },
        'dir/b': { text: 'a.txt', at: '1700000000.25' },
      }),
    steps: [
      {
        name: 'first',
        counts: DIRECTORY_ITEMS,
        tree: [
          'd 0755 me:me 1600000000 ./',
          'f 0644 NOBODY 1700000000 5 2cf24dba a.txt',
          'd 0755 NOBODY 1700000000 dir/',
          'f 0644 NOBODY 1700000000.25 5 18b7cb09 dir/b',
        ],
      },
    ],
  },
];

const stories = (server: SmbServer): readonly PairStory<Grounds>[] => [
  allOfWindows(server, 'SMB', 'FSx for Windows'),
  allOfWindows(server, 'SMB 2.1', 'FSx for Windows'),
  allOfWindows(server, 'FSx for Windows', 'SMB 3.0.2'),
  ...rights(server),
  toBucket(server),
  fromBucket(server),
  ...withDirectories(server),
];

const skip = skipWithout('samba');
if (skip) {
  t.test('tasks over SMB', { skip }, async () => undefined);
} else {
  t.setTimeout(300_000);
  const server = await startSmbServer();
  t.teardown(() => server[Symbol.asyncDispose]());
  const world = await openWorld(undefined, bindingsTo({ smb: server }));
  t.teardown(() => world[Symbol.asyncDispose]());
  const grounds = {
    SMB: smbGround(world, server, { security: 'security' }),
    'SMB 2.1': smbGround(world, server, { security: 'security', Version: 'SMB2' }),
    'SMB 3.0.2': smbGround(world, server, { security: 'security', Version: 'SMB3' }),
    'FSx for Windows': fsxWindowsGround(world, server, 'security'),
    S3: bucketGround(world),
    'a directory': directoryGround(world),
  };
  await tellPairs(world, grounds, stories(server));
}
