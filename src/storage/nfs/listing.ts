import { join, type RelPath, ROOT } from '../../base/path.ts';
import { pool } from '../../base/pool.ts';
import { type CallOptions, type Listed, StorageError } from '../backend.ts';
import { HELPER_FOLDERS } from '../files/staging.ts';
import { entryFrom, entryOf } from './entry.ts';
import { attempt, isFailure, isStale, translate } from './failures.ts';
import { type Found, Gathered, readName } from './gathered.ts';
import type { FileHandle, ListedName } from './nfs-client.ts';
import type { NfsTree } from './tree.ts';

/** Symbolic links that are read at once, ahead of the reader. */
const LINKS_AT_ONCE = 32;
/** Names that the server told nothing of, looked up at once. */
const LOOKUPS_AT_ONCE = 64;
/** How often a listing is begun again because the directory changed under the server's cookies. */
const TRIES = 3;

/** See `Backend.list`: holds names and attributes of one directory, packed, never its entries. */
export async function* listDirectory(
  tree: NfsTree,
  directory: RelPath,
  options: CallOptions = {},
): AsyncGenerator<Listed> {
  const gathered = await attempt(directory, options, () =>
    tree.ways.within(directory, (handle) => gatherAll(tree, directory, handle, options)),
  );
  let ahead: Found[] = [];
  const show = async function* () {
    const items = ahead.map((found) => shown(tree, directory, found, options));
    ahead = [];
    for (const item of items) {
      const listed = item instanceof Promise ? await item : item;
      options.signal?.throwIfAborted();
      if (listed) yield listed;
    }
  };
  for (const found of gathered.drain()) {
    ahead.push(found);
    if (ahead.length === LINKS_AT_ONCE) yield* show();
  }
  yield* show();
}

async function gatherAll(
  tree: NfsTree,
  directory: RelPath,
  handle: FileHandle,
  options: CallOptions,
): Promise<Gathered> {
  for (let tries = 1; ; tries++) {
    try {
      return await gather(tree, directory, handle, options);
    } catch (error) {
      if (tries === TRIES || !isFailure(error, 'BAD_COOKIE', 'NOT_SAME')) throw error;
    }
  }
}

async function gather(
  tree: NfsTree,
  directory: RelPath,
  handle: FileHandle,
  options: CallOptions,
): Promise<Gathered> {
  const gathered = new Gathered(directory);
  for await (const page of tree.client.readDirectory(handle, options)) {
    options.signal?.throwIfAborted();
    const untold = page.flatMap((listed) => take(gathered, directory, listed) ?? []);
    const lookUp = (name: string) => lookUpInto(gathered, tree, directory, { handle, name }, options);
    for await (const _ of pool(untold, LOOKUPS_AT_ONCE, lookUp));
  }
  return gathered;
}

/** Takes a listed name, or gives it back when it has to be looked up. */
function take(gathered: Gathered, directory: RelPath, { name, node }: ListedName): string | undefined {
  const read = readName(name);
  if ('why' in read) {
    const problem = new StorageError('InvalidName', shownPath(directory, read.shown), read.why, {
      code: 'EILSEQ',
    });
    gathered.addProblem(read.shown, problem);
    return undefined;
  }
  if (directory === ROOT && HELPER_FOLDERS.has(read.text)) return undefined;
  if (!node) return read.text;
  gathered.add(read.text, node);
  return undefined;
}

async function lookUpInto(
  gathered: Gathered,
  { client }: NfsTree,
  directory: RelPath,
  { handle, name }: { handle: FileHandle; name: string },
  options: CallOptions,
): Promise<void> {
  try {
    gathered.add(name, await client.lookup(handle, name, options));
  } catch (error) {
    options.signal?.throwIfAborted();
    // What has gone since is left out.
    if (isFailure(error, 'NOENT')) return;
    if (isStale(error) || unreachable(error)) throw error;
    gathered.addProblem(name, translate(error, join(directory, name)));
  }
}

const unreachable = (error: unknown) => error instanceof StorageError && error.kind === 'Unreachable';

const shownPath = (directory: RelPath, shown: string) =>
  directory === ROOT ? shown : `${directory}/${shown}`;

/** What is told of a thing; a symbolic link's target is read first. Never rejected. */
function shown(
  tree: NfsTree,
  directory: RelPath,
  found: Found,
  options: CallOptions,
): Listed | Promise<Listed | undefined> {
  const { key } = found;
  if ('problem' in found) return { kind: 'unusable', shown: key, error: found.problem };
  const path = join(directory, key.endsWith('/') ? key.slice(0, -1) : key);
  const { attributes, handle } = found;
  if (!handle) return entryFrom(tree, path, attributes);
  return entryOf(tree, path, { handle, attributes }, options).catch((error: unknown) => {
    // It has gone since, or given way to something else.
    if (isFailure(error, 'NOENT', 'INVAL') || isStale(error)) return undefined;
    return { kind: 'unusable', shown: key, error: translate(error, path) };
  });
}
