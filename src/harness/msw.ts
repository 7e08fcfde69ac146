import { constants } from 'node:os';
import { Readable } from 'node:stream';
import { type HttpHandler, HttpResponse, http, passthrough } from 'msw';
import { Pool } from 'undici';
import type { DataSync } from './data-sync.ts';
import { letContinue } from './msw-continue.ts';

/** @source AWS General Reference, "AWS DataSync endpoints and quotas": also FIPS, dual-stack and China */
const DATASYNC = /^https?:\/\/datasync(-fips)?\.[a-z0-9-]+\.(amazonaws\.com(\.cn)?|api\.aws)(:\d+)?\//;

/** @source Amazon S3 User Guide, "Methods for accessing a bucket": before the host's name, or in the path */
const S3 = /^https?:\/\/([^/]+\.)?s3([.-](dualstack\.)?[a-z0-9-]+)?\.amazonaws\.com(\.cn)?(:\d+)?\//;

/** Of one connection, not of the request; and what undici writes itself. */
const HOP_BY_HOP = ['connection', 'expect', 'keep-alive', 'te', 'trailer', 'transfer-encoding', 'upgrade'];

/** Statuses whose answers have no body, not even an empty one. */
const WITHOUT_BODY: ReadonlySet<number> = new Set([204, 205, 304]);

/**
 * Handlers for msw that let `dataSync` answer at AWS's own endpoints of DataSync and S3, in all Regions: the code
 * under test knows nothing of an emulator. Requests to the emulator itself pass. Paths are as msw
 * has them: a key that begins with a slash needs path style, and `.` and `..` between slashes are lost.
 */
export function dataSyncHandlers({ endpoint }: Pick<DataSync, 'endpoint'>): HttpHandler[] {
  // Not the global dispatcher, nor fetch, nor node:http: whatever mocks those must not meet its own requests.
  const pool = new Pool(endpoint, { headersTimeout: 0, bodyTimeout: 0 });
  const answer = ({ request }: { readonly request: Request }) => forwarded(request, pool);
  return [http.all(DATASYNC, answer), http.all(S3, answer), http.all(`${endpoint}/*`, () => passthrough())];
}

/** What the emulator answers. @throws what a client meets whose connection is cut */
async function forwarded(request: Request, pool: Pool): Promise<Response> {
  const { pathname, search, host } = new URL(request.url);
  letContinue(request);
  const headers = new Headers(request.headers);
  for (const name of HOP_BY_HOP) headers.delete(name);
  try {
    const {
      statusCode,
      headers: answered,
      body,
    } = await pool.request({
      method: request.method as 'GET',
      path: pathname + search,
      // The signature covers the host, and a bucket's name may be in it.
      headers: { host, ...Object.fromEntries(headers) },
      body: request.body && Readable.fromWeb(request.body as never),
      // undici closes the connection after each HEAD otherwise.
      reset: false,
      signal: request.signal,
    });
    const none = request.method === 'HEAD' || WITHOUT_BODY.has(statusCode);
    if (none) await body.dump();
    return new HttpResponse(none ? null : (Readable.toWeb(body) as ReadableStream), {
      status: statusCode,
      headers: Object.entries(answered).flatMap(([name, values = []]) =>
        [values].flat().map((value): [string, string] => [name, value]),
      ),
    });
  } catch (error) {
    throw asOfNode(error);
  }
}

/**
 * `error` as a connection of Node's own fails: SDKs try again by its code, which `HttpResponse.error()` does not have.
 * The price is that msw writes it to standard error.
 */
function asOfNode(error: unknown): NodeJS.ErrnoException {
  if (error instanceof Error && 'code' in error && 'errno' in error) return error as NodeJS.ErrnoException;
  const [code, syscall] = ['ECONNRESET', 'read'];
  const errno = -constants.errno.ECONNRESET;
  return Object.assign(new Error(`${syscall} ${code}`, { cause: error }), { code, errno, syscall });
}
