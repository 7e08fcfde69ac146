// What makes names: RFC 1813 sections 3.3.8 to 3.3.11 and 3.3.15.

import type { CallOptions } from '../../backend.ts';
import type { FileHandle, NewAttributes, NfsAttributes, Node } from '../nfs-client.ts';
import { type XdrReader, XdrWriter } from '../xdr.ts';
import { readPostOp, readWcc, writeNewAttributes } from './attributes.ts';
import type { Nfs3Calls } from './calls.ts';
import {
  ARGS_BYTES,
  completed,
  getAttributes,
  lookup,
  readLink,
  readPostOpHandle,
  type Told,
  writePlace,
} from './nodes.ts';
import type { ProcedureName } from './procedures.ts';

/** Where something is to be made. */
export interface NewPlace {
  readonly directory: FileHandle;
  readonly name: string;
  readonly attributes: NewAttributes;
}

/** createmode3: an existing file is a failure. */
const GUARDED = 1;

/** CREATE of a file that was not there. */
export function createFile(calls: Nfs3Calls, place: NewPlace, options?: CallOptions): Promise<Node> {
  const args = writeNewAttributes(argsFor(place).uint32(GUARDED), place.attributes);
  return make(calls, 'CREATE', args, place, (found) => isEmptyFile(found), options);
}

/** MKDIR. */
export function makeDirectory(calls: Nfs3Calls, place: NewPlace, options?: CallOptions): Promise<Node> {
  const args = writeNewAttributes(argsFor(place), place.attributes);
  return make(calls, 'MKDIR', args, place, ({ attributes }) => attributes.type === 'directory', options);
}

/** SYMLINK. */
export function makeSymlink(
  calls: Nfs3Calls,
  place: NewPlace,
  target: string,
  options?: CallOptions,
): Promise<Node> {
  const args = writeNewAttributes(argsFor(place), place.attributes).string(target);
  const isOurs = async ({ handle, attributes }: Node) =>
    attributes.type === 'symlink' && Buffer.from(target).equals(await readLink(calls, handle, options));
  return make(calls, 'SYMLINK', args, place, isOurs, options);
}

/** ftype3 of devices. */
const DEVICE_TYPES = { block: 3, character: 4 } as const;

export interface Device {
  readonly type: 'block' | 'character';
  readonly major: number;
  readonly minor: number;
}

/** MKNOD of a device. */
export function makeDevice(
  calls: Nfs3Calls,
  place: NewPlace,
  { type, major, minor }: Device,
  options?: CallOptions,
): Promise<Node> {
  const args = writeNewAttributes(argsFor(place).uint32(DEVICE_TYPES[type]), place.attributes);
  const isOurs = ({ attributes: { type: found, device } }: Node) =>
    found === type && device.major === major && device.minor === minor;
  return make(calls, 'MKNOD', args.uint32(major).uint32(minor), place, isOurs, options);
}

/** LINK. */
export async function link(
  calls: Nfs3Calls,
  file: FileHandle,
  directory: FileHandle,
  name: string,
  options?: CallOptions,
): Promise<void> {
  const args = writePlace(new XdrWriter(ARGS_BYTES).opaque(file), directory, name);
  const recognise = async () => {
    const found = await lookup(calls, directory, name, options);
    const { fileId } = await getAttributes(calls, file, options);
    return found.attributes.fileId === fileId || undefined;
  };
  await calls.callOnce('LINK', args, () => true, { status: 'EXIST', recognise }, options);
}

const argsFor = ({ directory, name }: NewPlace) => writePlace(new XdrWriter(ARGS_BYTES), directory, name);

async function make(
  calls: Nfs3Calls,
  procedure: ProcedureName,
  args: XdrWriter,
  { directory, name }: NewPlace,
  isOurs: (found: Node) => boolean | Promise<boolean>,
  options?: CallOptions,
): Promise<Node> {
  const recognise = async () => {
    const found = await lookup(calls, directory, name, options);
    return (await isOurs(found)) ? found : undefined;
  };
  const { handle, attributes }: Told = await calls.callOnce(
    procedure,
    args,
    readMade,
    { status: 'EXIST', recognise },
    options,
  );
  // A server may leave out the handle of what it made.
  if (handle === undefined) return lookup(calls, directory, name, options);
  return completed(calls, { handle, attributes }, options);
}

/** The results of all that makes something, RFC 1813 section 3.3.8. */
function readMade(reader: XdrReader): Told {
  const handle = readPostOpHandle(reader);
  const attributes = readPostOp(reader);
  readWcc(reader);
  return { handle, attributes };
}

const isEmptyFile = ({ attributes: { type, sizeBytes } }: { readonly attributes: NfsAttributes }) =>
  type === 'file' && sizeBytes === 0;
