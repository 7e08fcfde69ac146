// The one place where what S3 or the network says becomes a StorageError.

import { StorageError, type StorageErrorKind } from '../backend.ts';

/** What a request was about, for messages. */
export interface About {
  /** S3's name of the operation, such as `PutObject`. */
  readonly operation: string;
  /** The path in the location, or the location's label. */
  readonly path: string;
}

/** An answer that is no success. */
export interface Refusal {
  readonly status: number;
  /** S3's code; HEAD answers have none. */
  readonly code: string | undefined;
  readonly message: string | undefined;
}

interface Meaning {
  readonly kind: StorageErrorKind;
  /** What to do next. */
  readonly next?: string;
  /** Another try may go well; throttling and broken connections are tried again without it. */
  readonly again?: boolean;
}

const CREDENTIALS: Meaning = {
  kind: 'CredentialsRefused',
  next: "Check the location's access key, secret key and session token.",
};
const THROTTLED: Meaning = { kind: 'Throttled', next: 'Run it again later, or with fewer requests at once.' };
const DENIED: Meaning = { kind: 'PermissionDenied', next: 'Grant the credentials this action.' };
const DAMAGED: Meaning = {
  kind: 'ChecksumMismatch',
  next: 'The bytes were damaged on their way; run it again.',
};
const ELSEWHERE: Meaning = {
  kind: 'Unreachable',
  next: "The bucket is in another Region or at another endpoint; correct the location's Region or endpoint.",
  again: false,
};
const SERVER_FAILED: Meaning = { kind: 'Io', next: 'The server failed; run it again.', again: true };
const UNBUILT: Meaning = { kind: 'Unsupported', next: 'The server at this endpoint cannot do it.' };
const METADATA_TOO_LARGE: Meaning = {
  kind: 'TooLarge',
  next: 'S3 takes at most 2,048 bytes of user metadata; shorten or remove some.',
};

/** @source Amazon S3 API Reference, "Error responses", list of error codes */
const MEANINGS: ReadonlyMap<string, Meaning> = new Map([
  ['NoSuchKey', { kind: 'NotFound' }],
  ['NoSuchVersion', { kind: 'NotFound' }],
  ['NoSuchUpload', { kind: 'NotFound' }],
  ['NoSuchBucket', { kind: 'NotFound', next: "Create the bucket, or correct the location's bucket name." }],
  ['AccessDenied', DENIED],
  ['AllAccessDisabled', DENIED],
  ['InvalidAccessKeyId', CREDENTIALS],
  ['SignatureDoesNotMatch', CREDENTIALS],
  ['InvalidToken', CREDENTIALS],
  ['ExpiredToken', CREDENTIALS],
  ['AuthorizationHeaderMalformed', CREDENTIALS],
  ['RequestTimeTooSkewed', { kind: 'CredentialsRefused', next: 'Set the clock of this machine.' }],
  ['SlowDown', THROTTLED],
  ['Throttling', THROTTLED],
  ['ThrottlingException', THROTTLED],
  ['RequestLimitExceeded', THROTTLED],
  ['TooManyRequests', THROTTLED],
  ['ServiceUnavailable', THROTTLED],
  ['RequestTimeout', { kind: 'Unreachable' }],
  ['InternalError', SERVER_FAILED],
  ['InvalidObjectState', { kind: 'Archived', next: 'Restore the object, then run it again.' }],
  ['PreconditionFailed', { kind: 'Busy', next: 'Somebody changed the object meanwhile; run it again.' }],
  ['ConditionalRequestConflict', { kind: 'Busy', next: 'Run it again.' }],
  ['OperationAborted', { kind: 'Busy', next: 'Run it again.' }],
  ['BadDigest', DAMAGED],
  ['XAmzContentChecksumMismatch', DAMAGED],
  ['XAmzContentSHA256Mismatch', DAMAGED],
  ['InvalidDigest', DAMAGED],
  ['IncompleteBody', DAMAGED],
  ['EntityTooLarge', { kind: 'TooLarge' }],
  ['MetadataTooLarge', METADATA_TOO_LARGE],
  ['KeyTooLongError', { kind: 'NameTooLong' }],
  ['QuotaExceeded', { kind: 'NoSpace', next: 'Free space in the bucket or raise its quota.' }],
  ['XMinioStorageFull', { kind: 'NoSpace', next: 'Free space on the server.' }],
  ['PermanentRedirect', ELSEWHERE],
  ['TemporaryRedirect', ELSEWHERE],
  ['IllegalLocationConstraintException', ELSEWHERE],
  ['NotImplemented', UNBUILT],
  ['InvalidStorageClass', { kind: 'Unsupported', next: 'Give the location a class that this server has.' }],
]);

/** For answers without a code that is known here. */
const BY_STATUS: ReadonlyMap<number, Meaning> = new Map([
  [301, ELSEWHERE],
  [307, ELSEWHERE],
  [401, CREDENTIALS],
  [403, DENIED],
  [404, { kind: 'NotFound' }],
  [405, { kind: 'Unsupported' }],
  [411, UNBUILT],
  [412, { kind: 'Busy', next: 'Somebody changed the object meanwhile; run it again.' }],
  [429, THROTTLED],
  [500, SERVER_FAILED],
  [501, UNBUILT],
  [502, SERVER_FAILED],
  [503, THROTTLED],
  [504, SERVER_FAILED],
  [507, { kind: 'NoSpace', next: 'Free space on the server.' }],
]);

/** Sayings for answers that come without one. */
const SAYINGS: ReadonlyMap<number, string> = new Map([
  [403, 'Access Denied'],
  [404, 'Not Found'],
  [412, 'The object is no longer the one that was asked for'],
  [503, 'The server is busy'],
]);

/**
 * `retryable` for throttling, server failures and a request that came in too slowly; never for any other 4xx.
 * @param again decides it otherwise
 */
export function refusalError(refusal: Refusal, about: About, again?: boolean): StorageError {
  const { operation, path } = about;
  const { status, code } = refusal;
  const meaning = MEANINGS.get(code ?? '') ?? BY_STATUS.get(status) ?? { kind: 'Io' as const };
  const said = (refusal.message || SAYINGS.get(status) || 'The server refused').replace(/[\s.]+$/, '');
  const retryable = again ?? meaning.again;
  const message = `${said}: S3 ${operation} of "${path}" got HTTP ${status}${code ? ` ${code}` : ''}.`;
  return new StorageError(meaning.kind, path, meaning.next ? `${message} ${meaning.next}` : message, {
    code: code ?? `HTTP ${status}`,
    ...(retryable === undefined ? {} : { retryable }),
  });
}

const TLS_TROUBLE = /^(ERR_TLS|ERR_SSL|EPROTO|CERT_|DEPTH_ZERO|UNABLE_TO_|SELF_SIGNED|ERR_OSSL)/;
const NO_RETRY = new Set(['ENOTFOUND', 'UND_ERR_DESTROYED', 'UND_ERR_CLOSED']);

/** The code of a network failure; of several (one per address tried) the first. */
function codeOf(error: unknown): string | undefined {
  if (error instanceof AggregateError) return codeOf(error.errors[0]);
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : undefined;
}

/** The connection could not be made or broke. */
export function connectionError(error: unknown, endpoint: string, { operation, path }: About): StorageError {
  const code = codeOf(error);
  if (code === 'UND_ERR_INVALID_ARG') return unsendable(error, path, code);
  const secure = code !== undefined && TLS_TROUBLE.test(code);
  const reason = error instanceof Error && error.message ? error.message : (code ?? 'no answer');
  const next = secure
    ? "Give the location the server's certificate authority, or correct the endpoint."
    : "Check that the server runs and that the location's endpoint is right.";
  const message = `No answer from ${endpoint} to S3 ${operation} of "${path}": ${reason}. ${next}`;
  return new StorageError('Unreachable', path, message, {
    cause: error,
    ...(code ? { code } : {}),
    retryable: !(secure || (code !== undefined && NO_RETRY.has(code))),
  });
}

/** HTTP has no way to say this, for example a Content-Type with a line break in it. */
function unsendable(cause: unknown, path: string, code: string): StorageError {
  const reason = cause instanceof Error ? cause.message : 'invalid';
  const message = `The metadata of "${path}" cannot be sent to S3: ${reason}. Correct it at its source.`;
  return new StorageError('Unsupported', path, message, { cause, code });
}
