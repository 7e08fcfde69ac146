import { defineFault } from './fault.ts';
import { milliseconds, wholeNumber } from './members.ts';

export const slow = defineFault({
  name: 'slow',
  kind: 'storage',
  summary: 'The storage takes its time: before it answers, and for each byte.',
  example: { fault: 'slow', where: { side: 'source', call: 'read' }, with: { latencyMs: 100 } },
  with: {
    latencyMs: milliseconds('Before each answer'),
    bytesPerSecond: wholeNumber('For each content that is read or written', { from: 1 }),
  },
  seams: ({ latencyMs = 0, bytesPerSecond }) => ({
    async storage(strike) {
      await strike.wait(latencyMs);
      if (bytesPerSecond === undefined) return undefined;
      return async (chunk) => {
        await strike.wait((chunk.length * 1000) / bytesPerSecond);
        return chunk;
      };
    },
  }),
});
