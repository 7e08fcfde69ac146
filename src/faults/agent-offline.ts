import { silence, silenceMember } from './agent-silence.ts';
import { defineFault } from './fault.ts';

export const agentOffline = defineFault({
  name: 'agent-offline',
  kind: 'agent',
  summary:
    'The agent is OFFLINE: its tasks become UNAVAILABLE, executions wait in LAUNCHING, and those in progress stop; it heals when the rule is over.',
  example: { fault: 'agent-offline', where: { agent: 'agent-of-nas' } },
  isState: true,
  needsAgent: true,
  with: { silenceMs: silenceMember },
  seams: ({ silenceMs }) => ({
    isOffline: (_agent, holds) => holds,
    async storage(strike) {
      await silence(strike, silenceMs, () => false);
      return undefined;
    },
  }),
});
