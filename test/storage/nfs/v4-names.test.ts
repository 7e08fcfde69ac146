import t from 'tap';
import type { NfsClient } from '../../../src/storage/nfs/nfs-client.ts';
import { fattr4, type Shape } from './nfs4-attributes.ts';
import { body, NFS4ERR, page, scriptedNfs4 } from './scripted-nfs4.ts';
import { failureOf, storageFailure } from './trouble.ts';

const DIRECTORY = Buffer.from('directory');

async function list(client: NfsClient): Promise<string[]> {
  const names: string[] = [];
  for await (const listed of client.readDirectory(DIRECTORY)) {
    for (const { name, node } of listed) names.push(node ? Buffer.from(name).toString() : `${name} ?`);
  }
  return names;
}

/** A listing of one name that has these attributes. */
const only = (shape: Shape, without: readonly number[] = []) => {
  const writer = body().fixed(Buffer.alloc(8)).bool(true).uint64(1).string('name');
  return fattr4(writer, 'listed', shape, without).bool(false).bool(true);
};

t.test('listings without end', async (t) => {
  for (const again of [page(['a'], { eof: false }), page([], { eof: false })]) {
    const { client, server } = await scriptedNfs4(t, 1, { READDIR: () => again });
    t.match(await storageFailure(list(client)), { kind: 'Io', message: /repeats itself/ });
    t.ok(server.of('READDIR').length <= 3);
  }
  const pages = [1n, 2n, 3n];
  const { client } = await scriptedNfs4(t, 1, {
    READDIR: ({ times }) => page(['a'], { eof: false, cookie: pages[times % pages.length] ?? 0n }),
  });
  t.match(await storageFailure(list(client)), { kind: 'Io' }, 'in a circle');
});

t.test('pages that lie', async (t) => {
  const cut = page(['a', 'b']).bytes().subarray(0, -8);
  const early = await scriptedNfs4(t, 1, { READDIR: () => body().fixed(cut) });
  t.match(await storageFailure(list(early.client)), { kind: 'Io', message: /READDIR/ });
  const long = body().fixed(Buffer.alloc(8)).bool(true).uint64(1).uint32(0x7fff_ffff);
  const lying = await scriptedNfs4(t, 1, { READDIR: () => long });
  t.match(await storageFailure(list(lying.client)), { kind: 'Io', message: /2147483647 bytes/ });
});

t.test('what a server refuses', async (t) => {
  const denied = await scriptedNfs4(t, 1, { READDIR: () => NFS4ERR.ACCES });
  t.match(await failureOf(list(denied.client)), { status: 'ACCES', procedure: 'READDIR' });
  const changed = await scriptedNfs4(t, 1, {
    READDIR: ({ times }) => (times === 1 ? page(['a'], { eof: false }) : NFS4ERR.NOT_SAME),
  });
  t.match(await failureOf(list(changed.client)), { status: 'NOT_SAME' });
  const named = await scriptedNfs4(t, 1, { READDIR: () => only({ owner: 'joe@example.com' }) });
  t.match(await storageFailure(list(named.client)), { code: 'FsNfsIdMappingEnabled' });
});

t.test('names that a server tells nothing of are to be looked up', async (t) => {
  const failed = await scriptedNfs4(t, 1, { READDIR: () => only({ error: NFS4ERR.ACCES }, [1, 19]) });
  t.same(await list(failed.client), ['name ?']);
  const without = await scriptedNfs4(t, 1, { READDIR: () => only({}, [19]) });
  t.same(await list(without.client), ['name ?']);
});

t.test('all pages, without dots; where a page ends, the next begins', async (t) => {
  const { client, server } = await scriptedNfs4(t, 1, {
    READDIR: ({ times }) =>
      times === 1 ? page(['.', '..', 'a', '...'], { eof: false, cookie: 5n }) : page(['b'], { cookie: 20n }),
  });
  t.same(await list(client), ['a', '...', 'b']);
  const [first, second] = server.of('READDIR');
  t.match(first?.args, { cookie: 0n, verifier: Buffer.alloc(8) });
  t.match(second?.args, { cookie: 8n, verifier: Buffer.alloc(8, 1) });
});

t.test('an abort between pages', async (t) => {
  const { client } = await scriptedNfs4(t, 1, { READDIR: () => page(['a'], { eof: false }) });
  const abort = new AbortController();
  const listing = async () => {
    for await (const _ of client.readDirectory(DIRECTORY, { signal: abort.signal }))
      abort.abort(new Error('stop'));
  };
  t.match(await failureOf(listing()), { message: 'stop' });
});

t.test('files are not removed as directories, nor directories as files', async (t) => {
  const { client, server } = await scriptedNfs4(t, 1, {
    NVERIFY: () => NFS4ERR.SAME,
    VERIFY: () => NFS4ERR.NOT_SAME,
  });
  t.match(await failureOf(client.remove(DIRECTORY, 'a')), { status: 'ISDIR', procedure: 'REMOVE' });
  t.match(await failureOf(client.removeDirectory(DIRECTORY, 'a')), { status: 'NOTDIR' });
  t.equal(server.of('REMOVE').length, 0);
});

t.test('what was made, though the server did not come to telling it', async (t) => {
  const { client, server } = await scriptedNfs4(t, 1, {
    GETFH: ({ times }) => (times === 3 ? NFS4ERR.DELAY : undefined),
  });
  t.same((await client.makeDirectory(DIRECTORY, 'a', {})).handle, Buffer.from('handle'));
  t.equal(server.of('CREATE').length, 1);
  t.equal(server.of('LOOKUP').length, 1);
});

t.test('what is made travels whole', async (t) => {
  const { client, server } = await scriptedNfs4(t, 1, {});
  await client.makeSymlink(DIRECTORY, 'link', '../target', {});
  await client.makeDevice(DIRECTORY, 'dev', { type: 'block', major: 8, minor: 1 }, { mode: 0o600 });
  await client.makeDirectory(DIRECTORY, 'dir', { uid: 1 });
  t.match(
    server.of('CREATE').map(({ args }) => args),
    [
      { type: 5, target: '../target', name: 'link' },
      { type: 3, device: [8, 1], name: 'dev' },
      { type: 2, name: 'dir' },
    ],
  );
  await client.link(Buffer.from('file'), DIRECTORY, 'name');
  t.same(
    server
      .of('PUTFH')
      .slice(-2)
      .map(({ args }) => args['handle']),
    [Buffer.from('file'), DIRECTORY],
  );
  await client.setAttributes(DIRECTORY, { sizeBytes: 7 });
  t.match(server.of('SETATTR')[0]?.args, { state: Buffer.alloc(16), attributes: { bits: [16] } });
  t.equal(Buffer.from(await client.readLink(DIRECTORY)).toString(), 'target');
  t.equal((await client.lookup(DIRECTORY, 'a')).attributes.type, 'file');
});
