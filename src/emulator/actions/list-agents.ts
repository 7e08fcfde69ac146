import type { Action } from '../action.ts';
import { statusOf } from '../agent-status.ts';
import { page } from '../paging.ts';

/** Ordered by ARN. @source AWS API Reference, ListAgents */
export const listAgents: Action<'ListAgents'> = (input, { plane, scope }) => {
  const { items, next } = page(input, {
    operation: 'ListAgents',
    scope,
    items: plane.agents.of(scope).toSorted((a, b) => (a.arn < b.arn ? -1 : 1)),
    keyOf: (agent) => agent.arn,
  });
  return {
    Agents: items.map((agent) => ({
      AgentArn: agent.arn,
      ...(agent.name === undefined ? {} : { Name: agent.name }),
      Status: statusOf(plane, agent),
      Platform: { Version: agent.platformVersion },
    })),
    ...next,
  };
};
