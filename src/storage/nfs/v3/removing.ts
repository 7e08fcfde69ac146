// What takes names away: RFC 1813 sections 3.3.12 to 3.3.14.

import type { CallOptions } from '../../backend.ts';
import type { FileHandle } from '../nfs-client.ts';
import { XdrWriter } from '../xdr.ts';
import type { Nfs3Calls } from './calls.ts';
import { ARGS_BYTES, lookup, writePlace } from './nodes.ts';

/** REMOVE or RMDIR. */
export async function remove(
  calls: Nfs3Calls,
  procedure: 'REMOVE' | 'RMDIR',
  directory: FileHandle,
  name: string,
  options?: CallOptions,
): Promise<void> {
  const args = writePlace(new XdrWriter(ARGS_BYTES), directory, name);
  const recognise = () => Promise.resolve(true);
  await calls.callOnce(procedure, args, () => true, { status: 'NOENT', recognise }, options);
}

export interface NamePlace {
  readonly directory: FileHandle;
  readonly name: string;
}

/** RENAME. */
export async function rename(
  calls: Nfs3Calls,
  from: NamePlace,
  to: NamePlace,
  options?: CallOptions,
): Promise<void> {
  const args = new XdrWriter(ARGS_BYTES * 2);
  writePlace(args, from.directory, from.name);
  writePlace(args, to.directory, to.name);
  // Where the old name is gone and the new one there, it was done. Where it is not, this fails with NOENT as well.
  const recognise = () => lookup(calls, to.directory, to.name, options).then(() => true);
  await calls.callOnce('RENAME', args, () => true, { status: 'NOENT', recognise }, options);
}
