import { randomUUID } from 'node:crypto';
import { nameOf, parentOf, type RelPath, ROOT } from '../../base/path.ts';
import type { CallOptions } from '../backend.ts';
import { failed } from '../files/errors.ts';
import { checkLength } from '../files/tree.ts';
import { isFailure } from './failures.ts';
import { FileWriter } from './file-writer.ts';
import type { NewAttributes, Node } from './nfs-client.ts';
import { readChunks } from './read-ahead.ts';
import { type PosixStamp, stampNode } from './stamping.ts';
import { ensureDirectory, type NfsTree, nodeAt, type Place } from './tree.ts';

/** Refuses paths that nothing can be put at. */
export function checkPlace(tree: NfsTree, path: RelPath): void {
  if (path === ROOT) throw failed('EISDIR', path);
  checkLength(tree, path);
}

/** Moves what was made elsewhere to `path`, over what is there; its parents are made when they are missing. @throws NfsFailure XDEV */
export async function place(
  tree: NfsTree,
  from: Place,
  path: RelPath,
  options: CallOptions = {},
): Promise<void> {
  const move = () =>
    tree.ways.within(parentOf(path), (directory) =>
      tree.client.rename(from, { directory, name: nameOf(path) }, options),
    );
  try {
    await move().catch(async (error: unknown) => {
      if (!isFailure(error, 'NOENT')) throw error;
      await ensureDirectory(tree, parentOf(path));
      await move();
    });
  } catch (error) {
    if (isFailure(error, ...IN_THE_WAY) && (await isDirectory(tree, path)))
      throw failed('EISDIR', path, error);
    throw error;
  }
}

/** What servers answer to a rename over a directory. */
const IN_THE_WAY = ['EXIST', 'ISDIR', 'NOTEMPTY', 'NOTDIR', 'INVAL', 'PERM', 'ACCES', 'ACCESS'];

const isDirectory = (tree: NfsTree, path: RelPath) =>
  nodeAt(tree, path).then(
    ({ attributes }) => attributes.type === 'directory',
    () => false,
  );

/** A helper name in the directory of `path`. */
async function besideOf(tree: NfsTree, path: RelPath): Promise<Place> {
  await ensureDirectory(tree, parentOf(path));
  const directory = await tree.ways.handle(parentOf(path));
  return { directory, name: `.aws-datasync-${randomUUID()}` };
}

/** Makes something without content in the staging folder, stamps it there and moves it to `path`. */
export async function replace(
  tree: NfsTree,
  path: RelPath,
  stamp: PosixStamp,
  make: (place: Place, attributes: NewAttributes) => Promise<Node>,
): Promise<void> {
  checkPlace(tree, path);
  const { uid, gid, mode } = stamp;
  const attributes = {
    ...(mode !== undefined && { mode }),
    ...(uid !== undefined && { uid }),
    ...(gid !== undefined && { gid }),
  };
  const through = async (staged: Place, node: Node) => {
    try {
      await stampNode(tree.client, node, stamp);
      await place(tree, staged, path);
    } finally {
      // Of two names of one file, the move leaves both.
      await tree.staging.discard(staged);
    }
  };
  try {
    const { place: staged, made } = await tree.staging.create((at) => make(at, attributes));
    await through(staged, made);
  } catch (error) {
    if (!isFailure(error, 'XDEV')) throw error;
    // Another export begins inside the location: only what is beside `path` can be moved there.
    const beside = await besideOf(tree, path);
    await through(beside, await make(beside, attributes));
  }
}

/**
 * Moves a staged file to `path`. Where another export begins inside the location it is copied to a helper name
 * beside `path` first, so that readers of `path` never see half of it; holes are filled.
 */
export async function placeFile(
  tree: NfsTree,
  staged: Place,
  path: RelPath,
  stamp: PosixStamp,
  options: CallOptions,
): Promise<void> {
  try {
    await place(tree, staged, path, options);
  } catch (error) {
    if (!isFailure(error, 'XDEV')) throw error;
    await moveAside(tree, staged, path, stamp, options);
    await tree.staging.discard(staged);
  }
}

async function moveAside(
  tree: NfsTree,
  staged: Place,
  path: RelPath,
  stamp: PosixStamp,
  options: CallOptions,
): Promise<void> {
  const { client } = tree;
  const beside = await besideOf(tree, path);
  const target = await client.create(beside.directory, beside.name, { mode: 0o600 }, options);
  const writer = new FileWriter(client, target, false, options);
  try {
    const source = await client.open(staged.directory, staged.name, 'read', options);
    try {
      const all = { from: 0, to: Number.MAX_SAFE_INTEGER, limits: client.limits };
      for await (const chunk of readChunks(source, all, options)) await writer.take(chunk);
    } finally {
      await source.close().catch(() => undefined);
    }
    await writer.finish(stamp);
    await place(tree, beside, path, options);
  } catch (error) {
    await writer.abandon();
    await tree.staging.discard(beside);
    throw error;
  }
}
