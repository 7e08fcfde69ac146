import type { IncomingMessage } from 'node:http';
import { s3Error } from './s3-error.ts';

/** A request as S3 reads it: which bucket and key are meant, whatever the style of the address. */
export interface S3Request {
  readonly method: string;
  /** Undefined for requests to the service itself. */
  readonly bucket: string | undefined;
  /** Decoded, as it is: `..`, `//` and control characters mean nothing special. Undefined for requests to a bucket. */
  readonly key: string | undefined;
  /** The first value of each name, decoded. */
  readonly query: ReadonlyMap<string, string>;
  /** Percent-encoded path and query as they came, for the signature. */
  readonly rawPath: string;
  readonly rawQuery: string;
  readonly incoming: IncomingMessage;
  /**
   * The value of a header (lower case), undefined when it is missing. In a presigned request `x-amz-*` names in
   * the query stand for headers too.
   */
  header(name: string): string | undefined;
  /** All headers that begin with `prefix` (lower case): name without the prefix, and value. */
  headersWith(prefix: string): readonly (readonly [string, string])[];
}

const NO_QUERY: ReadonlyMap<string, string> = new Map();
/** @source Amazon S3 User Guide, "Object key naming guidelines" */
const LONGEST_KEY_BYTES = 1024;

function decode(text: string): string {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    throw s3Error('InvalidURI');
  }
}

function readQuery(raw: string): ReadonlyMap<string, string> {
  if (raw === '') return NO_QUERY;
  const query = new Map<string, string>();
  for (const pair of raw.split('&')) {
    if (pair === '') continue;
    const equals = pair.indexOf('=');
    const name = decode((equals < 0 ? pair : pair.slice(0, equals)).replaceAll('+', ' '));
    const value = equals < 0 ? '' : decode(pair.slice(equals + 1).replaceAll('+', ' '));
    if (!query.has(name)) query.set(name, value);
  }
  return query;
}

/** `http://host/path` (absolute form) and `/path` name the same thing. */
function pathAndQuery(url: string): [string, string] {
  const path = url.startsWith('/') ? url : url.replace(/^[a-z]+:\/\/[^/?]*/i, '');
  const mark = path.indexOf('?');
  return mark < 0 ? [path, ''] : [path.slice(0, mark), path.slice(mark + 1)];
}

/** @throws S3Error KeyTooLongError */
export function checkKey(key: string): string {
  if (key.length * 3 > LONGEST_KEY_BYTES) {
    const bytes = Buffer.byteLength(key);
    if (bytes > LONGEST_KEY_BYTES) {
      const details = { Size: String(bytes), MaxSizeAllowed: String(LONGEST_KEY_BYTES) };
      throw s3Error('KeyTooLongError', undefined, details);
    }
  }
  return key;
}

/** Bucket and key; an empty one is undefined. */
function addressOf(path: string, hostBucket: string | undefined): [string | undefined, string | undefined] {
  const rest = path.startsWith('/') ? path.slice(1) : path;
  if (hostBucket !== undefined) return [hostBucket, checkKey(decode(rest)) || undefined];
  const slash = rest.indexOf('/');
  if (slash < 0) return [decode(rest) || undefined, undefined];
  return [decode(rest.slice(0, slash)), checkKey(decode(rest.slice(slash + 1))) || undefined];
}

const one = (value: string | string[] | undefined) => (Array.isArray(value) ? value.join(',') : value);

/**
 * Reads address and query; the body stays where it is.
 * @param bucketOfHost the bucket that a Host header names (virtual-host style), or undefined
 * @throws S3Error InvalidURI, KeyTooLongError
 */
export function readRequest(
  incoming: IncomingMessage,
  bucketOfHost: (host: string) => string | undefined,
): S3Request {
  const { headers } = incoming;
  const [rawPath, rawQuery] = pathAndQuery(incoming.url ?? '/');
  const query = readQuery(rawQuery);
  const [bucket, key] = addressOf(rawPath, bucketOfHost(headers.host ?? ''));
  const presigned = query.has('X-Amz-Signature');
  return {
    method: incoming.method ?? 'GET',
    bucket,
    key,
    query,
    rawPath,
    rawQuery,
    incoming,
    header(name) {
      return one(headers[name]) ?? (presigned && name.startsWith('x-amz-') ? query.get(name) : undefined);
    },
    headersWith: (prefix) => named(prefix, headers, presigned ? query : NO_QUERY),
  };
}

function named(
  prefix: string,
  headers: IncomingMessage['headers'],
  query: ReadonlyMap<string, string>,
): [string, string][] {
  const found: [string, string][] = [];
  for (const name in headers) {
    if (name.startsWith(prefix)) found.push([name.slice(prefix.length), one(headers[name]) ?? '']);
  }
  for (const [name, value] of query) {
    const lower = name.toLowerCase();
    if (lower.startsWith(prefix) && !Object.hasOwn(headers, lower)) {
      found.push([lower.slice(prefix.length), value]);
    }
  }
  return found;
}

const AMAZON_HOST = /^(?:(.+)\.)?s3(?:[.-](?:dualstack\.)?[a-z0-9-]+)?\.amazonaws\.com(?:\.cn)?$/;

/**
 * Tells which bucket a Host header names: what stands before one of `hosts` or before a name of Amazon's own.
 * Any other host, and every IP address, means path style.
 */
export function hostReader(hosts: readonly string[]): (host: string) => string | undefined {
  const endings = hosts.map((host) => `.${host.toLowerCase()}`);
  return (host) => {
    const colon = host.lastIndexOf(':');
    const name = (colon > 0 && !host.endsWith(']') ? host.slice(0, colon) : host).toLowerCase();
    for (const ending of endings) if (name.endsWith(ending)) return name.slice(0, -ending.length);
    return name.includes('amazonaws') ? AMAZON_HOST.exec(name)?.[1] : undefined;
  };
}
