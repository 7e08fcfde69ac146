import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, isIP } from 'node:net';
import type { ErrorRequestHandler, RequestHandler } from 'express';
import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type { SignableRequest } from '../base/sigv4.ts';
import { systemClock } from '../base/system-clock.ts';
import { SIGNING_NAME } from '../model/service.ts';
import { claimedCredential } from './credential-scope.ts';
import { type Protocol, undetermined } from './json-protocol.ts';
import { readBody } from './read-body.ts';
import type { ApiAnswer } from './request.ts';

export interface ServerOptions {
  readonly host: string;
  /** 0 for any free one. */
  readonly port: number;
  readonly dataSync: Protocol;
  /** Takes what is not DataSync's: the S3 endpoint. Its requests do not go through express, which costs more than a small object does. */
  readonly fallback?: PlainHandler | undefined;
  /** Others, by the beginning of their paths, such as `/_console`. They come before the fallback. */
  readonly mounts?: readonly Mount[];
  /** What `GET /ready` tells; `GET /health` tells only that the process answers. */
  readonly ready: () => boolean | Promise<boolean>;
  readonly clock: Clock;
  readonly log: Log;
}

/** Something at a path of its own, loaded when it is first asked for: with express it takes a third of the start. */
export interface Mount {
  readonly path: string;
  readonly load: () => Promise<RequestHandler>;
}

/** A handler of node:http. */
export type PlainHandler = (request: IncomingMessage, response: ServerResponse) => void;

export interface RunningServer {
  readonly port: number;
  /** Such as `http://127.0.0.1:4567`. */
  readonly endpoint: string;
  /** Takes no more requests and ends within a second, cutting off what is then still under way. May be called twice. */
  close(): Promise<void>;
}

/** Bytes of a DataSync request's body; the largest honest one is far smaller. */
const BODY_LIMIT = 1024 * 1024;

/** Longer than the SDKs keep idle connections, so that the client ends them and no request meets a closing one. */
const KEEP_ALIVE_MS = 65_000;

/** How long requests under way may take to end after `close`. */
const LINGER_MS = 500;

/** @throws Error that names the address, when it cannot be had */
export async function listen(options: ServerOptions): Promise<RunningServer> {
  const server = createServer(application(options));
  // Large objects are uploaded through this server: a request may take as long as it needs.
  server.requestTimeout = 0;
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  await bind(server, options.host, options.port);
  const { port } = server.address() as AddressInfo;
  let closing: Promise<void> | undefined;
  return {
    port,
    endpoint: `http://${reachable(options.host)}:${port}`,
    close: () => {
      closing ??= shut(server);
      return closing;
    },
  };
}

function bind(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const why = error.code === 'EADDRINUSE' ? 'something else listens there' : error.message;
      const next = 'Choose another port (0 takes any free one) or another host.';
      reject(new Error(`Cannot listen on ${host}, port ${port}: ${why}. ${next}`, { cause: error }));
    });
    server.listen(port, host, resolve);
  });
}

/** How a client on this machine reaches a server that is bound to `host`. */
function reachable(host: string): string {
  if (host === '0.0.0.0' || host === '') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return isIP(host) === 6 ? `[${host}]` : host;
}

async function shut(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  const done = new AbortController();
  // Sockets live in real time, whatever time the emulator is told to have.
  const late = systemClock()
    .sleep(LINGER_MS, done.signal)
    .then(
      () => server.closeAllConnections(),
      () => undefined,
    );
  await closed;
  done.abort();
  await late;
}

type Handler = (request: IncomingMessage, response: ServerResponse) => unknown;

function application(options: ServerOptions): Handler {
  const { fallback, mounts = [], log } = options;
  const dataSync = dataSyncHandler(options);
  const probe = probes(options);
  const others = fallback ? followed(fallback, options) : refuse;
  const mounted = mountedApp(mounts, others, log);
  const handlerOf = (request: IncomingMessage): Handler => {
    if (isForDataSync(request)) return dataSync;
    if (isStrayGet(request)) return refuse;
    if (isProbe(request)) return probe;
    return mounts.some(({ path }) => isBelow(path, request)) ? mounted : others;
  };
  return async (request, response) => {
    try {
      await handlerOf(request)(request, response);
    } catch (error) {
      broke(error, request, response, log);
    }
  };
}

/** Whether express may find `request` below `path`. It does not tell capitals from small letters. */
function isBelow(path: string, { url = '' }: IncomingMessage): boolean {
  return !url.startsWith('/') || url.toLowerCase().startsWith(path);
}

/** The mounts as one handler; what they leave goes to `others`. */
function mountedApp(mounts: readonly Mount[], others: Handler, log: Log): Handler {
  let loading: ReturnType<typeof load> | undefined;
  const load = async () => {
    const { default: express } = await import('express');
    const app = express();
    app.disable('x-powered-by');
    app.disable('etag');
    for (const mount of mounts) app.use(mount.path, await mount.load());
    app.use((request, response) => others(request, response));
    app.use(failure(log));
    return app;
  };
  return async (request, response) => {
    loading ??= load();
    (await loading)(request, response);
  };
}

function refuse(_request: IncomingMessage, response: ServerResponse): void {
  send(response, undetermined(randomUUID()));
}

/** `handler` with a line in the log for each request. */
function followed(handler: PlainHandler, { clock, log }: ServerOptions): PlainHandler {
  return (request, response) => {
    const startedAt = clock.now();
    response.once('close', () => {
      const { method, path } = signable(request);
      log.debug('other-request', { method, path, ...outcome(response, startedAt, clock) });
    });
    handler(request, response);
  };
}

const signable = (request: IncomingMessage): SignableRequest => {
  const url = request.url ?? '/';
  const mark = url.indexOf('?');
  return {
    method: request.method ?? '',
    path: mark < 0 ? url : url.slice(0, mark),
    query: mark < 0 ? '' : url.slice(mark + 1),
    headers: request.headers,
  };
};

/** A JSON call, or anything else that is signed for DataSync. */
function isForDataSync(request: IncomingMessage): boolean {
  const asked = signable(request);
  const { headers } = request;
  const isJson = /^application\/x-amz-json-1\.1\b/i.test(headers['content-type'] ?? '');
  if (asked.path === '/' && ('x-amz-target' in headers || (asked.method === 'POST' && isJson))) return true;
  return claimedCredential(asked)?.scope.service === SIGNING_NAME;
}

/** A browser at the endpoint itself: unsigned, no query, and no bucket in the host name. */
function isStrayGet(request: IncomingMessage): boolean {
  const { method, path, query, headers } = signable(request);
  const host = (headers['host'] as string | undefined)?.replace(/:\d+$/, '') ?? '';
  const noBucket = !host.includes('.') || isIP(host) !== 0;
  return method === 'GET' && path === '/' && query === '' && !headers['authorization'] && noBucket;
}

function dataSyncHandler(options: ServerOptions) {
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const startedAt = options.clock.now();
    const requestId = randomUUID();
    const answer = await answerTo(request, requestId, options.dataSync);
    const tell = () => {
      const how = outcome(response, startedAt, options.clock);
      options.log.info('request', { requestId, ...answer?.about, ...how });
    };
    // It is closed already when the client did not wait for the answer.
    if (response.closed) return tell();
    response.once('close', tell);
    if (answer?.reset) request.socket.resetAndDestroy();
    else if (answer) send(response, answer);
    else response.destroy();
  };
}

/** Undefined when the client has gone away. */
async function answerTo(
  request: IncomingMessage,
  requestId: string,
  dataSync: Protocol,
): Promise<ApiAnswer | undefined> {
  let body: Uint8Array | undefined;
  try {
    body = await readBody(request, BODY_LIMIT);
  } catch {
    return undefined;
  }
  return body ? dataSync({ ...signable(request), body }, requestId) : TOO_LARGE;
}

const TOO_LARGE: ApiAnswer = {
  status: 413,
  headers: {},
  body: '',
  about: { error: 'the body is too large' },
};

function outcome(response: ServerResponse, startedAt: number, clock: Clock): Record<string, unknown> {
  return {
    status: response.statusCode,
    ms: clock.now() - startedAt,
    ...(response.writableFinished ? {} : { aborted: true }),
  };
}

function send(response: ServerResponse, answer: ApiAnswer): void {
  response.writeHead(answer.status, {
    ...answer.headers,
    'content-length': Buffer.byteLength(answer.body),
  });
  response.end(answer.body);
}

const HEALTH = '/health';
const READY = '/ready';

/** Apart from S3, whose buckets might be called `health` or `ready`: a signed request is S3's. */
function isProbe(request: IncomingMessage): boolean {
  const asked = signable(request);
  const { method, path } = asked;
  return method === 'GET' && (path === HEALTH || path === READY) && !claimedCredential(asked);
}

function probes({ ready }: ServerOptions): Handler {
  return async (request, response) => {
    const isUp = signable(request).path === HEALTH;
    if (isUp || (await ready())) sendJson(response, 200, { status: isUp ? 'ok' : 'ready' });
    else sendJson(response, 503, { status: 'starting' });
  };
}

/** A bug in a mounted handler or in the fallback. */
function failure(log: Log): ErrorRequestHandler {
  return (error: unknown, request, response, _next) => broke(error, request, response, log);
}

function broke(error: unknown, request: IncomingMessage, response: ServerResponse, log: Log): void {
  const { method, path } = signable(request);
  log.error('internal-error', {
    method,
    path,
    error: error instanceof Error ? error.message : String(error),
  });
  if (response.headersSent) {
    response.destroy();
    return;
  }
  sendJson(response, 500, { __type: 'InternalException' });
}

function sendJson(response: ServerResponse, status: number, value: unknown): void {
  const headers = { 'content-type': 'application/json; charset=utf-8' };
  send(response, { status, headers, body: JSON.stringify(value), about: {} });
}
