// Where a sparse file has data: SEEK of 4.2, RFC 7862 section 15.11.

import { isFailure } from '../failures.ts';
import type { FileHandle } from '../nfs-client.ts';
import type { Compounds } from './compounds.ts';
import { seek } from './content-operations.ts';
import { putFh } from './handle-operations.ts';
import { ANONYMOUS } from './state-id.ts';

export interface DataRange {
  readonly from: number;
  readonly to: number;
}

/** Servers may offer 4.2 without SEEK, or without it for this file system. */
const NO_SEEK = ['NOTSUPP', 'OP_ILLEGAL', 'UNION_NOTSUPP'];

/**
 * The next data at or after `offset`; undefined: only a hole is left. Where the server cannot tell, everything is data.
 */
export async function seekData(
  compounds: Compounds,
  file: FileHandle,
  offset: number,
  signal?: AbortSignal,
): Promise<DataRange | undefined> {
  try {
    const [, data] = await compounds.all([putFh(file), seek(ANONYMOUS, offset, 'data')], signal);
    if (data.eof || data.offset < offset) return undefined;
    const [, hole] = await compounds.all([putFh(file), seek(ANONYMOUS, data.offset, 'hole')], signal);
    return { from: data.offset, to: hole.offset > data.offset ? hole.offset : Number.MAX_SAFE_INTEGER };
  } catch (error) {
    // Behind the end, or in the hole before it.
    if (isFailure(error, 'NXIO')) return undefined;
    if (isFailure(error, ...NO_SEEK)) return { from: offset, to: Number.MAX_SAFE_INTEGER };
    throw error;
  }
}
