// Trees written down as records: "d/" is a directory, "l": "-> target" a symbolic link, anything else a file.

import { parentOf, type RelPath, ROOT, relPath } from '../../src/base/path.ts';
import type { Backend, Entry, Stamp } from '../../src/storage/backend.ts';
import { collect, pieces } from '../contract/backend-tools.ts';

export type Tree = Readonly<Record<string, string>>;

/** Whole milliseconds, which every storage under test keeps. */
export const T0 = 1_700_000_000_123_000_000n;

export const STAMP: Stamp = { mtimeNs: T0, atimeNs: T0, mode: 0o640, uid: 0, gid: 0 };
const DIRECTORY_STAMP: Stamp = { ...STAMP, mode: 0o750 };

/** Makes the tree, its directories real, all of it stamped alike, the root too. */
export async function grow(backend: Backend, tree: Tree): Promise<void> {
  const directories = new Set<RelPath>([ROOT]);
  for (const [path, content] of Object.entries(tree)) {
    const at = relPath(path.replace(/\/$/, ''));
    for (let up = path.endsWith('/') ? at : parentOf(at); up !== ROOT; up = parentOf(up)) directories.add(up);
    if (path.endsWith('/')) continue;
    if (content.startsWith('-> ')) await backend.makeSymlink?.(at, content.slice(3), STAMP);
    else await backend.write(at, pieces(Buffer.from(content)), STAMP);
  }
  for (const directory of [...directories].sort().reverse()) {
    await backend.makeDirectory(directory, DIRECTORY_STAMP);
  }
}

/** What is there now. Directories with something in them are left out. */
export async function treeOf(backend: Backend, directory: RelPath = ROOT): Promise<Tree> {
  const tree: Record<string, string> = {};
  for await (const item of backend.list(directory)) {
    if (item.kind !== 'unusable') Object.assign(tree, await branchOf(backend, item));
  }
  return tree;
}

async function branchOf(backend: Backend, item: Entry): Promise<Tree> {
  const { kind, path, metadata } = item.partial ? await backend.stat(item.path) : item;
  if (kind === 'symlink') return { [path]: `-> ${metadata.linkTarget ?? (await text(backend, path))}` };
  if (kind !== 'directory') return { [path]: await text(backend, path) };
  const below = await treeOf(backend, path);
  return Object.keys(below).length === 0 ? { [`${path}/`]: '' } : below;
}

export async function text(backend: Backend, path: string): Promise<string> {
  return (await collect(backend.read(relPath(path)))).toString();
}
