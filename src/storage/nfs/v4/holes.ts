// Where a sparse file has data: SEEK of 4.2, RFC 7862 section 15.11.

import { isFailure } from '../failures.ts';
import { seek } from './content-operations.ts';
import type { Operation } from './operation.ts';
import type { StateId } from './state-id.ts';

export interface DataRange {
  readonly from: number;
  /** Behind the last byte. */
  readonly to: number;
}

/** Servers may offer 4.2 without SEEK, or without it for this file system. */
const NO_SEEK = ['NOTSUPP', 'OP_ILLEGAL', 'UNION_NOTSUPP'];

/**
 * The next data at or after `offset`; undefined: only a hole is left. Where the server cannot tell, or tells what
 * cannot be, everything is data.
 * @param run does an operation on the file, which is open: Ganesha tells nonsense without a state
 */
export async function seekData(
  run: <Result>(operation: Operation<Result>) => Promise<Result>,
  state: () => StateId,
  offset: number,
): Promise<DataRange | undefined> {
  const allTheRest = { from: offset, to: Number.MAX_SAFE_INTEGER };
  try {
    const data = await run(seek(state, offset, 'data'));
    if (data.eof) return undefined;
    if (data.offset < offset) return allTheRest;
    const hole = await run(seek(state, data.offset, 'hole'));
    return hole.offset > data.offset ? { from: data.offset, to: hole.offset } : allTheRest;
  } catch (error) {
    // Behind the end, or in the hole before it.
    if (isFailure(error, 'NXIO')) return undefined;
    if (isFailure(error, ...NO_SEEK)) return allTheRest;
    throw error;
  }
}
