// Whole files, in one compound where that is possible.

import { StorageError } from '../../storage-error.ts';
import type { FileHandle, NewAttributes, NfsAttributes, Node } from '../nfs-client.ts';
import type { Operations } from './compound.ts';
import type { Compounds } from './compounds.ts';
import { FILE_SYNC, type ReadResult, read, write } from './content-operations.ts';
import type { Reply } from './conversation.ts';
import { getFh, getNodeAttributes, lookup, putFh, setAttr } from './handle-operations.ts';
import { OpenFile4 } from './open-file.ts';
import { close, open } from './open-operations.ts';
import type { Owner } from './open-owners.ts';
import type { Held, Opening, Target } from './opening.ts';
import { ANONYMOUS, CURRENT, isStateLost } from './state-id.ts';

export interface SmallFileParts {
  readonly compounds: Compounds;
  readonly opening: Opening;
  /** In one READ, and in one WRITE. */
  readonly readBytes: number;
  readonly writeBytes: number;
}

/** As `NfsClient.readWhole` gives it. */
export interface WholeFile {
  readonly node: Node;
  readonly content: Uint8Array | undefined;
}

/** What `createWhole` makes. */
export interface NewFile {
  readonly directory: FileHandle;
  readonly name: string;
  readonly content: Uint8Array;
  readonly attributes: NewAttributes;
}

/** Nobody else looks into a file before it has its own mode. */
const PRIVATE = 0o600;

/**
 * A file's attributes and, up to `maxBytes`, its content. It is not opened: a READ without a state is one round trip.
 * RFC 7530 section 9.1.4.3
 */
export async function readWhole(
  parts: SmallFileParts,
  target: Target,
  maxBytes: number,
  signal?: AbortSignal,
): Promise<WholeFile> {
  const { directory, name, handle } = target;
  const way = handle === undefined ? [putFh(directory), lookup(name)] : [putFh(handle)];
  const count = Math.min(maxBytes, parts.readBytes);
  // The attributes last: a server may note that the file was read.
  const reply = await parts.compounds.attempt(
    [...way, getFh(), read(() => ANONYMOUS, 0, count), getNodeAttributes()],
    signal,
  );
  const [found, first, attributes] = reply.results.slice(way.length) as Partial<
    [FileHandle, ReadResult, NfsAttributes]
  >;
  if (reply.failure && !isStateLost(reply.failure.status)) throw reply.failure;
  if (found && first && attributes) {
    const node = { handle: found, attributes };
    if (attributes.sizeBytes > maxBytes) return { node, content: undefined };
    if (first.eof || first.data.length === attributes.sizeBytes) return { node, content: first.data };
  }
  return readOpened(parts, { ...target, handle: found ?? handle }, maxBytes, signal);
}

/** For servers that let nobody read without opening, or that give less than they were asked for. */
async function readOpened(
  parts: SmallFileParts,
  target: Target,
  maxBytes: number,
  signal: AbortSignal | undefined,
): Promise<WholeFile> {
  const held = await parts.opening.existing(target, 'read', signal);
  const file = new OpenFile4({ ...parts, ...target, held, access: 'read', maxBytes: parts.readBytes });
  const { sizeBytes } = held.node.attributes;
  try {
    const content = sizeBytes > maxBytes ? undefined : (await file.read(0, sizeBytes)).data;
    return { node: held.node, content };
  } finally {
    await file.close();
  }
}

/**
 * Makes a file with all that belongs to it: OPEN, WRITE, SETATTR and CLOSE go in one compound from 4.1 on, where an
 * operation may use what an earlier one opened (RFC 8881 section 16.2.3.1.2); in 4.0 the CLOSE goes alone.
 * @throws NfsFailure EXIST
 */
export async function createWhole(parts: SmallFileParts, file: NewFile, signal?: AbortSignal): Promise<Node> {
  const { opening, compounds } = parts;
  const { owner, reply } = await opening.withOwner(async (owner) => ({
    owner,
    reply: await compounds.attempt(allOf(parts, file, owner), signal),
  }));
  const [, opened, handle, written, , attributes, closed] = reply.results;
  if (opened === undefined) {
    opening.free(owner);
    return finish(parts, file, await openedOtherwise(parts, file, reply, signal), signal);
  }
  const place = { at: file.directory, name: file.name };
  const held = await opening.held(owner, opened, place, handle && attributes && { handle, attributes });
  const isWhole = reply.failure === undefined && written?.count === file.content.length;
  if (closed === undefined) return isWhole ? closeWhole(parts, held) : finish(parts, file, held, signal);
  opening.free(owner);
  return isWhole
    ? held.node
    : finish(parts, file, await opening.emptied(place.at, place.name, signal), signal);
}

function allOf({ compounds, opening }: SmallFileParts, file: NewFile, opener: Owner) {
  const inSession = compounds.conversation.minorVersion > 0;
  // The owner first: a change of owner would clear set-user-id bits of the mode.
  const { mode, uid, gid, ...times } = file.attributes;
  const owner = { ...(uid !== undefined && { uid }), ...(gid !== undefined && { gid }) };
  const attributes = { ...owner, ...(mode !== undefined && { mode: PRIVATE }) };
  const request = { access: 'write', create: { guarded: true, attributes }, name: file.name } as const;
  return [
    putFh(file.directory),
    open(opening.request(opener, request)),
    getFh(),
    write(() => (inSession ? CURRENT : ANONYMOUS), 0, file.content, FILE_SYNC),
    setAttr({ ...times, ...(mode !== undefined && { mode }) }),
    getNodeAttributes(),
    ...(inSession ? [close(CURRENT, opener)] : []),
  ] as const;
}

/** When OPEN itself failed: an answer was lost, or the owner's count. */
async function openedOtherwise(
  { opening }: SmallFileParts,
  { directory, name, attributes }: NewFile,
  { failure, again }: Reply<Operations>,
  signal: AbortSignal | undefined,
): Promise<Held> {
  if (failure?.status === 'EXIST' && again) return opening.emptied(directory, name, signal);
  if (failure?.status === 'BAD_SEQID') return opening.created(directory, name, attributes, signal);
  throw failure;
}

async function closeWhole({ opening }: SmallFileParts, held: Held): Promise<Node> {
  await opening.close(held);
  return held.node;
}

/** A server that begins anew each time cannot be helped. */
const MOST_INTERRUPTIONS = 3;

/** Writes an open file step by step, and from its start when the server began anew meanwhile. */
async function finish(
  parts: SmallFileParts,
  file: NewFile,
  held: Held,
  signal: AbortSignal | undefined,
): Promise<Node> {
  let current = held;
  for (let tries = 1; ; tries += 1) {
    try {
      return await writeOut(parts, file, current, signal);
    } catch (error) {
      const isInterrupted = error instanceof StorageError && error.kind === 'Interrupted';
      if (!isInterrupted || tries === MOST_INTERRUPTIONS) throw error;
    }
    current = await parts.opening.emptied(file.directory, file.name, signal);
  }
}

/** @throws StorageError Interrupted */
async function writeOut(
  parts: SmallFileParts,
  { directory, name, content, attributes }: NewFile,
  held: Held,
  signal: AbortSignal | undefined,
): Promise<Node> {
  const { handle } = held.node;
  const file = new OpenFile4({
    ...parts,
    directory,
    name,
    held,
    access: 'write',
    maxBytes: parts.writeBytes,
  });
  try {
    await file.write(0, content, { ...(signal && { signal }) });
    await file.commit();
    const stamp = [putFh(handle), setAttr(attributes), getNodeAttributes()] as const;
    const [, , stamped] = await parts.compounds.all(stamp, signal);
    return { handle, attributes: stamped };
  } finally {
    await file.close();
  }
}
