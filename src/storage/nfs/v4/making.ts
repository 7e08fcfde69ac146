// Names that are made, moved and removed. Where an answer may have been lost, what is found is judged: EXIST and NOENT
// may be our own doing.

import { isFailure } from '../failures.ts';
import {
  type FileHandle,
  type NewAttributes,
  type NfsAttributes,
  NfsFailure,
  type Node,
} from '../nfs-client.ts';
import type { Operations } from './compound.ts';
import type { Compounds } from './compounds.ts';
import {
  getFh,
  getNodeAttributes,
  lookup,
  noDirectory,
  onlyDirectory,
  putFh,
  saveFh,
} from './handle-operations.ts';
import { type Creation, create, link, remove, rename } from './name-operations.ts';

/** A name in a directory. */
export interface NamePlace {
  readonly directory: FileHandle;
  readonly name: string;
}

export async function lookUp(
  compounds: Compounds,
  { directory, name }: NamePlace,
  signal?: AbortSignal,
): Promise<Node> {
  const way = [putFh(directory), lookup(name), getFh(), getNodeAttributes()] as const;
  const [, , handle, attributes] = await compounds.all(way, signal);
  return { handle, attributes };
}

/** Makes anything but a file. @throws NfsFailure EXIST */
export async function make(
  compounds: Compounds,
  place: NamePlace,
  creation: Creation,
  attributes: NewAttributes,
  signal?: AbortSignal,
): Promise<Node> {
  const operations = [
    putFh(place.directory),
    create(creation, place.name, attributes),
    getFh(),
    getNodeAttributes(),
  ] as const;
  const { results, done, failure, again } = await compounds.attempt(operations, signal);
  const [, , handle, told] = results;
  if (handle && told) return { handle, attributes: told };
  const isMade = done > 1;
  const mayBeOurs = again && failure?.status === 'EXIST';
  if (!isMade && !mayBeOurs) throw failure;
  const found = await lookUp(compounds, place, signal);
  if (!isMade && !isSame(found.attributes, creation)) throw failure;
  return found;
}

function isSame({ type, device }: NfsAttributes, creation: Creation): boolean {
  if (type !== creation.type) return false;
  const isDevice = creation.type === 'block' || creation.type === 'character';
  return !isDevice || (device.major === creation.major && device.minor === creation.minor);
}

/** Gives `file` another name. @throws NfsFailure EXIST */
export async function makeLink(
  compounds: Compounds,
  file: FileHandle,
  { directory, name }: NamePlace,
  signal?: AbortSignal,
): Promise<void> {
  const operations = [putFh(file), saveFh(), putFh(directory), link(name)] as const;
  await unlessDone(compounds, operations, 'EXIST', signal, async () => {
    const found = await lookUp(compounds, { directory, name }, signal);
    return Buffer.compare(found.handle, file) === 0;
  });
}

export async function move(
  compounds: Compounds,
  from: NamePlace,
  to: NamePlace,
  signal?: AbortSignal,
): Promise<void> {
  const operations = [
    putFh(from.directory),
    saveFh(),
    putFh(to.directory),
    rename(from.name, to.name),
  ] as const;
  await unlessDone(compounds, operations, 'NOENT', signal, async () => {
    await lookUp(compounds, to, signal);
    return true;
  });
}

/** REMOVE takes whatever it finds, so something has to look first. */
const REMOVALS = {
  directory: { check: onlyDirectory, otherwise: 'NOT_SAME', means: 'NOTDIR' },
  other: { check: noDirectory, otherwise: 'SAME', means: 'ISDIR' },
} as const;

/** @throws NfsFailure NOENT; NOTDIR or ISDIR when it is not what it should be */
export async function removeName(
  compounds: Compounds,
  { directory, name }: NamePlace,
  type: keyof typeof REMOVALS,
  signal?: AbortSignal,
): Promise<void> {
  const { check, otherwise, means } = REMOVALS[type];
  const operations = [putFh(directory), lookup(name), check(), putFh(directory), remove(name)];
  try {
    await unlessDone(compounds, operations, 'NOENT', signal, async () => true);
  } catch (error) {
    throw isFailure(error, otherwise) ? new NfsFailure(means, 'REMOVE') : error;
  }
}

/**
 * Does what may be done once only.
 * @param status what a server answers to something that is done already
 * @param recognise tells whether it looks like what we did
 */
async function unlessDone(
  compounds: Compounds,
  operations: Operations,
  status: string,
  signal: AbortSignal | undefined,
  recognise: () => Promise<boolean>,
): Promise<void> {
  const { failure, again } = await compounds.attempt(operations, signal);
  if (failure === undefined) return;
  if (!(again && failure.status === status && (await isRecognised(recognise)))) throw failure;
}

async function isRecognised(recognise: () => Promise<boolean>): Promise<boolean> {
  try {
    return await recognise();
  } catch (error) {
    if (error instanceof NfsFailure) return false;
    throw error;
  }
}
