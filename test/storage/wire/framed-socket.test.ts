import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import t, { type Test } from 'tap';
import { systemClock } from '../../../src/base/system-clock.ts';
import { VirtualClock } from '../../../src/base/virtual-clock.ts';
import { StorageError } from '../../../src/storage/storage-error.ts';
import { connectFramed, type FramedOptions } from '../../../src/storage/wire/framed-socket.ts';
import { directTcp, recordMarking } from '../../../src/storage/wire/framing.ts';

const clock = systemClock();
const quiet = { onRecord: () => undefined, onClose: () => undefined };
const usual = { framing: recordMarking, maxRecordBytes: 4096, connectTimeoutMs: 5_000, clock, ...quiet };

/** A server that treats each connection as `serve` says; closed with the test. */
async function serving(t: Test, serve: (socket: Socket) => void): Promise<number> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    serve(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

const failure = async (promise: Promise<unknown>): Promise<StorageError> => {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof StorageError) return error;
  throw new Error(`no StorageError, but ${error}`);
};

/** What comes of a connection to a server that sends `bytes` and ends. */
async function heard(t: Test, bytes: Buffer, options: Partial<FramedOptions> = {}) {
  const port = await serving(t, (socket) => socket.end(bytes));
  const records: Buffer[] = [];
  const closed = await new Promise<StorageError>((resolve, reject) => {
    const told = { onRecord: (record: Buffer) => void records.push(record), onClose: resolve };
    connectFramed({ ...usual, host: '127.0.0.1', port, ...told, ...options }).catch(reject);
  });
  return { records, closed };
}

t.test('nobody there: the host and port are named', async (t) => {
  const port = await serving(t, () => undefined);
  const unused = createServer().listen(0, '127.0.0.1');
  await once(unused, 'listening');
  const closedPort = (unused.address() as AddressInfo).port;
  unused.close();
  await once(unused, 'close');
  t.not(port, closedPort);
  const error = await failure(connectFramed({ ...usual, host: '127.0.0.1', port: closedPort }));
  t.match(error, { kind: 'Unreachable', code: 'ECONNREFUSED', path: `127.0.0.1:${closedPort}` });
  t.equal(
    error.message,
    `127.0.0.1:${closedPort} refused the connection. Check that the server runs and listens on this port.`,
  );
});

t.test('an unknown host', async (t) => {
  const error = await failure(connectFramed({ ...usual, host: 'no-such-host.invalid', port: 1 }));
  t.equal(error.kind, 'Unreachable');
  t.match(error.code, /ENOTFOUND|EAI_AGAIN/);
  t.match(error.message, /no-such-host\.invalid/);
});

t.test('a port that cannot be the start', async (t) => {
  const port = await serving(t, () => undefined);
  const error = await failure(connectFramed({ ...usual, host: '127.0.0.1', port, localPort: port }));
  t.match(error, { kind: 'Unreachable', code: 'EADDRINUSE' });
});

t.test('an abort before and while connecting', async (t) => {
  const reason = new Error('enough');
  const signal = AbortSignal.abort(reason);
  await t.rejects(connectFramed({ ...usual, host: '127.0.0.1', port: 1, signal }), reason);
  const port = await serving(t, () => undefined);
  const abort = new AbortController();
  const connecting = connectFramed({ ...usual, host: '127.0.0.1', port, signal: abort.signal });
  abort.abort(reason);
  await t.rejects(connecting, reason);
});

t.test('the time limit of connecting', async (t) => {
  const port = await serving(t, () => undefined);
  // A clock that has no time at all stands for a server that does not answer in time.
  const hasty = { now: () => 0, sleep: async () => undefined };
  const error = await failure(connectFramed({ ...usual, host: '127.0.0.1', port, clock: hasty }));
  t.match(error, { kind: 'Unreachable', code: 'ETIMEDOUT' });
  t.match(error.message, /No answer from 127\.0\.0\.1:\d+ in time/);
});

t.test('a record larger than is taken', async (t) => {
  const { records, closed } = await heard(t, Buffer.from([0xff, 0xff, 0xff, 0xff, 1, 2, 3]));
  t.equal(records.length, 0);
  t.equal(closed.kind, 'Io');
  t.match(closed.message, /does not speak the protocol.*2147483647 bytes/);
});

t.test('many pieces that together are larger', async (t) => {
  const piece = Buffer.alloc(4 + 1024);
  piece.writeUInt32BE(1024);
  const { closed } = await heard(t, Buffer.concat([piece, piece, piece, piece, piece]));
  t.match(closed, { kind: 'Io', message: /5120 bytes or more; 4096 are taken/ });
});

t.test('pieces of nothing without end', async (t) => {
  const { closed } = await heard(t, Buffer.alloc(4 * 5000));
  t.match(closed, { kind: 'Io', message: /more than 4096 pieces/ });
});

t.test('what is no header of direct TCP', async (t) => {
  const { closed } = await heard(t, Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n'), { framing: directTcp });
  t.match(closed, { kind: 'Io', message: /0x48545450, which begins no record. Check host and port/ });
});

t.test('a connection that ends in the middle of a record', async (t) => {
  const { records, closed } = await heard(t, Buffer.from([0x80, 0, 0, 9, 1, 2]));
  t.equal(records.length, 0);
  t.match(closed, { kind: 'Unreachable', code: 'EPIPE' });
});

t.test('a server that owes an answer and is silent', async (t) => {
  const port = await serving(t, () => undefined);
  const virtual = new VirtualClock();
  let asked = 0;
  const onQuiet = () => {
    asked += 1;
  };
  const closed = new Promise<StorageError>((onClose) => {
    const silence = { limitMs: 20_000, isExpecting: () => true, onQuiet };
    const options = { ...usual, host: '127.0.0.1', port, clock: virtual, silence, onClose };
    connectFramed(options).then(
      () => virtual.advance(20_000),
      () => undefined,
    );
  });
  t.match(await closed, { kind: 'Unreachable', code: 'ETIMEDOUT' });
  t.equal(asked, 1, 'a sign of life was asked for');
});

t.test('a server that owes nothing may be silent', async (t) => {
  const port = await serving(t, () => undefined);
  const virtual = new VirtualClock();
  const silence = { limitMs: 20_000, isExpecting: () => false };
  const onClose = () => t.fail('closed');
  const framed = await connectFramed({ ...usual, host: '127.0.0.1', port, clock: virtual, silence, onClose });
  await virtual.advance(100_000);
  framed.close();
});

t.test('records arrive whole, however they are cut', async (t) => {
  const bytes = Buffer.concat([
    Buffer.from([0x80, 0, 0, 3, 1, 2, 3]),
    Buffer.from([0, 0, 0, 2, 4, 5, 0, 0, 0, 0, 0x80, 0, 0, 1, 6]),
    Buffer.from([0x80, 0, 0, 0]),
  ]);
  const port = await serving(t, async (socket) => {
    for (const byte of bytes) {
      socket.write(Buffer.from([byte]));
      await new Promise((resolve) => setImmediate(resolve));
    }
    socket.end();
  });
  const records: Buffer[] = [];
  await new Promise((onClose) => {
    const onRecord = (record: Buffer) => void records.push(record);
    connectFramed({ ...usual, host: '127.0.0.1', port, onRecord, onClose }).catch(onClose);
  });
  t.same(records, [Buffer.from([1, 2, 3]), Buffer.from([4, 5, 6]), Buffer.alloc(0)]);
});

t.test('what is sent comes back, small and large, from localhost too', async (t) => {
  const port = await serving(t, (socket) => socket.pipe(socket));
  for (const framing of [recordMarking, directTcp]) {
    const sizes = [0, 1, 100, 70_000, 3_000_000];
    const records: Buffer[] = [];
    const { promise, resolve } = deferred();
    const onRecord = (record: Buffer) => {
      if (records.push(record) === sizes.length) resolve(undefined);
    };
    const framed = await connectFramed({
      ...usual,
      host: 'localhost',
      port,
      framing,
      maxRecordBytes: 4_000_000,
      onRecord,
      onClose: () => t.fail('closed'),
    });
    for (const size of sizes) framed.send([Buffer.alloc(size >> 1, 1), Buffer.alloc(size - (size >> 1), 2)]);
    await promise;
    t.same(
      records.map((record) => [record.length, record[0], record.at(-1)]),
      sizes.map((size) => [size, size > 1 ? 1 : size === 1 ? 2 : undefined, size > 0 ? 2 : undefined]),
    );
    framed.close();
    framed.close();
    framed.send([Buffer.from('nobody hears it')]);
  }
});

t.test('a record that cannot be framed is our mistake', async (t) => {
  const port = await serving(t, () => undefined);
  const framed = await connectFramed({ ...usual, host: '127.0.0.1', port, framing: directTcp });
  t.throws(() => framed.send([Buffer.alloc(0x100_0000)]), RangeError);
  framed.close();
});

function deferred() {
  let resolve: (value: unknown) => void = () => undefined;
  const promise = new Promise((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
