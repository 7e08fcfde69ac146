/** What an execution needs for itself alone while it runs. */
export interface Claim {
  readonly arn: string;
  readonly taskArn: string;
  /** The task, and the agents that it uses. */
  readonly holds: readonly string[];
  /** Counts against the limit of executions at once; undefined: no limit. */
  readonly pool: string | undefined;
}

/** @source AWS user guide, "Quotas": 120 Enhanced mode executions at once in an account and Region */
const MOST_IN_POOL = 120;

const meets = (one: Claim, other: Claim) => one.holds.some((held) => other.holds.includes(held));

/** What `claim` waits for: the first of `before` that holds what it needs; undefined when it may go. */
export function blockerOf(claim: Claim, before: readonly Claim[]): Claim | undefined {
  const direct = before.find((other) => meets(claim, other));
  if (direct || claim.pool === undefined) return direct;
  const pool = before.filter((other) => other.pool === claim.pool);
  return pool.length >= MOST_IN_POOL ? pool[0] : undefined;
}

/**
 * Those of `waiting` (in the order they came) that may go now. None overtakes an earlier one that needs the
 * same task or agent. @source AWS user guide, "Starting your task": first in, first out
 */
export function readyToLaunch(waiting: readonly Claim[], running: readonly Claim[]): Claim[] {
  const before = [...running];
  const ready: Claim[] = [];
  for (const claim of waiting) {
    if (!blockerOf(claim, before)) ready.push(claim);
    before.push(claim);
  }
  return ready;
}
