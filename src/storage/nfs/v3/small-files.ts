// Small files in as few round trips as version 3 allows.

import type { CallOptions } from '../../backend.ts';
import { StorageError } from '../../storage-error.ts';
import type { NfsAttributes, Node } from '../nfs-client.ts';
import type { Nfs3Calls } from './calls.ts';
import { readBytes, STABLE, writeBytes } from './content.ts';
import { createFile, type NewPlace } from './making.ts';
import { completed, type Told } from './nodes.ts';

export interface Sizes {
  /** A larger content is not read. */
  readonly maxBytes: number;
  /** In one READ. */
  readonly readBytes: number;
}

export interface WholeFile {
  readonly node: Node;
  readonly content: Uint8Array | undefined;
}

/** The attributes are those that came with the last of the bytes: what they tell of is what was read. */
export async function readWhole(
  calls: Nfs3Calls,
  { handle, attributes }: Told & { readonly handle: Node['handle'] },
  sizes: Sizes,
  options?: CallOptions,
): Promise<WholeFile> {
  if (attributes && !isWanted(attributes, sizes)) return { node: { handle, attributes }, content: undefined };
  const parts: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    // One byte more than is wanted tells that a file is too large.
    const length = Math.min(sizes.readBytes, sizes.maxBytes + 1 - size);
    const answer = await readBytes(calls, handle, size, length, options);
    parts.push(answer.data);
    size += answer.data.length;
    if (answer.eof || size > sizes.maxBytes) {
      const node = await completed(calls, { handle, attributes: answer.attributes }, options);
      const isAll = answer.eof && size <= sizes.maxBytes && size === node.attributes.sizeBytes;
      return { node, content: isAll ? joined(parts, size) : undefined };
    }
    if (answer.data.length === 0) throw new StorageError('Io', '', 'The server gives no bytes and no end.');
  }
}

const isWanted = ({ type, sizeBytes }: NfsAttributes, { maxBytes }: Sizes) =>
  type === 'file' && sizeBytes <= maxBytes;

function joined(parts: readonly Uint8Array[], size: number): Uint8Array {
  const [only] = parts;
  return only && parts.length === 1 ? only : Buffer.concat(parts, size);
}

/** CREATE, and WRITE straight to the disk, which saves the COMMIT. */
export async function createWhole(
  calls: Nfs3Calls,
  place: NewPlace,
  content: Uint8Array,
  options?: CallOptions,
): Promise<Node> {
  const node = await createFile(calls, place, options);
  let { attributes }: Told = { ...node };
  for (let done = 0; done < content.length; ) {
    const part = content.subarray(done);
    const answer = await writeBytes(calls, node.handle, done, part, STABLE.FILE_SYNC, options);
    if (!answer.isStable) throw notOnDisk();
    attributes = answer.attributes;
    done += answer.count;
  }
  return completed(calls, { handle: node.handle, attributes }, options);
}

/** RFC 1813 section 3.3.7: a server must not answer FILE_SYNC with less. */
function notOnDisk(): StorageError {
  const message = 'The server did not write to its disk although it was told to.';
  return new StorageError('Io', '', message);
}
