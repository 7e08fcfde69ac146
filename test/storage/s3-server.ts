// A server that says what a test tells it to say, and remembers what it was asked.

import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { createServer as createSecureServer, type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Test } from 'tap';
import type { Clock } from '../../src/base/clock.ts';
import type { Backend } from '../../src/storage/backend.ts';
import type { S3Config } from '../../src/storage/index.ts';
import { s3 } from '../../src/storage/s3.ts';
import { createVolumes } from '../../src/storage/volumes.ts';

export interface Asked {
  readonly method: string;
  /** Decoded, without the bucket. */
  readonly key: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

export interface Said {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** Breaks the connection when so many bytes of the body are out; the headers promise all of them. */
  readonly breakAfter?: number;
}

/** Undefined breaks the connection without an answer. */
export type Script = (asked: Asked) => Said | undefined;

export const EMPTY_LISTING = '<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>';

export function s3Error(status: number, Code: string, headers: Said['headers'] = {}): Said {
  return { status, headers, body: `<Error><Code>${Code}</Code><Message>said ${Code}</Message></Error>` };
}

/** Time that stands still: waiting takes none, and is written down. */
export function impatientClock(now: number): Clock & { readonly waits: number[] } {
  const waits: number[] = [];
  return {
    waits,
    now: () => now,
    async sleep(ms, signal) {
      waits.push(ms);
      signal?.throwIfAborted();
    },
  };
}

export interface Scripted {
  readonly backend: Backend;
  readonly asked: Asked[];
  readonly waits: readonly number[];
}

export const CONFIG: Omit<S3Config, 'endpoint'> = {
  region: 'eu-west-1',
  bucket: 'bucket',
  prefix: '',
  accessKeyId: 'AKIATESTTESTTESTTEST',
  secretAccessKey: 'secret',
  timeForm: 'ns',
};

/** A backend that is open already on a server that speaks by `script`; what opening asked is forgotten. */
export async function scripted(t: Test, script: Script, config: Partial<S3Config> = {}): Promise<Scripted> {
  let isOpen = false;
  const asked: Asked[] = [];
  const endpoint = await startServer(t, async (one) => {
    if (!isOpen) return { body: EMPTY_LISTING };
    asked.push(one);
    return script(one);
  });
  const clock = impatientClock(Date.UTC(2026, 3, 1));
  const backend = await s3.open({ ...CONFIG, endpoint, ...config }, { volumes: createVolumes(), clock });
  t.teardown(() => backend[Symbol.asyncDispose]());
  isOpen = true;
  return { backend, asked, waits: clock.waits };
}

/** @returns the endpoint's URL */
export async function startServer(
  t: Test,
  answer: (asked: Asked) => Promise<Said | undefined>,
  secure?: ServerOptions,
): Promise<string> {
  const listener: RequestListener = (request, response) => {
    read(request)
      .then(answer)
      .then((said) => say(response, request.method, said))
      .catch(() => response.destroy());
  };
  const server = secure ? createSecureServer(secure, listener) : createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http${secure ? 's' : ''}://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function read(request: IncomingMessage): Promise<Asked> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const url = new URL(request.url ?? '', 'http://server');
  const [, , ...names] = url.pathname.split('/');
  return {
    method: request.method ?? '',
    key: decodeURIComponent(names.join('/')),
    query: url.searchParams,
    headers: request.headers,
    body: Buffer.concat(chunks),
  };
}

function say(response: ServerResponse, method: string | undefined, said: Said | undefined): void {
  if (!said) return void response.destroy();
  const { status = 200, headers = {}, body = '', breakAfter } = said;
  const bytes = Buffer.from(body);
  response.writeHead(status, { 'content-length': bytes.length, ...headers });
  if (breakAfter === undefined) return void response.end(method === 'HEAD' ? undefined : bytes);
  response.write(bytes.subarray(0, breakAfter), () => setImmediate(() => response.destroy()));
}
