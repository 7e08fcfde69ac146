import type { ControlPlane } from './control-plane.ts';
import { namesOf } from './labels.ts';
import type { AgentRecord } from './records.ts';

type Plane = Pick<ControlPlane, 'agents' | 'faults'>;

/** What the agent is now: what is kept of it, unless a fault has taken it away. */
export function statusOf({ faults }: Pick<Plane, 'faults'>, agent: AgentRecord): AgentRecord['status'] {
  return faults.isOffline(namesOf(agent)) ? 'OFFLINE' : agent.status;
}

/** The first of these agents that is offline. */
export function offlineAgent(plane: Plane, arns: readonly string[]): string | undefined {
  return arns.find((arn) => {
    const agent = plane.agents.get(arn);
    return agent !== undefined && statusOf(plane, agent) === 'OFFLINE';
  });
}
