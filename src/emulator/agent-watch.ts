import { offlineAgent, statusOf } from './agent-status.ts';
import type { ControlPlane } from './control-plane.ts';
import type { AgentRecord, TaskRecord } from './records.ts';

/**
 * Follows the faults: tells when agents go and come, and has tasks tested again whose agents did, or that were
 * UNAVAILABLE.
 */
export function watchFaults(plane: ControlPlane): void {
  const known = new Map<string, AgentRecord['status']>();
  plane.faults.onChange(() => {
    const changed = plane.agents.all().filter((agent) => hasChanged(plane, agent, known));
    const arns = new Set(changed.map(({ arn }) => arn));
    for (const task of plane.tasks.all()) {
      if (task.status === 'UNAVAILABLE' || agentsOf(plane, task).some((arn) => arns.has(arn))) {
        plane.access.watch(task.arn);
      }
    }
  });
}

/** An agent that went away while a task ran makes it UNAVAILABLE now. */
export function testAfterRun(plane: ControlPlane, taskArn: string): void {
  const task = plane.tasks.get(taskArn);
  if (task && offlineAgent(plane, agentsOf(plane, task)) !== undefined) plane.access.watch(taskArn);
}

function hasChanged(
  plane: ControlPlane,
  agent: AgentRecord,
  known: Map<string, AgentRecord['status']>,
): boolean {
  const was = known.get(agent.arn) ?? agent.status;
  const now = statusOf(plane, agent);
  known.set(agent.arn, now);
  if (was === now) return false;
  const at = plane.clock.now();
  plane.agents.put({ ...agent, lastConnectionAt: at });
  plane.notify({ resource: 'agent', arn: agent.arn, state: now, at });
  return true;
}

function agentsOf({ locations }: ControlPlane, task: TaskRecord): readonly string[] {
  return [task.sourceLocationArn, task.destinationLocationArn].flatMap(
    (arn) => locations.get(arn)?.agentArns ?? [],
  );
}
