import { scopeOf } from './arn.ts';
import type { ControlPlane } from './control-plane.ts';
import type { Kept } from './records.ts';

/** Whose resources are meant; an absent member means everybody's. */
export interface Whose {
  /** Twelve digits. */
  readonly account?: string;
  readonly region?: string;
}

/** How many of each are gone. */
export interface Removed {
  readonly agents: number;
  readonly locations: number;
  readonly tasks: number;
  readonly executions: number;
}

const KINDS = ['executions', 'tasks', 'locations', 'agents'] as const;

/** Ends what runs and takes all resources away, as if they had never been made. */
export async function removeResources(plane: ControlPlane, whose: Whose): Promise<Removed> {
  const chosen = ({ arn }: Kept) => belongs(arn, whose);
  await plane.runner.endAll((arn) => belongs(arn, whose));
  for (const task of plane.tasks.all().filter(chosen)) plane.schedules.forget(task.arn);
  const counts = KINDS.map((kind) => {
    const gone = plane[kind].all().filter(chosen);
    for (const record of gone) plane[kind].delete(record.arn);
    return [kind, gone.length] as const;
  });
  return Object.fromEntries(counts) as unknown as Removed;
}

function belongs(arn: string, { account, region }: Whose): boolean {
  const scope = scopeOf(arn);
  return (account ?? scope.account) === scope.account && (region ?? scope.region) === scope.region;
}
