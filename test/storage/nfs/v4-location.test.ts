import t from 'tap';
import { systemClock } from '../../../src/base/system-clock.ts';
import type { MinorVersion } from '../../../src/storage/nfs/v4/compound.ts';
import { openNfs4 } from '../../../src/storage/nfs/v4/open-nfs4.ts';
import { fattr4 } from './nfs4-attributes.ts';
import { body, NFS4ERR, rootIsDirectory, type Script, scriptedServer } from './scripted-nfs4.ts';
import { failureOf, storageFailure } from './trouble.ts';

const context = { clock: systemClock() };

async function opened(t: Parameters<typeof scriptedServer>[0], script: Script, path = '/export/photos') {
  const server = await scriptedServer(t, { ...rootIsDirectory(), ...script });
  const open = (minorVersion: MinorVersion = 1, signal?: AbortSignal) =>
    openNfs4({ host: '127.0.0.1', port: server.port, path }, minorVersion, context, {
      ...(signal && { signal }),
    });
  return { server, open };
}

t.test('a way that ends: where, and what to do', async (t) => {
  const cases: readonly [keyof typeof NFS4ERR, string, RegExp][] = [
    ['NOENT', 'NotFound', /No such file or directory \(at \/export\)\. Check the path/],
    ['NOTDIR', 'NotADirectory', /Not a directory \(at \/export\)/],
    [
      'ACCES',
      'PermissionDenied',
      /^access denied by server while mounting .*\(at \/export\)\. Allow this client/,
    ],
    ['WRONGSEC', 'PermissionDenied', /security flavor "sys"/],
    ['MOVED', 'Unsupported', /on another server/],
    ['SERVERFAULT', 'Io', /reason given by server: SERVERFAULT/],
  ];
  for (const [status, kind, message] of cases) {
    const { open, server } = await opened(t, {
      LOOKUP: ({ args }) => (args['name'] === 'export' ? NFS4ERR[status] : undefined),
    });
    t.match(await storageFailure(open()), { kind, message, code: status }, status);
    t.equal(server.of('DESTROY_SESSION').length, 1, 'nothing stays behind');
  }
  const last = await opened(t, {
    LOOKUP: ({ args }) => (args['name'] === 'photos' ? NFS4ERR.NOENT : undefined),
  });
  t.match(await storageFailure(last.open()), {
    message: /:\/export\/photos failed.*No such file or directory\. /,
  });
});

t.test('what is found is no directory, or may not be looked at', async (t) => {
  const file = await opened(t, {
    GETATTR: ({ args }) => fattr4(body(), args['wanted'] as number[], { type: 1 }),
  });
  t.match(await storageFailure(file.open()), { kind: 'NotADirectory' });
  const closed = await opened(t, { GETATTR: () => NFS4ERR.ACCES });
  t.match(await storageFailure(closed.open()), { kind: 'PermissionDenied' });
});

t.test('owners by name', async (t) => {
  const shape = { type: 2, owner: 'root@localdomain' };
  const { open } = await opened(t, {
    GETATTR: ({ args }) => fattr4(body(), args['wanted'] as number[], shape),
  });
  for (const minorVersion of [0, 1] as const) {
    t.match(await storageFailure(open(minorVersion)), {
      kind: 'Unsupported',
      code: 'FsNfsIdMappingEnabled',
      message: /^DataSync currently does not support server-side NFSv4 ID mapping.*"root@localdomain"/,
    });
  }
});

t.test('an abort while a location is opened', async (t) => {
  const abort = new AbortController();
  const { open } = await opened(t, {
    LOOKUP: () => {
      abort.abort(new Error('stop'));
      return undefined;
    },
  });
  t.match(await failureOf(open(1, abort.signal)), { message: 'stop' });
  t.match(await failureOf(open(1, abort.signal)), { message: 'stop' });
});

t.test('a server without version 4, and none at all', async (t) => {
  const server = await scriptedServer(t, {});
  await server.stop();
  const open = openNfs4({ host: '127.0.0.1', port: server.port, path: '/' }, 1, context);
  t.match(await storageFailure(open), { kind: 'Unreachable', code: 'ECONNREFUSED' });
});

t.test('ways of any length', async (t) => {
  for (const [path, names] of [
    ['/', []],
    ['', []],
    ['export//photos/', ['export', 'photos']],
    ['/1/2/3/4/5/6/7/8/9/10', ['1', '2', '3', '4', '5', '6', '7', '8', '9', '10']],
  ] as const) {
    const { open, server } = await opened(t, {}, path);
    const client = await open();
    t.equal(client.version, '4.1');
    t.same(
      server.of('LOOKUP').map(({ args }) => args['name']),
      names,
    );
    t.ok(server.asked.filter(({ call }) => call.xid === server.of('LOOKUP')[0]?.call.xid).length <= 16);
    await client[Symbol.asyncDispose]();
  }
});
