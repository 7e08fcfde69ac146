// Listing: keys turned into entries or, where they are no paths, into what says so.

import { compareNames, join, type RelPath } from '../../base/path.ts';
import { type Entry, type Listed, StorageError, type Unusable } from '../backend.ts';
import type { S3Client } from './client.ts';
import { nameProblem, ROOT_MARKER, shown } from './keys.ts';
import { type Found, foundBelow, getPage, type ListedObject } from './list-pages.ts';
import { tokenOf } from './object-headers.ts';

/** Everything directly in `directory`, whose keys begin with `prefix`, in the order of listings; the marker is left out. */
export async function* listDirectory(
  client: S3Client,
  directory: RelPath,
  prefix: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<Listed> {
  const sortKeyOf = inOrder(directory);
  for await (const { key, object, problem } of judged(client, directory, prefix, signal)) {
    const rest = key.slice(prefix.length);
    const sortKey = sortKeyOf(rest);
    if (problem) yield unusable(directory, rest, sortKey, problem);
    else yield entryOf(directory, rest, object);
  }
}

/** Keys that begin with `prefix`: at most two of them, which is enough to know whether a directory is there and empty. */
export async function firstKeys(
  client: S3Client,
  prefix: string,
  path: RelPath,
  signal: AbortSignal | undefined,
): Promise<readonly string[]> {
  const { found } = await getPage(client, { prefix, delimited: false, maxKeys: '2', path, signal });
  return found.map(({ key }) => key);
}

interface Judged extends Found {
  /** Why the key is no path. */
  readonly problem?: string;
}

/** Below a part of keys that is no name all keys are given: each is told of, none is lost. */
async function* judged(
  client: S3Client,
  path: RelPath,
  prefix: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<Judged> {
  for await (const found of foundBelow(client, { prefix, delimited: true, path, signal })) {
    if (isMarker(found, prefix)) continue;
    const problem = nameProblem(found.key.slice(prefix.length, found.object ? undefined : -1));
    if (!problem) yield found;
    else if (found.object) yield { ...found, problem };
    else
      yield* withProblem(foundBelow(client, { prefix: found.key, delimited: false, path, signal }), problem);
  }
}

async function* withProblem(all: AsyncIterable<Found>, problem: string): AsyncGenerator<Judged> {
  for await (const found of all) yield { ...found, problem };
}

/** A directory's own marker, without content, or the bucket root's. */
function isMarker({ key, object }: Found, prefix: string): boolean {
  return prefix === '' ? key === ROOT_MARKER : key === prefix && object?.sizeBytes === 0;
}

/** @param rest the name; that of a directory with "/" */
function entryOf(directory: RelPath, rest: string, object: ListedObject | undefined): Entry {
  if (!object) {
    const path = join(directory, rest.slice(0, -1));
    return { path, kind: 'directory', sizeBytes: 0, mtimeNs: null, metadata: {}, partial: true };
  }
  const path = join(directory, rest);
  const { sizeBytes, metadata } = object;
  return { path, kind: 'file', sizeBytes, mtimeNs: null, metadata, partial: true, token: tokenOf(metadata) };
}

function unusable(directory: RelPath, rest: string, sortKey: string, problem: string): Unusable {
  const key = shown(directory === '' ? rest : `${directory}/${rest}`);
  const message = `The key "${key}" cannot be transferred: ${problem}. Rename the object.`;
  return { kind: 'unusable', shown: key, sortKey, error: new StorageError('InvalidName', key, message) };
}

/**
 * Gives the sort key of what comes next. Two sides are compared by walking both in order: a listing out of
 * order would lose files or delete them, so it is refused. What is no UTF-8 has no order here; it is put right
 * behind what came before.
 */
function inOrder(directory: RelPath): (rest: string) => string {
  let previous: string | undefined;
  return (rest) => {
    const sortKey = rest.isWellFormed() ? rest : `${previous ?? ''}\0`;
    if (previous !== undefined && compareNames(previous, sortKey) >= 0) {
      const message =
        `The server lists "${directory}" out of order ("${shown(rest)}" after "${shown(previous)}"), ` +
        'so it cannot be compared safely. Use a server or bucket type that lists keys in UTF-8 order.';
      throw new StorageError('Io', directory, message, { code: 'ListingOutOfOrder' });
    }
    previous = sortKey;
    return sortKey;
  };
}
