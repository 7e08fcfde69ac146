import { nameOf, parentOf, type RelPath, ROOT } from '../../base/path.ts';
import type { CallOptions, RemoveOptions } from '../backend.ts';
import { errnoOf, failed } from '../files/errors.ts';
import { isFailure } from './failures.ts';
import { type NfsTree, nodeAt } from './tree.ts';

/** See `Backend.remove`. */
export async function remove(
  tree: NfsTree,
  path: RelPath,
  { listedAs, ...options }: RemoveOptions,
): Promise<void> {
  if (path === ROOT) throw failed('EBUSY', path);
  try {
    if (listedAs === undefined) await lookAndRemove(tree, path, options);
    else await removeAs(tree, path, listedAs === 'directory', options);
  } catch (error) {
    if (isFailure(error, 'EXIST')) throw failed('ENOTEMPTY', path, error);
    // Below a file there is nothing either.
    if (!isFailure(error, 'NOENT', 'NOTDIR') && errnoOf(error) !== 'ENOTDIR') throw error;
  }
}

async function lookAndRemove(tree: NfsTree, path: RelPath, options: CallOptions): Promise<void> {
  const { attributes } = await nodeAt(tree, path, options);
  await removeKnown(tree, path, attributes.type === 'directory', options);
}

/** Version 3 tells them apart: REMOVE and RMDIR. */
async function removeKnown(
  { client, ways }: NfsTree,
  path: RelPath,
  directory: boolean,
  options: CallOptions,
): Promise<void> {
  const name = nameOf(path);
  await ways.within(parentOf(path), (parent) =>
    directory ? client.removeDirectory(parent, name, options) : client.remove(parent, name, options),
  );
  if (directory) ways.forget(path);
}

async function removeAs(
  tree: NfsTree,
  path: RelPath,
  directory: boolean,
  options: CallOptions,
): Promise<void> {
  try {
    await removeKnown(tree, path, directory, options);
  } catch (error) {
    // It may be something else by now.
    if (!isFailure(error, 'ISDIR', 'NOTDIR', 'PERM')) throw error;
    await lookAndRemove(tree, path, options);
  }
}
