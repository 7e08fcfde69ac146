import { type RelPath, ROOT } from '../../base/path.ts';
import { errnoOf, failed } from './errors.ts';
import type { Ground } from './ground.ts';
import type { Staging } from './staging.ts';
import type { Turns } from './turns.ts';

/** What the parts of a file tree share. */
export interface Tree {
  readonly ground: Ground;
  readonly turns: Turns;
  readonly staging: Staging;
}

/** What `lstat` tells of a path in full. */
export type Stats = ReturnType<typeof lstat>;

/** @throws what the system throws when there is nothing. */
export function lstat(ground: Ground, path: RelPath) {
  return ground.fs.lstatSync(ground.address(path), { bigint: true });
}

/** What is there, or undefined. */
export function lstatIfThere(ground: Ground, path: RelPath): Stats | undefined {
  try {
    return lstat(ground, path);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** Makes `directory` and its parents unless they are there. */
export function ensureDirectory(ground: Ground, directory: RelPath, mode = 0o777): void {
  if (directory === ROOT) return;
  try {
    makeUnlessThere(ground, directory, mode);
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error;
    // From the top, so that a path of a thousand names is walked once.
    for (let slash = directory.indexOf('/'); slash >= 0; slash = directory.indexOf('/', slash + 1)) {
      makeUnlessThere(ground, directory.slice(0, slash) as RelPath, 0o777);
    }
    makeUnlessThere(ground, directory, mode);
  }
}

function makeUnlessThere(ground: Ground, directory: RelPath, mode: number): void {
  try {
    ground.fs.mkdirSync(ground.address(directory), mode);
  } catch (error) {
    if (errnoOf(error) !== 'EEXIST') throw error;
    if (!lstat(ground, directory).isDirectory()) throw failed('ENOTDIR', directory);
  }
}

/**
 * Runs `work` and gives the root the times it had: what we do for ourselves is not a change of the location.
 * Where only the owner may set times, somebody else's root keeps the new ones.
 */
export function keepingTimesOfRoot(ground: Ground, work: () => void): void {
  const before = lstat(ground, ROOT);
  work();
  try {
    ground.setTimes(ground.address(ROOT), before.atimeNs, before.mtimeNs);
  } catch (error) {
    if (errnoOf(error) !== 'EPERM') throw error;
  }
}

/** Refuses what the file system would not refuse everywhere. */
export function checkLength({ capabilities }: Pick<Ground, 'capabilities'>, path: RelPath): void {
  const { maxNameBytes, maxPathBytes } = capabilities;
  if (path.length * 3 <= maxNameBytes) return;
  if (Buffer.byteLength(path) > maxPathBytes) throw failed('ENAMETOOLONG', path);
  for (const name of path.split('/')) {
    if (name.length * 3 > maxNameBytes && Buffer.byteLength(name) > maxNameBytes) {
      throw failed('ENAMETOOLONG', path);
    }
  }
}
