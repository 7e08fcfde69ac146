import { defineFault } from './fault.ts';
import { milliseconds } from './members.ts';

export const executionStays = defineFault({
  name: 'execution-stays',
  kind: 'execution',
  summary: 'An execution stays in a phase, such as LAUNCHING, before it goes on with it.',
  example: { fault: 'execution-stays', where: { phase: 'launch' } },
  with: { ms: milliseconds('How long. Default: until the rule is removed or over') },
  seams: ({ ms }) => ({
    beforePhase: (strike) => (ms === undefined ? strike.stall() : strike.wait(ms)),
  }),
});
