import { silence, silenceMember } from './agent-silence.ts';
import { defineFault } from './fault.ts';
import { milliseconds } from './members.ts';

export const agentLost = defineFault({
  name: 'agent-lost',
  kind: 'execution',
  summary:
    'The agent breaks off in the middle of an execution, which then ends in ERROR, and is OFFLINE until it is back or the rule is over.',
  example: { fault: 'agent-lost', when: { afterFiles: 1 }, with: { silenceMs: 100 } },
  isState: true,
  needsAgent: true,
  with: {
    silenceMs: silenceMember,
    backAfterMs: milliseconds(
      'How long after that the agent is back. Default: when the rule is removed or over',
    ),
  },
  seams: ({ silenceMs, backAfterMs }) => {
    const gone = new Set<string | undefined>();
    let isBack = false;
    return {
      isOffline: ([arn]) => !isBack && gone.has(arn),
      async storage(strike) {
        if (isBack) return undefined;
        if (gone.size === 0) {
          for (const [arn] of strike.occasion.agents ?? []) gone.add(arn);
          const comeBack = () => {
            isBack = true;
            strike.changed();
          };
          if (backAfterMs !== undefined) strike.waitAnyway(backAfterMs).then(comeBack);
          strike.changed();
        }
        await silence(strike, silenceMs, () => isBack);
        return undefined;
      },
    };
  },
});
