import t from 'tap';
import { VirtualClock } from '../../../src/base/virtual-clock.ts';
import { body, NFS4ERR, openedFile, type Said, type Script, STATE, scriptedNfs4 } from './scripted-nfs4.ts';
import { failureOf, storageFailure, whileTimeRuns } from './trouble.ts';

const DIRECTORY = Buffer.from('directory');
const OTHER_STATE = Buffer.from('another-state-id');
const content = Buffer.from('0123456789');
const verifier = (value: number) => Buffer.alloc(8, value);

/** What WRITE answers. */
const written = (count: number, stability: number, server: number) =>
  body().uint32(count).uint32(stability).fixed(verifier(server));

async function openFile(t: Test, minorVersion: 0 | 1 | 2, script: Script, access: 'read' | 'write' = 'read') {
  const { client, server } = await scriptedNfs4(t, minorVersion, script);
  return { file: await client.open(DIRECTORY, 'name', access), server, client };
}

type Test = Parameters<typeof scriptedNfs4>[0];

t.test('content that cannot be', async (t) => {
  const endless = await openFile(t, 1, { READ: () => body().bool(false).opaque(Buffer.alloc(0)) });
  t.match(await storageFailure(endless.file.read(0, 10)), { kind: 'Io', message: /no byte, and no end/ });
  const generous = await openFile(t, 1, { READ: () => body().bool(true).opaque(Buffer.alloc(11)) });
  t.match(await storageFailure(generous.file.read(0, 10)), {
    kind: 'Io',
    message: /11 bytes, where 10 are allowed/,
  });
  for (const count of [0, 11]) {
    const { file } = await openFile(t, 1, { WRITE: () => written(count, 0, 1) }, 'write');
    t.match(await storageFailure(file.write(0, content)), { kind: 'Io', message: /of 10 bytes are written/ });
  }
});

t.test('what a server refuses', async (t) => {
  const full = await openFile(t, 1, { WRITE: () => NFS4ERR.NOSPC }, 'write');
  t.match(await failureOf(full.file.write(0, content)), {
    name: 'NfsFailure',
    status: 'NOSPC',
    procedure: 'WRITE',
  });
  const { client } = await scriptedNfs4(t, 1, { OPEN: () => NFS4ERR.ACCES });
  t.match(await failureOf(client.open(DIRECTORY, 'name', 'read')), { status: 'ACCES', procedure: 'OPEN' });
  t.match(await failureOf(client.create(DIRECTORY, 'name', {})), { status: 'ACCES' });
});

for (const minorVersion of [0, 1] as const) {
  t.test(`4.${minorVersion}: a server that began anew while a file was written`, async (t) => {
    const { file, server } = await openFile(
      t,
      minorVersion,
      { WRITE: ({ times }) => written(10, 0, times), COMMIT: () => body().fixed(verifier(9)) },
      'write',
    );
    await file.write(0, content);
    t.match(await storageFailure(file.write(10, content)), { kind: 'Interrupted', retryable: true });
    t.match(await storageFailure(file.write(20, content)), { kind: 'Interrupted' });
    t.match(await storageFailure(file.commit()), { kind: 'Interrupted' });
    t.equal(server.of('WRITE').length, 2, 'nothing more is sent of a file that is to be written again');
    await file.close();
  });

  t.test(`4.${minorVersion}: a commit by another server than took the bytes`, async (t) => {
    const { file } = await openFile(t, minorVersion, { COMMIT: () => body().fixed(verifier(9)) }, 'write');
    await file.write(0, content);
    t.match(await storageFailure(file.commit()), { kind: 'Interrupted' });
  });

  for (const status of ['BAD_STATEID', 'EXPIRED', 'STALE_STATEID'] as const) {
    t.test(`4.${minorVersion}: ${status}: the file is opened again, once for all who read`, async (t) => {
      const { file, server } = await openFile(t, minorVersion, {
        OPEN: ({ times }) => openedFile(0, times === 1 ? STATE : OTHER_STATE),
        READ: ({ args }) => (STATE.equals(args['state'] as Buffer) ? NFS4ERR[status] : undefined),
      });
      const reads = await Promise.all([file.read(0, 10), file.read(10, 10), file.read(20, 10)]);
      t.same(
        reads.map(({ data }) => data.toString()),
        ['hello', 'hello', 'hello'],
      );
      t.equal(server.of('OPEN').length, 2);
      t.equal(server.of('OPEN')[1]?.args['claim'], minorVersion === 0 ? 0 : 4);
      await file.close();
      t.same(server.of('CLOSE')[0]?.args['state'], OTHER_STATE);
    });
  }

  t.test(`4.${minorVersion}: the same name is another file by now`, async (t) => {
    const { file } = await openFile(t, minorVersion, {
      READ: () => NFS4ERR.BAD_STATEID,
      GETFH: ({ times }) => (times > 3 ? body().opaque(Buffer.from('another')) : undefined),
    });
    t.match(await failureOf(file.read(0, 10)), { name: 'NfsFailure', status: 'STALE' });
  });

  t.test(`4.${minorVersion}: a state that is lost again and again`, async (t) => {
    const { file } = await openFile(t, minorVersion, {
      OPEN: ({ times }) => openedFile(0, Buffer.alloc(16, times)),
      READ: () => NFS4ERR.BAD_STATEID,
    });
    t.match(await failureOf(file.read(0, 10)), { name: 'NfsFailure', status: 'BAD_STATEID' });
  });
}

t.test('a file whose state is gone is closed', async (t) => {
  const { file, server } = await openFile(t, 1, { CLOSE: () => NFS4ERR.BAD_STATEID });
  await t.resolves(file.close());
  await t.resolves(file.close());
  t.equal(server.of('CLOSE').length, 1);
  const failing = await openFile(t, 1, { CLOSE: () => NFS4ERR.IO });
  t.match(await failureOf(failing.file.close()), { status: 'IO' });
});

t.test('a server that asks for patience gets it, but not for ever', async (t) => {
  for (const status of [NFS4ERR.DELAY, NFS4ERR.GRACE]) {
    const clock = new VirtualClock();
    const patient = await scriptedNfs4(
      t,
      1,
      { OPEN: ({ times }) => (times < 9 ? status : undefined) },
      clock,
    );
    const file = await whileTimeRuns(clock, patient.client.open(DIRECTORY, 'name', 'read'));
    t.equal(patient.server.of('OPEN').length, 9);
    await file.close();
  }
  const clock = new VirtualClock();
  const { client } = await scriptedNfs4(t, 1, { OPEN: () => NFS4ERR.DELAY }, clock);
  t.match(await failureOf(whileTimeRuns(clock, client.open(DIRECTORY, 'name', 'read'), 5000)), {
    status: 'DELAY',
  });
});

t.test('an abort ends the waiting; what was opened meanwhile is closed', async (t) => {
  const abort = new AbortController();
  const { client, server } = await scriptedNfs4(t, 1, {
    OPEN: () => {
      abort.abort(new Error('stop'));
      return undefined;
    },
  });
  const opening = client.open(DIRECTORY, 'name', 'read', { signal: abort.signal });
  t.match(await failureOf(opening), { message: 'stop' });
  while (server.of('CLOSE').length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  t.same(server.of('CLOSE')[0]?.args['state'], STATE);
});

t.test('a server that gives and takes less than it is asked to', async (t) => {
  const all = Buffer.from('0123456789');
  const { file, server } = await openFile(t, 1, {
    READ: ({ args }) => {
      const from = Number(args['offset']);
      return body()
        .bool(from + 3 >= all.length)
        .opaque(all.subarray(from, from + 3));
    },
  });
  t.same(await file.read(0, 20), { data: all, eof: true });
  t.same(
    server.of('READ').map(({ args }) => [args['offset'], args['count']]),
    [
      [0, 20],
      [3, 17],
      [6, 14],
      [9, 11],
    ],
  );
  const taken: Buffer[] = [];
  const other = await openFile(
    t,
    1,
    {
      WRITE: ({ args }) => {
        taken.push((args['data'] as Buffer).subarray(0, 4));
        return written(Math.min(4, (args['data'] as Buffer).length), 0, 1);
      },
      COMMIT: () => body().fixed(verifier(1)),
    },
    'write',
  );
  await other.file.write(0, all);
  await other.file.commit();
  await other.file.commit();
  t.same(Buffer.concat(taken), all);
  t.equal(other.server.of('COMMIT').length, 1, 'what is committed is not committed again');
});

t.test('what is stable needs no commit', async (t) => {
  const { file, server } = await openFile(t, 1, { WRITE: () => written(10, 2, 1) }, 'write');
  await file.write(0, content);
  await file.commit();
  t.equal(server.of('COMMIT').length, 0);
});

t.test('a delegation that nobody asked for is given back', async (t) => {
  const delegated = () => {
    const start = openedFile().bytes().subarray(0, -4);
    const rest = body()
      .uint32(1)
      .fixed(OTHER_STATE)
      .bool(false)
      .uint32(0)
      .uint32(0)
      .uint32(0)
      .string('OWNER@');
    return body().fixed(start).fixed(rest.bytes());
  };
  const { server } = await openFile(t, 1, { OPEN: delegated });
  t.same(server.of('DELEGRETURN')[0]?.args['state'], OTHER_STATE);
  t.equal(Number(server.of('OPEN')[0]?.args['access']), 0x401, 'none is wanted');
});

t.test('holes of 4.2', async (t) => {
  const answers =
    (...said: readonly Said[]) =>
    ({ times }: { readonly times: number }) =>
      said[times - 1];
  const at = (offset: number) => body().bool(false).uint64(offset);
  const found = async (script: Script) => (await openFile(t, 2, script)).file.seekData?.(100);
  t.same(await found({ SEEK: answers(at(200), at(300)) }), { from: 200, to: 300 });
  t.equal(await found({ SEEK: answers(NFS4ERR.NXIO) }), undefined);
  t.equal(await found({ SEEK: answers(body().bool(true).uint64(0)) }), undefined);
  const rest = { from: 100, to: Number.MAX_SAFE_INTEGER };
  t.same(await found({ SEEK: answers(at(0)) }), rest, 'what cannot be means that everything is data');
  t.same(await found({ SEEK: answers(at(100), at(0)) }), rest);
  t.same(await found({ SEEK: answers(NFS4ERR.NOTSUPP) }), rest);
  t.match(await failureOf(found({ SEEK: answers(NFS4ERR.IO) })), { status: 'IO' });
  t.equal((await openFile(t, 1, {})).file.seekData, undefined);
});
