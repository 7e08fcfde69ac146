import { nameOf, parentOf, type RelPath, ROOT } from '../../base/path.ts';
import type { CallOptions, Capabilities } from '../backend.ts';
import { failed } from '../files/errors.ts';
import { isFailure } from './failures.ts';
import type { FileHandle, NewAttributes, NfsClient, Node } from './nfs-client.ts';
import type { Staging } from './staging.ts';
import type { Ways } from './ways.ts';

/** What the parts of the backend share. */
export interface NfsTree {
  readonly client: NfsClient;
  readonly label: string;
  readonly capabilities: Capabilities;
  readonly ways: Ways;
  readonly staging: Staging;
}

/** A name in a directory, which may be there or not. */
export interface Place {
  readonly directory: FileHandle;
  readonly name: string;
}

/** Of new things whose stamp says nothing of it: what a usual umask leaves. */
export const NEW_FILE_MODE = 0o644;
export const NEW_DIRECTORY_MODE = 0o755;

/** What is at `path`. @throws NfsFailure NOENT */
export async function nodeAt(
  { client, ways }: Pick<NfsTree, 'client' | 'ways'>,
  path: RelPath,
  options: CallOptions = {},
): Promise<Node> {
  if (path === ROOT) {
    return { handle: client.root, attributes: await client.getAttributes(client.root, options) };
  }
  return ways.within(parentOf(path), (directory) => client.lookup(directory, nameOf(path), options));
}

/** Makes a directory unless there is one. @throws StorageError NotADirectory when something else is there */
export async function makeUnlessThere(
  client: NfsClient,
  directory: FileHandle,
  name: string,
  attributes: NewAttributes,
): Promise<Node> {
  try {
    return await client.makeDirectory(directory, name, attributes);
  } catch (error) {
    if (!isFailure(error, 'EXIST')) throw error;
    const there = await client.lookup(directory, name);
    if (there.attributes.type !== 'directory') throw failed('ENOTDIR', name);
    return there;
  }
}

/** Makes `directory` and its parents unless they are there, from the top. */
export async function ensureDirectory(tree: NfsTree, directory: RelPath): Promise<void> {
  if (directory === ROOT) return;
  for (let slash = directory.indexOf('/'); slash >= 0; slash = directory.indexOf('/', slash + 1)) {
    await ensureOne(tree, directory.slice(0, slash) as RelPath);
  }
  await ensureOne(tree, directory);
}

async function ensureOne({ client, ways }: NfsTree, directory: RelPath): Promise<void> {
  try {
    await ways.handle(directory);
  } catch (error) {
    if (!isFailure(error, 'NOENT')) throw error;
    const { handle } = await ways.within(parentOf(directory), (parent) =>
      makeUnlessThere(client, parent, nameOf(directory), { mode: NEW_DIRECTORY_MODE }),
    );
    ways.learn(directory, handle);
  }
}
