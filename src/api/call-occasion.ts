import { idOf } from '../emulator/arn.ts';
import type { ControlPlane, Scope } from '../emulator/control-plane.ts';
import { locationLabels, namesOf } from '../emulator/labels.ts';
import type { Occasion } from '../faults/occasion.ts';

/** A call as rules see it: the operation, and everything that its input names by ARN. */
export function callOccasion(
  operation: string,
  input: unknown,
  { region }: Scope,
  plane: ControlPlane,
): Occasion {
  const arns = arnsIn(input);
  const task = arns.find((arn) => arn.includes(':task/'));
  const execution = arns.find((arn) => arn.includes('/execution/'));
  const taskArn = task?.replace(/\/execution\/.*$/, '');
  return {
    operation,
    region,
    locations: arns.flatMap((arn) => locationOf(arn, plane)),
    agents: arns
      .filter((arn) => arn.includes(':agent/'))
      .map((arn) => {
        const agent = plane.agents.get(arn);
        return agent ? namesOf(agent) : [arn, idOf(arn)];
      }),
    ...(taskArn !== undefined && { task: taskNames(taskArn, plane) }),
    ...(execution !== undefined && { execution: [execution, idOf(execution)] }),
  };
}

function taskNames(arn: string, plane: ControlPlane) {
  const task = plane.tasks.get(arn);
  return task ? namesOf(task) : [arn, idOf(arn)];
}

function locationOf(arn: string, plane: ControlPlane) {
  if (!arn.includes(':location/')) return [];
  const location = plane.locations.get(arn);
  return location ? [locationLabels(plane, location)] : [{ names: [arn, idOf(arn)], uri: '', agents: [] }];
}

/** At most so many levels are looked into; the inputs of the service have fewer. */
const DEPTH = 6;

function arnsIn(value: unknown, depth = 0): string[] {
  if (typeof value === 'string') return value.startsWith('arn:') ? [value] : [];
  if (typeof value !== 'object' || value === null || depth > DEPTH) return [];
  return Object.values(value).flatMap((inner) => arnsIn(inner, depth + 1));
}
