import { nameOf, parentOf, type RelPath } from '../../base/path.ts';
import type { CallOptions, Stamp } from '../backend.ts';
import { isFailure } from './failures.ts';
import {
  type NewAttributes,
  type NfsAttributes,
  type NfsClient,
  NfsFailure,
  type Node,
} from './nfs-client.ts';
import type { NfsTree } from './tree.ts';

/** Owner, mode and times, as far as they are to be set. */
export type PosixStamp = Omit<NewAttributes, 'sizeBytes'>;

const OWNER = ['uid', 'gid'] as const;
const TIMES = ['atimeNs', 'mtimeNs'] as const;

/** Set-user-id and set-group-id, which a change of owner clears. */
const SET_ID_BITS = 0o6000;

/** What NFS can take of `stamp`. */
export function posixStamp(stamp: Stamp): PosixStamp {
  return pick(stamp, ['mode', ...OWNER, ...TIMES]);
}

/**
 * The SETATTRs that make `stamp` of `now`, in order. One is enough but for set-user-id bits after a change of owner:
 * Linux's server clears them although both come in one request.
 * @source Linux, fs/nfsd/vfs.c, nfsd_sanitize_attrs
 */
export function stampChanges(now: NfsAttributes, stamp: PosixStamp): readonly NewAttributes[] {
  const owner = pickDiffering(stamp, now, OWNER);
  const times = pickDiffering(stamp, now, TIMES);
  const newOwner = Object.keys(owner).length > 0;
  const setsIds = stamp.mode !== undefined && (stamp.mode & SET_ID_BITS) !== 0;
  const mode = stamp.mode === now.mode && !(newOwner && setsIds) ? {} : pick(stamp, ['mode']);
  // The mode of a symbolic link means nothing and cannot be set.
  const rest = now.type === 'symlink' ? times : { ...mode, ...times };
  const changes = newOwner && setsIds ? [owner, rest] : [{ ...owner, ...rest }];
  return changes.filter((change) => Object.keys(change).length > 0);
}

/**
 * Stamps `node`, whose attributes are those it has now; changes only what is not right already.
 * @throws NfsFailure PERM also where a server takes another owner than it was told: one that squashes root may do so
 */
export async function stampNode(
  client: NfsClient,
  { handle, attributes }: Node,
  stamp: PosixStamp,
  options: CallOptions = {},
): Promise<void> {
  const changes = stampChanges(attributes, stamp);
  for (const change of changes) await client.setAttributes(handle, change, options);
  if (!changes.some(({ uid, gid }) => uid !== undefined || gid !== undefined)) return;
  const now = await client.getAttributes(handle, options);
  if (Object.keys(pickDiffering(stamp, now, OWNER)).length > 0) throw new NfsFailure('PERM', 'SETATTR');
}

/**
 * `stamp`, with mode and owner of the file that is replaced where it says nothing of them: it stays the same file to
 * its users. Who is not root cannot give it to them.
 */
export async function inheriting(
  { client, ways, staging }: NfsTree,
  path: RelPath,
  stamp: PosixStamp,
  options: CallOptions,
): Promise<PosixStamp> {
  if (stamp.mode !== undefined && stamp.uid !== undefined && stamp.gid !== undefined) return stamp;
  try {
    const parent = await ways.handle(parentOf(path));
    const { attributes } = await client.lookup(parent, nameOf(path), options);
    if (attributes.type !== 'file') return stamp;
    const owner = (await staging.isRoots()) ? pick(attributes, OWNER) : {};
    return { ...pick(attributes, ['mode']), ...owner, ...stamp };
  } catch (error) {
    if (isFailure(error, 'NOENT', 'STALE')) return stamp;
    throw error;
  }
}

/** The members of `from` that are given. */
function pick<Key extends keyof PosixStamp>(from: PosixStamp, keys: readonly Key[]): Pick<PosixStamp, Key> {
  return Object.fromEntries(
    keys.flatMap((key) => (from[key] === undefined ? [] : [[key, from[key]]])),
  ) as Pick<PosixStamp, Key>;
}

function pickDiffering<Key extends keyof PosixStamp>(
  stamp: PosixStamp,
  now: NfsAttributes,
  keys: readonly Key[],
): Pick<PosixStamp, Key> {
  return pick(
    stamp,
    keys.filter((key) => stamp[key] !== now[key]),
  );
}
