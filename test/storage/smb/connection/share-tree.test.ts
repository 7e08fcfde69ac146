// Requests on a share: answers that are late, wrong, forged or missing, and connections that break.

import t, { type Test } from 'tap';
import type { Clock } from '../../../../src/base/clock.ts';
import { systemClock } from '../../../../src/base/system-clock.ts';
import { VirtualClock } from '../../../../src/base/virtual-clock.ts';
import { FLAGS } from '../../../../src/storage/smb/message/header.ts';
import { NT_STATUS } from '../../../../src/storage/smb/nt-status.ts';
import { openSmbTree } from '../../../../src/storage/smb/open-tree.ts';
import { SmbFailure, type SmbRequest, type SmbTree } from '../../../../src/storage/smb/smb-tree.ts';
import { StorageError } from '../../../../src/storage/storage-error.ts';
import { ACCOUNT, type Asked, type Said, type Script, ScriptedServer } from './scripted-server.ts';

const flush: SmbRequest = { command: 'FLUSH', body: Buffer.alloc(24) };
const create: SmbRequest = { command: 'CREATE', body: Buffer.alloc(64) };

interface World {
  readonly server: ScriptedServer;
  readonly tree: SmbTree;
}

/** A share that was connected to a server which was honest until then. */
async function world(t: Test, script: Script = {}, clock: Clock = systemClock()): Promise<World> {
  const server = await ScriptedServer.start(script);
  t.teardown(() => server[Symbol.asyncDispose]());
  const { port } = server;
  const config = {
    host: '127.0.0.1',
    port,
    share: 'share',
    root: '',
    version: 'automatic',
    ...ACCOUNT,
  } as const;
  const tree = await openSmbTree(config, { clock });
  t.teardown(async () => {
    server.script = { answer: () => 'end' };
    server.drop();
    await tree[Symbol.asyncDispose]();
  });
  return { server, tree };
}

async function failure(promise: Promise<unknown>): Promise<StorageError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof StorageError) return error;
  throw new Error(`no StorageError, but ${error}`);
}

const answering = (say: (asked: Asked) => Said | readonly Said[] | 'end' | undefined): Script => ({
  answer: (asked) => (asked.command === 'FLUSH' ? say(asked) : undefined),
});
const changing = (change: (message: Buffer, asked: Asked) => Buffer): Script => ({
  onMessage: (message, asked) => (asked.command === 'FLUSH' ? change(message, asked) : message),
});

async function untilAsked(server: ScriptedServer, command: string): Promise<void> {
  while (!server.asked.some((asked) => asked.command === command)) {
    await new Promise((resolve) => setImmediate(resolve));
  }
}

t.test('answers that break the rules end the connection, and the next call has a new one', async (t) => {
  const asyncFlags = FLAGS.SERVER_TO_REDIR | FLAGS.ASYNC_COMMAND;
  const pending = { status: NT_STATUS.PENDING, flags: asyncFlags, asyncId: 9n };
  const rest = { requiresSigning: false, cipher: null } as const;
  const scripts: Record<string, Script> = {
    'a cut-off header': { ...rest, ...changing((message) => message.subarray(0, 63)) },
    'no message at all': { ...rest, ...changing(() => Buffer.alloc(0)) },
    'a request': { ...rest, ...answering(() => ({ flags: 0 })) },
    'another protocol': { ...rest, ...changing((message) => message.fill(0x41, 0, 4)) },
    'the number of nobody': { ...rest, ...answering(() => ({ messageId: 4711n })) },
    'a number beyond counting': { ...rest, ...answering(() => ({ messageId: 2n ** 63n })) },
    'another command': { ...rest, ...answering(() => ({ command: 8 })) },
    'STATUS_PENDING again and again': { ...rest, ...answering(() => Array(9).fill(pending)) },
    'STATUS_PENDING without a number': { ...rest, ...answering(() => ({ status: NT_STATUS.PENDING })) },
    'two answers to one request': { ...rest, ...answering(() => [{ messageId: 4711n }, {}]) },
    'NextCommand beyond the end': { ...rest, ...changing((message) => next(message, 1 << 20)) },
    'NextCommand into itself': { ...rest, ...changing((message) => next(message, 8)) },
    'NextCommand aslant': { ...rest, ...changing((message) => next(message, 65)) },
    'an encrypted message where nothing is': { ...rest, ...changing((message) => message.fill(0xfd, 0, 1)) },
  };
  for (const [what, script] of Object.entries(scripts)) {
    const { server, tree } = await world(t, script);
    const error = await failure(tree.send([flush]));
    t.match(error, { kind: 'Io', message: /broke the rules of SMB/ }, `${what}: ${error.message}`);
    server.script = rest;
    t.ok(await tree.send([flush]), 'and again, honestly');
    t.equal(tree.generation, 2);
  }
});

const next = (message: Buffer, value: number): Buffer => {
  message.writeUInt32LE(value, 20);
  return message;
};

t.test(
  'a frame that is larger than any answer ends the connection before there is memory for it',
  async (t) => {
    const { tree } = await world(t, {
      onFrame(frame, { command }) {
        if (command === 'FLUSH') frame.writeUInt32BE(0xffffff, 0);
        return frame;
      },
    });
    t.match(await failure(tree.send([flush])), { kind: 'Io', message: /16777215 bytes/ });
  },
);

t.test('a signed session: unsigned and forged answers end the connection', async (t) => {
  const unsigned = changing((message) => {
    message.writeUInt32LE(FLAGS.SERVER_TO_REDIR, 16);
    return message;
  });
  const forged = changing((message) => {
    message.writeUInt8(message.readUInt8(64) ^ 1, 64);
    return message;
  });
  const dialects = [
    { dialect: '2.1' },
    { dialect: '3.0.2' },
    { dialect: '3.1.1' },
    { signing: 'AES-CMAC' },
  ] as const;
  for (const dialect of dialects) {
    const first = await world(t, { ...dialect, ...unsigned });
    t.match(await failure(first.tree.send([flush])), {
      kind: 'Io',
      message: /not signed although it has to be/,
    });
    const second = await world(t, { ...dialect, ...forged });
    t.match(await failure(second.tree.send([flush])), {
      kind: 'Io',
      message: /signature of an answer is wrong/,
    });
  }
});

t.test('a session that need not be signed: what is signed all the same is verified', async (t) => {
  const script = changing((message) => {
    message.writeUInt32LE(FLAGS.SERVER_TO_REDIR | FLAGS.SIGNED, 16);
    return message;
  });
  const { tree } = await world(t, { requiresSigning: false, ...script });
  t.match(await failure(tree.send([flush])), { kind: 'Io', message: /signature of an answer is wrong/ });
});

t.test('an encrypted session: open and forged answers end the connection', async (t) => {
  for (const how of [{ sessionFlags: 4 }, { shareFlags: 0x8000 }]) {
    const forged = await world(t, {
      ...how,
      onFrame(frame, { command }) {
        if (command === 'FLUSH') frame.writeUInt8(frame.readUInt8(70) ^ 1, 70);
        return frame;
      },
    });
    t.match(await failure(forged.tree.send([flush])), { kind: 'Io', message: /changed on its way/ });
    const open = await world(t, {
      ...how,
      onFrame(frame, { command, messageId }) {
        if (command !== 'FLUSH') return frame;
        const answer = Buffer.alloc(4 + 68);
        answer.writeUInt32BE(68);
        answer.write('\xfeSMB', 4, 'latin1');
        answer.writeUInt16LE(64, 8);
        answer.writeUInt16LE(7, 4 + 12);
        answer.writeUInt32LE(1, 4 + 16);
        answer.writeBigUInt64LE(messageId, 4 + 24);
        return answer;
      },
    });
    t.match(await failure(open.tree.send([flush])), { kind: 'Io', message: /not encrypted/ });
  }
});

t.test('a server that grants no credits, or too few, is given up; nothing hangs', async (t) => {
  const stingy = await world(t, { requiresSigning: false });
  stingy.server.script = { requiresSigning: false, answer: () => ({ credits: 0 }) };
  // The credits of the login are used up first.
  const results = await Promise.allSettled(Array.from({ length: 2000 }, () => stingy.tree.send([flush])));
  const failed = results.filter((result) => result.status === 'rejected');
  t.ok(failed.length > 0);
  t.match(failed[0]?.reason, { kind: 'Io', message: /grants too few credits/ });
});

t.test('a request that needs more credits than there are waits, and begs for them', async (t) => {
  const { server, tree } = await world(t, { answer: () => ({ credits: 1 }) });
  server.script = { answer: ({ command }) => ({ credits: command === 'ECHO' ? 4 : 1 }) };
  const large = { ...flush, payloadBytes: 1 << 20 };
  t.ok(await tree.send([large]));
  t.ok(server.commands().includes('ECHO'));
  t.equal(server.asked.find(({ command }) => command === 'FLUSH')?.charge, 16);
});

t.test('large requests are not overtaken by small ones', async (t) => {
  const { server, tree } = await world(t, { answer: () => ({ credits: 1 }) });
  server.script = { answer: ({ command }) => ({ credits: command === 'ECHO' ? 16 : 1 }) };
  const order: string[] = [];
  const large = tree.send([{ ...flush, payloadBytes: 1 << 20 }]).then(() => order.push('large'));
  const small = Array.from({ length: 5 }, () => tree.send([flush]).then(() => order.push('small')));
  await Promise.all([large, ...small]);
  t.equal(order[0], 'large');
});

t.test('what the server refuses is a failure with its status, unless it was expected', async (t) => {
  const { tree } = await world(
    t,
    answering(() => ({ status: NT_STATUS.SHARING_VIOLATION })),
  );
  await t.rejects(tree.send([flush]), { name: 'SmbFailure', status: NT_STATUS.SHARING_VIOLATION, index: 0 });
  const accepts = [NT_STATUS.SHARING_VIOLATION];
  const [answer] = await tree.send([{ ...flush, accepts }]);
  t.equal(answer?.status, NT_STATUS.SHARING_VIOLATION);
  const [any] = await tree.send([{ ...flush, accepts: 'any' }]);
  t.equal(any?.status, NT_STATUS.SHARING_VIOLATION);
  const refused = await tree.send([{ ...flush, accepts }, create, flush]).catch((error: unknown) => error);
  t.ok(refused instanceof SmbFailure && refused.index === 2);
});

t.test('an answer that takes its time: unsigned interim, then the signed answer', async (t) => {
  const flags = FLAGS.SERVER_TO_REDIR | FLAGS.ASYNC_COMMAND;
  const { tree } = await world(
    t,
    answering(() => [
      { status: NT_STATUS.PENDING, flags, asyncId: 7n },
      { flags, asyncId: 7n },
    ]),
  );
  const [answer] = await tree.send([flush]);
  t.equal(answer?.status, 0);
});

t.test('an oplock break, which nobody asked for, does no harm', async (t) => {
  const { tree } = await world(
    t,
    answering(() => [{ messageId: 2n ** 64n - 1n, command: 0x12 }, {}]),
  );
  t.ok(await tree.send([flush]));
});

t.test('a request that never ends is cancelled and given up', async (t) => {
  const clock = new VirtualClock();
  const flags = FLAGS.SERVER_TO_REDIR | FLAGS.ASYNC_COMMAND;
  const script = answering(() => ({ status: NT_STATUS.PENDING, flags, asyncId: 7n }));
  const { server, tree } = await world(t, script, clock);
  const failed = failure(tree.send([flush]));
  await untilAsked(server, 'FLUSH');
  const stop = advancing(clock, 5_000);
  t.match(await failed, { kind: 'Busy', message: /FLUSH was not finished in 120 s/ });
  await untilAsked(server, 'CANCEL');
  await stop();
  t.ok(server.commands().includes('ECHO'), 'the server was alive all the time');
});

/** Moves time on until it is stopped; between two steps answers come over the network. */
function advancing(clock: VirtualClock, stepMs: number): () => Promise<void> {
  let going = true;
  const run = (async () => {
    while (going) {
      await clock.advance(stepMs);
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  })();
  return async () => {
    going = false;
    await run;
  };
}

t.test('a server that is silent has lost the connection', async (t) => {
  const clock = new VirtualClock();
  const { server, tree } = await world(t, { answer: ({ command }) => silentOn(command) }, clock);
  const since = clock.now();
  const failed = failure(tree.send([flush]));
  await untilAsked(server, 'FLUSH');
  const stop = advancing(clock, 5_000);
  t.match(await failed, { kind: 'Interrupted', message: /broke while something was under way/ });
  await stop();
  t.ok(clock.now() - since < 60_000, 'and not much later than it is sure');
  t.equal(server.commands().filter((command) => command === 'ECHO').length, 1);
});

const silentOn = (command: string): readonly Said[] | undefined =>
  command === 'FLUSH' || command === 'ECHO' ? [] : undefined;

t.test('many calls may share a signal, before and after it comes', async (t) => {
  const warnings: Error[] = [];
  const note = (warning: Error) => warnings.push(warning);
  process.on('warning', note);
  t.teardown(() => process.off('warning', note));
  const { server, tree } = await world(
    t,
    answering(({ nth }) => (nth < 100 ? undefined : [])),
  );
  const stop = new AbortController();
  const send = () => tree.send([flush], { signal: stop.signal });
  await Promise.all(Array.from({ length: 100 }, send));
  const left = Promise.allSettled(Array.from({ length: 100 }, send));
  await untilAsked(server, 'FLUSH');
  stop.abort(new Error('enough'));
  t.ok((await left).every((result) => result.status === 'rejected' && result.reason.message === 'enough'));
  await t.rejects(send(), { message: 'enough' });
  await new Promise((resolve) => setImmediate(resolve));
  t.strictSame(warnings, []);
});

t.test('an abort is told to the server, and a file that was opened all the same is closed', async (t) => {
  const fileId = Buffer.alloc(16, 0xab);
  const opened = Buffer.concat([Buffer.alloc(64), fileId, Buffer.alloc(8)]);
  opened.writeUInt16LE(89, 0);
  const held: Asked[] = [];
  const { server, tree } = await world(t, {
    answer(asked) {
      if (asked.command === 'CREATE') {
        held.push(asked);
        return [];
      }
      const [first] = held;
      // Too late: the answer to CREATE comes instead of one to CANCEL, which has none.
      if (asked.command === 'CANCEL' && first)
        return { command: 5, messageId: first.messageId, body: opened };
      return undefined;
    },
  });
  const stop = new AbortController();
  const sent = tree.send([create], { signal: stop.signal });
  await untilAsked(server, 'CREATE');
  stop.abort(new Error('enough'));
  await t.rejects(sent, { message: 'enough' });
  await untilAsked(server, 'CLOSE');
  t.equal(server.asked.find(({ command }) => command === 'CANCEL')?.messageId, held[0]?.messageId);
  const closed = server.asked.find(({ command }) => command === 'CLOSE');
  t.same(closed?.message.subarray(72, 88), fileId);
});

t.test('a broken connection: what was under way is Interrupted, the next call is on a new one', async (t) => {
  const { server, tree } = await world(
    t,
    answering(({ connection }) => (connection === 1 ? 'end' : undefined)),
  );
  t.equal(tree.generation, 1);
  const [first, second] = await Promise.all([failure(tree.send([flush])), failure(tree.send([flush]))]);
  t.match(first, { kind: 'Interrupted', retryable: true });
  t.match(second, { kind: 'Interrupted' });
  const again = await Promise.all([tree.send([flush]), tree.send([flush])]);
  t.equal(again.length, 2);
  t.equal(tree.generation, 2, 'one new connection for all who wait');
  t.equal(server.connections, 2);
});

t.test('a FileId of an earlier connection is never sent', async (t) => {
  const { server, tree } = await world(t);
  const { generation } = tree;
  t.ok(await tree.send([flush], { generation }));
  server.drop();
  await failure(tree.send([flush], { generation }));
  const before = server.asked.filter(({ command }) => command === 'FLUSH').length;
  t.match(await failure(tree.send([flush], { generation })), { kind: 'Interrupted' });
  t.equal(server.asked.filter(({ command }) => command === 'FLUSH').length, before);
});

t.test(
  'a server that stays away is Unreachable after half a minute; a caller may leave before',
  async (t) => {
    const clock = new VirtualClock();
    const { server, tree } = await world(t, {}, clock);
    await server[Symbol.asyncDispose]();
    await failure(tree.send([flush]));
    const impatient = new AbortController();
    const left = tree.send([flush], { signal: impatient.signal });
    const stayed = failure(tree.send([flush]));
    impatient.abort(new Error('left'));
    await t.rejects(left, { message: 'left' });
    const stop = advancing(clock, 1_000);
    t.match(await stayed, { kind: 'Unreachable', message: /No answer from 127\.0\.0\.1:\d+ for 30 s/ });
    await stop();
    const gaveUpAt = clock.now();
    t.match(await failure(tree.send([flush])), { kind: 'Unreachable', message: /No answer from [^ ]+ \(/ });
    t.equal(clock.now(), gaveUpAt, 'nobody waits for it a second time');
  },
);

t.test(
  'a share that comes back later than its server is waited for; one that stays away is Unreachable',
  async (t) => {
    const clock = new VirtualClock();
    const { server, tree } = await world(
      t,
      answering(({ connection }) => (connection === 1 ? 'end' : undefined)),
      clock,
    );
    t.match(await failure(tree.send([flush])), { kind: 'Interrupted' });
    const noShare = ({ command, connection }: Asked, until: number) =>
      command === 'TREE_CONNECT' && connection < until ? { status: NT_STATUS.BAD_NETWORK_NAME } : undefined;
    server.script = { answer: (asked) => noShare(asked, 4) };
    const stop = advancing(clock, 1_000);
    t.ok(await tree.send([flush]));

    server.script = { answer: (asked) => (asked.command === 'FLUSH' ? 'end' : noShare(asked, 99)) };
    t.match(await failure(tree.send([flush])), { kind: 'Interrupted' });
    t.match(await failure(tree.send([flush])), {
      kind: 'Unreachable',
      message: /no share .* It was there before/,
    });
    await stop();
  },
);

t.test('a password that was changed meanwhile is told as such', async (t) => {
  const { server, tree } = await world(t);
  server.script = {
    answer: ({ command }) => (command === 'SESSION_SETUP' ? { status: NT_STATUS.LOGON_FAILURE } : undefined),
  };
  server.drop();
  await failure(tree.send([flush]));
  t.match(await failure(tree.send([flush])), { kind: 'CredentialsRefused' });
});

t.test('a session that has expired is logged in to again, on the same connection', async (t) => {
  for (const how of [{}, { sessionFlags: 4 }, { dialect: '2.1' }] as const) {
    const expired = answering(({ nth }) =>
      nth < 3 ? { status: NT_STATUS.NETWORK_SESSION_EXPIRED } : undefined,
    );
    const { server, tree } = await world(t, { ...how, ...expired });
    await Promise.all([tree.send([flush]), tree.send([flush]), tree.send([flush])]);
    t.equal(server.connections, 1);
    t.equal(server.asked.filter(({ command }) => command === 'SESSION_SETUP').length, 4);
  }
});

t.test('a new login that is refused, or answered with nonsense', async (t) => {
  const expired: Said = { status: NT_STATUS.NETWORK_SESSION_EXPIRED };
  const wrong: readonly [Said, string][] = [
    [{ status: NT_STATUS.ACCOUNT_DISABLED }, 'CredentialsRefused'],
    [{ body: Buffer.from([9, 0, 0, 0, 72, 0, 99, 0]) }, 'Io'],
  ];
  for (const [said, kind] of wrong) {
    const { tree } = await world(t, {
      answer({ command, nth }) {
        if (command === 'SESSION_SETUP' && nth === 2) return said;
        return command === 'FLUSH' ? expired : undefined;
      },
    });
    t.match(await failure(tree.send([flush])), { kind });
  }
});

t.test('a session or a share that the server has ended: Interrupted, then a new one', async (t) => {
  for (const status of [NT_STATUS.USER_SESSION_DELETED, NT_STATUS.NETWORK_NAME_DELETED]) {
    const { tree } = await world(
      t,
      answering(({ nth }) => (nth === 0 ? { status } : undefined)),
    );
    t.match(await failure(tree.send([flush])), { kind: 'Interrupted' });
    t.ok(await tree.send([flush]));
    t.equal(tree.generation, 2);
  }
});

t.test('several requests go out as one related compound', async (t) => {
  const { server, tree } = await world(t);
  const answers = await tree.send([create, { ...flush, payload: [Buffer.alloc(3), Buffer.alloc(2)] }, flush]);
  t.equal(answers.length, 3);
  const [first, second, third] = server.asked.slice(-3);
  t.equal((first?.flags ?? 0) & FLAGS.RELATED_OPERATIONS, 0);
  t.ok((second?.flags ?? 0) & FLAGS.RELATED_OPERATIONS);
  t.ok((third?.flags ?? 0) & FLAGS.RELATED_OPERATIONS);
  t.equal(second?.messageId, (first?.messageId ?? 0n) + 1n);
  t.equal(second?.message.length, 64 + 24 + 8, 'the payload, and padding up to a multiple of 8');
});

t.test('closing logs off, and ends what is under way', async (t) => {
  const { server, tree } = await world(
    t,
    answering(() => []),
  );
  const left = failure(tree.send([flush]));
  await untilAsked(server, 'FLUSH');
  await tree[Symbol.asyncDispose]();
  await tree[Symbol.asyncDispose]();
  t.match(await left, { kind: 'Interrupted', message: /closed meanwhile/ });
  t.ok(server.commands().includes('LOGOFF'));
  t.match(await failure(tree.send([flush])), { kind: 'Interrupted' });
});
