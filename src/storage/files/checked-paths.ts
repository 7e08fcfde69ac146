import nodeFs from 'node:fs';
import { type RelPath, ROOT } from '../../base/path.ts';
import { failed } from './errors.ts';
import type { NodeFs } from './ground.ts';
import { below, type Places } from './places.ts';

type Looks = Pick<NodeFs, 'lstatSync'>;

/**
 * Addresses below `root` for file systems without directory handles: every directory on the way is looked at
 * before each use. In memory nothing can come between the look and the use. On a disk another process can, in the
 * microseconds between: this is weaker than `DirectoryHandles`, which only Linux has.
 */
export function checkedAddress(fs: Looks, root: string, path: RelPath): string {
  if (path === '') return root;
  const prefix = root === '/' ? '' : root;
  for (let slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1)) {
    const directory = `${prefix}/${path.slice(0, slash)}`;
    if (!fs.lstatSync(directory).isDirectory()) throw failed('ENOTDIR', path);
  }
  return `${prefix}/${path}`;
}

/** The address of what is to be used as a directory itself. */
export function checkedDirectory(fs: Looks, root: string, path: RelPath): string {
  const address = checkedAddress(fs, root, path);
  if (!fs.lstatSync(address).isDirectory()) throw failed('ENOTDIR', path);
  return address;
}

/**
 * Places on a disk without directory handles.
 * @param real a directory, its path without a symbolic link anywhere
 */
export function checkedPlaces(real: string, root: RelPath): Places {
  const places: Places = {
    address: (path) => checkedAddress(nodeFs, real, below(root, path)),
    directory: (path) => checkedDirectory(nodeFs, real, below(root, path)),
    close: () => undefined,
  };
  places.directory(ROOT);
  return places;
}
