// Requests to one bucket: signed, retried, their failures translated. Only src/storage/s3 uses it.

import { rootCertificates } from 'node:tls';
import { type Dispatcher, Pool } from 'undici';
import type { Clock } from '../../base/clock.ts';
import { type Random, seededRandom } from '../../base/random.ts';
import { type Signer, signer, UNSIGNED_PAYLOAD, uriEncode } from '../../base/sigv4.ts';
import { StorageError } from '../backend.ts';
import type { S3Config } from './config.ts';
import { type About, connectionError, type Refusal, refusalError } from './failures.ts';
import { member, parseXml } from './xml.ts';

export interface Call extends About {
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'DELETE';
  /** The whole key; absent: the bucket. */
  readonly key?: string;
  /** An empty value is sent as `name=`. */
  readonly query?: Readonly<Record<string, string>>;
  /** Lower-case names. Values may hold any Unicode; they go out as UTF-8. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  readonly signal?: AbortSignal | undefined;
}

/** A successful answer (2xx). */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Buffer;
}

export type Headers = Readonly<Record<string, string>>;

/** A successful answer whose body is still to be read; it must be read or destroyed. */
export interface OpenAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Dispatcher.ResponseData['body'];
}

/** More connections than this make no server faster. */
const CONNECTIONS = 32;
const ATTEMPTS = 5;
const FIRST_WAIT_MS = 100;
const CONNECT_TIMEOUT_MS = 10_000;
/** CompleteMultipartUpload of a large object may take minutes. */
const ANSWER_TIMEOUT_MS = 300_000;
/** S3 refuses requests that are 15 minutes off. @source Amazon S3 API Reference, RequestTimeTooSkewed */
const SKEW_MS = 300_000;

export class S3Client {
  readonly #pool: Pool;
  readonly #origin: string;
  readonly #basePath: string;
  readonly #host: string;
  readonly #signer: Signer;
  readonly #clock: Clock;
  /** Spreads retries; which ones wait a little longer matters to nobody. */
  readonly #random: Random = seededRandom(1);
  /** How far the server's clock is ahead, as soon as it complained. */
  #skewMs = 0;

  constructor(config: S3Config, clock: Clock) {
    const endpoint = new URL(config.endpoint);
    this.#origin = endpoint.origin;
    this.#host = config.virtualHost ? `${config.bucket}.${endpoint.host}` : endpoint.host;
    const root = endpoint.pathname.replace(/\/$/, '');
    this.#basePath = config.virtualHost ? root : `${root}/${uriEncode(config.bucket)}`;
    this.#signer = signer(config, config.region, 's3');
    this.#clock = clock;
    const ca = config.certificate ? { ca: [...rootCertificates, config.certificate] } : {};
    this.#pool = new Pool(`${endpoint.protocol}//${this.#host}`, {
      connections: CONNECTIONS,
      headersTimeout: ANSWER_TIMEOUT_MS,
      bodyTimeout: ANSWER_TIMEOUT_MS,
      connect: { timeout: CONNECT_TIMEOUT_MS, ...ca },
    });
  }

  /** Sends and reads the whole answer. @throws StorageError for anything but 2xx; the signal's reason */
  call(call: Call, attempts = ATTEMPTS): Promise<Answer> {
    return this.#retried(call, attempts, async () => {
      const { status, headers, body } = await this.#open(call);
      const answer = { status, headers, body: Buffer.from(await body.arrayBuffer()) };
      refuseLateFailure(call, answer);
      return answer;
    });
  }

  /** Sends and hands back the body unread. A failure in the body is the reader's to deal with. */
  open(call: Call, attempts = ATTEMPTS): Promise<OpenAnswer> {
    return this.#retried(call, attempts, () => this.#open(call));
  }

  /** Waits before try number `tried` + 1. */
  pause(tried: number, signal: AbortSignal | undefined): Promise<void> {
    const longest = FIRST_WAIT_MS * 2 ** (tried - 1);
    return this.#clock.sleep(longest * (0.5 + this.#random.next() / 2), signal);
  }

  /** A failure of the network while an answer was read, for `call`. */
  broken(error: unknown, about: About): StorageError {
    return error instanceof StorageError ? error : connectionError(error, this.#origin, about);
  }

  async close(): Promise<void> {
    await this.#pool.destroy();
  }

  async #retried<T>(call: Call, attempts: number, work: () => Promise<T>): Promise<T> {
    for (let tried = 1; ; tried += 1) {
      call.signal?.throwIfAborted();
      try {
        return await work();
      } catch (error) {
        call.signal?.throwIfAborted();
        if (error instanceof TypeError || error instanceof RangeError) throw error;
        const failure = this.broken(error, call);
        if (!failure.retryable || tried >= attempts) throw failure;
        await this.pause(tried, call.signal);
      }
    }
  }

  async #open(call: Call): Promise<OpenAnswer> {
    const sentAt = this.#clock.now() + this.#skewMs;
    const { statusCode, headers, body } = await this.#send(call, sentAt);
    const answer = { status: statusCode, headers: plain(headers), body };
    if (statusCode >= 200 && statusCode < 300) return answer;
    const refusal = refusalOf(statusCode, await body.text());
    throw refusalError(refusal, call, this.#learnSkew(refusal, answer.headers, sentAt) || undefined);
  }

  #send(call: Call, at: number): Promise<Dispatcher.ResponseData> {
    const path = `${this.#basePath}/${keyPath(call.key ?? '')}`;
    const query = Object.entries(call.query ?? {})
      .map(([name, value]) => `${uriEncode(name)}=${uriEncode(value)}`)
      .join('&');
    const headers = { ...call.headers, host: this.#host };
    const { method } = call;
    const signature = this.#signer.sign({ method, path, query, headers }, UNSIGNED_PAYLOAD, at);
    return this.#pool.request({
      method,
      path: query ? `${path}?${query}` : path,
      headers: onTheWire({ ...headers, ...signature }),
      body: call.body ?? null,
      // undici closes the connection after each HEAD otherwise, which makes HEAD four times as expensive.
      reset: false,
      ...(call.signal ? { signal: call.signal } : {}),
    });
  }

  /** True when a 403 came because the clocks differ; the next signature uses the server's time. */
  #learnSkew(refusal: Refusal, headers: Headers, sentAt: number): boolean {
    if (refusal.status !== 403 || (refusal.code && refusal.code !== 'RequestTimeTooSkewed')) return false;
    const theirs = Date.parse(headers['date'] ?? '');
    if (Number.isNaN(theirs) || Math.abs(theirs - sentAt) < SKEW_MS) return false;
    this.#skewMs += theirs - sentAt;
    return true;
  }
}

/** Some operations answer 200 and then fail. @source Amazon S3 API Reference, CopyObject and CompleteMultipartUpload */
function refuseLateFailure(call: Call, { status, body }: Answer): void {
  if (call.method === 'GET' || body.length === 0 || !body.includes('<Error>')) return;
  throw refusalError(refusalOf(status, body.toString()), call);
}

function refusalOf(status: number, text: string): Refusal {
  const { root, value } = parseXml(text) ?? {};
  if (root !== 'Error') return { status, code: undefined, message: undefined };
  return { status, code: member(value, 'Code') || undefined, message: member(value, 'Message') };
}

/** A key as it is written in a URL. */
export function keyPath(key: string): string {
  return uriEncode(key).replaceAll('%2F', '/');
}

const ODD = /[^\t\x20-\x7e]/;

/** undici writes headers as Latin-1; this way UTF-8 comes out. */
function onTheWire(headers: Record<string, string>): Record<string, string> {
  for (const [name, value] of Object.entries(headers)) {
    if (ODD.test(value)) headers[name] = Buffer.from(value).toString('latin1');
  }
  return headers;
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

function plain(headers: Dispatcher.ResponseData['headers']): Headers {
  const plainHeaders: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    const text = Array.isArray(value) ? value.join(',') : (value ?? '');
    plainHeaders[name] = ODD.test(text) ? fromTheWire(text) : text;
  }
  return plainHeaders;
}

function fromTheWire(latin1: string): string {
  try {
    return utf8.decode(Buffer.from(latin1, 'latin1'));
  } catch {
    return latin1;
  }
}
