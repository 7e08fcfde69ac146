import t, { type Test } from 'tap';
import { systemClock } from '../../../src/base/system-clock.ts';
import { authSys } from '../../../src/storage/nfs/auth-sys.ts';
import { mount } from '../../../src/storage/nfs/mount.ts';
import { portOf } from '../../../src/storage/nfs/portmap.ts';
import { openNfs3 } from '../../../src/storage/nfs/v3/opening.ts';
import { XdrWriter } from '../../../src/storage/nfs/xdr.ts';
import { attributes, found, HANDLE, postOp, status } from './scripted-nfs3.ts';
import { accepted, type Heard, scriptedRpc } from './scripted-rpc.ts';
import { storageFailure } from './trouble.ts';

const MNT = 1;
const UMNT = 3;
const EXPORT = 5;
const clock = systemClock();
const credentials = authSys({ uid: 0, gid: 0 });

/** MNT3_OK. */
const mounted = (flavors: readonly number[] = [1], handle = HANDLE) => {
  const writer = status(0).opaque(handle).uint32(flavors.length);
  for (const flavor of flavors) writer.uint32(flavor);
  return writer;
};

/** The list of exports. */
function exportList(...paths: readonly string[]): XdrWriter {
  const writer = new XdrWriter();
  for (const path of paths) writer.bool(true).string(path).bool(true).string('somebody').bool(false);
  return writer.bool(false);
}

interface Script {
  readonly mnt: (path: string) => XdrWriter;
  readonly exports?: () => XdrWriter;
}

/** Mounts `path` of a server that does as the script says. */
async function mounting(t: Test, path: string, { mnt, exports = () => exportList() }: Script) {
  const released: string[] = [];
  const server = await scriptedRpc(t, (call) => {
    if (call.procedure === EXPORT) return call.accept(exports());
    const asked = call.args.string(1024);
    if (call.procedure === MNT) return call.accept(mnt(asked));
    if (call.procedure === UMNT) released.push(asked);
    return call.accept();
  });
  const order = { host: '127.0.0.1', port: server.port, path, credentials, clock };
  return { mounting: mount(order), released, server };
}

t.test('what the server says against it', async (t) => {
  const cases: readonly [number, object][] = [
    [
      13,
      {
        kind: 'PermissionDenied',
        code: 'ACCES',
        message: /^access denied by server while mounting 127\.0\.0\.1:\/data\. Allow/,
      },
    ],
    [1, { kind: 'PermissionDenied', code: 'PERM' }],
    [
      2,
      {
        kind: 'NotFound',
        message: /^mounting 127\.0\.0\.1:\/data failed, .*: No such file or directory\. Check/,
      },
    ],
    [20, { kind: 'NotADirectory', code: 'NOTDIR' }],
    [63, { kind: 'NameTooLong' }],
    [10004, { kind: 'Unsupported' }],
    [10006, { kind: 'Io', code: 'SERVERFAULT' }],
    [999, { kind: 'Io', code: 'status 999' }],
  ];
  for (const [number, expected] of cases) {
    const attempt = await mounting(t, '/data', { mnt: () => status(number) });
    t.match(await storageFailure(attempt.mounting), expected);
  }
});

t.test('answers that make no sense', async (t) => {
  const answers: readonly [string, XdrWriter][] = [
    ['nothing', new XdrWriter()],
    ['a handle that is too long', status(0).opaque(Buffer.alloc(65)).uint32(0)],
    ['more flavors than there are', status(0).opaque(HANDLE).uint32(0x3fff_ffff)],
  ];
  for (const [name, answer] of answers) {
    const attempt = await mounting(t, '/data', { mnt: () => answer });
    t.match(
      await storageFailure(attempt.mounting),
      { kind: 'Io', message: /MNT with what makes no sense/ },
      name,
    );
  }
});

t.test('an export for Kerberos only', async (t) => {
  const attempt = await mounting(t, '/data', { mnt: () => mounted([390_003]) });
  t.match(await storageFailure(attempt.mounting), { kind: 'PermissionDenied', code: 'AUTH_TOOWEAK' });
});

t.test('a list of exports that is of no help', async (t) => {
  const mnt = () => status(13);
  const lists: readonly [string, () => XdrWriter][] = [
    ['the export itself is refused', () => exportList('/', '/data/in')],
    ['none is above', () => exportList('/dat', '/data/in/there', '/other')],
    ['garbage', () => new XdrWriter().uint32(77)],
    ['cut', () => new XdrWriter().bool(true)],
  ];
  for (const [name, exports] of lists) {
    const attempt = await mounting(t, '/data/in/', { mnt, exports });
    t.match(await storageFailure(attempt.mounting), { kind: 'PermissionDenied', code: 'ACCES' }, name);
  }
});

t.test('nobody there', async (t) => {
  const server = await scriptedRpc(t, () => undefined);
  await server.stop();
  const order = { host: '127.0.0.1', port: server.port, path: '/data', credentials, clock };
  t.match(await storageFailure(mount(order)), { kind: 'Unreachable', code: 'ECONNREFUSED' });
});

t.test('releasing a mount of a server that is gone is no failure', async (t) => {
  const attempt = await mounting(t, '/data', { mnt: () => mounted() });
  const { release } = await attempt.mounting;
  await attempt.server.stop();
  await release();
});

t.test('an export, and its end', async (t) => {
  const attempt = await mounting(t, '/data/', {
    mnt: (path) => (path === '/data' ? mounted([6, 1]) : status(2)),
  });
  const { handle, rest, release } = await attempt.mounting;
  t.same(handle, HANDLE);
  t.same(rest, []);
  await release();
  t.same(attempt.released, ['/data']);
});

t.test('a directory below an export that cannot be mounted by itself', async (t) => {
  const exports = () => exportList('/', '/data', '/data/in/', '/other');
  const mnt = (path: string) => (path === '/data/in' ? mounted() : status(13));
  const attempt = await mounting(t, '/data/in/a//b', { mnt, exports });
  const { rest, release } = await attempt.mounting;
  t.same(rest, ['a', 'b']);
  await release();
  t.same(attempt.released, ['/data/in']);
  const root = await mounting(t, '/x', { mnt: (path) => (path === '/' ? mounted([]) : status(2)), exports });
  t.same((await root.mounting).rest, ['x']);
});

t.test('the port mapper', async (t) => {
  const ask = async (answer: (call: Heard) => void) => {
    const { port: mapperPort } = await scriptedRpc(t, answer);
    return portOf({ host: '127.0.0.1', program: 100_005, version: 3, credentials, clock, mapperPort });
  };
  const word = (value: number) => (call: Heard) => call.accept(status(value));
  t.match(await storageFailure(ask(word(65_536))), { kind: 'Io', message: /a port is 65536/ });
  t.match(await storageFailure(ask((call) => call.accept())), { kind: 'Io' });
  t.equal(await ask(word(0)), undefined, 'no such service');
  t.equal(await ask((call) => call.say(accepted(call.xid, 1))), undefined, 'no port mapper behind the port');
  t.equal(await ask(word(20_048)), 20_048);
});

/** One server for both services. */
async function opening(t: Test, path: string, nfs: (call: Heard) => void) {
  const mounting = await scriptedRpc(t, (call) => {
    if (call.procedure === EXPORT) return call.accept(exportList('/data'));
    return call.accept(call.procedure === MNT && call.args.string(99) !== '/data' ? status(13) : mounted());
  });
  const server = await scriptedRpc(t, nfs);
  const ports = { port: server.port, mountPort: mounting.port };
  return { opening: openNfs3({ host: '127.0.0.1', version: '3', path, ...ports }, { clock }), mounting };
}

const LOOKUP = 3;
const FSINFO = 19;
const PATHCONF = 20;

t.test('opening what is not there, no directory, or not to be had', async (t) => {
  const missing = await opening(t, '/data/gone', (call) => call.accept(status(2)));
  t.match(await storageFailure(missing.opening), {
    kind: 'NotFound',
    path: '127.0.0.1:/data/gone',
    message: 'No such file or directory',
  });
  t.equal(missing.mounting.heard.at(-1)?.procedure, UMNT, 'it is unmounted again');
  const file = await opening(t, '/data/file', (call) => call.accept(found({ type: 1 })));
  t.match(await storageFailure(file.opening), { kind: 'NotADirectory' });
  const refused = await opening(t, '/data', (call) => call.accept(status(1)));
  t.match(await storageFailure(refused.opening), { kind: 'PermissionDenied' });
  const another = await opening(t, '/data', (call) =>
    call.say(accepted(call.xid, 2, Buffer.from([0, 0, 0, 4, 0, 0, 0, 4]))),
  );
  t.match(await storageFailure(another.opening), { kind: 'Unsupported', code: 'PROG_MISMATCH' });
});

t.test('opening', async (t) => {
  const { opening: opened } = await opening(t, '/data/below', (call) => {
    if (call.procedure === LOOKUP) return call.accept(found({ type: 2 }));
    if (call.procedure === FSINFO) return call.accept(info());
    if (call.procedure === PATHCONF)
      return call.accept(postOp(status(0)).uint32(1).uint32(255).fixed(Buffer.alloc(16)));
    return call.accept(attributes(status(0)));
  });
  const client = await opened;
  t.same(client.root, HANDLE);
  t.match(client.limits, { readBytes: 65_536, maxNameBytes: 255, timeStepNs: 1n });
  await client[Symbol.asyncDispose]();
});

/** FSINFO3resok. */
function info(): XdrWriter {
  const writer = postOp(status(0));
  for (let count = 0; count < 7; count += 1) writer.uint32(65_536);
  return writer
    .uint64(2n ** 40n)
    .uint32(0)
    .uint32(1)
    .uint32(0);
}
