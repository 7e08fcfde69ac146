import { operations, TARGET_PREFIX } from '../model/service.ts';

/** Operations that DataSync once had. @source AWS CloudFormation and older models: DataSync Discovery, withdrawn in 2025 */
const WITHDRAWN: ReadonlySet<string> = new Set([
  'AddStorageSystem',
  'DescribeDiscoveryJob',
  'DescribeStorageSystem',
  'DescribeStorageSystemResourceMetrics',
  'DescribeStorageSystemResources',
  'GenerateRecommendations',
  'ListDiscoveryJobs',
  'ListStorageSystems',
  'RemoveStorageSystem',
  'StartDiscoveryJob',
  'StopDiscoveryJob',
  'UpdateDiscoveryJob',
  'UpdateStorageSystem',
]);

/** At most this many letters apart, two names are taken for one misspelt. */
const NEAR = 4;

/** What to tell the log about an `X-Amz-Target` that names no operation. The client gets no text, as on AWS. */
export function targetHint(target: string): string {
  const dot = target.indexOf('.');
  const prefix = target.slice(0, Math.max(dot, 0));
  const name = target.slice(dot + 1);
  if (target === '') return `Send the header X-Amz-Target: ${TARGET_PREFIX}.<Operation>.`;
  if (WITHDRAWN.has(name)) {
    return `${name} was part of DataSync Discovery, which AWS has withdrawn; no current SDK has it.`;
  }
  if (operations.has(name)) {
    return `The operation exists; the target must be ${TARGET_PREFIX}.${name}, not ${target}.`;
  }
  const near = nearest(name, operations.keys());
  if (near !== undefined) return `Did you mean ${near}?`;
  return prefix === TARGET_PREFIX
    ? `DataSync has no operation ${name.slice(0, 80)}.`
    : 'This endpoint speaks DataSync and S3; is a client of another service pointed at it?';
}

/** The name that is the fewest letters away from `name`, if any is near. */
export function nearest(name: string, names: Iterable<string>): string | undefined {
  let best: string | undefined;
  let distance = NEAR + 1;
  for (const one of names) {
    const apart = lettersApart(name.toLowerCase(), one.toLowerCase(), distance);
    if (apart < distance) [best, distance] = [one, apart];
  }
  return best;
}

/** Letters to add, drop or change to make `a` of `b`; `limit` when it is that many or more. */
function lettersApart(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) >= limit) return limit;
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [i, letter] of Array.from(a).entries()) {
    const next = [i + 1];
    for (let j = 1; j <= b.length; j++) {
      const changed = (row[j - 1] ?? 0) + Number(letter !== b[j - 1]);
      next.push(Math.min(changed, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return Math.min(row.at(-1) ?? limit, limit);
}
