// By what things go, for rules that name them.

import type { FaultPhase, Occasion } from '../faults/occasion.ts';
import type { LocationLabels, Names, RunLabels } from '../transfer/job.ts';
import type { ControlPlane } from './control-plane.ts';
import type { LocationPair } from './location-family.ts';
import type { AgentRecord, ExecutionRecord, LocationRecord, TaskRecord } from './records.ts';

type Agents = Pick<ControlPlane, 'agents'>;

/** ARN, id and name. */
export function namesOf({ arn, id, name }: Pick<AgentRecord | TaskRecord, 'arn' | 'id' | 'name'>): Names {
  return name === undefined ? [arn, id] : [arn, id, name];
}

export function locationLabels({ agents }: Agents, location: LocationRecord): LocationLabels {
  const { arn, id, uri, agentArns } = location;
  return {
    names: [arn, id],
    uri,
    agents: agentArns.map((agentArn) => {
      const agent = agents.get(agentArn);
      return agent ? namesOf(agent) : [agentArn];
    }),
  };
}

export function runLabels(
  plane: Agents,
  record: ExecutionRecord,
  task: TaskRecord,
  { source, destination }: LocationPair,
): RunLabels {
  return {
    task: namesOf(task),
    execution: [record.arn, record.id],
    source: locationLabels(plane, source),
    destination: locationLabels(plane, destination),
  };
}

/** A phase of an execution as rules see it. */
export function phaseOccasion(
  phase: FaultPhase,
  { task, execution, source, destination }: RunLabels,
): Occasion {
  const agents = [...source.agents, ...destination.agents];
  return { phase, task, execution, agents, locations: [source, destination] };
}
