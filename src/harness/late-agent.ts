import type { Agent } from '../agent/agent.ts';

/** An agent that is loaded when it is first needed: the engine and its drivers take longer than all the rest. */
export function lateAgent(load: () => Promise<Agent>): Agent {
  let loading: Promise<Agent> | undefined;
  const agent = () => {
    loading ??= load();
    return loading;
  };
  return {
    async *run(order, control) {
      yield* (await agent()).run(order, control);
    },
    async probe(target, options) {
      await (await agent()).probe(target, options);
    },
  };
}
