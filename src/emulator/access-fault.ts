// Access tests that fail because a fault wants it.

import type { AccessTest, AccessTrouble } from '../faults/fault.ts';
import { endOfRun } from '../faults/told-to-end.ts';
import type { RunLabels, Side } from '../transfer/job.ts';
import { idOf } from './arn.ts';
import type { ControlPlane } from './control-plane.ts';
import { invalidRequest } from './errors.ts';
import { locationLabels } from './labels.ts';
import type { LocationPair } from './location-family.ts';
import { bucketOf } from './places.ts';
import type { LocationRecord } from './records.ts';

type Plane = Pick<ControlPlane, 'faults' | 'agents'>;

/** What is wrong with a location, in the words of the service, when a fault wants it. */
export function accessFault(plane: Plane, test: AccessTest, location: LocationRecord): string | undefined {
  const labels = locationLabels(plane, location);
  const trouble = plane.faults.atAccessTest(test, { locations: [labels], agents: labels.agents });
  return trouble && filled(trouble, location);
}

/** @throws ServiceError as the service words it when a bucket cannot be used */
export function refuseBucket(plane: Plane, location: LocationRecord): void {
  const text = accessFault(plane, 'bucket', location);
  if (text !== undefined) throw invalidRequest(text);
}

/** @throws ServiceError as the service words it when a report's bucket cannot be written to */
export function refuseReportBucket({ faults }: Plane, bucketArn: string, bucket: string): void {
  const labels = { names: [bucketArn, bucket], uri: `s3://${bucket}/`, agents: [] };
  const trouble = faults.atAccessTest('report-bucket', { locations: [labels] });
  if (trouble) throw invalidRequest(trouble.text.replaceAll('{bucket}', bucket));
}

const CODES = { source: 'SrcLocHitAccess', destination: 'DstLocHitAccess' } as const;

/** @throws TransferFailed that ends the execution, when a fault keeps it from one of its locations */
export function refuseLocations(
  plane: Plane,
  pair: LocationPair,
  { task, execution, ...labels }: RunLabels,
): void {
  for (const side of ['source', 'destination'] as const satisfies readonly Side[]) {
    const { agents } = labels[side];
    const occasion = { side, task, execution, agents, locations: [labels[side]] };
    const trouble = plane.faults.atAccessTest('execution', occasion);
    if (trouble) throw endOfRun(trouble.errorCode ?? CODES[side], filled(trouble, pair[side]));
  }
}

function filled({ text }: AccessTrouble, { id, settings }: LocationRecord): string {
  const s3 = settings['S3Config'] as { BucketAccessRoleArn?: string } | undefined;
  const roleArn = s3?.BucketAccessRoleArn ?? '';
  return text
    .replaceAll('{location}', id)
    .replaceAll('{bucket}', bucketOf(String(settings['S3BucketArn'] ?? '')))
    .replaceAll('{roleName}', idOf(roleArn))
    .replaceAll('{roleArn}', roleArn);
}
