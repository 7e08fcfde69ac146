import { defineFault } from './fault.ts';
import { wholeNumber } from './members.ts';

export const shortRead = defineFault({
  name: 'short-read',
  kind: 'storage',
  summary: 'A content ends too early, and the storage does not say so.',
  example: { fault: 'short-read', where: { path: '/one' } },
  calls: ['read'],
  side: 'source',
  with: { bytes: wholeNumber('After how many bytes. Default: one byte too early') },
  seams: ({ bytes }) => ({
    storage: () => (bytes === undefined ? withoutLastByte() : onlyFirst(bytes)),
  }),
});

function onlyFirst(bytes: number) {
  let left = bytes;
  return async (chunk: Uint8Array) => {
    if (left <= 0) return undefined;
    const passed = chunk.subarray(0, left);
    left -= chunk.length;
    return passed;
  };
}

/** Each byte goes when the next one comes. */
function withoutLastByte() {
  let held = new Uint8Array(0);
  return async (chunk: Uint8Array) => {
    const passed = Buffer.concat([held, chunk.subarray(0, -1)]);
    held = Uint8Array.from(chunk.subarray(-1));
    return passed;
  };
}
