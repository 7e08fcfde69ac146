import type { Clock } from '../base/clock.ts';
import { type Credentials, instantOf, signingKey } from '../base/sigv4.ts';
import { headerClaim, queryClaim, type SignatureClaim, signatureMatches } from '../base/sigv4-claim.ts';
import type { ChunkSeed } from './chunk-signatures.ts';
import type { S3Request } from './request.ts';
import { s3Error } from './s3-error.ts';

/** Who calls, as far as the request tells. */
export interface Caller {
  /** Account id of 12 digits. */
  readonly account: string;
  /** Of the credential scope; undefined for anonymous requests. */
  readonly region: string | undefined;
  /** Present when the chunks of the body are to be verified. */
  readonly chunkSeed?: ChunkSeed;
}

export interface AuthSettings {
  readonly clock: Clock;
  /** The account of callers whose access key is no account id. */
  readonly account: string;
  /** When given, every request must be signed with one of these; else signatures are not looked at. */
  readonly credentials: readonly Credentials[] | undefined;
}

const SKEW_MS = 15 * 60_000;
const LONGEST_EXPIRY_SECONDS = 604_800;
const CREDENTIAL = /Credential=([^/,\s]+)\/\d{8}\/([^/,\s]+)\//;
const ACCOUNT = /^\d{12}$/;

/** @throws S3Error AccessDenied, SignatureDoesNotMatch and their like, when signatures are verified */
export function authenticate(request: S3Request, settings: AuthSettings): Caller {
  if (settings.credentials) return verified(request, settings, settings.credentials);
  const text =
    request.incoming.headers.authorization ?? `Credential=${request.query.get('X-Amz-Credential') ?? ''}`;
  const parts = CREDENTIAL.exec(text);
  return { account: accountOf(parts?.[1] ?? '', settings), region: parts?.[2] };
}

function accountOf(accessKeyId: string, settings: AuthSettings): string {
  return ACCOUNT.test(accessKeyId) ? accessKeyId : settings.account;
}

function verified(request: S3Request, settings: AuthSettings, known: readonly Credentials[]): Caller {
  const { incoming, method, rawPath: path, rawQuery: query } = request;
  const signable = { method, path, query, headers: incoming.headers };
  const claim = incoming.headers.authorization ? headerClaim(signable) : queryClaim(signable);
  if (!claim) throw noClaim(request);
  checkScope(claim);
  const credentials = known.find(({ accessKeyId }) => accessKeyId === claim.accessKeyId);
  if (!credentials) throw s3Error('InvalidAccessKeyId', undefined, { AWSAccessKeyId: claim.accessKeyId });
  checkToken(claim, credentials);
  checkTime(claim, settings.clock.now());
  checkSignedHeaders(request, claim);
  if (!signatureMatches(signable, payloadHash(request, claim), claim, credentials.secretAccessKey)) {
    throw s3Error('SignatureDoesNotMatch', undefined, { AWSAccessKeyId: claim.accessKeyId });
  }
  return {
    account: accountOf(claim.accessKeyId, settings),
    region: claim.scope.region,
    ...chunkSeed(request, claim, credentials),
  };
}

function noClaim(request: S3Request) {
  if (request.incoming.headers.authorization?.startsWith('AWS ') || request.query.has('AWSAccessKeyId')) {
    return s3Error(
      'InvalidRequest',
      'The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.',
    );
  }
  if (request.incoming.headers.authorization) return s3Error('AuthorizationHeaderMalformed');
  if (request.query.has('X-Amz-Signature')) return s3Error('AuthorizationQueryParametersError');
  return s3Error('AccessDenied');
}

function checkScope({ form, scope, terminator, amzDate }: SignatureClaim): void {
  if (scope.service === 's3' && terminator === 'aws4_request' && amzDate.startsWith(scope.day)) return;
  const code = form === 'header' ? 'AuthorizationHeaderMalformed' : 'AuthorizationQueryParametersError';
  throw s3Error(
    code,
    'The credential scope must be the day of the request, its Region, s3 and aws4_request.',
  );
}

function checkToken(claim: SignatureClaim, credentials: Credentials): void {
  if (credentials.sessionToken !== claim.sessionToken) throw s3Error('InvalidToken');
}

function checkTime(claim: SignatureClaim, now: number): void {
  const at = instantOf(claim.amzDate);
  if (Number.isNaN(at))
    throw s3Error('AccessDenied', 'AWS authentication requires a valid Date or x-amz-date header');
  const expires = claim.expiresSeconds;
  if (expires === undefined) {
    if (Math.abs(now - at) <= SKEW_MS) return;
    throw s3Error('RequestTimeTooSkewed', undefined, {
      RequestTime: claim.amzDate,
      ServerTime: new Date(now).toISOString(),
      MaxAllowedSkewMilliseconds: String(SKEW_MS),
    });
  }
  if (!(expires >= 1 && expires <= LONGEST_EXPIRY_SECONDS)) {
    throw s3Error(
      'AuthorizationQueryParametersError',
      `X-Amz-Expires must be a number of seconds from 1 to ${LONGEST_EXPIRY_SECONDS}`,
    );
  }
  if (at - now > SKEW_MS) throw s3Error('AccessDenied', 'Request is not yet valid');
  if (now > at + expires * 1000) throw s3Error('AccessDenied', 'Request has expired');
}

function checkSignedHeaders({ incoming }: S3Request, claim: SignatureClaim): void {
  const signed = new Set(claim.signedHeaders);
  const unsigned = Object.keys(incoming.headers).filter(
    (name) => (name === 'host' || name.startsWith('x-amz-')) && !signed.has(name),
  );
  if (unsigned.length === 0) return;
  throw s3Error('AccessDenied', 'There were headers present in the request which were not signed', {
    HeadersNotSigned: unsigned.join(', '),
  });
}

function payloadHash(request: S3Request, claim: SignatureClaim): string {
  const given = request.header('x-amz-content-sha256');
  if (given !== undefined) return given;
  if (claim.form === 'query') return 'UNSIGNED-PAYLOAD';
  throw s3Error('InvalidRequest', 'Missing required header for this request: x-amz-content-sha256');
}

function chunkSeed(
  request: S3Request,
  { scope, amzDate, signature }: SignatureClaim,
  { secretAccessKey }: Credentials,
): { chunkSeed?: ChunkSeed } {
  if (!request.header('x-amz-content-sha256')?.startsWith('STREAMING-AWS4-HMAC-SHA256-PAYLOAD')) return {};
  return { chunkSeed: { signingKey: signingKey(secretAccessKey, scope), scope, amzDate, signature } };
}
