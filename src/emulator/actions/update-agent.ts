import type { Action } from '../action.ts';
import { findAgent } from '../find.ts';

/** Changes the name, nothing else; an empty one takes it away. */
export const updateAgent: Action<'UpdateAgent'> = ({ AgentArn = '', Name }, context) => {
  const { name, ...nameless } = findAgent(AgentArn, context);
  const asked = Name ?? name;
  context.plane.agents.put(asked ? { ...nameless, name: asked } : nameless);
  return {};
};
