import t from 'tap';
import { systemClock } from '../../../src/base/system-clock.ts';
import { VirtualClock } from '../../../src/base/virtual-clock.ts';
import { openNfs4 } from '../../../src/storage/nfs/v4/open-nfs4.ts';
import { body, CLIENT_ID, NFS4ERR, openedFile, scriptedNfs4, scriptedServer } from './scripted-nfs4.ts';
import { failureOf, storageFailure, whileTimeRuns } from './trouble.ts';

const DIRECTORY = Buffer.from('directory');

const open = (port: number) =>
  openNfs4({ host: '127.0.0.1', port, path: '/export' }, 0, { clock: systemClock() });

t.test('servers that do not want to know us', async (t) => {
  const without = await scriptedServer(t, { SETCLIENTID: () => NFS4ERR.MINOR_VERS_MISMATCH });
  t.match(await failureOf(open(without.port)), { name: 'NfsFailure', status: 'MINOR_VERS_MISMATCH' });
  const unsure = await scriptedServer(t, { SETCLIENTID_CONFIRM: () => NFS4ERR.SERVERFAULT });
  t.match(await failureOf(open(unsure.port)), { name: 'NfsFailure', status: 'SERVERFAULT' });
});

t.test('a client id that is never good enough', async (t) => {
  const clock = new VirtualClock();
  const { client } = await scriptedNfs4(t, 0, { OPEN: () => NFS4ERR.STALE_CLIENTID }, clock);
  const failure = await storageFailure(whileTimeRuns(clock, client.open(DIRECTORY, 'name', 'read')));
  t.match(failure, { kind: 'Unreachable', code: 'STALE_CLIENTID', message: /keeps forgetting/ });
});

for (const status of ['STALE_CLIENTID', 'EXPIRED'] as const) {
  t.test(`${status}: we tell again who we are`, async (t) => {
    const { client, server, opening } = await scriptedNfs4(t, 0, {
      OPEN: ({ times }) => (times === 1 ? NFS4ERR[status] : undefined),
      SETCLIENTID: ({ times }) =>
        body()
          .uint64(times === 1 ? CLIENT_ID : 88n)
          .fixed(Buffer.alloc(8)),
    });
    const file = await client.open(DIRECTORY, 'name', 'read');
    t.same(
      server.of('OPEN').map(({ args }) => args['clientId']),
      [CLIENT_ID, 88n],
    );
    const [before] = opening.filter(({ name }) => name === 'SETCLIENTID');
    const [after] = server.of('SETCLIENTID');
    t.equal(after?.args['name'], before?.args['name']);
    t.not(
      Buffer.compare(after?.args['verifier'] as Buffer, before?.args['verifier'] as Buffer),
      0,
      'what the server held for us is to be dropped',
    );
    await file.close();
  });
}

t.test('an owner whose count the server does not like', async (t) => {
  const once = await scriptedNfs4(t, 0, {
    OPEN: ({ times }) => (times === 1 ? NFS4ERR.BAD_SEQID : undefined),
  });
  const file = await once.client.open(DIRECTORY, 'name', 'read');
  const owners = once.server.of('OPEN').map(({ args }) => args['owner']);
  t.equal(new Set(owners).size, 2, 'another owner');
  await file.close();
  const always = await scriptedNfs4(t, 0, { OPEN: () => NFS4ERR.BAD_SEQID });
  t.match(await failureOf(always.client.open(DIRECTORY, 'name', 'read')), { status: 'BAD_SEQID' });
  t.equal(always.server.of('OPEN').length, 3);
  const whole = await scriptedNfs4(t, 0, {
    OPEN: ({ times }) => (times === 1 ? NFS4ERR.BAD_SEQID : undefined),
  });
  await whole.client.createWhole(DIRECTORY, 'name', Buffer.from('a'), {});
  t.equal(whole.server.of('OPEN').length, 2);
});

t.test('the count of an owner goes on as the server counts', async (t) => {
  const { client, server } = await scriptedNfs4(t, 0, {
    // ACCES is counted, STALE_CLIENTID is not.
    OPEN: ({ times }) => [undefined, NFS4ERR.ACCES, NFS4ERR.STALE_CLIENTID][times] ?? openedFile(),
  });
  await failureOf(client.open(DIRECTORY, 'a', 'read'));
  const file = await client.open(DIRECTORY, 'b', 'read');
  await file.close();
  const counted = server.asked.filter(({ args }) => typeof args['sequence'] === 'number');
  t.same(
    counted.map(({ args }) => args['sequence']),
    [0, 1, 1, 2],
  );
});

t.test('a lost answer to what may be done once', async (t) => {
  const { client, server } = await scriptedNfs4(t, 0, {
    REMOVE: ({ times }) => (times === 1 ? 'cut' : NFS4ERR.NOENT),
    CREATE: ({ times }) => (times === 1 ? 'cut' : NFS4ERR.EXIST),
    RENAME: ({ times }) => (times === 1 ? 'cut' : NFS4ERR.NOENT),
  });
  await t.resolves(client.remove(DIRECTORY, 'a'));
  await t.resolves(client.rename({ directory: DIRECTORY, name: 'a' }, { directory: DIRECTORY, name: 'b' }));
  // What is found is a file: not what we wanted to make.
  t.match(await failureOf(client.makeDirectory(DIRECTORY, 'a', {})), { status: 'EXIST' });
  t.equal(server.of('REMOVE').length, 2);
  t.match(await failureOf(client.remove(DIRECTORY, 'a')), { status: 'NOENT' }, 'this one nobody did');
});

t.test('a lost answer to OPEN: the file that is there is ours, and is emptied', async (t) => {
  const { client, server } = await scriptedNfs4(t, 0, {
    OPEN: ({ times }) => (times === 1 ? 'cut' : times === 2 ? NFS4ERR.EXIST : undefined),
  });
  const file = await client.create(DIRECTORY, 'name', { mode: 0o600 });
  t.same(
    server.of('OPEN').map(({ args }) => args['mode']),
    [1, 1, 0],
  );
  await file.close();
});

t.test('the lease is kept by RENEW, until the end', async (t) => {
  const clock = new VirtualClock();
  const { client, server } = await scriptedNfs4(
    t,
    0,
    { RENEW: ({ times }) => (times === 1 ? NFS4ERR.EXPIRED : undefined) },
    clock,
  );
  await whileTimeRuns(clock, clock.sleep(100_000), 5_000);
  t.ok(server.of('RENEW').length >= 3);
  t.equal(server.of('SETCLIENTID').length, 1, 'a lease that ended is taken anew');
  await client[Symbol.asyncDispose]();
  const asked = server.asked.length;
  await clock.advance(300_000);
  t.equal(server.asked.length, asked);
  t.equal(clock.sleeping, 0);
});
