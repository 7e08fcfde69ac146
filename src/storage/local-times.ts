import { constants } from 'node:os';

/** What Node's own calls cannot do: times to the nanosecond (they lose up to 238 ns), and device nodes. */
export interface Libc {
  /** Sets both times of what is at `address`; of a symbolic link, its own. */
  setTimes(address: string, atimeNs: bigint, mtimeNs: bigint): void;
  setTimesOfOpen(fd: number, atimeNs: bigint, mtimeNs: bigint): void;
  /** @param mode type and permission bits; the process's umask takes bits away */
  mknod(address: string, mode: number, device: bigint): void;
}

/** Where the constants of `utimensat` differ. */
const SYSTEMS: Partial<Record<NodeJS.Platform, { readonly cwd: number; readonly noFollow: number }>> = {
  linux: { cwd: -100, noFollow: 0x100 },
  darwin: { cwd: -2, noFollow: 0x20 },
};

/** There `time_t` and `long` have 64 bits, which `timespec` below relies on. */
const WIDE = new Set<NodeJS.Architecture>(['x64', 'arm64', 'riscv64', 'loong64', 'ppc64', 's390x']);

const ERRNO_NAMES = new Map(
  Object.entries(constants.errno).map(([name, number]) => [number as number, name]),
);

const SECOND = 1_000_000_000n;

/**
 * The C library of this process, by way of koffi, which is an optional dependency; undefined where it or the
 * calls are not to be had. Whoever gets nothing promises microseconds only.
 */
export async function loadLibc(): Promise<Libc | undefined> {
  const system = SYSTEMS[process.platform];
  if (!system || !WIDE.has(process.arch)) return undefined;
  try {
    const { default: koffi } = await import('koffi');
    const lib = koffi.load(null);
    const utimensat = lib.func('int utimensat(int dirfd, const char *path, void *times, int flags)');
    const futimens = lib.func('int futimens(int fd, void *times)');
    const mknod = lib.func('int mknod(const char *path, uint32_t mode, uint64_t device)');
    const check = (call: string, result: number) => {
      if (result === 0) return;
      const code = ERRNO_NAMES.get(koffi.errno()) ?? 'EIO';
      throw Object.assign(new Error(`${code}: ${call}`), { code });
    };
    const times = new BigInt64Array(4);
    return {
      setTimes: (address, atimeNs, mtimeNs) => {
        fill(times, atimeNs, mtimeNs);
        check('utimensat', utimensat(system.cwd, address, times, system.noFollow));
      },
      setTimesOfOpen: (fd, atimeNs, mtimeNs) => {
        fill(times, atimeNs, mtimeNs);
        check('futimens', futimens(fd, times));
      },
      mknod: (address, mode, device) => check('mknod', mknod(address, mode, device)),
    };
  } catch {
    // Not installed, no prebuilt binary for this system, or a C library without these calls.
    return undefined;
  }
}

/** `timespec[2]`: seconds (rounded down) and nanoseconds of the access, then of the modification. */
function fill(times: BigInt64Array, atimeNs: bigint, mtimeNs: bigint): void {
  const pairs = [atimeNs, mtimeNs].flatMap((ns) => {
    const nanos = ((ns % SECOND) + SECOND) % SECOND;
    return [(ns - nanos) / SECOND, nanos];
  });
  times.set(pairs);
}
