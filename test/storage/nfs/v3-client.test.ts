import t from 'tap';
import { VirtualClock } from '../../../src/base/virtual-clock.ts';
import type { NewAttributes } from '../../../src/storage/nfs/nfs-client.ts';
import { Nfs3Client } from '../../../src/storage/nfs/v3/client.ts';
import { readLimits } from '../../../src/storage/nfs/v3/limits.ts';
import type { XdrReader, XdrWriter } from '../../../src/storage/nfs/xdr.ts';
import {
  attributes,
  found,
  HANDLE,
  limits,
  made,
  postOp,
  type Shape,
  scriptedNfs3,
  status,
  wcc,
} from './scripted-nfs3.ts';
import { whileTimeRuns } from './trouble.ts';

const NAME = 'name';
const FILE_SYNC = 2;

t.test('what was done before the connection broke is not done again', async (t) => {
  const lost = (number: number) => (_: unknown, times: number) => (times === 1 ? 'cut' : status(number));
  const shapes: readonly [string, Shape, (client: Nfs3Client) => Promise<unknown>][] = [
    ['CREATE', {}, (client) => client.create(HANDLE, NAME, {})],
    ['MKDIR', { type: 2 }, (client) => client.makeDirectory(HANDLE, NAME, {})],
    ['SYMLINK', { type: 5 }, (client) => client.makeSymlink(HANDLE, NAME, 'target', {})],
    [
      'MKNOD',
      { type: 4, device: [1, 2] },
      (client) => client.makeDevice(HANDLE, NAME, { type: 'character', major: 1, minor: 2 }, {}),
    ],
    ['LINK', { fileId: 5n }, (client) => client.link(HANDLE, HANDLE, NAME)],
  ];
  for (const [procedure, shape, ask] of shapes) {
    const { client, times } = await scriptedNfs3(t, {
      [procedure]: lost(17),
      LOOKUP: () => found(shape),
      READLINK: () => postOp(status(0)).string('target'),
      GETATTR: () => attributes(status(0), { fileId: 5n }),
    });
    await ask(client);
    t.equal(times.get(procedure), 2, `${procedure} was sent twice`);
  }
  const gone = { REMOVE: lost(2), RMDIR: lost(2), RENAME: lost(2), LOOKUP: () => found({}) };
  const { client, times } = await scriptedNfs3(t, gone);
  await client.remove(HANDLE, NAME);
  await client.removeDirectory(HANDLE, NAME);
  await client.rename({ directory: HANDLE, name: NAME }, { directory: HANDLE, name: 'new' });
  t.same(
    ['REMOVE', 'RMDIR', 'RENAME'].map((name) => times.get(name)),
    [2, 2, 2],
  );
});

t.test('a busy server is asked again with pauses', async (t) => {
  const clock = new VirtualClock();
  const answer = (_: unknown, times: number) => (times < 4 ? status(10008) : attributes(status(0), {}));
  const { client, times } = await scriptedNfs3(t, { GETATTR: answer }, clock);
  const { fileId } = await whileTimeRuns(clock, client.getAttributes(HANDLE), 50);
  t.equal(fileId, 5n);
  t.equal(times.get('GETATTR'), 4);
});

t.test('servers that tell less than they may are asked for the rest', async (t) => {
  const { client, times } = await scriptedNfs3(t, {
    LOOKUP: () => found(),
    GETATTR: () => attributes(status(0), { fileId: 77n }),
    MKDIR: () => wcc(postOp(status(0).bool(false))),
  });
  t.equal((await client.lookup(HANDLE, NAME)).attributes.fileId, 77n);
  t.equal((await client.makeDirectory(HANDLE, NAME, {})).attributes.fileId, 77n);
  t.equal(times.get('LOOKUP'), 2, 'the handle of what was made is looked up');
});

t.test('READ and WRITE in parts', async (t) => {
  const content = Buffer.from('0123456789');
  const got = Buffer.alloc(10);
  const { client, times } = await scriptedNfs3(t, {
    LOOKUP: () => found({ sizeBytes: 10 }),
    READ: (args) => {
      const [offset] = readArgs(args);
      const data = content.subarray(offset, offset + 3);
      return postOp(status(0))
        .uint32(data.length)
        .bool(offset + 3 >= 10)
        .opaque(data);
    },
    WRITE: (args) => {
      const [offset] = readArgs(args);
      args.uint32();
      const data = args.opaque(1024).subarray(0, 4);
      got.set(data, offset);
      return wcc(status(0)).uint32(data.length).uint32(0).uint64(1);
    },
    COMMIT: () => wcc(status(0)).uint64(1),
  });
  const file = await client.open(HANDLE, NAME, 'read');
  const { data, eof } = await file.read(1, 100);
  t.same([Buffer.from(data).toString(), eof], ['123456789', true]);
  await file.write(0, content);
  t.same(got, content);
  t.equal(times.get('WRITE'), 3);
  await file.commit();
  await file.commit();
  t.equal(times.get('COMMIT'), 1, 'what is committed is not committed again');
  await file.close();
});

t.test(
  'a file that was written straight to the disk needs no commit, and its server may begin anew',
  async (t) => {
    const { client, times } = await scriptedNfs3(t, {
      CREATE: () => made({}),
      WRITE: (_, count) => wcc(status(0), { sizeBytes: 4 }).uint32(4).uint32(FILE_SYNC).uint64(count),
    });
    const file = await client.create(HANDLE, NAME, {});
    await file.write(0, Buffer.from('1234'));
    await file.write(4, Buffer.from('5678'));
    await file.commit();
    t.equal(times.get('COMMIT'), undefined);
    const node = await client.createWhole(HANDLE, NAME, Buffer.from('1234'), {});
    t.equal(node.attributes.sizeBytes, 4, 'the attributes after the write');
  },
);

t.test('small files: all of it or nothing', async (t) => {
  const serve = (sizeBytes: number) => ({
    LOOKUP: () => found({ sizeBytes }),
    READ: (args: XdrReader) => {
      const [offset, length] = readArgs(args);
      const data = Buffer.alloc(Math.max(0, Math.min(length, sizeBytes - offset)), 7);
      return postOp(status(0), { sizeBytes })
        .uint32(data.length)
        .bool(offset + data.length >= sizeBytes)
        .opaque(data);
    },
  });
  for (const [size, max, bytes, reads] of [
    [0, 10, 0, 1],
    [10, 10, 10, 1],
    [11, 10, undefined, 0],
    [3000, 4000, 3000, 3],
  ] as const) {
    const { client, times } = await scriptedNfs3(t, serve(size));
    const { content, node } = await client.readWhole(HANDLE, NAME, max);
    t.equal(content?.length, bytes, `${size} of ${max}`);
    t.equal(times.get('READ') ?? 0, reads);
    t.equal(node.attributes.sizeBytes, size);
  }
  const { client } = await scriptedNfs3(t, serve(5000));
  t.equal((await client.readWhole(HANDLE, NAME, 100, { handle: HANDLE })).content, undefined, 'it has grown');
});

t.test('listings: pages, names as they are, nodes where the server tells them', async (t) => {
  const { client } = await scriptedNfs3(t, {
    READDIRPLUS: (args) => {
      args.opaque(64);
      const cookie = args.uint64();
      t.equal(args.uint64(), cookie === 0n ? 0n : 9n, 'the verifier goes with the cookie');
      const writer = postOp(status(0)).uint64(9);
      if (cookie === 0n) {
        entry(writer, '.', 1n, {});
        entry(writer, '..', 2n, {});
        return entry(writer, 'a/b', 3n, {}).bool(false).bool(false);
      }
      entry(writer, 'nothing told', 4n);
      return entry(writer, Buffer.from([0xff, 0]), 5n, { type: 2 })
        .bool(false)
        .bool(true);
    },
  });
  const pages = [];
  for await (const page of client.readDirectory(HANDLE)) {
    pages.push(page.map(({ name, node }) => [Buffer.from(name).toString('latin1'), node?.attributes.type]));
  }
  t.same(pages, [
    [['a/b', 'file']],
    [
      ['nothing told', undefined],
      ['\u00ff\0', 'directory'],
    ],
  ]);
});

t.test('servers without READDIRPLUS', async (t) => {
  const { client } = await scriptedNfs3(t, {
    READDIRPLUS: () => status(10004),
    READDIR: () => {
      const writer = postOp(status(0)).uint64(0).bool(true).uint64(1).string('a').uint64(7);
      return writer.bool(false).bool(true);
    },
  });
  const names = [];
  for await (const page of client.readDirectory(HANDLE)) names.push(...page);
  t.match(names, [{ name: Buffer.from('a'), node: undefined }]);
});

t.test('attributes as they are sent', async (t) => {
  const sent: string[] = [];
  const { client } = await scriptedNfs3(t, {
    SETATTR: (args) => {
      args.opaque(64);
      sent.push(args.fixed(args.left).toString('hex'));
      return wcc(status(0));
    },
  });
  const word = (value: number) => value.toString(16).padStart(8, '0');
  const words = (...values: readonly number[]) => values.map(word).join('');
  const cases: readonly [NewAttributes, string][] = [
    [{}, words(0, 0, 0, 0, 0, 0, 0)],
    [{ mode: 0o4755, uid: 1, gid: 2 }, words(1, 0o4755, 1, 1, 1, 2, 0, 0, 0, 0)],
    [{ sizeBytes: 2 ** 33 }, words(0, 0, 0, 1, 2, 0, 0, 0, 0)],
    [{ mtimeNs: 1_000_000_002n }, words(0, 0, 0, 0, 0, 2, 1, 2, 0)],
    [{ atimeNs: -1n, mtimeNs: 2n ** 80n }, words(0, 0, 0, 0, 2, 0, 0, 2, 0xffff_ffff, 0, 0)],
  ];
  for (const [change, hex] of cases) {
    await client.setAttributes(HANDLE, change);
    t.equal(sent.pop(), hex);
  }
});

t.test('attributes as they are read', async (t) => {
  const shape = { type: 3, sizeBytes: 2 ** 40, fileId: 2n ** 63n, device: [8, 1] } as const;
  const { client } = await scriptedNfs3(t, { GETATTR: () => attributes(status(0), shape) });
  t.same(await client.getAttributes(HANDLE), {
    type: 'block',
    mode: 0o644,
    linkCount: 1,
    uid: 11,
    gid: 22,
    sizeBytes: 2 ** 40,
    usedBytes: 4096,
    device: { major: 8, minor: 1 },
    fileSystemId: '1',
    fileId: 2n ** 63n,
    atimeNs: 1_000_000_999n,
    mtimeNs: 2_000_000_999n,
    change: 3_000_000_999n,
  });
});

t.test('limits, as a server tells them and as one cannot mean them', async (t) => {
  for (const [told, expected] of [
    [
      { size: 65_536, file: 2n ** 42n, step: [0, 100], name: 200 },
      {
        ...limits,
        readBytes: 65_536,
        writeBytes: 65_536,
        maxFileBytes: 2 ** 42,
        timeStepNs: 100n,
        maxNameBytes: 200,
      },
    ],
    [
      { size: 0, file: 2n ** 64n - 1n, step: [0, 0], name: 0 },
      { ...limits, readBytes: 512, writeBytes: 512, maxFileBytes: Number.MAX_SAFE_INTEGER, timeStepNs: 1n },
    ],
    [
      { size: 0xffff_ffff, file: 1n, step: [1, 0], name: 0xffff_ffff },
      { ...limits, readBytes: 1 << 20, writeBytes: 1 << 20, maxFileBytes: 1, timeStepNs: 1_000_000_000n },
    ],
  ] as const) {
    const { calls } = await scriptedNfs3(t, {
      FSINFO: () => {
        const writer = postOp(status(0));
        for (let count = 0; count < 7; count += 1) writer.uint32(told.size);
        return writer.uint64(told.file).uint32(told.step[0]).uint32(told.step[1]).uint32(0x1b);
      },
      PATHCONF: () =>
        postOp(status(0)).uint32(1).uint32(told.name).bool(true).bool(true).bool(false).bool(true),
    });
    t.same(await readLimits(calls, HANDLE, limits.inFlight), expected);
  }
});

t.test('a server without PATHCONF', async (t) => {
  const { calls } = await scriptedNfs3(t, {
    FSINFO: () => postOp(status(0)).fixed(Buffer.alloc(48)),
    PATHCONF: () => status(10004),
  });
  t.equal((await readLimits(calls, HANDLE, 8)).maxNameBytes, 255);
});

t.test('its end', async (t) => {
  const { client } = await scriptedNfs3(t, {});
  t.ok(client instanceof Nfs3Client);
  t.equal(client.version, '3');
  await client[Symbol.asyncDispose]();
  await t.rejects(client.getAttributes(HANDLE), /closed/);
});

/** Offset and length of READ and WRITE. */
function readArgs(args: XdrReader): [number, number] {
  args.opaque(64);
  return [args.size64(), args.uint32()];
}

/** entryplus3. */
function entry(writer: XdrWriter, name: string | Buffer, cookie: bigint, shape?: Shape): XdrWriter {
  writer.bool(true).uint64(1).opaque(Buffer.from(name)).uint64(cookie);
  postOp(writer, shape).bool(shape !== undefined);
  return shape ? writer.opaque(HANDLE) : writer;
}
