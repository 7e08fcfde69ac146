// What a signed request says of its own signature, and whether that is true. Header and presigned form.

import { timingSafeEqual } from 'node:crypto';
import {
  ALGORITHM,
  amzDateOf,
  canonicalRequest,
  hmac,
  type SignableRequest,
  type SigningScope,
  signingKey,
  stringToSign,
} from './sigv4.ts';

/** What a signed request says of its own signature. Nothing of it is checked yet. */
export interface SignatureClaim {
  readonly form: 'header' | 'query';
  readonly accessKeyId: string;
  readonly scope: SigningScope;
  /** `aws4_request`, if the client is right. */
  readonly terminator: string;
  /** Lower case, in the order of the claim. */
  readonly signedHeaders: readonly string[];
  readonly signature: string;
  /** `yyyymmddThhmmssZ`; "" when the request has none. */
  readonly amzDate: string;
  /** Seconds that a presigned request is good for; undefined in the header form. */
  readonly expiresSeconds: number | undefined;
  readonly sessionToken: string | undefined;
}

/** The `Name=value` parts of an Authorization header after its algorithm; empty for another algorithm. */
export function authorizationParts(header: string): ReadonlyMap<string, string> {
  const [algorithm, rest] = header.trim().split(/ (.*)/s);
  if (algorithm !== ALGORITHM || rest === undefined) return new Map();
  const pairs = rest.split(',').map((part): [string, string] => {
    const [name = '', value = ''] = part.trim().split(/=(.*)/s);
    return [name, value];
  });
  return new Map(pairs);
}

/** `AKIA…/20260101/us-east-1/s3/aws4_request` taken apart, or undefined when it has not these five parts. */
export function credentialParts(
  credential: string,
): { accessKeyId: string; scope: SigningScope; terminator: string } | undefined {
  const [accessKeyId, day, region, service, terminator, ...more] = credential.split('/');
  if (!accessKeyId || !day || !region || !service || !terminator || more.length > 0) return undefined;
  return { accessKeyId, scope: { day, region, service }, terminator };
}

const one = (value: string | readonly string[] | undefined) =>
  typeof value === 'string' ? value : value?.[0];

function dateOf(headers: SignableRequest['headers']): string {
  const amzDate = one(headers['x-amz-date']);
  if (amzDate !== undefined) return amzDate;
  const at = Date.parse(one(headers['date']) ?? '');
  return Number.isNaN(at) ? '' : amzDateOf(at);
}

/** What a request claims in its Authorization header, or undefined when that is missing or incomplete. */
export function headerClaim(request: SignableRequest): SignatureClaim | undefined {
  const parts = authorizationParts(one(request.headers['authorization']) ?? '');
  const credential = credentialParts(parts.get('Credential') ?? '');
  const signedHeaders = parts.get('SignedHeaders');
  const signature = parts.get('Signature');
  if (!credential || !signedHeaders || !signature) return undefined;
  return {
    form: 'header',
    ...credential,
    signedHeaders: signedHeaders.toLowerCase().split(';'),
    signature,
    amzDate: dateOf(request.headers),
    expiresSeconds: undefined,
    sessionToken: one(request.headers['x-amz-security-token']),
  };
}

/** What a presigned request claims in its query, or undefined when that is missing or incomplete. */
export function queryClaim(request: SignableRequest): SignatureClaim | undefined {
  if (!request.query.includes('X-Amz-')) return undefined;
  const query = new URLSearchParams(request.query);
  const credential = credentialParts(query.get('X-Amz-Credential') ?? '');
  const signedHeaders = query.get('X-Amz-SignedHeaders');
  const signature = query.get('X-Amz-Signature');
  if (query.get('X-Amz-Algorithm') !== ALGORITHM || !credential || !signedHeaders || !signature)
    return undefined;
  return {
    form: 'query',
    ...credential,
    signedHeaders: signedHeaders.toLowerCase().split(';'),
    signature,
    amzDate: query.get('X-Amz-Date') ?? '',
    expiresSeconds: Number(query.get('X-Amz-Expires') ?? Number.NaN),
    sessionToken: query.get('X-Amz-Security-Token') ?? undefined,
  };
}

/**
 * Whether the claim's signature is the one that `secretAccessKey` gives. Dates, scope and expiry are the
 * caller's to judge.
 * @param payloadHash the hash of the body as it came, or the word that S3 takes instead
 */
export function signatureMatches(
  request: SignableRequest,
  payloadHash: string,
  claim: SignatureClaim,
  secretAccessKey: string,
): boolean {
  const canonical = canonicalRequest(request, claim.signedHeaders, payloadHash, claim.scope.service);
  const text = stringToSign(claim.amzDate, claim.scope, canonical);
  const expected = Buffer.from(hmac(signingKey(secretAccessKey, claim.scope), text).toString('hex'));
  const given = Buffer.from(claim.signature);
  return expected.length === given.length && timingSafeEqual(expected, given);
}
