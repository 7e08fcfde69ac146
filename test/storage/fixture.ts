import { mkdtempSync, readdirSync, readlinkSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Test } from 'tap';
import { relPath } from '../../src/base/path.ts';
import { VirtualClock } from '../../src/base/virtual-clock.ts';
import type { Backend, StorageContext } from '../../src/storage/backend.ts';
import { fileTree } from '../../src/storage/file-tree.ts';
import { checkedPlaces } from '../../src/storage/files/checked-paths.ts';
import { DirectoryHandles } from '../../src/storage/files/directory-handles.ts';
import type { Ground } from '../../src/storage/files/ground.ts';
import { localGround } from '../../src/storage/files/local-ground.ts';
import { local } from '../../src/storage/local.ts';
import { type Libc, loadLibc } from '../../src/storage/local-times.ts';
import { createVolumes } from '../../src/storage/volumes.ts';

export const asRoot = process.geteuid?.() === 0;

/** Options of a test about what only Linux has. */
export const linux = process.platform === 'linux' ? {} : { skip: 'only Linux can do this' };

/** How many handles this process holds into a directory: those of the runtime, its caches and sources do not count. */
export function openHandles(directory: string): number {
  const below = realpathSync(directory);
  return readdirSync('/proc/self/fd').filter((handle) => targetOf(handle).startsWith(below)).length;
}

/** "" for one that was closed since it was listed, as the listing's own is. */
function targetOf(handle: string): string {
  try {
    return readlinkSync(`/proc/self/fd/${handle}`);
  } catch {
    return '';
  }
}

export function openLocal(directory: string, root = '', stagingId?: string): Promise<Backend> {
  return local.open({ directory, root, ...(stagingId === undefined ? {} : { stagingId }) }, context());
}

/** What a driver that needs neither volumes nor time is opened with. */
export function context(): StorageContext {
  return { volumes: createVolumes(), clock: new VirtualClock() };
}

/** A directory outside the checkout, which any user may enter; it goes with the test. */
export function scratch(t: Test): string {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'file-tree-test-')));
  t.teardown(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

export interface Variant {
  readonly places?: 'handles' | 'checked';
  readonly libc?: Libc | undefined;
  readonly change?: (ground: Ground) => Partial<Ground>;
}

/** A directory opened as the driver would do it on another system or on a file system that misbehaves. */
export async function openVariant(directory: string, variant: Variant = {}): Promise<Backend> {
  const libc = 'libc' in variant ? variant.libc : await loadLibc();
  const places =
    variant.places === 'checked'
      ? checkedPlaces(directory, relPath(''))
      : new DirectoryHandles(directory, relPath(''));
  const ground = localGround({ label: directory, places, libc, root: asRoot });
  return fileTree({ ...ground, ...variant.change?.(ground) }, undefined);
}

/** Runs `work` as a user whom modes keep out, which they do not do to root. */
export async function unprivileged<Result>(work: () => Promise<Result>): Promise<Result> {
  if (!asRoot) return work();
  process.setegid?.(65534);
  process.seteuid?.(65534);
  try {
    return await work();
  } finally {
    process.seteuid?.(0);
    process.setegid?.(0);
  }
}
