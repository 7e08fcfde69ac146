import fc from 'fast-check';
import t from 'tap';
import { VirtualClock } from '../../../src/base/virtual-clock.ts';
import { type NfsClient, NfsFailure } from '../../../src/storage/nfs/nfs-client.ts';
import { readLimits } from '../../../src/storage/nfs/v3/limits.ts';
import type { XdrWriter } from '../../../src/storage/nfs/xdr.ts';
import { StorageError } from '../../../src/storage/storage-error.ts';
import {
  type Answer,
  attributes,
  found,
  HANDLE,
  made,
  postOp,
  scriptedNfs3,
  status,
  wcc,
} from './scripted-nfs3.ts';
import { failureOf, storageFailure, whileTimeRuns } from './trouble.ts';

const NAME = 'name';
const at = { directory: HANDLE, name: NAME };

/** Everything a client can be asked for. */
const ASKED: Readonly<Record<string, (client: NfsClient) => Promise<unknown>>> = {
  GETATTR: (client) => client.getAttributes(HANDLE),
  SETATTR: (client) => client.setAttributes(HANDLE, { mode: 0o600 }),
  LOOKUP: (client) => client.lookup(HANDLE, NAME),
  READLINK: (client) => client.readLink(HANDLE),
  READ: (client) => client.readWhole(HANDLE, NAME, 100, { handle: HANDLE }),
  CREATE: (client) => client.createWhole(HANDLE, NAME, Buffer.from('content'), {}),
  MKDIR: (client) => client.makeDirectory(HANDLE, NAME, {}),
  SYMLINK: (client) => client.makeSymlink(HANDLE, NAME, 'target', {}),
  MKNOD: (client) => client.makeDevice(HANDLE, NAME, { type: 'block', major: 1, minor: 2 }, {}),
  REMOVE: (client) => client.remove(HANDLE, NAME),
  RMDIR: (client) => client.removeDirectory(HANDLE, NAME),
  RENAME: (client) => client.rename(at, at),
  LINK: (client) => client.link(HANDLE, HANDLE, NAME),
  READDIRPLUS: (client) => listed(client),
};

const asked = (procedure: string, client: NfsClient) => ASKED[procedure]?.(client) ?? Promise.resolve();

async function listed(client: NfsClient): Promise<string[]> {
  const names: string[] = [];
  for await (const page of client.readDirectory(HANDLE)) {
    names.push(...page.map(({ name }) => Buffer.from(name).toString('latin1')));
  }
  return names;
}

t.test('what a server refuses is told by name', async (t) => {
  for (const [procedure, ask] of Object.entries(ASKED)) {
    const { client } = await scriptedNfs3(t, { [procedure]: () => status(13) });
    const failure = await failureOf(ask(client));
    t.ok(failure instanceof NfsFailure, procedure);
    t.match(failure, { status: 'ACCES', procedure, message: `${procedure} was answered with ACCES` });
  }
  const { client } = await scriptedNfs3(t, { GETATTR: () => status(4711) });
  t.match(await failureOf(client.getAttributes(HANDLE)), { status: 'status 4711' });
});

t.test('empty results', async (t) => {
  for (const [procedure, ask] of Object.entries(ASKED)) {
    const { client } = await scriptedNfs3(t, {});
    t.match(await storageFailure(ask(client)), { kind: 'Io', message: /makes no sense/ }, procedure);
  }
});

t.test('garbage for every decoder: an answer or a clear failure, in bounded time', async (t) => {
  let garbage: Answer = Buffer.alloc(0);
  const always = () => garbage;
  const procedures = [...Object.keys(ASKED), 'WRITE', 'COMMIT', 'READDIR', 'FSINFO', 'PATHCONF'];
  const { client, calls } = await scriptedNfs3(
    t,
    Object.fromEntries(procedures.map((name) => [name, always])),
  );
  const asks = [...Object.values(ASKED), () => readLimits(calls, HANDLE, 8)];
  const words = fc.array(fc.oneof(fc.constantFrom(0, 1, 2, 5, 0xffff_ffff), fc.nat(), fc.nat(64)), {
    maxLength: 48,
  });
  await fc.assert(
    fc.asyncProperty(words, fc.constantFrom(...asks), fc.boolean(), async (numbers, ask, isOk) => {
      const writer = status(isOk ? 0 : 2);
      for (const number of numbers) writer.uint32(number);
      garbage = writer;
      try {
        await ask(client);
      } catch (error) {
        return error instanceof NfsFailure || (error instanceof StorageError && error.kind === 'Io');
      }
      return true;
    }),
    { numRuns: 500 },
  );
});

t.test('attributes that cannot be', async (t) => {
  const types = await scriptedNfs3(t, { GETATTR: () => attributes(status(0), { type: 9 }) });
  t.match(await storageFailure(types.client.getAttributes(HANDLE)), { message: /a type of file is 9/ });
  const handles = await scriptedNfs3(t, { LOOKUP: () => status(0).opaque(Buffer.alloc(65)) });
  t.match(await storageFailure(handles.client.lookup(HANDLE, NAME)), {
    message: /65 bytes, where 64 are allowed/,
  });
});

t.test('READ that lies', async (t) => {
  const answers: readonly [string, XdrWriter, RegExp][] = [
    ['more than was asked for', read(2000, Buffer.alloc(2000)), /2000 bytes, where 1024 are allowed/],
    ['another count', read(3, Buffer.alloc(4)), /3 bytes were told and 4 given/],
    ['nothing, and no end', read(0, Buffer.alloc(0)), /gives no bytes and no end/],
  ];
  for (const [name, answer, message] of answers) {
    const { client } = await scriptedNfs3(t, {
      LOOKUP: () => found({ sizeBytes: 5000 }),
      READ: () => answer,
    });
    const file = await client.open(HANDLE, NAME, 'read');
    t.match(await storageFailure(file.read(0, 1024)), { kind: 'Io', message }, name);
  }
});

t.test('WRITE that lies', async (t) => {
  for (const count of [0, 8, 0xffff_ffff]) {
    const answer = () => written(count, 1n);
    const { client } = await scriptedNfs3(t, { CREATE: () => made({}), WRITE: answer });
    const file = await client.create(HANDLE, NAME, {});
    t.match(await storageFailure(file.write(0, Buffer.from('1234567'))), { kind: 'Io' }, `${count} bytes`);
  }
  const { client } = await scriptedNfs3(t, { CREATE: () => made({}), WRITE: () => written(4, 1n) });
  t.match(await storageFailure(client.createWhole(HANDLE, NAME, Buffer.from('1234'), {})), {
    message: /did not write to its disk although/,
  });
});

t.test('a server that began anew between writes, or before the commit', async (t) => {
  const answers = { CREATE: () => made({}), COMMIT: () => wcc(status(0)).uint64(2n) };
  const between = await scriptedNfs3(t, { ...answers, WRITE: (_, times) => written(4, BigInt(times)) });
  const first = await between.client.create(HANDLE, NAME, {});
  await first.write(0, Buffer.from('1234'));
  t.match(await storageFailure(first.write(4, Buffer.from('1234'))), { kind: 'Interrupted' });

  const before = await scriptedNfs3(t, { ...answers, WRITE: () => written(4, 1n) });
  const second = await before.client.create(HANDLE, NAME, {});
  await second.write(0, Buffer.from('1234'));
  t.match(await storageFailure(second.commit()), { kind: 'Interrupted', retryable: true });
});

t.test('endless listings', async (t) => {
  const repeated = await scriptedNfs3(t, { READDIRPLUS: () => page([['a', 1n]], false) });
  t.match(await storageFailure(listed(repeated.client)), { kind: 'Io', message: /for ever/ });
  const circle = await scriptedNfs3(t, {
    READDIRPLUS: (_, times) => page([[`a${times}`, BigInt(times % 3)]], false),
  });
  t.match(await storageFailure(listed(circle.client)), { kind: 'Io', message: /for ever/ });
  const empty = await scriptedNfs3(t, { READDIRPLUS: () => page([], false) });
  t.match(await storageFailure(listed(empty.client)), { kind: 'Io', message: /for ever/ });
});

t.test('JUKEBOX for ever', async (t) => {
  const clock = new VirtualClock();
  const { client, times } = await scriptedNfs3(t, { GETATTR: () => status(10008) }, clock);
  const startedAt = clock.now();
  const failure = await whileTimeRuns(clock, failureOf(client.getAttributes(HANDLE)));
  t.match(failure, { status: 'JUKEBOX' });
  t.ok(clock.now() - startedAt > 50_000, 'about a minute');
  t.ok((times.get('GETATTR') ?? 0) < 30, 'with pauses');
});

t.test('EXIST and NOENT of calls that were sent once are failures', async (t) => {
  for (const procedure of ['CREATE', 'MKDIR', 'SYMLINK', 'MKNOD', 'LINK']) {
    const { client } = await scriptedNfs3(t, { [procedure]: () => status(17), LOOKUP: () => found({}) });
    t.match(await failureOf(asked(procedure, client)), { status: 'EXIST', procedure });
  }
  for (const procedure of ['REMOVE', 'RMDIR', 'RENAME']) {
    const { client } = await scriptedNfs3(t, { [procedure]: () => status(2), LOOKUP: () => found({}) });
    t.match(await failureOf(asked(procedure, client)), { status: 'NOENT', procedure });
  }
});

t.test('what was sent twice and was done by somebody else', async (t) => {
  const lost = (number: number) => (_: unknown, times: number) => (times === 1 ? 'cut' : status(number));
  const others: readonly [string, Answer][] = [
    ['CREATE', found({ sizeBytes: 1 })],
    ['MKDIR', found({ type: 1 })],
    ['SYMLINK', found({ type: 5 })],
    ['MKNOD', found({ type: 3, device: [1, 3] })],
    ['LINK', found({ fileId: 99n })],
  ];
  for (const [procedure, there] of others) {
    const { client } = await scriptedNfs3(t, {
      [procedure]: lost(17),
      LOOKUP: () => there,
      READLINK: () => postOp(status(0)).string('elsewhere'),
      GETATTR: () => attributes(status(0)),
    });
    t.match(await failureOf(asked(procedure, client)), { status: 'EXIST', procedure });
  }
  const { client } = await scriptedNfs3(t, { RENAME: lost(2), LOOKUP: () => status(2) });
  t.match(await failureOf(client.rename(at, at)), { status: 'NOENT' });
});

/** READ3resok. */
function read(count: number, data: Buffer, eof = false): XdrWriter {
  return postOp(status(0)).uint32(count).bool(eof).opaque(data);
}

/** WRITE3resok of an unstable write. */
const written = (count: number, verifier: bigint) => wcc(status(0)).uint32(count).uint32(0).uint64(verifier);

/** READDIRPLUS3resok without attributes and handles. */
function page(entries: readonly (readonly [string, bigint])[], eof: boolean): XdrWriter {
  const writer = postOp(status(0)).uint64(0);
  for (const [name, cookie] of entries) {
    writer.bool(true).uint64(1).string(name).uint64(cookie).bool(false).bool(false);
  }
  return writer.bool(false).bool(eof);
}
