import { compareNames, join, type RelPath, ROOT } from '../../base/path.ts';
import { type CallOptions, type Listed, StorageError, type Unusable } from '../backend.ts';
import { entryOf } from './entry.ts';
import { attempt, errnoOf, translate } from './errors.ts';
import type { NameRead } from './ground.ts';
import { decodeName, escapeName } from './name-bytes.ts';
import { SortedRuns } from './sorted-runs.ts';
import { HELPER_FOLDERS } from './staging.ts';
import { lstat, type Tree } from './tree.ts';

/** How many entries are looked at ahead of the reader. */
const LOOK_AHEAD = 32;
const LSTAT_US = 8;
const NAMES_US = 250;

/** Ends the key of a name that is not UTF-8; no name can hold it. */
const UNUSABLE = '\0';

/** See `Backend.list`: holds the names of one directory, never its entries. */
export async function* listDirectory(
  tree: Tree,
  directory: RelPath,
  { signal }: CallOptions = {},
): AsyncGenerator<Listed> {
  signal?.throwIfAborted();
  const keys = await sortedKeys(tree, directory, signal);
  let ahead: string[] = [];
  const show = async function* () {
    await tree.turns.take(ahead.length * LSTAT_US);
    for (const item of look(tree, directory, ahead)) {
      signal?.throwIfAborted();
      yield item;
    }
    ahead = [];
  };
  for (const key of keys) {
    ahead.push(key);
    if (ahead.length === LOOK_AHEAD) yield* show();
  }
  if (ahead.length > 0) yield* show();
}

/** The listing keys of what is in `directory`, in order. */
async function sortedKeys(tree: Tree, directory: RelPath, signal?: AbortSignal): Promise<Iterable<string>> {
  const runs = new SortedRuns(compareNames);
  const add = (batch: readonly NameRead[]) => {
    for (const name of batch) {
      const key = keyOf(name);
      if (directory !== ROOT || !HELPER_FOLDERS.has(name.latin1)) runs.add(key);
    }
  };
  const batches = attempt(directory, () => tree.ground.names(directory)[Symbol.iterator]());
  try {
    for (;;) {
      await tree.turns.take(NAMES_US);
      signal?.throwIfAborted();
      const batch = attempt(directory, () => batches.next());
      if (batch.done) return runs.drain();
      add(batch.value);
    }
  } finally {
    batches.return?.();
  }
}

function keyOf({ latin1, directory }: NameRead): string {
  const name = decodeName(latin1);
  if (name === undefined) return escapeName(latin1) + UNUSABLE;
  return directory ? `${name}/` : name;
}

/** What `keys` stand for now; what has gone since is left out. Nothing is awaited in here. */
function look(tree: Tree, directory: RelPath, keys: readonly string[]): Listed[] {
  const items: Listed[] = [];
  for (const key of keys) {
    const item = key.endsWith(UNUSABLE) ? notUtf8(directory, key) : lookAt(tree, directory, key);
    if (item) items.push(item);
  }
  return items;
}

function notUtf8(directory: RelPath, key: string): Unusable {
  const shown = key.slice(0, -UNUSABLE.length);
  const path = directory === ROOT ? shown : `${directory}/${shown}`;
  const message = 'The name is not valid UTF-8; rename it to have it transferred';
  return {
    kind: 'unusable',
    shown,
    error: new StorageError('InvalidName', path, message, { code: 'EILSEQ' }),
  };
}

function lookAt({ ground }: Tree, directory: RelPath, key: string): Listed | undefined {
  const wasDirectory = key.endsWith('/');
  const name = wasDirectory ? key.slice(0, -1) : key;
  const path = join(directory, name);
  try {
    const stats = lstat(ground, path);
    if (stats.isDirectory() !== wasDirectory) return changedKind(path, key);
    return entryOf(ground, path, ground.address(path), stats);
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === 'ENOENT') return undefined;
    return { kind: 'unusable', shown: key, error: translate(error, path) };
  }
}

/** Its place in the order would be another one now; the next listing shows it rightly. */
function changedKind(path: RelPath, key: string): Unusable {
  const message = 'It became another kind of file while its directory was listed';
  return { kind: 'unusable', shown: key, error: new StorageError('Stale', path, message) };
}
