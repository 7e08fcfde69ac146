import { defineFault } from './fault.ts';
import { WORK } from './storage-error-fault.ts';

export const stalled = defineFault({
  name: 'stalled',
  kind: 'storage',
  summary: 'The storage does not answer until the rule is removed or its time is over; then all goes on.',
  example: { fault: 'stalled', where: { side: 'source', call: 'read' } },
  calls: [...WORK, 'list', 'stat'],
  with: {},
  seams: () => ({
    async storage(strike) {
      await strike.stall();
      return undefined;
    },
  }),
});
