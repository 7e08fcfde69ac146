import { nameOf } from '../../base/path.ts';
import type { Entry } from '../../storage/backend.ts';

/** An entry as JSON, for people and tests. */
export interface ShownEntry {
  readonly name: string;
  readonly kind: Entry['kind'];
  readonly sizeBytes: number;
  /** Four octal digits. */
  readonly mode?: string;
  readonly uid?: number;
  readonly gid?: number;
  /** ISO 8601 with nine digits of seconds. */
  readonly mtime?: string;
  readonly atime?: string;
  readonly linkTarget?: string;
  readonly user?: Readonly<Record<string, string>>;
}

export function shownEntry({ path, kind, sizeBytes, mtimeNs, metadata }: Entry): ShownEntry {
  const { mode, uid, gid, atimeNs, linkTarget, user } = metadata;
  return {
    name: nameOf(path),
    kind,
    sizeBytes,
    ...(mode !== undefined && { mode: mode.toString(8).padStart(4, '0') }),
    ...(uid !== undefined && { uid }),
    ...(gid !== undefined && { gid }),
    ...(mtimeNs !== null && { mtime: instantText(mtimeNs) }),
    ...(atimeNs !== undefined && { atime: instantText(atimeNs) }),
    ...(linkTarget !== undefined && { linkTarget }),
    ...(user && { user }),
  };
}

const SECOND_NS = 1_000_000_000n;

/** Such as `2026-01-01T00:00:00.000000000Z`. */
export function instantText(ns: bigint): string {
  const fraction = ((ns % SECOND_NS) + SECOND_NS) % SECOND_NS;
  const date = new Date(Number((ns - fraction) / 1_000_000n));
  return `${date.toISOString().slice(0, 19)}.${fraction.toString().padStart(9, '0')}Z`;
}

const INSTANT = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?Z$/;

/** The instant that a text names, ns since the epoch: ISO 8601 in UTC, or seconds since the epoch. Undefined: none. */
export function instantOf(text: string): bigint | undefined {
  const [, seconds, fraction = ''] = INSTANT.exec(text) ?? /^(-?\d{1,12})(?:\.(\d{1,9}))?$/.exec(text) ?? [];
  if (seconds === undefined) return undefined;
  const ms = seconds.includes('T') ? Date.parse(`${seconds}Z`) : Number(seconds) * 1000;
  return Number.isNaN(ms) ? undefined : BigInt(ms) * 1_000_000n + BigInt(fraction.padEnd(9, '0'));
}
