import type { RelPath } from '../../base/path.ts';
import type { Stamp } from '../backend.ts';
import type { Ground } from './ground.ts';
import { lstat, lstatIfThere } from './tree.ts';

/** Owner, mode and times of a stamp, those left out that the storage does not keep. */
export type PosixStamp = Pick<Stamp, 'mode' | 'uid' | 'gid' | 'atimeNs' | 'mtimeNs'>;

/** What a file system can take of `stamp`. */
export function posixStamp(ground: Ground, stamp: Stamp): PosixStamp {
  if (ground.capabilities.metadata.has('uid')) return stamp;
  const { uid: _uid, gid: _gid, ...rest } = stamp;
  return rest;
}

/** Stamps what is at `path`. In this order: a change of owner clears set-user-id bits, and either may touch times. */
export function stampAt(ground: Ground, path: RelPath, stamp: PosixStamp): void {
  const address = ground.address(path);
  const now = lstat(ground, path);
  const owner = ownerChange(stamp, Number(now.uid), Number(now.gid));
  if (owner) ground.fs.lchownSync(address, ...owner);
  const modeDiffers = stamp.mode !== undefined && (owner || stamp.mode !== (Number(now.mode) & 0o7777));
  // The mode of a symbolic link means nothing and cannot be set.
  if (stamp.mode !== undefined && modeDiffers && !now.isSymbolicLink()) ground.chmod(address, stamp.mode);
  if (stamp.atimeNs === undefined && stamp.mtimeNs === undefined) return;
  ground.setTimes(address, stamp.atimeNs ?? now.atimeNs, stamp.mtimeNs ?? now.mtimeNs);
}

/** Stamps a file that is open for writing and that nobody else sees yet; changes only what is not right already. */
export function stampOpen(ground: Ground, fd: number, stamp: PosixStamp): void {
  const now = ground.fs.fstatSync(fd, { bigint: true });
  const owner = ownerChange(stamp, Number(now.uid), Number(now.gid));
  if (owner) ground.fs.fchownSync(fd, ...owner);
  const modeDiffers = stamp.mode !== undefined && (owner || stamp.mode !== (Number(now.mode) & 0o7777));
  if (stamp.mode !== undefined && modeDiffers) ground.fs.fchmodSync(fd, stamp.mode);
  if (stamp.atimeNs === undefined && stamp.mtimeNs === undefined) return;
  ground.setTimesOfOpen(fd, stamp.atimeNs ?? now.atimeNs, stamp.mtimeNs ?? now.mtimeNs);
}

/** `stamp`, with mode and owner of the file that is replaced where it says nothing of them: it stays the same file to its users. */
export function inheriting(ground: Ground, path: RelPath, stamp: PosixStamp): PosixStamp {
  const keepsOwner = ground.capabilities.metadata.has('uid');
  const complete =
    stamp.mode !== undefined && (!keepsOwner || (stamp.uid !== undefined && stamp.gid !== undefined));
  if (complete) return stamp;
  const over = lstatIfThere(ground, path);
  if (!over?.isFile()) return stamp;
  const owner = keepsOwner ? { uid: Number(over.uid), gid: Number(over.gid) } : {};
  return { mode: Number(over.mode) & 0o7777, ...owner, ...stamp };
}

function ownerChange(stamp: PosixStamp, uid: number, gid: number): [uid: number, gid: number] | undefined {
  const wanted: [number, number] = [stamp.uid ?? uid, stamp.gid ?? gid];
  return wanted[0] === uid && wanted[1] === gid ? undefined : wanted;
}
