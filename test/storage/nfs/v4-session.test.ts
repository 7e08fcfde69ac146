import t from 'tap';
import { systemClock } from '../../../src/base/system-clock.ts';
import { VirtualClock } from '../../../src/base/virtual-clock.ts';
import { openNfs4 } from '../../../src/storage/nfs/v4/open-nfs4.ts';
import { body, NFS4ERR, type Script, SESSION, scriptedNfs4, scriptedServer } from './scripted-nfs4.ts';
import { failureOf, storageFailure, whileTimeRuns } from './trouble.ts';

const HANDLE = Buffer.from('directory');
/** How many SEQUENCEs opening a location takes: RECLAIM_COMPLETE, the pseudo root, the way, the root's attributes. */
const OPENING = 4;

const open = (port: number, minorVersion: 1 | 2 = 1) =>
  openNfs4({ host: '127.0.0.1', port, path: '/export' }, minorVersion, { clock: systemClock() });

t.test('servers without sessions', async (t) => {
  const without = await scriptedServer(t, { EXCHANGE_ID: () => NFS4ERR.MINOR_VERS_MISMATCH });
  t.match(await failureOf(open(without.port)), { name: 'NfsFailure', status: 'MINOR_VERS_MISMATCH' });
  const whole = body().uint32(NFS4ERR.MINOR_VERS_MISMATCH).string('').uint32(0).bytes();
  const refusing = await scriptedServer(t, { EXCHANGE_ID: () => ({ whole }) });
  t.match(await failureOf(open(refusing.port, 2)), { name: 'NfsFailure', status: 'MINOR_VERS_MISMATCH' });
});

t.test('a session that cannot be had', async (t) => {
  const server = await scriptedServer(t, { CREATE_SESSION: () => NFS4ERR.SERVERFAULT });
  t.match(await failureOf(open(server.port)), { name: 'NfsFailure', status: 'SERVERFAULT' });
  const protecting = await scriptedServer(t, {
    EXCHANGE_ID: () => body().uint64(1).uint32(1).uint32(0).uint32(2),
  });
  t.match(await storageFailure(open(protecting.port)), { kind: 'Io' });
});

const LOST = { BADSESSION: 1, DEADSESSION: 1, SEQ_MISORDERED: 1, RETRY_UNCACHED_REP: 0 } as const;

for (const [status, newSessions] of Object.entries(LOST)) {
  t.test(`${status}: the call is made all the same`, async (t) => {
    const { client, server } = await scriptedNfs4(t, 1, {
      SEQUENCE: ({ times }) => (times === OPENING + 1 ? NFS4ERR[status as keyof typeof LOST] : undefined),
    });
    t.equal((await client.getAttributes(HANDLE)).uid, 11);
    t.equal(server.of('CREATE_SESSION').length, newSessions);
    t.equal(server.of('GETATTR').length, 1);
  });
}

t.test('a server that forgets us for ever', async (t) => {
  const clock = new VirtualClock();
  const { client } = await scriptedNfs4(
    t,
    1,
    { SEQUENCE: ({ times }) => (times > OPENING && times < 10_000 ? NFS4ERR.BADSESSION : undefined) },
    clock,
  );
  const failure = await storageFailure(whileTimeRuns(clock, client.getAttributes(HANDLE)));
  t.match(failure, { kind: 'Unreachable', code: 'BADSESSION', message: /keeps forgetting this client/ });
});

t.test('an answer in another session, slot or sequence', async (t) => {
  const answers = [
    body().fixed(Buffer.alloc(16, 9)).uint32(1).uint32(0),
    body().fixed(SESSION).uint32(99).uint32(0),
    body().fixed(SESSION).uint32(1).uint32(6),
  ];
  for (const wrong of answers) {
    const { client, server } = await scriptedNfs4(t, 1, {
      SEQUENCE: ({ times }) =>
        times === OPENING + 1 ? body().fixed(wrong.bytes()).uint32(7).uint32(7).uint32(0) : undefined,
    });
    t.match(await storageFailure(client.getAttributes(HANDLE)), { kind: 'Io' });
    t.equal((await client.getAttributes(HANDLE)).uid, 11, 'the next call has a new session');
    t.equal(server.of('CREATE_SESSION').length, 1);
  }
});

t.test('the count of sessions is lost: we begin anew', async (t) => {
  const { client, server, opening } = await scriptedNfs4(t, 1, {
    SEQUENCE: ({ times }) => (times === OPENING + 1 ? NFS4ERR.BADSESSION : undefined),
    CREATE_SESSION: ({ times }) => (times === 2 ? NFS4ERR.SEQ_MISORDERED : undefined),
  });
  await client.getAttributes(HANDLE);
  const [before] = opening.filter(({ name }) => name === 'EXCHANGE_ID');
  const [again, anew] = server.of('EXCHANGE_ID');
  t.same(again?.args['verifier'], before?.args['verifier']);
  t.not(Buffer.compare(anew?.args['verifier'] as Buffer, again?.args['verifier'] as Buffer), 0);
  t.equal(anew?.args['name'], before?.args['name']);
});

t.test('a lost answer is asked for in the same slot with the same number', async (t) => {
  const { client, server } = await scriptedNfs4(t, 1, {
    REMOVE: ({ times }) => (times === 1 ? 'cut' : undefined),
  });
  await client.remove(HANDLE, 'name');
  const [first, second] = server.of('SEQUENCE');
  t.same(second?.args, first?.args);
  t.equal(first?.args['cached'], true);
});

t.test('after a new session, what is found is judged', async (t) => {
  const lostThenFound = (status: number): Script => ({
    SEQUENCE: ({ times, call }) => {
      if (times === OPENING + 1) return 'cut';
      return call.connection === 2 && times === OPENING + 2 ? NFS4ERR.BADSESSION : undefined;
    },
    LOOKUP: ({ args }) => (args['name'] === 'gone' ? NFS4ERR.NOENT : undefined),
    REMOVE: () => status,
    RENAME: () => status,
    CREATE: () => status,
    LINK: () => status,
  });
  const fresh = (status: number) => scriptedNfs4(t, 1, lostThenFound(status));
  await t.resolves((await fresh(0)).client.remove(HANDLE, 'gone'), 'removed before');
  const from = { directory: HANDLE, name: 'a' };
  const gone = { directory: HANDLE, name: 'gone' };
  await t.resolves((await fresh(NFS4ERR.NOENT)).client.rename(from, { directory: HANDLE, name: 'b' }));
  t.match(await failureOf((await fresh(NFS4ERR.NOENT)).client.rename(from, gone)), { status: 'NOENT' });
  t.match(
    await failureOf((await fresh(NFS4ERR.EXIST)).client.makeDirectory(HANDLE, 'a', {})),
    { status: 'EXIST' },
    'a file is not the directory that we made',
  );
  t.match(await failureOf((await fresh(NFS4ERR.EXIST)).client.link(HANDLE, HANDLE, 'a')), {
    status: 'EXIST',
  });
  await t.resolves((await fresh(NFS4ERR.EXIST)).client.link(Buffer.from('handle'), HANDLE, 'a'));
});

t.test('what nobody may have done is not excused', async (t) => {
  const { client } = await scriptedNfs4(t, 1, { REMOVE: () => NFS4ERR.NOENT, CREATE: () => NFS4ERR.EXIST });
  t.match(await failureOf(client.remove(HANDLE, 'a')), { status: 'NOENT', procedure: 'REMOVE' });
  t.match(await failureOf(client.makeDirectory(HANDLE, 'a', {})), { status: 'EXIST' });
});

t.test('many calls share the slots, and no slot is used twice at once', async (t) => {
  const { client, server } = await scriptedNfs4(t, 1, {});
  await Promise.all(Array.from({ length: 50 }, () => client.getAttributes(HANDLE)));
  const seen = new Set(server.of('SEQUENCE').map(({ args }) => `${args['slot']}:${args['sequence']}`));
  t.equal(seen.size, 50);
  t.ok(server.of('SEQUENCE').every(({ args }) => Number(args['slot']) < 8));
});

t.test('a server that wants fewer slots used', async (t) => {
  const { client, server } = await scriptedNfs4(t, 1, {
    SEQUENCE: ({ args }) =>
      body()
        .fixed(args['session'] as Buffer)
        .uint32(args['sequence'] as number)
        .uint32(args['slot'] as number)
        .uint32(1)
        .uint32(1)
        .uint32(0),
  });
  await Promise.all(Array.from({ length: 20 }, () => client.getAttributes(HANDLE)));
  t.ok(server.of('SEQUENCE').every(({ args }) => Number(args['slot']) <= 1));
});

t.test('the lease is kept while nothing is asked, until the good-bye', async (t) => {
  const clock = new VirtualClock();
  const { client, server } = await scriptedNfs4(t, 1, {}, clock);
  await whileTimeRuns(clock, clock.sleep(100_000), 5_000);
  const renewals = server.of('SEQUENCE').length;
  t.ok(renewals >= 2, `${renewals} renewals in 100 s of a lease of 90 s`);
  await client[Symbol.asyncDispose]();
  t.same(server.names().slice(-2), ['DESTROY_SESSION', 'DESTROY_CLIENTID']);
  const asked = server.asked.length;
  await clock.advance(300_000);
  t.equal(server.asked.length, asked);
  t.equal(clock.sleeping, 0);
});

t.test('a server that was away for longer than all tries take', async (t) => {
  const clock = new VirtualClock();
  const { client } = await scriptedNfs4(
    t,
    1,
    {
      SEQUENCE: ({ times }) => {
        if (times !== OPENING + 1) return undefined;
        // As if the first answer had come after minutes.
        clock.advance(300_000).catch(() => undefined);
        return NFS4ERR.BADSESSION;
      },
    },
    clock,
  );
  t.equal((await whileTimeRuns(clock, client.getAttributes(HANDLE))).uid, 11);
});

t.test('a server that began anew, but kept the session, hears that nothing is claimed', async (t) => {
  const reclaimNeeded = 0x40;
  const { client, server } = await scriptedNfs4(t, 1, {
    SEQUENCE: ({ args, times }) =>
      body()
        .fixed(args['session'] as Buffer)
        .uint32(args['sequence'] as number)
        .uint32(args['slot'] as number)
        .uint32(7)
        .uint32(7)
        .uint32(times === OPENING + 1 ? reclaimNeeded : 0),
    RECLAIM_COMPLETE: ({ times }) => (times === 2 ? NFS4ERR.SERVERFAULT : undefined),
  });
  await client.getAttributes(HANDLE);
  await client.getAttributes(HANDLE);
  t.equal(server.of('RECLAIM_COMPLETE').length, 1);
});

t.test('a server that grants next to nothing', async (t) => {
  const { client, server } = await scriptedNfs4(t, 1, {
    CREATE_SESSION: ({ args }) => {
      const writer = body()
        .fixed(SESSION)
        .uint32(args['sequence'] as number)
        .uint32(0);
      for (const _ of ['fore', 'back'])
        writer.uint32(0).uint32(0).uint32(0).uint32(0).uint32(0).uint32(0).uint32(0);
      return writer;
    },
  });
  await Promise.all(Array.from({ length: 5 }, () => client.getAttributes(HANDLE)));
  t.ok(server.of('SEQUENCE').every(({ args }) => args['slot'] === 0));
  t.match(client.limits, { inFlight: 1, readBytes: 4096, writeBytes: 4096 });
});
