import { isUtf8 } from 'node:buffer';
import type { RelPath } from '../../base/path.ts';
import type { Entry, EntryKind, Metadata } from '../backend.ts';
import { failed } from './errors.ts';
import type { Device, Ground } from './ground.ts';
import type { Stats } from './tree.ts';

/** Size of the units that `blocks` counts, whatever the file system's own block size is. */
const BLOCK_BYTES = 512n;

/**
 * What `stats` tell of `path`, which `address` is good for.
 * @throws StorageError InvalidName for a symbolic link whose target is not UTF-8
 */
export function entryOf(ground: Ground, path: RelPath, address: string, stats: Stats): Entry {
  const kind = kindOf(stats);
  return {
    path,
    kind,
    sizeBytes: kind === 'file' ? Number(stats.size) : 0,
    mtimeNs: cut(ground, stats.mtimeNs),
    metadata: {
      mode: Number(stats.mode) & 0o7777,
      uid: Number(stats.uid),
      gid: Number(stats.gid),
      atimeNs: cut(ground, stats.atimeNs),
      ...extras(ground, kind, path, address, stats),
    },
    token: `${stats.ctimeNs}-${stats.ino}-${stats.size}`,
  };
}

export function kindOf(stats: Stats): EntryKind {
  if (stats.isFile()) return 'file';
  if (stats.isDirectory()) return 'directory';
  if (stats.isSymbolicLink()) return 'symlink';
  return stats.isBlockDevice() || stats.isCharacterDevice() ? 'device' : 'other';
}

function cut(ground: Ground, ns: bigint): bigint {
  const step = ground.capabilities.mtimePrecisionNs ?? 1n;
  if (step === 1n) return ns;
  return ns - (((ns % step) + step) % step);
}

function extras(ground: Ground, kind: EntryKind, path: RelPath, address: string, stats: Stats): Metadata {
  if (kind === 'file') {
    return {
      ...(stats.nlink > 1n ? { hardLinkId: `${stats.dev}:${stats.ino}` } : {}),
      ...(ground.capabilities.sparse && stats.blocks * BLOCK_BYTES < stats.size ? { sparse: true } : {}),
    };
  }
  if (kind === 'symlink') return { linkTarget: linkTarget(ground, path, address) };
  if (kind === 'device') return { device: deviceOf(stats) };
  return {};
}

function linkTarget(ground: Ground, path: RelPath, address: string): string {
  const target = ground.fs.readlinkSync(address, 'buffer');
  if (!isUtf8(target)) throw failed('EILSEQ', path);
  return target.toString();
}

/** Linux spreads the numbers over the bits of `rdev` as glibc's `major` and `minor` have it. */
function deviceOf({ rdev, ...stats }: Stats): Device {
  const type = (Number(stats.mode) & 0o170000) === 0o060000 ? 'block' : 'character';
  if (process.platform !== 'linux') {
    return { type, major: Number((rdev >> 24n) & 0xffn), minor: Number(rdev & 0xffffffn) };
  }
  return {
    type,
    major: Number(((rdev >> 8n) & 0xfffn) | ((rdev >> 32n) & 0xfffff000n)),
    minor: Number((rdev & 0xffn) | ((rdev >> 12n) & 0xffffff00n)),
  };
}
