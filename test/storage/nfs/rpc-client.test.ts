import t, { type Test } from 'tap';
import { systemClock } from '../../../src/base/system-clock.ts';
import { VirtualClock } from '../../../src/base/virtual-clock.ts';
import { authSys } from '../../../src/storage/nfs/auth-sys.ts';
import { openRpc, type RpcClient, type RpcOptions } from '../../../src/storage/nfs/rpc-client.ts';
import { XdrReader, XdrWriter } from '../../../src/storage/nfs/xdr.ts';
import { accepted, denied, fragment, type Heard, scriptedRpc } from './scripted-rpc.ts';
import { failureOf, storageFailure, whileTimeRuns } from './trouble.ts';

const ECHO = { program: 400_000, version: 7, procedure: 5, name: 'ECHO' };
const credentials = authSys({ uid: 11, gid: 22 });
const read = (reader: XdrReader) => reader.uint32();
const readTimes = (reader: XdrReader, times: number) => [reader.uint32(), times];
const args = (value: number) => new XdrWriter().uint32(value);
const echo = (rpc: RpcClient, value: number, signal?: AbortSignal) =>
  rpc.call(ECHO, args(value), read, signal && { signal });

/** A client of a server that answers as `answer` does. */
async function connected(t: Test, answer: (call: Heard) => void, options: Partial<RpcOptions> = {}) {
  const server = await scriptedRpc(t, answer);
  const clock = systemClock();
  const rpc = await openRpc({ host: '127.0.0.1', port: server.port, credentials, clock, ...options });
  t.teardown(() => rpc.close());
  return { server, rpc };
}

const answerEcho = (call: Heard) => call.accept(call.procedure === 0 ? undefined : args(call.args.uint32()));

t.test('replies that refuse', async (t) => {
  const cases: readonly [string, (call: Heard) => Buffer, object][] = [
    ['AUTH_TOOWEAK', ({ xid }) => denied(xid, 1, 5), { kind: 'PermissionDenied', code: 'AUTH_TOOWEAK' }],
    [
      'another auth_stat',
      ({ xid }) => denied(xid, 1, 99),
      { kind: 'PermissionDenied', code: 'auth_stat 99' },
    ],
    ['RPC_MISMATCH', ({ xid }) => denied(xid, 0, 3, 4), { kind: 'Unsupported', code: 'RPC_MISMATCH' }],
    ['PROG_UNAVAIL', ({ xid }) => accepted(xid, 1), { kind: 'Unsupported', code: 'PROG_UNAVAIL' }],
    [
      'PROG_MISMATCH',
      ({ xid }) => accepted(xid, 2, Buffer.from([0, 0, 0, 3, 0, 0, 0, 4])),
      {
        kind: 'Unsupported',
        code: 'PROG_MISMATCH',
        message: /version 7\).*this version of it, but 3 to 4\./,
      },
    ],
    ['PROC_UNAVAIL', ({ xid }) => accepted(xid, 3), { kind: 'Unsupported', code: 'PROC_UNAVAIL' }],
    ['GARBAGE_ARGS', ({ xid }) => accepted(xid, 4), { kind: 'Io', code: 'GARBAGE_ARGS' }],
    ['SYSTEM_ERR', ({ xid }) => accepted(xid, 5), { kind: 'Io', code: 'SYSTEM_ERR' }],
    ['another accept_stat', ({ xid }) => accepted(xid, 77), { kind: 'Io', code: 'accept_stat 77' }],
    [
      'no reply_stat',
      ({ xid }) => Buffer.from(new XdrWriter().uint32(xid).uint32(1).uint32(9).bytes()),
      { kind: 'Io' },
    ],
    ['nothing behind the XID', ({ xid }) => accepted(xid, 0).subarray(0, 8), { kind: 'Io' }],
    [
      'no results',
      ({ xid }) => accepted(xid, 0),
      { kind: 'Io', message: /answered ECHO with what makes no sense/ },
    ],
  ];
  for (const [name, answer, expected] of cases) {
    const { rpc, server } = await connected(t, (call) => call.say(answer(call)));
    t.match(await storageFailure(echo(rpc, 1)), expected, name);
    t.equal(server.connections, 1, `${name}: no reason to connect anew`);
    rpc.close();
  }
});

t.test('an answer to a call that nobody made ends all that is under way, and no more', async (t) => {
  let wrong = true;
  const { rpc, server } = await connected(t, (call) => {
    if (wrong) call.say(accepted((call.xid ^ 0x5555_5555) >>> 0, 0, Buffer.alloc(4)));
    else answerEcho(call);
  });
  const failures = await Promise.all([1, 2, 3].map((value) => storageFailure(echo(rpc, value))));
  for (const failure of failures) {
    t.equal(failure.kind, 'Io');
    t.match(failure.message, /makes no sense: it answered a call that nobody made/);
  }
  wrong = false;
  t.equal(await echo(rpc, 4), 4);
  t.equal(server.connections, 2);
});

t.test('records that are no replies', async (t) => {
  const records: readonly [string, Buffer, RegExp][] = [
    ['shorter than an XID', fragment(Buffer.alloc(3)), /makes no sense/],
    ['an XID alone', fragment(Buffer.alloc(4)), /makes no sense/],
    ['larger than is taken', Buffer.from([0xc0, 0, 0, 0, 1]), /does not speak the protocol/],
    ['another protocol', Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n'), /does not speak the protocol/],
  ];
  for (const [name, bytes, message] of records) {
    const { rpc } = await connected(t, (call) => void call.socket.write(bytes));
    t.match(await storageFailure(echo(rpc, 1)), { kind: 'Io', message }, name);
    rpc.close();
  }
});

t.test('a server that ends the connection instead of its first answer', async (t) => {
  const { rpc, server } = await connected(t, (call) => call.socket.destroy());
  t.match(await storageFailure(echo(rpc, 1)), { kind: 'Unreachable' });
  t.equal(server.connections, 1, 'it is not waited for');
});

t.test('a server that is silent from the start', async (t) => {
  const clock = new VirtualClock();
  const { rpc } = await connected(t, () => undefined, { clock });
  const failure = await whileTimeRuns(clock, storageFailure(echo(rpc, 1)));
  t.match(failure, {
    kind: 'Unreachable',
    code: 'ETIMEDOUT',
    message: /^No answer from 127\.0\.0\.1:\d+ in time/,
  });
});

t.test('what was under way is sent again with the same XID', async (t) => {
  const { rpc, server } = await connected(t, (call) => {
    if (call.connection === 1 && server.heard.length > 1) call.socket.end();
    else answerEcho(call);
  });
  t.same(await rpc.call(ECHO, args(1), readTimes), [1, 1]);
  const payload = Buffer.from('abcde');
  const answers = await Promise.all([
    rpc.call(ECHO, new XdrWriter().uint32(2).uint32(payload.length), readTimes, { payload }),
    rpc.call(ECHO, new XdrWriter().uint32(3).uint32(payload.length), readTimes, { payload }),
  ]);
  t.same(answers, [
    [2, 2],
    [3, 2],
  ]);
  const tried = server.heard.slice(1).map(({ connection, xid }) => `${connection} ${xid}`);
  const again = server.heard.filter(({ connection }) => connection === 2);
  t.equal(again.length, 2);
  for (const { xid } of again) t.ok(tried.includes(`1 ${xid}`), 'sent before with the same XID');
});

t.test(
  'a server that accepts and ends connections for ever: waited for with pauses, then given up',
  async (t) => {
    const clock = new VirtualClock();
    const { rpc, server } = await connected(
      t,
      (call) => (server.heard.length === 1 ? answerEcho(call) : call.socket.destroy()),
      { clock },
    );
    t.equal(await echo(rpc, 1), 1);
    const startedAt = clock.now();
    const failure = await whileTimeRuns(clock, storageFailure(echo(rpc, 2)), 100);
    t.match(failure, {
      kind: 'Unreachable',
      message: /^No answer from 127\.0\.0\.1:\d+ for 30 s \(EPIPE\)\. Check that/,
    });
    t.ok(clock.now() - startedAt > 25_000 && clock.now() - startedAt < 32_000, 'about 30 s');
    t.ok(server.connections > 10 && server.connections < 30, `${server.connections} connections`);
    const before = server.connections;
    t.match(await whileTimeRuns(clock, storageFailure(echo(rpc, 3)), 10), { kind: 'Unreachable' });
    t.ok(server.connections - before <= 2, 'no patience is left for what comes later');
  },
);

t.test('a server that is gone for good', async (t) => {
  const clock = new VirtualClock();
  const { rpc, server } = await connected(t, answerEcho, { clock });
  t.equal(await echo(rpc, 1), 1);
  await server.stop();
  const failure = await whileTimeRuns(clock, storageFailure(echo(rpc, 2)));
  t.match(failure, { kind: 'Unreachable', code: 'ECONNREFUSED', message: /for 30 s \(ECONNREFUSED\)/ });
});

t.test('a server that goes and comes back', async (t) => {
  const clock = new VirtualClock();
  const { rpc, server } = await connected(t, answerEcho, { clock });
  t.equal(await echo(rpc, 1), 1);
  await server.stop();
  const waiting = echo(rpc, 2);
  await whileTimeRuns(clock, clock.sleep(5_000));
  await scriptedRpc(t, answerEcho, server.port);
  t.equal(await whileTimeRuns(clock, waiting), 2);
});

t.test('a server that falls silent is called, then left', async (t) => {
  const clock = new VirtualClock();
  const { rpc, server } = await connected(
    t,
    (call) => {
      if (call.connection > 1 || server.heard.length === 1) answerEcho(call);
    },
    { clock },
  );
  t.equal(await echo(rpc, 1), 1);
  const startedAt = clock.now();
  t.same(await whileTimeRuns(clock, rpc.call(ECHO, args(2), readTimes)), [2, 2]);
  t.ok(clock.now() - startedAt < 20_000, 'after about 15 s');
  t.equal(server.heard[2]?.procedure, 0, 'a sign of life was asked for');
  t.equal(server.connections, 2);
});

t.test(
  'a server that takes connections and answers nothing any more: later calls are given up soon',
  async (t) => {
    const clock = new VirtualClock();
    const { rpc, server } = await connected(
      t,
      (call) => {
        if (server.heard.length === 1) answerEcho(call);
      },
      { clock },
    );
    t.equal(await echo(rpc, 1), 1);
    const fails = async (value: number) => {
      const startedAt = clock.now();
      t.match(await whileTimeRuns(clock, storageFailure(echo(rpc, value))), { kind: 'Unreachable' });
      return clock.now() - startedAt;
    };
    const firstMs = await fails(2);
    t.ok(firstMs >= 30_000 && firstMs < 60_000, `after ${firstMs} ms`);
    const laterMs = (await fails(3)) + (await fails(4));
    t.ok(laterMs < 10_000, `both after ${laterMs} ms`);
  },
);

t.test('a server that takes long over one call and answers to NULL is waited for', async (t) => {
  const clock = new VirtualClock();
  let slow: Heard | undefined;
  const { rpc, server } = await connected(
    t,
    (call) => {
      if (call.procedure === 0 || server.heard.length === 1) answerEcho(call);
      else slow = call;
    },
    { clock },
  );
  t.equal(await echo(rpc, 1), 1);
  const answer = rpc.call(ECHO, args(2), readTimes);
  const wait = clock.sleep(50_000);
  await whileTimeRuns(clock, wait);
  slow?.accept(args(2));
  t.same(await answer, [2, 1]);
  t.equal(server.connections, 1);
});

t.test('a server that answers one call after the other, slowly, is waited for', async (t) => {
  const clock = new VirtualClock();
  let turn = Promise.resolve();
  const { rpc, server } = await connected(
    t,
    (call) => {
      turn = turn.then(() => clock.sleep(2_000)).then(() => answerEcho(call));
    },
    { clock },
  );
  const values = Array.from({ length: 50 }, (_, index) => index);
  const answers = values.map((value) => rpc.call(ECHO, args(value), readTimes));
  const seen = await whileTimeRuns(clock, Promise.all(answers), 1_000);
  t.same(
    seen,
    values.map((value) => [value, 1]),
  );
  t.equal(server.connections, 1);
});

t.test('a server that sends a byte now and then, and never an answer', async (t) => {
  const clock = new VirtualClock();
  const { rpc, server } = await connected(
    t,
    (call) => {
      if (server.heard.length === 1) return answerEcho(call);
      // Empty fragments, a byte at a time.
      const trickle = async (): Promise<void> => {
        call.socket.write(Buffer.from([0]));
        await clock.sleep(3_000);
        return call.socket.destroyed ? undefined : trickle();
      };
      trickle().catch(() => undefined);
    },
    { clock },
  );
  t.equal(await echo(rpc, 1), 1);
  const failure = await whileTimeRuns(clock, storageFailure(echo(rpc, 2)), 1_500);
  t.match(failure, { kind: 'Unreachable' });
});

t.test('a call that a living server has lost is sent again over another connection', async (t) => {
  const clock = new VirtualClock();
  const { rpc, server } = await connected(
    t,
    (call) => {
      const isLost = call.connection === 1 && call.procedure !== 0 && server.heard.length > 1;
      if (!isLost) answerEcho(call);
    },
    { clock },
  );
  t.equal(await echo(rpc, 1), 1);
  t.same(await whileTimeRuns(clock, rpc.call(ECHO, args(2), readTimes), 1000), [2, 2]);
  t.equal(server.connections, 2);
});

t.test('a connection that ends while nothing is under way is made again by the next call', async (t) => {
  const { rpc, server } = await connected(t, (call) => {
    answerEcho(call);
    call.socket.end();
  });
  for (const value of [1, 2, 3]) t.equal(await echo(rpc, value), value);
  t.ok(server.connections >= 2);
});

t.test('aborts: before, while waiting for room, and in flight', async (t) => {
  const reason = new Error('enough');
  const late: Heard[] = [];
  const { rpc, server } = await connected(t, (call) => void late.push(call), { inFlight: 1 });
  t.equal(await failureOf(echo(rpc, 0, AbortSignal.abort(reason))), reason);
  const abort = new AbortController();
  const both = [echo(rpc, 1, abort.signal), echo(rpc, 2, abort.signal)].map(failureOf);
  const third = echo(rpc, 3);
  while (late.length === 0) await new Promise((resolve) => setImmediate(resolve));
  abort.abort(reason);
  t.same(await Promise.all(both), [reason, reason]);
  t.equal(late.length, 1, 'one that was abandoned is still in flight');
  for (let next = late.shift(); next; next = late.shift()) {
    answerEcho(next);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  t.equal(await third, 3, 'the late answer was no trouble');
  t.equal(server.heard.length, 2, 'what was abandoned before it was sent is not sent');
  t.equal(server.connections, 1);
});

t.test('closing ends what is under way', async (t) => {
  const { rpc } = await connected(t, () => undefined, { inFlight: 1 });
  const pending = [1, 2].map((value) => storageFailure(echo(rpc, value)));
  rpc.close();
  for (const failure of await Promise.all(pending)) t.match(failure, { message: /was closed/ });
  t.match(await failureOf(echo(rpc, 3)), { message: 'The RPC client is closed.' });
  rpc.close();
});

t.test('a call of the server to us is nothing to answer', async (t) => {
  const { rpc } = await connected(t, (call) => {
    call.say(Buffer.from(new XdrWriter().uint32(call.xid).uint32(0).uint32(2).uint32(1).bytes()));
    answerEcho(call);
  });
  t.equal(await echo(rpc, 1), 1);
});

t.test('what a call looks like', async (t) => {
  const { rpc, server } = await connected(t, answerEcho);
  const payload = Buffer.from('abcde');
  await rpc.call(ECHO, new XdrWriter().uint32(1).uint32(payload.length), read, { payload });
  const [call] = server.heard;
  t.match(call, { program: 400_000, version: 7, procedure: 5 });
  t.equal(call?.args.opaque(100).toString(), 'abcde');
  t.equal(call?.args.left, 0, 'padded to four bytes');
  const credential = new XdrReader(call?.credential ?? Buffer.alloc(0));
  t.same([credential.uint32(), credential.string(255)], [0, 'datasync-local']);
  t.same([credential.uint32(), credential.uint32(), credential.uint32()], [11, 22, 0]);
});

t.test('replies in fragments and in any order; never more in flight than allowed', async (t) => {
  let inFlight = 0;
  let most = 0;
  const held: Heard[] = [];
  const { rpc, server } = await connected(
    t,
    (call) => {
      inFlight += 1;
      most = Math.max(most, inFlight);
      held.push(call);
      if (held.length < 4 && server.heard.length < 20) return;
      for (const { xid, args: value, socket } of held.splice(0).reverse()) {
        inFlight -= 1;
        const reply = accepted(xid, 0, value.fixed(4));
        socket.write(fragment(reply.subarray(0, 10), false));
        socket.write(fragment(reply.subarray(10)));
      }
    },
    { inFlight: 4 },
  );
  const values = Array.from({ length: 20 }, (_, index) => index);
  t.same(await Promise.all(values.map((value) => echo(rpc, value))), values);
  t.equal(most, 4);
});
