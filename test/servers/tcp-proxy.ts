// Stands between a client and a server, passes on what comes, and sees it. It may be slow.

import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { Transform, type TransformCallback } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';

export interface TcpProxy extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  /** Resolves when a client sends something from now on. */
  asked(): Promise<void>;
  /** From now on answers come in pieces of at most so many bytes, so long after each other. */
  slow(bytes: number, pauseMs: number): void;
}

/** @param port default: a free one */
export async function startProxy(
  target: { readonly host: string; readonly port: number },
  port = 0,
): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  const pace = { bytes: Number.POSITIVE_INFINITY, pauseMs: 0 };
  let askers: (() => void)[] = [];
  const server = createServer((client) => {
    const inner = connect(target.port, target.host);
    const end = () => {
      inner.destroy();
      client.destroy();
    };
    for (const socket of [client, inner]) {
      sockets.add(socket);
      socket.setNoDelay().on('error', end);
      socket.on('close', () => {
        sockets.delete(socket);
        end();
      });
    }
    client.on('data', () => {
      for (const tell of askers) tell();
      askers = [];
    });
    client.pipe(inner);
    inner.pipe(new Slowed(pace)).pipe(client);
  }).listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    host: '127.0.0.1',
    port: (server.address() as AddressInfo).port,
    asked: () => new Promise((resolve) => askers.push(resolve)),
    slow: (bytes, pauseMs) => void Object.assign(pace, { bytes, pauseMs }),
    async [Symbol.asyncDispose]() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

class Slowed extends Transform {
  readonly #pace: { readonly bytes: number; readonly pauseMs: number };

  constructor(pace: { readonly bytes: number; readonly pauseMs: number }) {
    super();
    this.#pace = pace;
  }

  override async _transform(
    chunk: Buffer,
    _encoding: BufferEncoding,
    done: TransformCallback,
  ): Promise<void> {
    for (let from = 0; from < chunk.length; ) {
      const { bytes, pauseMs } = this.#pace;
      if (pauseMs > 0) await sleep(pauseMs);
      this.push(chunk.subarray(from, from + bytes));
      from += bytes;
    }
    done();
  }
}
