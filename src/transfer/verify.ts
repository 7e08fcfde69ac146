import type { RelPath } from '../base/path.ts';
import { pool } from '../base/pool.ts';
import { type Backend, type Entry, StorageError } from '../storage/backend.ts';
import { again } from './again.ts';
import { differences } from './compare.ts';
import { isMissing } from './failure.ts';
import type { Compared, Difference, Side } from './job.ts';
import type { Lane, Planned } from './ledger.ts';
import type { Run } from './run.ts';
import { Sha256, sha256Of } from './sha256.ts';
import { WIDTH } from './widths.ts';

/** What is to be verified: one path, and what the transfer knows of its content. */
export interface Verifiable {
  readonly path: RelPath;
  /** Unknown for what only a manifest names. */
  readonly kind: Entry['kind'] | undefined;
  readonly versionId?: string;
  /** As a listing has just shown it. */
  readonly source?: Entry;
  readonly destination?: Entry;
  /** The source as it was before it was read, and the hash of what was read. */
  readonly copied?: { readonly from: Entry; readonly sha256: string };
}

/** A finished step as something to verify. */
export function verifiable({ entry, versionId, sha256 }: Planned): Verifiable {
  return {
    path: entry.path,
    kind: entry.kind,
    ...(versionId !== undefined && { versionId }),
    ...(sha256 !== undefined && { copied: { from: entry, sha256 } }),
  };
}

const BROUGHT: readonly Lane[] = ['directory', 'file', 'link'];

/** Verifies what this run has brought to the destination. */
export async function verifyTransferred(run: Run, lanes: readonly Lane[] = BROUGHT): Promise<void> {
  for (const lane of lanes) {
    const steps = run.ledger.steps(lane, 'done');
    for await (const _ of pool(steps, WIDTH.items, (step) => verifyItem(run, verifiable(step))));
  }
}

/** A side could not be looked at. */
class LookFailed extends Error {
  readonly side: Side;

  constructor(side: Side, cause: unknown) {
    super('One side cannot be looked at.', { cause });
    this.side = side;
  }
}

/** Compares one item as both sides have it now: content by SHA-256, metadata exactly. */
export async function verifyItem(run: Run, item: Verifiable): Promise<void> {
  await run.pause();
  try {
    await compareNow(run, item);
  } catch (error) {
    const [side, cause] =
      error instanceof LookFailed ? [error.side, error.cause] : (['destination', error] as const);
    await run.fail({ path: item.path, kind: item.kind ?? 'file' }, 'verify', side, cause);
  }
}

async function compareNow(run: Run, item: Verifiable): Promise<void> {
  const [source, destination] = await Promise.all([
    shown(item.source) ?? lookAt(run, 'source', item, item.versionId),
    lookAtDestination(run, item),
  ]);
  // A listing does not tell a directory that only its children imply: it is no item where such do for directories.
  if (source?.implied && run.destination.capabilities.directories === 'implied') return;
  if (source && destination) await compareBoth(run, item, source, destination);
  else await tellOneSided(run, item, source, destination);
}

/** A side as it was found; with the hash of its content when that was read on the occasion. */
interface Looked {
  readonly entry: Entry;
  readonly sha256?: string;
}

/** Contents up to here are read together with the look. */
const SMALL_BYTES = 256 * 1024;

async function lookAtDestination(run: Run, item: Verifiable): Promise<Looked | undefined> {
  const known = shown(item.destination);
  if (known) return { entry: known };
  const expected = (item.source ?? item.copied?.from)?.sizeBytes ?? Number.POSITIVE_INFINITY;
  if (item.kind === 'file' && expected <= SMALL_BYTES && run.destination.readSmall)
    return await readAtDestination(run, item, run.destination.readSmall.bind(run.destination));
  const entry = await lookAt(run, 'destination', item, undefined);
  return entry && { entry };
}

async function readAtDestination(
  run: Run,
  item: Verifiable,
  readSmall: NonNullable<Backend['readSmall']>,
): Promise<Looked | undefined> {
  const options = { ...lookOptions(run), maxBytes: SMALL_BYTES };
  try {
    const { entry, content } = await again(run, () => readSmall(item.path, options));
    return content ? { entry, sha256: sha256Of(content) } : { entry };
  } catch (error) {
    if (isMissing(error)) return undefined;
    if (!isArchived(error)) throw new LookFailed('destination', error);
    const entry = await lookAt(run, 'destination', item, undefined);
    return entry && { entry };
  }
}

const isArchived = (error: unknown) => error instanceof StorageError && error.kind === 'Archived';

const shown = (entry: Entry | undefined) => (entry?.partial ? undefined : entry);

async function compareBoth(run: Run, item: Verifiable, source: Entry, destination: Looked): Promise<void> {
  const { path } = item;
  const [here, there] = await Promise.all([
    sourceSeen(run, item, source),
    destinationSeen(run, item, destination),
  ]);
  const found = differences(source, destination.entry, run.compare);
  const members = [...found.content, ...found.metadata];
  if (here.sha256 !== there.sha256) members.unshift('content');
  const { kind, sizeBytes } = source;
  if (members.length > 0) {
    const difference: Difference = { members, source: here, destination: there };
    run.mismatch({ type: 'mismatched', path, kind, difference });
  } else {
    const hash = here.sha256 === undefined ? {} : { sha256: here.sha256 };
    run.emit({ type: 'verified', path, kind, sizeBytes, ...hash });
  }
}

async function tellOneSided(
  run: Run,
  item: Verifiable,
  source: Entry | undefined,
  destination: Looked | undefined,
): Promise<void> {
  const { path } = item;
  const difference = await oneSided(run, item, source, destination);
  const kind = (source ?? destination?.entry)?.kind ?? item.kind ?? 'file';
  run.mismatch({ type: 'mismatched', path, kind, difference });
}

async function oneSided(
  run: Run,
  item: Verifiable,
  source: Entry | undefined,
  destination: Looked | undefined,
): Promise<Difference> {
  if (source) return { only: 'source', members: [], source: await sourceSeen(run, item, source) };
  // Gone from both sides: there is nothing left to be shown.
  if (!destination) return { members: ['content'] };
  return { only: 'destination', members: [], destination: await destinationSeen(run, item, destination) };
}

/** What was read is not read again, if the source is as it was then. */
function sourceSeen(run: Run, { copied, versionId }: Verifiable, source: Entry): Promise<Compared> {
  const known = copied && unchanged(copied.from, source) ? copied.sha256 : undefined;
  return seen(run, 'source', source, known, versionId);
}

/**
 * What was archived as it came cannot be read back: its bytes were held against their checksum when they were
 * sent, its size and its metadata are compared like those of others.
 * @source AWS API Reference, Options, VerifyMode: ONLY_FILES_TRANSFERRED is for GLACIER and DEEP_ARCHIVE too
 */
function destinationSeen(run: Run, { copied }: Verifiable, { entry, sha256 }: Looked): Promise<Compared> {
  return seen(run, 'destination', entry, entry.metadata.archived ? copied?.sha256 : sha256);
}

/** Both sides are asked for what will be compared. */
const lookOptions = ({ signal, asks, compare }: Run) => ({ ...asks.destination, tags: compare.tags, signal });

async function lookAt(
  run: Run,
  side: Side,
  { path, kind }: Verifiable,
  versionId: string | undefined,
): Promise<Entry | undefined> {
  const version = versionId === undefined ? {} : { versionId };
  const listedAs = kind === undefined ? {} : { listedAs: kind };
  try {
    const options = { ...lookOptions(run), ...listedAs, ...version };
    return await again(run, () => run[side].stat(path, options));
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw new LookFailed(side, error);
  }
}

/** Whether nothing has been done to the file since `before`, as far as its storage can tell. */
export function unchanged(before: Entry, now: Entry): boolean {
  return (
    before.kind === now.kind &&
    before.sizeBytes === now.sizeBytes &&
    before.mtimeNs === now.mtimeNs &&
    before.token === now.token
  );
}

async function seen(
  run: Run,
  side: Side,
  entry: Entry,
  known?: string,
  versionId?: string,
): Promise<Compared> {
  const { kind, sizeBytes, mtimeNs, metadata } = entry;
  const sha256 = kind === 'file' ? (known ?? (await hashOf(run, side, entry.path, versionId))) : undefined;
  const { atimeNs, mode, uid, gid, createdNs, windowsAttributes, security } = metadata;
  return {
    kind,
    sizeBytes,
    mtimeNs,
    ...(atimeNs !== undefined && { atimeNs }),
    ...(mode !== undefined && { mode }),
    ...(uid !== undefined && { uid }),
    ...(gid !== undefined && { gid }),
    ...(createdNs !== undefined && { createdNs }),
    ...(windowsAttributes !== undefined && { windowsAttributes }),
    ...(security && { security }),
    ...(sha256 !== undefined && { sha256 }),
  };
}

async function hashOf(run: Run, side: Side, path: RelPath, versionId: string | undefined): Promise<string> {
  const version = versionId === undefined ? {} : { versionId };
  const options = { signal: run.signal, listedAs: 'file', ...version } as const;
  try {
    return await again(run, async () => {
      const hash = new Sha256();
      for await (const chunk of run[side].read(path, options)) hash.update(chunk);
      return hash.digest();
    });
  } catch (error) {
    throw new LookFailed(side, error);
  }
}
