import type { Volume } from 'memfs';
import { type RelPath, relPath } from '../base/path.ts';
import type { Capabilities, Driver } from './backend.ts';
import { fileTree } from './file-tree.ts';
import { checkedAddress, checkedDirectory } from './files/checked-paths.ts';
import { attempt, failed } from './files/errors.ts';
import type { Ground, NodeFs } from './files/ground.ts';
import { encodeName } from './files/name-bytes.ts';
import { ensureDirectory } from './files/tree.ts';

export interface MemoryConfig {
  /** Name of the volume, such as `nas.memory`; it is made when it is not there. */
  readonly volume: string;
  /** Directory of the volume that is the location's root, absolute; made when it is not there. */
  readonly root: string;
  /** Names the helper folder of unfinished writes, `.aws-datasync/<stagingId>`. */
  readonly stagingId?: string;
}

const MS = 1_000_000n;

const CAPABILITIES: Capabilities = {
  mtimePrecisionNs: MS,
  directories: 'real',
  childrenTouchParent: true,
  caseSensitive: true,
  sparse: false,
  metadata: new Set(['mode', 'uid', 'gid', 'atimeNs', 'linkTarget', 'hardLinkId']),
  // memfs keeps a file in one buffer and doubles it to make room.
  maxFileBytes: 2 ** 31,
  maxNameBytes: 255,
  maxPathBytes: 4096,
};

/** A directory of an in-memory volume. Whoever opens it is root there: modes are kept, they do not keep out. */
export const memory: Driver<MemoryConfig> = {
  async open({ volume: name, root, stagingId }, { volumes }, options) {
    options?.signal?.throwIfAborted();
    const below = relPath(root.replace(/^\/+|\/+$/g, ''));
    const volume = volumes.get(name);
    attempt(root, () => ensureDirectory(memoryGround(volume, name, '/'), below));
    return fileTree(memoryGround(volume, `memory:${name}/${below}`, `/${below}`), stagingId);
  },
};

function memoryGround(volume: Volume, label: string, root: string): Ground {
  const fs = completed(volume);
  const address = (path: RelPath) => checkedAddress(fs, root, path);
  return {
    label,
    capabilities: CAPABILITIES,
    fs,
    address,
    *names(directory) {
      const children = fs.readdirSync(checkedDirectory(fs, root, directory), { withFileTypes: true });
      yield children.map((child) => ({
        latin1: encodeName(child.name),
        directory: child.isDirectory(),
      }));
    },
    chmod: (at, mode) => keepingTimes(volume, at, () => volume.lchmodSync(at, mode)),
    setTimes: (at, atimeNs, mtimeNs) => volume.lutimesSync(at, dateOf(atimeNs), dateOf(mtimeNs)),
    setTimesOfOpen: (fd, atimeNs, mtimeNs) => volume.futimesSync(fd, dateOf(atimeNs), dateOf(mtimeNs)),
    readAt: async (fd, into, position) => fs.readSync(fd, into, 0, into.length, position),
    writeAt: async (fd, from, position) => fs.writeSync(fd, from, 0, from.length, position),
    close: () => undefined,
  };
}

/** memfs as node:fs, where it does less than a file system: it renames over anything and touches times too often. */
function completed(volume: Volume): NodeFs {
  const fs = volume as unknown as NodeFs;
  return Object.assign(Object.create(volume) as NodeFs, {
    renameSync(from: string, to: string) {
      const over = fs.lstatSync(to, { throwIfNoEntry: false });
      if (over?.isDirectory()) throw failed('EISDIR', to);
      if (over?.ino === fs.lstatSync(from).ino) return;
      // Without this the replaced file would never be let go.
      if (over) fs.unlinkSync(to);
      if (fs.lstatSync(from).isSymbolicLink()) moveSymlink(volume, from, to);
      else fs.renameSync(from, to);
    },
    lchownSync: (at: string, uid: number, gid: number) =>
      keepingTimes(volume, at, () => volume.lchownSync(at, uid, gid)),
  });
}

/** memfs would move what the link points to. */
function moveSymlink(volume: Volume, from: string, to: string): void {
  const link = volume.lstatSync(from) as { uid: number; gid: number; atime: Date; mtime: Date };
  volume.symlinkSync(volume.readlinkSync(from) as string, to);
  volume.lchownSync(to, link.uid, link.gid);
  volume.lutimesSync(to, link.atime, link.mtime);
  volume.unlinkSync(from);
}

function keepingTimes(volume: Volume, at: string, change: () => void): void {
  const { atime, mtime } = volume.lstatSync(at) as { atime: Date; mtime: Date };
  change();
  volume.lutimesSync(at, atime, mtime);
}

/** Times before 1970 may lose a millisecond: memfs divides by 1,000, multiplies again and cuts. */
function dateOf(ns: bigint): Date {
  return new Date(Math.floor(Number(ns / 1000n) / 1000));
}
