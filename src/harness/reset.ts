import type { RestartableRandom } from '../base/random.ts';
import type { ControlPlane } from '../emulator/control-plane.ts';
import { type Removed, removeResources, type Whose } from '../emulator/reset.ts';
import type { Faults } from '../faults/faults.ts';
import type { Buckets } from '../s3/buckets.ts';
import type { Volumes } from '../storage/volumes.ts';

/** What a reset touches. */
export interface Resettable {
  readonly plane: ControlPlane;
  readonly volumes: Volumes;
  readonly buckets: Buckets;
  readonly faults: Faults;
  /** Where ids come from, when they come from a seed: after a reset they come again. */
  readonly random: RestartableRandom | undefined;
}

/** How many of each are gone. */
export interface ResetResult extends Removed {
  readonly volumes: number;
  readonly buckets: number;
}

/**
 * Ends what runs and removes the resources of an account, of a Region, or all there are. What holds the bytes
 * belongs to no account, and neither do faults: in-memory volumes, embedded buckets and rules go only with everything. The clock stays as it is.
 */
export async function reset(
  { plane, volumes, buckets, faults, random }: Resettable,
  whose: Whose,
): Promise<ResetResult> {
  const removed = await removeResources(plane, whose);
  if (whose.account !== undefined || whose.region !== undefined)
    return { ...removed, volumes: 0, buckets: 0 };
  const gone = { volumes: volumes.names().length, buckets: buckets.list().length };
  faults.clear();
  volumes.clear();
  buckets.clear();
  random?.restart();
  return { ...removed, ...gone };
}
