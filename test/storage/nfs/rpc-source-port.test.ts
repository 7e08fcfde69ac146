import t from 'tap';
import { fromReservedPort } from '../../../src/storage/nfs/rpc-source-port.ts';
import { unreachable } from '../../../src/storage/wire/connection-error.ts';
import type { FramedSocket } from '../../../src/storage/wire/framed-socket.ts';
import { storageFailure } from './trouble.ts';

const server = { host: 'nas', port: 2049 };
// What is connected is only handed on.
const connection = {} as FramedSocket;

/** The ports that are tried where connecting from each fails as `codeFor` says; undefined: it succeeds. */
async function tried(codeFor: (localPort: number | undefined) => string | undefined) {
  const ports: (number | undefined)[] = [];
  const connect = async (localPort: number | undefined) => {
    ports.push(localPort);
    const code = codeFor(localPort);
    if (code !== undefined) throw unreachable(server, code);
    return connection;
  };
  return { ports, result: fromReservedPort(connect) };
}

t.test('a server that does not answer is no reason to try other ports', async (t) => {
  const { ports, result } = await tried(() => 'ECONNREFUSED');
  t.match(await storageFailure(result), { code: 'ECONNREFUSED' });
  t.equal(ports.length, 1);
});

t.test('a process that may not use them', async (t) => {
  for (const code of ['EACCES', 'EPERM']) {
    const { ports, result } = await tried((port) => (port === undefined ? undefined : code));
    t.equal(await result, connection);
    t.equal(ports.length, 2);
    t.equal(ports[1], undefined);
  }
});

t.test('all are taken', async (t) => {
  const { ports, result } = await tried((port) => (port === undefined ? undefined : 'EADDRINUSE'));
  t.equal(await result, connection);
  t.ok(ports.length > 50);
  t.equal(new Set(ports).size, ports.length, 'none is tried twice');
  t.equal(ports.at(-1), undefined);
});

t.test('the first that is free', async (t) => {
  let left = 3;
  const { ports, result } = await tried(() => (left-- > 0 ? 'EADDRNOTAVAIL' : undefined));
  t.equal(await result, connection);
  t.equal(ports.length, 4);
  t.ok(ports.every((port) => port !== undefined && port >= 512 && port < 1024));
});
