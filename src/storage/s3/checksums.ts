// How the bytes we send are protected. Servers differ in what they take, so it is found out by trying.

import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { StorageError } from '../backend.ts';
import type { Answer, Call, Headers, S3Client } from './client.ts';
import { bareEtag } from './object-headers.ts';

/** `crc32`: S3's own, checked by the server and told back. `md5`: Content-MD5, which every server knows. */
export type Protection = 'crc32' | 'md5' | 'none';

const WEAKER: Readonly<Record<Protection, Protection | undefined>> = {
  crc32: 'md5',
  md5: 'none',
  none: undefined,
};

/** What servers say to a header they do not like. @source observed: radosgw 411; others 400 or 501 */
const DISLIKES = new Set([
  'NotImplemented',
  'MissingContentLength',
  'InvalidRequest',
  'InvalidArgument',
  'XNotImplemented',
  'HTTP 400',
  'HTTP 411',
  'HTTP 501',
]);

/** What became of a body. */
export interface Sent {
  readonly answer: Answer;
  /** The server says that it stored something else. */
  readonly damaged?: StorageError;
  /** As the server told it. */
  readonly crc32?: string;
}

export const CRC32_HEADER = 'x-amz-checksum-crc32';

/** What one endpoint is known to take; kept for as long as it is open. */
export class Checksums {
  #best: Protection = 'crc32';

  get best(): Protection {
    return this.#best;
  }

  /**
   * Sends `call` with its body protected as well as the server allows. When it refuses, it is asked again with
   * less; only when that goes well the refusal was about the checksum, and it is remembered.
   */
  async send(client: S3Client, call: Call & { readonly body: Uint8Array }): Promise<Sent> {
    let headers: Headers = {};
    const answer = await this.weakening((protection) => {
      headers = headersFor(protection, call.body);
      return client.call({ ...call, headers: { ...call.headers, ...headers } });
    });
    const told = answer.headers[CRC32_HEADER];
    if (told === undefined && this.#best === 'crc32') this.#best = 'md5';
    const stored = storedRight(call.body, headers[CRC32_HEADER], answer.headers);
    return { answer, ...(stored ? {} : { damaged: damaged(call) }), ...(told ? { crc32: told } : {}) };
  }

  /** Runs `work` with the best protection, and with weaker ones as long as it fails as if for that reason. */
  async weakening<T>(work: (protection: Protection) => Promise<T>): Promise<T> {
    let refused: unknown;
    for (let tried: Protection | undefined = this.#best; tried; tried = WEAKER[tried]) {
      try {
        const result = await work(tried);
        if (refused) this.#best = tried;
        return result;
      } catch (error) {
        refused ??= error;
        if (!(error instanceof StorageError && DISLIKES.has(error.code ?? ''))) throw refused;
      }
    }
    throw refused;
  }
}

/** CRC32 as S3 writes it. */
export function crc32Text(crc: number): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(crc);
  return bytes.toString('base64');
}

function headersFor(protection: Protection, body: Uint8Array): Headers {
  if (protection === 'crc32') return { [CRC32_HEADER]: crc32Text(crc32(body)) };
  if (protection === 'md5') return { 'content-md5': md5(body).toString('base64') };
  return {};
}

function md5(bytes: Uint8Array): Buffer {
  return createHash('md5').update(bytes).digest();
}

/** With the keys of a KMS the ETag is no MD5. @source Amazon S3 API Reference, Object, ETag */
const hasMd5Etag = (headers: Headers) =>
  /^"?[0-9a-f]{32}"?$/.test(headers['etag'] ?? '') &&
  !/^aws:kms/.test(headers['x-amz-server-side-encryption'] ?? '') &&
  headers['x-amz-server-side-encryption-customer-algorithm'] === undefined;

/** Whether the server says that it has the bytes that were sent. Where it tells no CRC32, its ETag speaks. */
function storedRight(body: Uint8Array, crc32Sent: string | undefined, headers: Headers): boolean {
  const told = headers[CRC32_HEADER];
  if (told !== undefined) return told === (crc32Sent ?? crc32Text(crc32(body)));
  return !hasMd5Etag(headers) || bareEtag(headers['etag'] ?? '') === md5(body).toString('hex');
}

function damaged({ operation, path }: Call): StorageError {
  const message = `The server stored other bytes than were sent: S3 ${operation} of "${path}". Run it again.`;
  return new StorageError('ChecksumMismatch', path, message, { code: 'WrongChecksumReturned' });
}
