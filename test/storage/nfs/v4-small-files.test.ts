import t from 'tap';
import { fattr4 } from './nfs4-attributes.ts';
import { body, NFS4ERR, openedFile, type Script, STATE, scriptedNfs4 } from './scripted-nfs4.ts';
import { failureOf, storageFailure } from './trouble.ts';

const DIRECTORY = Buffer.from('directory');
const HANDLE = Buffer.from('handle');
const content = Buffer.from('hello');
const stamp = { mode: 0o4755, uid: 1, gid: 2, mtimeNs: 5n };

/** Counting what opening the location asked for: two handles on the way, and the attributes of the root. */
const FIRST = { GETFH: 3, WRITE: 1, SETATTR: 1, GETATTR: 2 };

/** How many connections ended so far is known by the call. */
const cutFirst: Script = {
  SETATTR: ({ call }) => (call.connection === 1 ? 'cut' : undefined),
  OPEN: ({ args, call }) => (call.connection > 1 && args['mode'] === 1 ? NFS4ERR.EXIST : undefined),
};

for (const minorVersion of [0, 1] as const) {
  const create = async (t: Parameters<typeof scriptedNfs4>[0], script: Script) => {
    const { client, server } = await scriptedNfs4(t, minorVersion, script);
    return { server, made: client.createWhole(DIRECTORY, 'name', content, stamp) };
  };

  t.test(`4.${minorVersion}: a file that is there`, async (t) => {
    const { made, server } = await create(t, { OPEN: () => NFS4ERR.EXIST });
    t.match(await failureOf(made), { name: 'NfsFailure', status: 'EXIST', procedure: 'OPEN' });
    t.same(server.names(), ['OPEN']);
  });

  t.test(`4.${minorVersion}: a full disk; the file is closed`, async (t) => {
    const { made, server } = await create(t, { WRITE: () => NFS4ERR.NOSPC });
    t.match(await failureOf(made), { status: 'NOSPC', procedure: 'WRITE' });
    t.equal(server.of('CLOSE').length, 1);
  });

  t.test(`4.${minorVersion}: the server takes no numbers for owners`, async (t) => {
    const { made } = await create(t, { OPEN: () => NFS4ERR.BADOWNER });
    t.match(await storageFailure(made), { kind: 'Unsupported', code: 'FsNfsIdMappingEnabled' });
  });

  t.test(`4.${minorVersion}: what was done in part is finished step by step`, async (t) => {
    for (const failing of ['GETFH', 'WRITE', 'SETATTR', 'GETATTR'] as const) {
      const { made, server } = await create(t, {
        [failing]: ({
          times,
          args,
        }: {
          readonly times: number;
          readonly args: Readonly<Record<string, unknown>>;
        }) => {
          if (failing === 'GETATTR' && times === 1)
            return fattr4(body(), args['wanted'] as number[], { type: 2 });
          return times === FIRST[failing] ? NFS4ERR.DELAY : undefined;
        },
      });
      t.same((await made).handle, HANDLE, failing);
      t.equal(server.of('OPEN').length, 1, `${failing}: it is not made twice`);
      t.equal(server.of('CLOSE').length, 1);
    }
  });

  t.test(`4.${minorVersion}: less was taken than was sent`, async (t) => {
    const taken: string[] = [];
    const { made } = await create(t, {
      WRITE: ({ args, times }) => {
        const data = (args['data'] as Buffer).subarray(0, times === 1 ? 2 : 9);
        taken.push(`${args['offset']}:${data.toString()}`);
        return body().uint32(data.length).uint32(2).fixed(Buffer.alloc(8));
      },
    });
    await made;
    t.same(taken, ['0:he', '0:hello']);
  });

  t.test(`4.${minorVersion}: names, sizes and all else in one go`, async (t) => {
    const { made, server } = await create(t, {});
    t.match((await made).attributes, { type: 'file', uid: 11 });
    const open = server.of('OPEN')[0]?.args;
    t.match(open, { mode: 1, name: 'name', claim: 0 });
    t.match(open?.['attributes'], { bits: [0, 0b11_0010] }, 'private, and with its owner');
    t.match(
      server.of('SETATTR')[0]?.args['attributes'],
      { bits: [0, (1 << 1) | (1 << 22)] },
      'then mode and time',
    );
    const state =
      minorVersion === 0 ? Buffer.alloc(16) : Buffer.concat([Buffer.from([0, 0, 0, 1]), Buffer.alloc(12)]);
    t.same(server.of('WRITE')[0]?.args['state'], state);
    const calls = new Set(server.asked.map(({ call }) => call.xid)).size;
    t.equal(calls, minorVersion === 0 ? 2 : 1);
  });

  t.test(`4.${minorVersion}: a file is read in one go, without opening it`, async (t) => {
    const { client, server } = await scriptedNfs4(t, minorVersion, {});
    const read = await client.readWhole(DIRECTORY, 'name', 100);
    t.same(read.content, content);
    t.same(server.names(), ['LOOKUP', 'GETFH', 'READ', 'GETATTR']);
    server.asked.length = 0;
    await client.readWhole(DIRECTORY, 'name', 100, { handle: HANDLE });
    t.same(server.names(), ['GETFH', 'READ', 'GETATTR']);
  });
}

t.test('4.0: the answer was lost; the file that is there is ours', async (t) => {
  const { client, server } = await scriptedNfs4(t, 0, cutFirst);
  const made = await client.createWhole(DIRECTORY, 'name', content, stamp);
  t.same(made.handle, HANDLE);
  t.same(
    server.of('OPEN').map(({ args }) => args['mode']),
    [1, 1, 0],
    'it is emptied and written again',
  );
});

t.test(
  'a server that begins anew while a small file is written: it is written again, but not for ever',
  async (t) => {
    const commits =
      (good: number) =>
      ({ times }: { readonly times: number }) =>
        body().fixed(Buffer.alloc(8, times === good ? 7 : 9));
    const script = {
      WRITE: ({ times }: { readonly times: number }) => (times === 1 ? NFS4ERR.DELAY : undefined),
    };
    const once = await scriptedNfs4(t, 1, { ...script, COMMIT: commits(2) });
    await once.client.createWhole(DIRECTORY, 'name', content, stamp);
    t.same(
      once.server.of('WRITE').map(({ args }) => `${args['offset']}:${args['data']}`),
      ['0:hello', '0:hello', '0:hello'],
    );
    t.equal(once.server.of('OPEN').length, once.server.of('CLOSE').length);
    const always = await scriptedNfs4(t, 1, { ...script, COMMIT: commits(0) });
    t.match(await storageFailure(always.client.createWhole(DIRECTORY, 'name', content, stamp)), {
      kind: 'Interrupted',
    });
  },
);

t.test('files that cannot be read in one go', async (t) => {
  const refusing = await scriptedNfs4(t, 1, {
    READ: ({ args }) => (STATE.equals(args['state'] as Buffer) ? undefined : NFS4ERR.BAD_STATEID),
  });
  t.same((await refusing.client.readWhole(DIRECTORY, 'name', 100)).content, content);
  t.equal(refusing.server.of('CLOSE').length, 1);
  const denied = await scriptedNfs4(t, 1, { READ: () => NFS4ERR.ACCES });
  t.match(await failureOf(denied.client.readWhole(DIRECTORY, 'name', 100)), {
    status: 'ACCES',
    procedure: 'READ',
  });
  const gone = await scriptedNfs4(t, 1, { PUTFH: ({ times }) => (times > 2 ? NFS4ERR.STALE : undefined) });
  t.match(await failureOf(gone.client.readWhole(DIRECTORY, 'name', 100, { handle: HANDLE })), {
    status: 'STALE',
  });
  const large = await scriptedNfs4(t, 1, { READ: () => body().bool(false).opaque(Buffer.from('hel')) });
  t.equal((await large.client.readWhole(DIRECTORY, 'name', 3)).content, undefined);
});

t.test('4.0: the owner of an open file is confirmed once, and used again', async (t) => {
  const { client, server } = await scriptedNfs4(t, 0, {
    OPEN: ({ times }) => openedFile(times === 1 ? 2 : 0),
  });
  await client.createWhole(DIRECTORY, 'a', content, {});
  await client.createWhole(DIRECTORY, 'b', content, {});
  t.equal(server.of('OPEN_CONFIRM').length, 1);
  const numbers = server.asked.filter(({ args }) => typeof args['sequence'] === 'number');
  t.same(
    numbers.map(({ name, args }) => [name, args['sequence']]),
    [
      ['OPEN', 0],
      ['OPEN_CONFIRM', 1],
      ['CLOSE', 2],
      ['OPEN', 3],
      ['CLOSE', 4],
    ],
  );
});
