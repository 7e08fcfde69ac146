import { nearest } from '../base/nearest.ts';
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
