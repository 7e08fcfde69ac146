// The way to a share, on a server that does as it is told.

import t, { type Test } from 'tap';
import { systemClock } from '../../../../src/base/system-clock.ts';
import { VirtualClock } from '../../../../src/base/virtual-clock.ts';
import { NT_STATUS } from '../../../../src/storage/smb/nt-status.ts';
import { openSmbTree } from '../../../../src/storage/smb/open-tree.ts';
import type { SmbTree } from '../../../../src/storage/smb/smb-tree.ts';
import type { SmbConfig } from '../../../../src/storage/smb.ts';
import { StorageError } from '../../../../src/storage/storage-error.ts';
import { ACCOUNT, type Script, ScriptedServer } from './scripted-server.ts';

const clock = systemClock();

async function serving(t: Test, script: Script): Promise<ScriptedServer> {
  const server = await ScriptedServer.start(script);
  t.teardown(() => server[Symbol.asyncDispose]());
  return server;
}

async function opening(t: Test, script: Script, config: Partial<SmbConfig> = {}): Promise<SmbTree> {
  const { port } = await serving(t, script);
  const whole: SmbConfig = {
    host: '127.0.0.1',
    port,
    share: 'share',
    root: '',
    version: 'automatic',
    ...ACCOUNT,
    ...config,
  };
  const tree = await openSmbTree(whole, { clock });
  t.teardown(() => tree[Symbol.asyncDispose]());
  return tree;
}

async function failure(promise: Promise<unknown>): Promise<StorageError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof StorageError) return error;
  throw new Error(`no StorageError, but ${error}`);
}

/** Moves time on until there is a result; between two steps answers come over the network. */
async function inVirtualTime<Result>(clock: VirtualClock, promise: Promise<Result>): Promise<Result> {
  let isOver = false;
  const result = promise.finally(() => {
    isOver = true;
  });
  while (!isOver) {
    await new Promise((resolve) => setTimeout(resolve, 5));
    await clock.advance(1_000);
  }
  return result;
}

/** Flips a bit of the answer to `command`. */
const flipping = (command: string, at: number): Script => ({
  onMessage(message, asked) {
    if (asked.command === command) message.writeUInt8(message.readUInt8(at) ^ 1, at);
    return message;
  },
});

t.test('a server that answers in SMB 1 is not supported', async (t) => {
  const smb1: Script = {
    onMessage(message) {
      message.writeUInt32LE(0x424d53ff, 0);
      return message;
    },
  };
  t.match(await failure(opening(t, smb1)), { kind: 'Unsupported', message: /SMB 1/ });
});

t.test('a server without the version that is asked for is not supported', async (t) => {
  const refusing: Script = { answer: () => ({ status: NT_STATUS.NOT_SUPPORTED }) };
  const error = await failure(opening(t, refusing, { version: '3.0.2' }));
  t.match(error, {
    kind: 'Unsupported',
    code: 'STATUS_NOT_SUPPORTED',
    message: /does not speak SMB 3\.0\.2/,
  });
  const any = await failure(opening(t, refusing));
  t.match(any.message, /SMB 2\.1 to 3\.1\.1/);
});

t.test('a dialect that was not offered is refused', async (t) => {
  t.match(await failure(opening(t, { dialect: '2.0.2' })), { kind: 'Io', message: /0x202.*not offered/ });
  const pinned = await failure(opening(t, { dialect: '3.1.1' }, { version: '2.1' }));
  t.match(pinned, { kind: 'Io', message: /0x311/ });
});

t.test('somebody between who changes the negotiation is noticed', async (t) => {
  // 3.1.1: the hash of the conversation is in the keys.
  const changed311 = await failure(opening(t, flipping('NEGOTIATE', 64 + 2)));
  t.match(changed311, { kind: 'Io', message: /signed the end of the login wrongly/ });
  // 3.0 and 3.0.2: the server is asked again, under signature. The change: encryption is left out.
  const changed302 = await failure(opening(t, { dialect: '3.0.2', ...flipping('NEGOTIATE', 64 + 8) }));
  t.match(changed302, { kind: 'Io', message: /changed what was negotiated/ });
  // From 3.x down to 2.1, which knows the question too when it is a newer server that was made to look old.
  const changed21 = await failure(opening(t, { dialect: '2.1', ...flipping('NEGOTIATE', 64 + 8) }));
  t.match(changed21, { kind: 'Io', message: /changed what was negotiated/ });
});

t.test('a pinned 2.1 needs no confirmation, and an old server need not know the question', async (t) => {
  t.equal((await opening(t, { dialect: '2.1' }, { version: '2.1' })).dialect, '2.1');
  const old: Script = {
    dialect: '2.1',
    answer: ({ command }) => (command === 'IOCTL' ? { status: NT_STATUS.FILE_CLOSED } : undefined),
  };
  t.equal((await opening(t, old)).dialect, '2.1');
});

t.test('a wrong password, and what else servers have against an account', async (t) => {
  const wrong = await failure(opening(t, {}, { password: 'secret of nobody' }));
  t.match(wrong, { kind: 'CredentialsRefused', code: 'STATUS_LOGON_FAILURE', message: /CORP\\anna/ });
  t.notMatch(wrong.message, /secret/);
  const statuses = [
    'ACCOUNT_LOCKED_OUT',
    'PASSWORD_EXPIRED',
    'ACCOUNT_DISABLED',
    'PASSWORD_MUST_CHANGE',
  ] as const;
  for (const status of statuses) {
    const script: Script = {
      answer: ({ command, nth }) =>
        command === 'SESSION_SETUP' && nth === 1 ? { status: NT_STATUS[status] } : undefined,
    };
    t.match(await failure(opening(t, script)), { kind: 'CredentialsRefused', code: `STATUS_${status}` });
  }
});

t.test('a guest is refused who has given a password, however it went', async (t) => {
  t.match(await failure(opening(t, { sessionFlags: 1 })), { kind: 'CredentialsRefused', message: /guest/ });
  const wrong = await failure(opening(t, { sessionFlags: 1 }, { password: 'no' }));
  t.match(wrong, { kind: 'CredentialsRefused', message: /guest/ });
});

t.test('a guest without a password is let in, unsigned', async (t) => {
  const tree = await opening(t, { sessionFlags: 1, requiresSigning: false }, { user: 'x', password: '' });
  t.equal(tree.dialect, '3.1.1');
});

t.test('the end of a login that is not signed, or wrongly, is no proof', async (t) => {
  const unsigned: Script = {
    onMessage(message, { command }) {
      if (command === 'SESSION_SETUP') message.writeUInt32LE(1, 16);
      return message;
    },
  };
  t.match(await failure(opening(t, unsigned)), { kind: 'Io', message: /did not sign the end of the login/ });
  const wrong: Script = {
    onMessage(message, { command, nth }) {
      if (command === 'SESSION_SETUP' && nth === 1) message.writeUInt8(message.readUInt8(50) ^ 1, 50);
      return message;
    },
  };
  t.match(await failure(opening(t, wrong)), { kind: 'Io', message: /wrongly/ });
});

t.test('the share: not there, not for us, a printer, pipes, a DFS namespace', async (t) => {
  const refusing = (status: number): Script => ({
    answer: ({ command }) => (command === 'TREE_CONNECT' ? { status } : undefined),
  });
  t.match(await failure(opening(t, refusing(NT_STATUS.BAD_NETWORK_NAME))), { kind: 'NotFound' });
  t.match(await failure(opening(t, refusing(NT_STATUS.ACCESS_DENIED))), { kind: 'PermissionDenied' });
  t.match(await failure(opening(t, { shareType: 2 })), { kind: 'Unsupported', message: /named pipes/ });
  t.match(await failure(opening(t, { shareType: 3 })), { kind: 'Unsupported', message: /printer/ });
  t.match(await failure(opening(t, { shareType: 9 })), { kind: 'Unsupported' });
  for (const dfs of [{ shareFlags: 1 }, { shareFlags: 2 }, { shareCapabilities: 8 }]) {
    const error = await failure(opening(t, dfs));
    t.match(error, { kind: 'Unsupported', message: /DFS namespace, which DataSync does not support/ });
  }
});

t.test('encryption that is demanded but was not agreed on', async (t) => {
  const session = await failure(opening(t, { cipher: null, sessionFlags: 4 }));
  t.match(session, { kind: 'Io', message: /demands encryption/ });
  const share = await failure(opening(t, { cipher: null, shareFlags: 0x8000 }));
  t.match(share, { kind: 'PermissionDenied', message: /to be encrypted/ });
});

t.test('algorithms that nobody offered, and limits that no server may have', async (t) => {
  const choosing = (at: number, value: number): Script => ({
    onMessage(message, { command }) {
      if (command === 'NEGOTIATE') message.writeUInt16LE(value, at);
      return message;
    },
  });
  // The contexts are PREAUTH_INTEGRITY of 38 bytes, SIGNING of 4 and ENCRYPTION of 4, each behind 8 bytes.
  t.match(await failure(opening(t, choosing(128 + 8 + 4, 2))), { message: /not SHA-512/ });
  t.match(await failure(opening(t, choosing(128 + 48 + 10, 77))), { message: /signing algorithm 77/ });
  t.match(await failure(opening(t, choosing(128 + 64 + 10, 77))), { message: /cipher 77/ });
  t.match(await failure(opening(t, choosing(128 + 48 + 2, 999))), { kind: 'Io', message: /past the end/ });
  t.match(await failure(opening(t, { maxBytes: 1024 })), { kind: 'Io', message: /only 1024 bytes/ });
});

t.test('nobody listens, or a host that does not exist', async (t) => {
  const server = await serving(t, {});
  const { port } = server;
  await server[Symbol.asyncDispose]();
  const config: SmbConfig = {
    host: '127.0.0.1',
    port,
    share: 's',
    root: '',
    version: 'automatic',
    ...ACCOUNT,
  };
  t.match(await failure(openSmbTree(config, { clock })), { kind: 'Unreachable', code: 'ECONNREFUSED' });
  const stopped = AbortSignal.abort(new Error('no more'));
  await t.rejects(openSmbTree(config, { clock }, { signal: stopped }), { message: 'no more' });
});

t.test('a server that takes the connection and says nothing has some seconds', async (t) => {
  const virtual = new VirtualClock();
  const { port } = await serving(t, { answer: () => [] });
  const config: SmbConfig = {
    host: '127.0.0.1',
    port,
    share: 's',
    root: '',
    version: 'automatic',
    ...ACCOUNT,
  };
  const since = virtual.now();
  const error = await inVirtualTime(virtual, failure(openSmbTree(config, { clock: virtual })));
  t.match(error, { kind: 'Unreachable', message: /No answer from 127\.0\.0\.1:\d+ in time/ });
  t.ok(virtual.now() - since <= 20_000);
});

t.test('a server that hangs up at the first word may know nothing but SMB 1', async (t) => {
  const virtual = new VirtualClock();
  const { port } = await serving(t, { answer: () => 'end' });
  const config: SmbConfig = {
    host: '127.0.0.1',
    port,
    share: 's',
    root: '',
    version: 'automatic',
    ...ACCOUNT,
  };
  const error = await inVirtualTime(virtual, failure(openSmbTree(config, { clock: virtual })));
  t.match(error, { kind: 'Unreachable', message: /ended the connection.*only SMB 1/ });
});

t.test('every dialect and algorithm gets to the share', async (t) => {
  for (const dialect of ['2.1', '3.0', '3.0.2', '3.1.1'] as const) {
    const tree = await opening(t, { dialect });
    t.equal(tree.dialect, dialect);
    t.equal(tree.limits.readBytes, 1 << 20);
  }
  const oldest = await opening(t, { dialect: '2.0.2' }, { version: '2.0.2' });
  t.match(oldest.limits, { readBytes: 65_536, writeBytes: 65_536 });
  for (const signing of ['HMAC-SHA256', 'AES-CMAC', 'AES-GMAC'] as const) {
    t.ok(await opening(t, { signing }), signing);
  }
  for (const cipher of ['aes-128-gcm', 'aes-128-ccm', 'aes-256-gcm', 'aes-256-ccm'] as const) {
    t.ok(await opening(t, { cipher, sessionFlags: 4 }), cipher);
    t.ok(await opening(t, { cipher, shareFlags: 0x8000 }), `${cipher} for the share`);
  }
});
