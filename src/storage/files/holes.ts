/** Blocks of so many zeros become holes. */
const HOLE_BYTES = 64 * 1024;
const ZEROS = Buffer.alloc(HOLE_BYTES);

/** The parts of `chunk`, which begins at `start` of its file, that are more than whole blocks of zeros. */
export function dataRuns(chunk: Uint8Array, start: number): (readonly [from: number, to: number])[] {
  const runs: (readonly [number, number])[] = [];
  let from = 0;
  for (let at = 0; at < chunk.length; ) {
    const end = Math.min(chunk.length, at + HOLE_BYTES - ((start + at) % HOLE_BYTES));
    if (ZEROS.subarray(0, end - at).equals(chunk.subarray(at, end))) {
      if (from < at) runs.push([from, at]);
      from = end;
    }
    at = end;
  }
  if (from < chunk.length) runs.push([from, chunk.length]);
  return runs;
}
