// AWS Signature Version 4, pure: what is signed, and signing it. `sigv4-claim.ts` checks what we are sent.

import { createHash, createHmac } from 'node:crypto';

export const ALGORITHM = 'AWS4-HMAC-SHA256';

/** Stands for the hash of a body that is not signed (S3). */
export const UNSIGNED_PAYLOAD = 'UNSIGNED-PAYLOAD';

/** A request as it is on the wire. */
export interface SignableRequest {
  readonly method: string;
  /** Percent-encoded, without the query, such as `/bucket/a%20b`. */
  readonly path: string;
  /** Percent-encoded, without the "?"; "" for none. */
  readonly query: string;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
}

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}

/** What a signature is good for. */
export interface SigningScope {
  /** `yyyymmdd`. */
  readonly day: string;
  readonly region: string;
  /** The signing name, such as `s3`. */
  readonly service: string;
}

/** Lower-case hexadecimal SHA-256. */
export function sha256Hex(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}

/** `yyyymmddThhmmssZ` of an instant in ms. */
export function amzDateOf(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`;
}

/** ms since the epoch of `yyyymmddThhmmssZ`; NaN for anything else. */
export function instantOf(amzDate: string): number {
  const parts = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(amzDate);
  if (!parts) return Number.NaN;
  const [, year, month, day, hour, minute, second] = parts;
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
}

/** Percent-encodes all but `A-Z a-z 0-9 - . _ ~`, as SigV4 wants names and values. Half surrogates become U+FFFD. */
export function uriEncode(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replaceAll(/[!'()*]/g, percent);
}

const percent = (character: string) =>
  `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;

const ODD = /%([0-9A-Fa-f]{2})|%|[^A-Za-z0-9\-._~%]/gu;

/** Brings a percent-encoded text to SigV4's one way of encoding, byte by byte; never throws. */
function normalised(encoded: string, isKept: (character: string) => boolean): string {
  return encoded.replace(ODD, (found: string, hex: string | undefined) => {
    if (hex === undefined) return isKept(found) ? found : uriEncode(found);
    const character = String.fromCharCode(Number.parseInt(hex, 16));
    return /[A-Za-z0-9\-._~]/.test(character) ? character : found.toUpperCase();
  });
}

const isSlash = (character: string) => character === '/';
const nothing = () => false;

/**
 * S3 signs the path encoded once, all other services the encoded path encoded again.
 * @source AWS IAM user guide, "Create a signed AWS API request", step 1
 */
function canonicalPath(path: string, service: string): string {
  const once = normalised(path === '' ? '/' : path, isSlash);
  return service === 's3' ? once : once.replaceAll('%', '%25');
}

function canonicalQuery(query: string): string {
  if (query === '') return '';
  const pairs = query.split('&').flatMap((pair): [string, string][] => {
    const [name, value] = splitOnce(pair.replaceAll('+', '%20'), '=').map((part) =>
      normalised(part, nothing),
    );
    return name === undefined || pair === '' || name === 'X-Amz-Signature' ? [] : [[name, value ?? '']];
  });
  pairs.sort(([a, x], [b, y]) => order(a, b) || order(x, y));
  return pairs.map(([name, value]) => `${name}=${value}`).join('&');
}

const order = (a: string, b: string) => Number(a > b) - Number(a < b);

function splitOnce(text: string, mark: string): [string, string] {
  const at = text.indexOf(mark);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + mark.length)];
}

function headerText(value: string | readonly string[] | undefined): string {
  const values = typeof value === 'string' ? [value] : (value ?? []);
  return values.map((one) => one.trim().replaceAll(/\s+/g, ' ')).join(',');
}

/**
 * The canonical form of a request.
 * @param payloadHash SHA-256 of the body, or what S3 takes instead (`UNSIGNED-PAYLOAD`, `STREAMING-…`)
 * @param signedHeaders lower case
 */
export function canonicalRequest(
  request: SignableRequest,
  signedHeaders: readonly string[],
  payloadHash: string,
  service: string,
): string {
  const names = [...signedHeaders].sort();
  return [
    request.method,
    canonicalPath(request.path, service),
    canonicalQuery(request.query),
    ...names.map((name) => `${name}:${headerText(request.headers[name])}`),
    '',
    names.join(';'),
    payloadHash,
  ].join('\n');
}

/** `20260101/us-east-1/s3/aws4_request`. */
export function scopeText(scope: SigningScope): string {
  return `${scope.day}/${scope.region}/${scope.service}/aws4_request`;
}

export function stringToSign(amzDate: string, scope: SigningScope, canonical: string): string {
  return [ALGORITHM, amzDate, scopeText(scope), sha256Hex(canonical)].join('\n');
}

/** HMAC-SHA256; with a text as key, of its UTF-8. */
export function hmac(key: string | Uint8Array, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

/** The key for one day, Region and service; it costs four HMACs, so keep it where many requests are signed. */
export function signingKey(secretAccessKey: string, scope: SigningScope): Buffer {
  const parts = [scope.day, scope.region, scope.service, 'aws4_request'];
  return parts.reduce<Buffer>(hmac, Buffer.from(`AWS4${secretAccessKey}`));
}

/** Signs requests of one client to one service. */
export interface Signer {
  /**
   * The headers to add (`authorization`, `x-amz-date`, for S3 `x-amz-content-sha256`, with temporary
   * credentials `x-amz-security-token`). All headers of `request` are signed; `host` must be among them.
   * @param at ms since the epoch
   */
  sign(request: SignableRequest, payloadHash: string, at: number): Record<string, string>;
  /**
   * The whole query of a presigned request. All headers of `request` are signed; `host` must be among them.
   * @param at ms since the epoch
   */
  presign(request: SignableRequest, payloadHash: string, at: number, expiresSeconds: number): string;
}

export function signer(credentials: Credentials, region: string, service: string): Signer {
  let kept: { day: string; key: Uint8Array } = { day: '', key: new Uint8Array() };
  const keyFor = (scope: SigningScope) => {
    if (kept.day !== scope.day) {
      kept = { day: scope.day, key: signingKey(credentials.secretAccessKey, scope) };
    }
    return kept.key;
  };
  const signatureOf = (
    request: SignableRequest,
    names: readonly string[],
    hash: string,
    amzDate: string,
    scope: SigningScope,
  ) =>
    hmac(
      keyFor(scope),
      stringToSign(amzDate, scope, canonicalRequest(request, names, hash, service)),
    ).toString('hex');

  const sign: Signer['sign'] = (request, payloadHash, at) => {
    const amzDate = amzDateOf(at);
    const scope = { day: amzDate.slice(0, 8), region, service };
    const added: Record<string, string> = { 'x-amz-date': amzDate };
    if (service === 's3') added['x-amz-content-sha256'] = payloadHash;
    if (credentials.sessionToken) added['x-amz-security-token'] = credentials.sessionToken;
    const headers = { ...request.headers, ...added };
    const names = Object.keys(headers).sort();
    const signature = signatureOf({ ...request, headers }, names, payloadHash, amzDate, scope);
    const credential = `${credentials.accessKeyId}/${scopeText(scope)}`;
    added['authorization'] =
      `${ALGORITHM} Credential=${credential}, SignedHeaders=${names.join(';')}, Signature=${signature}`;
    return added;
  };

  const presign: Signer['presign'] = (request, payloadHash, at, expiresSeconds) => {
    const amzDate = amzDateOf(at);
    const scope = { day: amzDate.slice(0, 8), region, service };
    const names = Object.keys(request.headers).sort();
    const pairs = [
      ['X-Amz-Algorithm', ALGORITHM],
      ['X-Amz-Credential', `${credentials.accessKeyId}/${scopeText(scope)}`],
      ['X-Amz-Date', amzDate],
      ['X-Amz-Expires', String(expiresSeconds)],
      ['X-Amz-SignedHeaders', names.join(';')],
      ...(credentials.sessionToken ? [['X-Amz-Security-Token', credentials.sessionToken]] : []),
    ].map(([name, value]) => `${name}=${uriEncode(value ?? '')}`);
    const query = [request.query, ...pairs].filter((part) => part !== '').join('&');
    return `${query}&X-Amz-Signature=${signatureOf({ ...request, query }, names, payloadHash, amzDate, scope)}`;
  };

  return { sign, presign };
}
