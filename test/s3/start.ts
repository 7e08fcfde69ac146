import { mkdtempSync, rmSync } from 'node:fs';
import {
  createServer,
  request as httpRequest,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import { silentLog } from '../../src/base/log.ts';
import { seededRandom } from '../../src/base/random.ts';
import { VirtualClock } from '../../src/base/virtual-clock.ts';
import { createS3, type S3Endpoint, type S3Options } from '../../src/s3/endpoint.ts';

process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';

export interface RawAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly bytes: Buffer;
  readonly text: string;
  /** Of an error. */
  readonly code: string | undefined;
}

export interface RawRequest {
  readonly method?: string;
  /** Percent-encoded, with the query. */
  readonly path: string;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: string | Uint8Array;
}

export interface Started extends S3Endpoint, AsyncDisposable {
  readonly port: number;
  readonly clock: VirtualClock;
  /** What was logged as an error: bugs. */
  readonly bugs: readonly unknown[];
  client(config?: S3ClientConfig): S3Client;
  raw(request: RawRequest): Promise<RawAnswer>;
}

let inFiles = false;

/** From now on every endpoint keeps what it holds in files, but those with a limit to their memory. */
export function keepInFiles(): void {
  inFiles = true;
}

/** An S3 endpoint on a free port, at a standing clock. */
export async function startS3(options: Partial<S3Options> = {}): Promise<Started> {
  const inMemory = !inFiles || options.limitBytes !== undefined;
  const directory = inMemory ? undefined : mkdtempSync(join(tmpdir(), 'datasync-local-s3-'));
  const clock = new VirtualClock(Date.UTC(2026, 5, 1, 12, 0, 0, 250));
  const bugs: unknown[] = [];
  const log = { ...silentLog, error: (event: string, details?: unknown) => void bugs.push([event, details]) };
  const s3 = createS3({
    clock,
    random: seededRandom(7),
    log,
    region: 'us-east-1',
    account: '111122223333',
    ...(directory !== undefined && { directory }),
    ...options,
  });
  const server = createServer(s3.handler);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const clients: S3Client[] = [];

  return {
    ...s3,
    port,
    clock,
    bugs,
    client(config = {}) {
      const made = new S3Client({
        endpoint: `http://127.0.0.1:${port}`,
        region: 'us-east-1',
        forcePathStyle: true,
        maxAttempts: 1,
        credentials: { accessKeyId: 'test', secretAccessKey: 'secret' },
        ...config,
      });
      clients.push(made);
      return made;
    },
    raw: (request) => raw(port, request),
    async [Symbol.asyncDispose]() {
      for (const client of clients) client.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await s3.close();
      if (directory !== undefined) rmSync(directory, { recursive: true });
    },
  };
}

function raw(port: number, { method = 'GET', path, headers = {}, body }: RawRequest): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const told = 'content-length' in headers || 'transfer-encoding' in headers;
    const length = told || !body ? {} : { 'content-length': Buffer.byteLength(body) };
    const request = httpRequest(
      { host: '127.0.0.1', port, method, path, headers: { ...headers, ...length }, agent: false },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const bytes = Buffer.concat(chunks);
          const text = bytes.toString();
          const code = /<Error>.*<Code>(\w+)<\/Code>/s.exec(text)?.[1];
          resolve({ status: response.statusCode ?? 0, headers: response.headers, bytes, text, code });
        });
      },
    );
    request.on('error', reject);
    request.end(body);
  });
}

/** The `name` (an S3 code) and status that a call of the SDK fails with; "nothing" when it does not fail. */
export async function failure(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return 'nothing';
  } catch (error) {
    const { name, $metadata } = error as { name: string; $metadata?: { httpStatusCode?: number } };
    return `${$metadata?.httpStatusCode} ${name}`;
  }
}
