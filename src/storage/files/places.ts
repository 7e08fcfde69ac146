import { type RelPath, ROOT } from '../../base/path.ts';

/** How the paths of one location are reached on a disk without being led out of it. */
export interface Places {
  /** See `Ground.address`. */
  address(path: RelPath): string;
  /** Like `address`, of what is to be used as a directory itself. */
  directory(path: RelPath): string;
  close(): void;
}

/** `path` of a location, seen from the directory that its `root` is in. */
export function below(root: RelPath, path: RelPath): RelPath {
  if (root === ROOT || path === ROOT) return root === ROOT ? path : root;
  return `${root}/${path}` as RelPath;
}
