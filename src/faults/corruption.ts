import type { Random } from '../base/random.ts';
import { type ChunkFilter, defineFault } from './fault.ts';

export const corruption = defineFault({
  name: 'corruption',
  kind: 'storage',
  summary: 'A bit of what is written is flipped on its way, and nobody says so; verification finds it.',
  example: { fault: 'corruption', where: { path: '/one' } },
  calls: ['write'],
  with: {},
  seams: () => ({ storage: ({ random }) => flippingOneBit(random) }),
});

/** In the first chunk; which one is chance. */
function flippingOneBit(random: Random): ChunkFilter {
  let done = false;
  return async (chunk) => {
    if (done || chunk.length === 0) return chunk;
    done = true;
    const flipped = Uint8Array.from(chunk);
    const at = Math.floor(random.next() * chunk.length);
    flipped[at] = (flipped[at] ?? 0) ^ (1 << Math.floor(random.next() * 8));
    return flipped;
  };
}
