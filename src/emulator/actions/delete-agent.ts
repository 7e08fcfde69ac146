import type { Action } from '../action.ts';
import { agentInUse } from '../errors.ts';
import { findAgent } from '../find.ts';

export const deleteAgent: Action<'DeleteAgent'> = ({ AgentArn = '' }, context) => {
  const { plane, scope } = context;
  const agent = findAgent(AgentArn, context);
  const users = plane.locations.of(scope).filter(({ agentArns }) => agentArns.includes(agent.arn));
  if (users.length > 0) {
    throw agentInUse(
      agent.id,
      users.map(({ id }) => id),
    );
  }
  plane.agents.delete(agent.arn);
  return {};
};
