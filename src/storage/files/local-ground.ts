import fs, { constants } from 'node:fs';
import type { Capabilities, Metadata } from '../backend.ts';
import type { Libc } from '../local-times.ts';
import type { Device, Ground, NameRead } from './ground.ts';
import type { Places } from './places.ts';

const NAMES_AT_ONCE = 512;
const PROBE_FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
/** See `DirectoryHandles`. */
const O_PATH = 0o10000000;

export interface LocalGround {
  readonly label: string;
  readonly places: Places;
  readonly libc: Libc | undefined;
  /** Only root may give files away. */
  readonly root: boolean;
}

/** A directory of this machine as ground for a file tree. */
export function localGround({ label, places, libc, root }: LocalGround): Ground {
  return {
    label,
    capabilities: capabilities(libc !== undefined, root),
    fs,
    address: (path) => places.address(path),
    names: (directory) => names(places.directory(directory)),
    chmod: process.platform === 'linux' ? chmodByHandle : chmodByOpening,
    ...(libc ?? timesOfNode),
    readAt: (fd, into, position) =>
      new Promise((resolve, reject) => {
        fs.read(fd, into, 0, into.length, position, (error, count) =>
          error ? reject(error) : resolve(count),
        );
      }),
    writeAt: (fd, from, position) =>
      new Promise((resolve, reject) => {
        fs.write(fd, from, 0, from.length, position, (error, count) =>
          error ? reject(error) : resolve(count),
        );
      }),
    ...(libc && root && process.platform === 'linux' && { makeDevice: deviceMaker(libc) }),
    close: () => places.close(),
  };
}

function capabilities(nanoseconds: boolean, root: boolean): Capabilities {
  const kept: (keyof Metadata)[] = ['mode', 'atimeNs', 'linkTarget', 'hardLinkId', 'sparse', 'device'];
  return {
    mtimePrecisionNs: nanoseconds ? 1n : 1000n,
    directories: 'real',
    childrenTouchParent: true,
    caseSensitive: process.platform === 'linux',
    sparse: true,
    metadata: new Set([...kept, ...(root ? (['uid', 'gid'] as const) : [])]),
    maxFileBytes: Number.MAX_SAFE_INTEGER,
    maxNameBytes: 255,
    maxPathBytes: 4096,
  };
}

/**
 * Read synchronously, a batch costs half a millisecond at most; latin1 keeps names that are not UTF-8 as they are
 * and costs half of what buffers cost. The directory stays open under its own handle: should a file system not
 * tell kinds, Node looks at each name once more.
 */
function* names(address: string): Generator<readonly NameRead[]> {
  const handle = fs.openSync(address, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    const path = process.platform === 'linux' ? `/proc/self/fd/${handle}` : address;
    const directory = fs.opendirSync(path, {
      encoding: 'latin1' as BufferEncoding,
      bufferSize: NAMES_AT_ONCE,
    });
    try {
      for (let batch = readBatch(directory); batch.length > 0; batch = readBatch(directory)) yield batch;
    } finally {
      directory.closeSync();
    }
  } finally {
    fs.closeSync(handle);
  }
}

function readBatch(directory: fs.Dir): NameRead[] {
  const batch: NameRead[] = [];
  while (batch.length < NAMES_AT_ONCE) {
    const entry = directory.readSync();
    if (!entry) break;
    batch.push({ latin1: entry.name, directory: entry.isDirectory() });
  }
  return batch;
}

/** Needs no permission to read and does nothing to a device. */
function chmodByHandle(address: string, mode: number): void {
  const fd = fs.openSync(address, O_PATH | constants.O_NOFOLLOW);
  try {
    fs.chmodSync(`/proc/self/fd/${fd}`, mode);
  } finally {
    fs.closeSync(fd);
  }
}

function chmodByOpening(address: string, mode: number): void {
  const fd = fs.openSync(address, PROBE_FLAGS);
  try {
    fs.fchmodSync(fd, mode);
  } finally {
    fs.closeSync(fd);
  }
}

/** Node takes seconds as a floating number, good to 238 ns: half a microsecond more keeps the microsecond right. */
const timesOfNode = {
  setTimes: (address: string, atimeNs: bigint, mtimeNs: bigint) =>
    fs.lutimesSync(address, seconds(atimeNs), seconds(mtimeNs)),
  setTimesOfOpen: (fd: number, atimeNs: bigint, mtimeNs: bigint) =>
    fs.futimesSync(fd, seconds(atimeNs), seconds(mtimeNs)),
};

function seconds(ns: bigint): number {
  const rest = ((ns % 1000n) + 1000n) % 1000n;
  return (Number((ns - rest) / 1000n) + 0.5) / 1e6;
}

function deviceMaker(libc: Libc) {
  return (address: string, { type, major, minor }: Device, mode: number) => {
    const [high, low] = [BigInt(major), BigInt(minor)];
    const device =
      ((high & 0xfffff000n) << 32n) | ((high & 0xfffn) << 8n) | ((low & 0xffffff00n) << 12n) | (low & 0xffn);
    libc.mknod(address, (type === 'block' ? constants.S_IFBLK : constants.S_IFCHR) | mode, device);
  };
}
