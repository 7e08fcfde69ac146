import { compareNames, join, type RelPath, ROOT } from '../../base/path.ts';
import { type Listed, type ListOptions, StorageError, type Unusable } from '../backend.ts';
import { SortedRuns } from '../files/sorted-runs.ts';
import { HELPER_FOLDERS } from '../files/staging.ts';
import { directoryPages } from './directory-pages.ts';
import { entryOf, type Facts, isLink, kindOf } from './entry.ts';
import { FactsKept, factsOfEntry } from './facts-kept.ts';
import { isProbe } from './inherited-rights.ts';
import { rightsOf } from './looking.ts';
import { isAskable } from './names.ts';
import { ENTRY } from './operations/query-directory.ts';
import type { Share } from './share.ts';

/** How many items are asked for their rights at once. */
const WIDTH = 32;

/** Stands between a name and the number of its facts, or `UNUSABLE`; no name can hold it, and it sorts before all letters. */
const END_OF_NAME = '\0';
const UNUSABLE = '!';

/** See `Backend.list`: holds a name and its facts in 56 bytes for each item, never entries. */
export async function* listDirectory(
  share: Share,
  directory: RelPath,
  options: ListOptions = {},
): AsyncGenerator<Listed> {
  const { keys, kept } = await share.again(directory, options, () => collect(share, directory, options));
  const shown = inTurn(keys, kept, directory);
  const items = options.security === undefined ? shown : withRights(share, shown, options);
  for await (const item of items) {
    options.signal?.throwIfAborted();
    yield item;
  }
}

/** What was found, sorted. Each key is a listing key, END_OF_NAME, and the number of its facts or `UNUSABLE`. */
async function collect(share: Share, directory: RelPath, options: ListOptions) {
  const runs = new SortedRuns(compareNames);
  const kept = new FactsKept();
  for await (const page of directoryPages(share, directory, options)) {
    for (const entry of page) {
      const name = entry.toString('utf16le', ENTRY.NAME);
      if (isProbe(name) || (directory === ROOT && HELPER_FOLDERS.has(name.toLowerCase()))) continue;
      runs.add(keyOf(name, entry, kept));
    }
  }
  return { keys: runs.drain(), kept };
}

/** A name that could lead out of its directory, that UTF-8 cannot tell, or that cannot be asked for. */
function isUnusable(name: string): boolean {
  return name === '' || name.includes('/') || !isAskable(name) || !name.isWellFormed();
}

function keyOf(name: string, entry: Buffer, kept: FactsKept): string {
  if (isUnusable(name)) return escaped(name) + END_OF_NAME + UNUSABLE;
  const facts = factsOfEntry(entry);
  const slash = kindOf(facts) === 'directory' ? '/' : '';
  return name + slash + END_OF_NAME + kept.add(entry);
}

/** For people: what is no printable ASCII as `\uXXXX`. */
function escaped(name: string): string {
  return name.replace(
    /[^\x20-\x5b\x5d-\x7e]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function* inTurn(keys: Iterable<string>, kept: FactsKept, directory: RelPath): Generator<Listed> {
  let before: string | undefined;
  for (const key of keys) {
    const end = key.indexOf(END_OF_NAME);
    const shown = key.slice(0, end);
    // While others rename, a server may show a name twice.
    if (shown === before) continue;
    before = shown;
    const number = key.slice(end + 1);
    if (number === UNUSABLE) yield unusable(directory, shown, NAME_PROBLEM);
    else yield itemOf(directory, shown, kept.get(Number(number)));
  }
}

function itemOf(directory: RelPath, key: string, facts: Facts): Listed {
  // @source AWS DataSync User Guide, troubleshooting: links on SMB servers fail with this text
  if (isLink(facts)) return unusable(directory, key, ['Unsupported', 'No data available', 'ENODATA']);
  return entryOf(join(directory, key.endsWith('/') ? key.slice(0, -1) : key), facts);
}

type Problem = readonly [kind: StorageError['kind'], message: string, code: string];

const NAME_PROBLEM: Problem = [
  'InvalidName',
  'The name holds letters that cannot be asked for over SMB; rename it to have it transferred',
  'EILSEQ',
];

function unusable(directory: RelPath, shown: string, [kind, message, code]: Problem): Unusable {
  const path = directory === ROOT ? shown : `${directory}/${shown}`;
  return { kind: 'unusable', shown, error: new StorageError(kind, path, message, { code }) };
}

/** `items` in their order, each with its rights; several are asked for ahead of the reader. */
async function* withRights(
  share: Share,
  items: Iterable<Listed>,
  options: ListOptions,
): AsyncGenerator<Listed> {
  const ahead: Promise<Listed | undefined>[] = [];
  const take = async function* () {
    const item = await ahead.shift();
    if (item) yield item;
  };
  try {
    for (const item of items) {
      const asked = withItsRights(share, item, options);
      asked.catch(() => undefined);
      ahead.push(asked);
      if (ahead.length === WIDTH) yield* take();
    }
    while (ahead.length > 0) yield* take();
  } finally {
    await Promise.allSettled(ahead);
  }
}

/** Undefined for what has gone since. */
async function withItsRights(
  share: Share,
  item: Listed,
  { security, signal }: ListOptions,
): Promise<Listed | undefined> {
  if (item.kind === 'unusable' || security === undefined) return item;
  try {
    const rights = await rightsOf(share, item.path, security, signal ? { signal } : {});
    return { ...item, metadata: { ...item.metadata, security: rights } };
  } catch (error) {
    if (!(error instanceof StorageError) || OF_THE_LOCATION.has(error.kind)) throw error;
    if (error.kind === 'NotFound') return undefined;
    const shown = item.path.slice(item.path.lastIndexOf('/') + 1);
    const sortKey = item.kind === 'directory' ? `${shown}/` : shown;
    return { kind: 'unusable', shown, sortKey, error };
  }
}

/** Failures that are none of a single item. */
const OF_THE_LOCATION: ReadonlySet<StorageError['kind']> = new Set([
  'Unreachable',
  'Interrupted',
  'CredentialsRefused',
]);
