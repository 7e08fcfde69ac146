import type { Clock } from '../base/clock.ts';
import { amzDateOf, type Credentials, instantOf, sha256Hex } from '../base/sigv4.ts';
import { headerClaim, queryClaim, type SignatureClaim, signatureMatches } from '../base/sigv4-claim.ts';
import { SIGNING_NAME } from '../model/service.ts';
import { ServiceError } from '../model/service-error.ts';
import { type ApiRequest, headerOf } from './request.ts';

/** How signatures are verified. */
export interface SignatureRules {
  /** Those that are let in. */
  readonly credentials: readonly Credentials[];
  readonly clock: Clock;
}

/** How far the client's clock may be off. @source AWS general reference, "Signature Version 4": 5 minutes */
const SKEW_MS = 5 * 60_000;

/** The longest that a presigned request may be good for. @source AWS general reference: 7 days */
const LONGEST_EXPIRY_SECONDS = 7 * 24 * 3600;

/**
 * Lets a request pass only when one of the known credentials signed it, for DataSync and now. Texts and
 * order are those observed on services of the same protocol; for DataSync they are not shown.
 * @throws ServiceError MissingAuthenticationTokenException, IncompleteSignatureException,
 * InvalidSignatureException, UnrecognizedClientException
 * @source kinesalite (checked against AWS) for missing and incomplete ones; AWS general reference for the rest
 */
export function verifySignature(request: ApiRequest, rules: SignatureRules): void {
  const claim = readClaim(request);
  checkScope(claim);
  checkDate(claim, rules.clock.now());
  const credentials = rules.credentials.find((one) => one.accessKeyId === claim.accessKeyId);
  if (!credentials || (claim.sessionToken ?? '') !== (credentials.sessionToken ?? '')) {
    throw refused('UnrecognizedClientException', 'The security token included in the request is invalid.');
  }
  if (
    !coversHost(claim) ||
    !signatureMatches(request, payloadHash(request), claim, credentials.secretAccessKey)
  ) {
    throw invalid(
      'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.',
    );
  }
}

const payloadHash = (request: ApiRequest) => sha256Hex(request.body);

/** A signature that leaves the host out could be sent anywhere. @source AWS general reference: host must be signed */
const coversHost = (claim: SignatureClaim) =>
  claim.signedHeaders.includes('host') || claim.signedHeaders.includes(':authority');

function readClaim(request: ApiRequest): SignatureClaim {
  const header = headerOf(request, 'authorization');
  const query = new URLSearchParams(request.query);
  const inQuery = query.has('X-Amz-Algorithm');
  if (header !== undefined && inQuery) {
    throw invalid("Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header.");
  }
  if (header === undefined && !inQuery) {
    throw refused('MissingAuthenticationTokenException', 'Missing Authentication Token');
  }
  const lacking = header === undefined ? lackingInQuery(query) : lackingInHeader(request, header);
  if (lacking !== '') throw refused('IncompleteSignatureException', lacking);
  const claim = header === undefined ? queryClaim(request) : headerClaim(request);
  if (!claim) throw refused('IncompleteSignatureException', malformed(header));
  return claim;
}

function lackingInHeader(request: ApiRequest, header: string): string {
  const names = new Set(header.split(/[ ,]+/).map((part) => part.split('=', 1)[0]));
  const sentences = ['Credential', 'Signature', 'SignedHeaders']
    .filter((name) => !names.has(name))
    .map((name) => `Authorization header requires '${name}' parameter. `);
  if (request.headers['x-amz-date'] === undefined && request.headers['date'] === undefined) {
    sentences.push("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. ");
  }
  return sentences.length === 0 ? '' : `${sentences.join('')}Authorization=${header}`;
}

const QUERY_PARTS = [
  'X-Amz-Algorithm',
  'X-Amz-Credential',
  'X-Amz-Signature',
  'X-Amz-SignedHeaders',
  'X-Amz-Date',
];

function lackingInQuery(query: URLSearchParams): string {
  const sentences = QUERY_PARTS.filter((name) => !query.get(name)).map(
    (name) => `AWS query-string parameters must include '${name}'. `,
  );
  return sentences.length === 0 ? '' : `${sentences.join('')}Re-examine the query-string parameters.`;
}

const malformed = (header: string | undefined) =>
  header === undefined
    ? 'AWS query-string parameters need the algorithm AWS4-HMAC-SHA256 and a credential of five parts. Re-examine the query-string parameters.'
    : `Authorization header requires the algorithm AWS4-HMAC-SHA256 and a 'Credential' of five parts. Authorization=${header}`;

function checkScope({ scope, terminator }: SignatureClaim): void {
  const wrong: string[] = [];
  if (!/^[a-z0-9-]+$/.test(scope.region)) {
    wrong.push(`Credential should be scoped to a valid region, not '${scope.region}'. `);
  }
  if (scope.service !== SIGNING_NAME) {
    wrong.push(`Credential should be scoped to correct service: '${SIGNING_NAME}'. `);
  }
  if (terminator !== 'aws4_request') {
    wrong.push(`Credential should be scoped with a valid terminator: 'aws4_request', not '${terminator}'. `);
  }
  if (wrong.length > 0) throw invalid(wrong.join(''));
}

function checkDate(claim: SignatureClaim, now: number): void {
  const { amzDate, scope } = claim;
  const at = instantOf(amzDate);
  if (Number.isNaN(at) || amzDate.slice(0, 8) !== scope.day) {
    throw invalid(
      `Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '${scope.day}' != '${amzDate.slice(0, 8)}', from '${amzDate}'.`,
    );
  }
  const goodForMs = claim.form === 'query' ? expiryMs(claim) : SKEW_MS;
  if (at + goodForMs < now) {
    const earliest = `${amzDateOf(now - goodForMs)} (${amzDateOf(now)} - ${goodForMs / 60_000} min.)`;
    throw invalid(`Signature expired: ${amzDate} is now earlier than ${earliest}`);
  }
  if (at > now + SKEW_MS) {
    const latest = `${amzDateOf(now + SKEW_MS)} (${amzDateOf(now)} + 5 min.)`;
    throw invalid(`Signature not yet current: ${amzDate} is still later than ${latest}`);
  }
}

function expiryMs(claim: SignatureClaim): number {
  const seconds = claim.expiresSeconds ?? Number.NaN;
  if (seconds > 0 && seconds <= LONGEST_EXPIRY_SECONDS) return seconds * 1000;
  throw invalid(`X-Amz-Expires must be a number of seconds from 1 to ${LONGEST_EXPIRY_SECONDS}.`);
}

const refused = (name: string, message: string) => new ServiceError(name, 400, message);
const invalid = (message: string) => refused('InvalidSignatureException', message);
