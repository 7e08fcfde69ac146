// How owner, permissions and times of a file live in the user metadata of an object.
// @source DataSync User Guide, "Understanding how DataSync handles file and object metadata"; the value forms
// are those of the FSx for Lustre and Storage Gateway guides, with which DataSync interoperates, and of the
// DataSync log examples.

import type { EntryKind, Stamp } from '../backend.ts';

/** What could be read. A value that makes no sense is left out, the others are kept. */
export interface PosixMetadata {
  readonly kind?: EntryKind;
  readonly mode?: number;
  readonly uid?: number;
  readonly gid?: number;
  readonly mtimeNs?: bigint;
  readonly atimeNs?: bigint;
}

/** `ns`: `<n>ns`, exact. `ms`: a plain number of milliseconds, rounded down. */
export type TimeForm = 'ns' | 'ms';

/** User metadata in the order it will be sent; keys in lower case without `x-amz-meta-`. */
export type UserMetadata = Readonly<Record<string, string>>;

const TYPE_BITS = 0o170000;
const KIND_BITS: ReadonlyMap<EntryKind, number> = new Map([
  ['file', 0o100000],
  ['directory', 0o040000],
  ['symlink', 0o120000],
]);
const KINDS = new Map([...KIND_BITS].map(([kind, bits]) => [bits, kind]));

const LARGEST_ID = 0xffff_ffff;
const NS_PER_MS = 1_000_000n;
const NS_PER_SECOND = 1_000_000_000n;
/** Times are signed 64-bit nanoseconds in every reader of these keys. */
const LARGEST_TIME_NS = 2n ** 63n - 1n;

export function readPosixMetadata(user: UserMetadata): PosixMetadata {
  const bits = octal(user['file-permissions']);
  return withoutUndefined({
    kind: bits === undefined ? undefined : KINDS.get(bits & TYPE_BITS),
    mode: bits === undefined ? undefined : bits & 0o7777,
    uid: id(user['file-owner']),
    gid: id(user['file-group']),
    mtimeNs: readTime(user['file-mtime']),
    atimeNs: readTime(user['file-atime']),
  });
}

/**
 * The user metadata of an object that is stamped: what `stamp` says is all of it, or else what it has, and the
 * POSIX members that `stamp` gives. A symbolic link always says that it is one, for nothing else of it does.
 */
export function stampedMetadata(
  stamp: Stamp,
  kind: EntryKind,
  form: TimeForm,
  existing: UserMetadata = {},
): UserMetadata {
  const base = stamp.user ?? existing;
  const linkMode = kind === 'symlink' ? (readPosixMetadata(base).mode ?? 0o777) : undefined;
  const mode = stamp.mode ?? linkMode;
  const posix: UserMetadata = withoutUndefined({
    'file-owner': stamp.uid?.toString(),
    'file-group': stamp.gid?.toString(),
    'file-permissions': mode === undefined ? undefined : permissions(kind, mode),
    'file-mtime': stamp.mtimeNs === undefined ? undefined : writeTime(stamp.mtimeNs, form),
    'file-atime': stamp.atimeNs === undefined ? undefined : writeTime(stamp.atimeNs, form),
  });
  return { ...base, ...posix };
}

function permissions(kind: EntryKind, mode: number): string {
  return ((KIND_BITS.get(kind) ?? 0) | mode).toString(8).padStart(7, '0');
}

/** Reads `<n>ns`, `<n>ms`, `<n>` (milliseconds) and `<seconds>/<nanoseconds>`, as ns since the epoch. */
export function readTime(text: string | undefined): bigint | undefined {
  const match = /^(-?\d{1,19})(?:(ns|ms)|\/(\d{1,9}))?$/.exec(text ?? '');
  if (!match) return undefined;
  const [, number = '', unit, nanoseconds] = match;
  const ns =
    nanoseconds === undefined
      ? BigInt(number) * (unit === 'ns' ? 1n : NS_PER_MS)
      : BigInt(number) * NS_PER_SECOND + BigInt(nanoseconds);
  return ns > LARGEST_TIME_NS || ns < -LARGEST_TIME_NS ? undefined : ns;
}

export function writeTime(ns: bigint, form: TimeForm): string {
  if (form === 'ns') return `${ns}ns`;
  const milliseconds = ns / NS_PER_MS;
  const roundedUp = ns < 0n && ns % NS_PER_MS !== 0n;
  return (roundedUp ? milliseconds - 1n : milliseconds).toString();
}

/** Owners that are names (HDFS) are no ids. @source DataSync User Guide, special files */
function id(text: string | undefined): number | undefined {
  if (!text || !/^\d{1,10}$/.test(text)) return undefined;
  const number = Number(text);
  return number <= LARGEST_ID ? number : undefined;
}

function octal(text: string | undefined): number | undefined {
  return text && /^[0-7]{3,7}$/.test(text) ? Number.parseInt(text, 8) : undefined;
}

type Defined<T> = { [Key in keyof T]?: Exclude<T[Key], undefined> };

function withoutUndefined<T extends object>(members: T): Defined<T> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as Defined<T>;
}
