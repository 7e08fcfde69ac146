/** What went wrong in a storage, in one word. Code above asks for this, never for a text. */
export type StorageErrorKind =
  | 'NotFound'
  | 'AlreadyExists'
  | 'PermissionDenied'
  | 'NotADirectory'
  | 'IsADirectory'
  | 'DirectoryNotEmpty'
  | 'NoSpace'
  | 'ReadOnly'
  | 'NameTooLong'
  | 'InvalidName'
  | 'TooLarge'
  | 'Busy'
  | 'Stale'
  /** The connection broke or the server began anew while something was under way: it can be done again from its start. */
  | 'Interrupted'
  | 'Archived'
  | 'Throttled'
  | 'Unreachable'
  | 'CredentialsRefused'
  | 'ChecksumMismatch'
  | 'Unsupported'
  | 'Io';

const RETRYABLE: ReadonlySet<StorageErrorKind> = new Set([
  'Throttled',
  'Unreachable',
  'Stale',
  'Interrupted',
]);

/** The only error that leaves a backend (but for the failures of a body that was handed in, and an abort's reason). */
export class StorageError extends Error {
  override readonly name = 'StorageError';
  readonly kind: StorageErrorKind;
  /** The path in the location, or the location's label; for people, never parsed. */
  readonly path: string;
  readonly retryable: boolean;
  /** What the storage itself said, such as `EACCES` or `SlowDown`; never a secret. */
  readonly code: string | undefined;

  constructor(
    kind: StorageErrorKind,
    path: string,
    message: string,
    options: { cause?: unknown; code?: string; retryable?: boolean } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.kind = kind;
    this.path = path;
    this.code = options.code;
    this.retryable = options.retryable ?? RETRYABLE.has(kind);
  }
}
