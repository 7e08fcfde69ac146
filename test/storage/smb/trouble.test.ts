// What servers do when they do not do what they are told, over a share that is made up.

import t from 'tap';
import { relPath } from '../../../src/base/path.ts';
import { NT_STATUS } from '../../../src/storage/smb/nt-status.ts';
import { smbFiles } from '../../../src/storage/smb/smb-files.ts';
import type { Command } from '../../../src/storage/smb/smb-tree.ts';
import {
  bytes,
  collect,
  failure,
  get,
  kindOf,
  list,
  MiB,
  names,
  pieces,
  put,
} from '../../contract/backend-tools.ts';
import { clock, fresh, once, open } from './fake-location.ts';
import { FakeTree } from './fake-tree.ts';

const DIRECTORY = 0x10;
const READONLY = 0x1;
const REPARSE_POINT = 0x400;
const SYMLINK = 0xa000000c;
const DEDUPLICATED = 0x80000013;

/** InfoType of MS-SMB2 2.2.39. */
const SECURITY = 3;
const RENAME = 10;

t.test('a root that is not there, or is a file, is told when it is opened', async (t) => {
  const tree = new FakeTree();
  tree.make('file');
  t.equal(await kindOf(open(tree, 'nothing')), 'NotFound');
  t.equal(await kindOf(open(tree, 'file')), 'NotADirectory');
});

t.test('a location below the share sees nothing of what is around it', async (t) => {
  const tree = new FakeTree();
  tree.make('outside', 'secret');
  tree.make('inside', '', DIRECTORY);
  await using backend = await open(tree, 'inside');
  await put(backend, 'f', 'x');
  t.strictSame(await names(backend), ['f']);
  t.equal(tree.at('inside/f')?.content.toString(), 'x');
  t.equal(tree.at('inside/.aws-datasync/task'), undefined);
});

const REFUSALS = {
  SHARING_VIOLATION: 'Busy',
  FILE_LOCK_CONFLICT: 'Busy',
  DELETE_PENDING: 'Busy',
  ACCESS_DENIED: 'PermissionDenied',
  PRIVILEGE_NOT_HELD: 'PermissionDenied',
  DISK_FULL: 'NoSpace',
  QUOTA_EXCEEDED: 'NoSpace',
  MEDIA_WRITE_PROTECTED: 'ReadOnly',
  INSUFFICIENT_RESOURCES: 'Throttled',
  OBJECT_NAME_INVALID: 'InvalidName',
  UNEXPECTED_IO_ERROR: 'Io',
  STOPPED_ON_SYMLINK: 'Unsupported',
} as const;

t.test('each refusal has its kind, a text for people and the name of the status', async (t) => {
  for (const [name, kind] of Object.entries(REFUSALS)) {
    const { tree, backend } = await fresh();
    await put(backend, 'f', 'x');
    once(tree, 'READ', NT_STATUS[name as keyof typeof REFUSALS]);
    const error = await failure(collect(backend.read(relPath('f'))));
    t.match(error, { name: 'StorageError', kind, path: 'f', code: `STATUS_${name}` });
    t.equal(tree.openFiles, 0, `${name} leaves nothing open`);
  }
});

t.test('a status that nobody knows is an Io with its number', async (t) => {
  const { tree, backend } = await fresh();
  once(tree, 'QUERY_INFO', 0xc0001234);
  t.match(await failure(backend.stat(relPath(''))), { kind: 'Io', message: /0xc0001234/ });
});

for (const goesOn of [false, true]) {
  const school = goesOn ? 'goes on behind refusals' : 'stops at refusals';
  for (const size of [10, 3 * MiB]) {
    const small = size < MiB;
    t.test(
      `${small ? 'a small' : 'a large'} file that a full disk refuses leaves the old one, on a server that ${school}`,
      async (t) => {
        const { tree, backend } = await fresh();
        tree.goesOnBehindRefusals = goesOn;
        await put(backend, 'f', 'old');
        once(tree, 'WRITE', NT_STATUS.DISK_FULL);
        t.equal(await kindOf(put(backend, 'f', bytes(size))), 'NoSpace');
        t.equal(await get(backend, 'f'), 'old');
        await backend[Symbol.asyncDispose]();
        t.strictSame([...tree.root.children.keys()], ['f']);
      },
    );
    t.test(
      `rights that are refused are the failure of ${small ? 'a small' : 'a large'} file, on a server that ${school}`,
      async (t) => {
        const { tree, backend } = await fresh();
        tree.goesOnBehindRefusals = goesOn;
        tree.trouble = ({ command, body }) =>
          command === 'SET_INFO' && body[2] === SECURITY ? NT_STATUS.INVALID_OWNER : undefined;
        const stamp = { mtimeNs: 0n, security: { owner: 'S-1-5-21-9-9-9-9' } };
        t.equal(await kindOf(put(backend, 'f', bytes(size), stamp)), 'PermissionDenied');
        t.equal(await kindOf(backend.stat(relPath('f'))), 'NotFound');
        await backend[Symbol.asyncDispose]();
        t.equal(tree.root.children.size, 0);
      },
    );
  }
}

t.test('what is marked read-only is replaced and removed all the same', async (t) => {
  const { tree, backend } = await fresh();
  tree.make('f', 'old', READONLY);
  tree.make('g', 'old', READONLY);
  await put(backend, 'f', 'new');
  t.equal(await get(backend, 'f'), 'new');
  await backend.remove(relPath('g'));
  t.strictSame(await names(backend), ['f']);
});

t.test('an old file that somebody holds open for a moment is waited for, for ever it is Busy', async (t) => {
  for (const [times, wanted] of [
    [3, 'new'],
    [1000, 'Busy'],
  ] as const) {
    const { tree, backend } = await fresh();
    await put(backend, 'f', 'old');
    let refused = 0;
    tree.trouble = ({ command, body }) => {
      const renames = command === 'SET_INFO' && body[2] !== SECURITY && body[3] === RENAME;
      return renames && ++refused <= times ? NT_STATUS.ACCESS_DENIED : undefined;
    };
    const written = put(backend, 'f', 'new').then(() => get(backend, 'f'));
    t.equal(await written.catch((error) => error.kind), wanted);
    tree.trouble = () => undefined;
    t.equal(await get(backend, 'f'), wanted === 'Busy' ? 'old' : 'new');
    await backend[Symbol.asyncDispose]();
  }
});

t.test(
  'a file that somebody holds for himself is not replaced, even where the server would move over it',
  async (t) => {
    for (const security of [{}, { security: { dacl: 'D:(A;;FA;;;WD)' } }]) {
      const { tree, backend } = await fresh();
      await put(backend, 'f', 'old');
      const over = await backend.stat(relPath('f'));
      tree.trouble = ({ command }, name) =>
        command === 'CREATE' && name === 'f' ? NT_STATUS.SHARING_VIOLATION : undefined;
      for (const size of [1, 2 * MiB])
        t.equal(await kindOf(put(backend, 'f', bytes(size), security, { over })), 'Busy');
      t.equal(tree.at('f')?.content.toString(), 'old');
    }
  },
);

t.test('links are told in a listing and never followed, removed as themselves', async (t) => {
  const { tree, backend } = await fresh();
  tree.make('link', '', REPARSE_POINT).reparseTag = SYMLINK;
  tree.make('junction', '', REPARSE_POINT | DIRECTORY).reparseTag = 0xa0000003;
  tree.make('deduplicated', 'content', REPARSE_POINT).reparseTag = DEDUPLICATED;
  const items = await list(backend);
  t.strictSame(
    items.map((item) => (item.kind === 'unusable' ? `${item.shown}: ${item.error.message}` : item.path)),
    ['deduplicated', 'junction: No data available', 'link: No data available'],
  );
  t.equal((await backend.stat(relPath('link'))).kind, 'other');
  t.equal((await backend.stat(relPath('deduplicated'))).kind, 'file');
  t.equal(await kindOf(collect(backend.read(relPath('link')))), 'Unsupported');
  await backend.remove(relPath('link'));
  await backend.remove(relPath('junction'));
  t.strictSame(await names(backend), ['deduplicated']);
});

t.test('names that lead elsewhere or are no text are shown and never used', async (t) => {
  const { tree, backend } = await fresh();
  for (const name of ['a/b', '..\\up', 'nul\0', 'half\ud800', 'a:b', 'good.']) {
    const file = tree.make(`n${name.length}`);
    tree.root.children.delete(`n${name.length}`);
    file.name = name;
    tree.root.children.set(name, file);
  }
  const shown = (await list(backend)).map((item) => (item.kind === 'unusable' ? item.shown : item.path));
  t.strictSame(shown, ['..\\u005cup', 'a/b', 'a:b', 'good.', 'half\\ud800', 'nul\\u0000']);
});

t.test('a directory without an end is left', async (t) => {
  const { tree, backend } = await fresh();
  let first: Buffer | undefined;
  tree.make('f');
  tree.spoil = (command, message) => {
    if (command !== 'QUERY_DIRECTORY') return message;
    first ??= message;
    return first;
  };
  const spoiled = tree.send.bind(tree);
  tree.send = async (requests, options) => {
    const responses = await spoiled(requests, options);
    return responses.map((response, index) =>
      requests[index]?.command === 'QUERY_DIRECTORY' ? { ...response, status: 0 } : response,
    );
  };
  t.match(await failure(list(backend)), { kind: 'Io', message: /without an end/ });
  t.equal(tree.openFiles, 0);
});

t.test('answers that are cut off or lie about their length are an Io, and nothing stays open', async (t) => {
  const { tree, backend } = await fresh();
  await put(backend, 'f', bytes(100));
  const spoilt: Readonly<Record<string, (message: Buffer) => Buffer>> = {
    'cut off': (message) => message.subarray(0, 70),
    empty: (message) => message.subarray(0, 64),
    'more than it holds': (message) => {
      message.writeUInt32LE(0x7fffffff, 68);
      return message;
    },
    'another structure': (message) => {
      message.writeUInt16LE(4, 64);
      return message;
    },
  };
  const calls: Readonly<Partial<Record<Command, () => Promise<unknown>>>> = {
    READ: () => collect(backend.read(relPath('f'))),
    QUERY_INFO: () => backend.stat(relPath('f')),
    QUERY_DIRECTORY: () => list(backend),
  };
  for (const [command, call] of Object.entries(calls)) {
    for (const [what, spoil] of Object.entries(spoilt)) {
      tree.spoil = (answered, message) => (answered === command ? spoil(message) : message);
      t.equal(await kindOf(call()), 'Io', `${command} ${what}`);
      t.equal(tree.openFiles, 0);
    }
  }
});

t.test('a server that takes half of what is written is an Io', async (t) => {
  const { tree, backend } = await fresh();
  tree.spoil = (command, message) => {
    if (command === 'WRITE') message.writeUInt32LE(1, 68);
    return message;
  };
  for (const size of [10, 3 * MiB]) {
    t.equal(await kindOf(put(backend, 'f', bytes(size))), 'Io');
    t.equal(tree.openFiles, 0);
  }
  t.equal(await kindOf(backend.stat(relPath('f'))), 'NotFound');
});

t.test('a file gets the rights of the folder it ends up in, or of the file it replaces', async (t) => {
  const { tree, backend } = await fresh();
  await backend.makeDirectory(relPath('d'), { security: { dacl: 'D:PAI(A;OICI;FR;;;S-1-5-11)' } });
  for (const size of [1, 2 * MiB]) {
    await put(backend, `d/f${size}`, bytes(size));
    t.equal(tree.at(`d/f${size}`)?.dacl, 'D:AI(A;ID;FR;;;S-1-5-11)');
    await put(backend, `e/f${size}`, bytes(size));
    t.equal(tree.at(`e/f${size}`)?.dacl, 'D:(A;;FA;;;S-1-1-0)');
    await put(backend, `d/own${size}`, bytes(size), { security: { dacl: 'D:(A;;FA;;;S-1-5-18)' } });
    const over = await backend.stat(relPath(`d/own${size}`));
    await put(backend, `d/own${size}`, 'new', { windowsAttributes: 2 }, { over });
    t.match(tree.at(`d/own${size}`), { dacl: 'D:(A;;FA;;;S-1-5-18)', attributes: 2 });
  }
  t.strictSame(await names(backend, 'd'), ['f1', 'f2097152', 'own1', 'own2097152']);
});

t.test(
  'rights are listed when they are asked for; what may not be told is the failure of its item',
  async (t) => {
    const { tree, backend } = await fresh();
    for (const name of ['a', 'b', 'c']) await put(backend, name);
    t.match(await list(backend), [{ metadata: { security: undefined } }]);
    tree.trouble = ({ command }, name) =>
      command === 'CREATE' && name === 'b' ? NT_STATUS.PRIVILEGE_NOT_HELD : undefined;
    const items = [];
    for await (const item of backend.list(relPath(''), { security: 'owner-dacl-sacl' })) items.push(item);
    t.match(items, [
      { path: 'a', metadata: { security: { owner: 'S-1-5-21-1-2-3-1000', sacl: 'S:' } } },
      { kind: 'unusable', shown: 'b', error: { kind: 'PermissionDenied' } },
      { path: 'c' },
    ]);
  },
);

t.test('a killed run leaves its files until the next one with the same name comes', async (t) => {
  const { tree, backend } = await fresh();
  await backend.makeDirectory(relPath('.aws-datasync/task'), {});
  tree.make('.aws-datasync/task/0', 'half');
  tree.make('.aws-datasync/task/17', 'half', READONLY);
  await backend[Symbol.asyncDispose]();
  const { mtimeNs } = tree.root;
  const next = await smbFiles(tree, {
    label: 'smb://fake',
    root: '',
    stagingId: 'task',
    clock,
  });
  t.equal(tree.root.children.size, 0);
  t.equal(tree.root.mtimeNs, mtimeNs, 'what is ours is no change of the location');
  await put(next, 'f', 'x');
  t.strictSame(await names(next), ['f']);
  await next[Symbol.asyncDispose]();
  t.strictSame([...tree.root.children.keys()], ['f']);
});

t.test('a body in small pieces, and pieces larger than a server takes, arrive whole', async (t) => {
  const { tree, backend } = await fresh();
  tree.limits = { ...tree.limits, readBytes: 65536, writeBytes: 65536, transactBytes: 65536 };
  const content = bytes(2 * MiB + 11);
  for (const size of [1000, MiB, 3 * MiB]) {
    await backend.write(relPath('f'), pieces(content, size), {});
    t.ok(tree.at('f')?.content.equals(content), `in pieces of ${size}`);
    t.ok((await collect(backend.read(relPath('f')))).equals(content));
  }
});
