// A server of ONC RPC that does what a test says, right or wrong.

import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import type { Test } from 'tap';
import { XdrReader, XdrWriter } from '../../../src/storage/nfs/xdr.ts';
import { recordMarking } from '../../../src/storage/wire/framing.ts';
import { RecordReader } from '../../../src/storage/wire/record-reader.ts';

/** A call as it reached the server. */
export interface Heard {
  readonly xid: number;
  readonly program: number;
  readonly version: number;
  readonly procedure: number;
  /** Of the credential's body. */
  readonly credential: Buffer;
  readonly args: XdrReader;
  /** Counts connections from 1. */
  readonly connection: number;
  readonly socket: Socket;
  /** Answers with results. */
  accept(results?: Buffer | XdrWriter): void;
  /** Sends a record of any content. */
  say(record: Buffer): void;
}

export interface ScriptedRpc {
  readonly port: number;
  readonly heard: readonly Heard[];
  readonly connections: number;
  /** Ends every connection and refuses new ones. */
  stop(): Promise<void>;
}

/** A record in one fragment. */
export function fragment(record: Buffer, last = true): Buffer {
  const header = Buffer.alloc(4);
  header.writeUInt32BE((last ? 0x8000_0000 : 0) + record.length);
  return Buffer.concat([header, record]);
}

/** An accepted reply, RFC 5531 section 9. */
export function accepted(xid: number, stat: number, rest: Buffer = Buffer.alloc(0)): Buffer {
  const head = new XdrWriter().uint32(xid).uint32(1).uint32(0).uint32(0).uint32(0).uint32(stat);
  return Buffer.concat([head.bytes(), rest]);
}

/** A denied reply. */
export function denied(xid: number, ...words: readonly number[]): Buffer {
  const writer = new XdrWriter().uint32(xid).uint32(1).uint32(1);
  for (const word of words) writer.uint32(word);
  return Buffer.from(writer.bytes());
}

/** Listens until the test ends. */
export async function scriptedRpc(t: Test, answer: (call: Heard) => void, onPort = 0): Promise<ScriptedRpc> {
  const sockets = new Set<Socket>();
  const heard: Heard[] = [];
  let connections = 0;
  const server = createServer({ noDelay: true }, (socket) => {
    const connection = ++connections;
    sockets.add(socket);
    socket.on('error', () => undefined);
    const reader = new RecordReader(recordMarking, 4 << 20, (record) => {
      const call = readCall(record, connection, socket);
      heard.push(call);
      answer(call);
    });
    socket.on('data', (chunk) => reader.feed(chunk));
  });
  server.listen(onPort, '127.0.0.1');
  await once(server, 'listening');
  const stop = async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  };
  t.teardown(stop);
  const { port } = server.address() as AddressInfo;
  return {
    port,
    heard,
    stop,
    get connections() {
      return connections;
    },
  };
}

function readCall(record: Buffer, connection: number, socket: Socket): Heard {
  const args = new XdrReader(record);
  const xid = args.uint32();
  args.fixed(8);
  const [program, version, procedure] = [args.uint32(), args.uint32(), args.uint32()];
  args.uint32();
  const credential = args.opaque(400);
  args.uint32();
  args.opaque(400);
  const say = (bytes: Buffer) => void socket.write(fragment(bytes));
  const accept = (results: Buffer | XdrWriter = Buffer.alloc(0)) =>
    say(accepted(xid, 0, Buffer.isBuffer(results) ? results : results.bytes()));
  return { xid, program, version, procedure, credential, args, connection, socket, accept, say };
}
