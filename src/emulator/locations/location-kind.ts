import type { Random } from '../../base/random.ts';
import type { Input, Output } from '../../model/operations.ts';
import type { StorageTarget } from '../../storage/index.ts';
import type { ControlPlane, Scope } from '../control-plane.ts';
import type { Mount } from '../mounts.ts';
import type { Surroundings } from '../places.ts';
import type { LocationRecord, LocationType } from '../records.ts';
import type { Checked } from './members.ts';

export type Created<Type extends LocationType> = Checked<Input<`CreateLocation${Type}`>>;
export type Updated<Type extends LocationType> = Checked<Input<`UpdateLocation${Type}`>>;

/** What Describe answers beside what all locations have. */
export type Described<Type extends LocationType> = Omit<
  Output<`DescribeLocation${Type}`>,
  'LocationArn' | 'LocationUri' | 'CreationTime'
>;

/** What a kind keeps of its input. */
export interface Draft<Settings> {
  /** In wire names, plain JSON, blobs as base64. */
  readonly settings: Settings;
  readonly secrets: LocationRecord['secrets'];
  readonly agentArns: readonly string[];
}

/** The location that is being made or changed. */
export interface About {
  readonly id: string;
  readonly scope: Scope;
  readonly random: Random;
}

/** All that sets one type of location apart. Three operations follow from it. */
export interface LocationKind<Type extends LocationType, Settings = Readonly<Record<string, unknown>>> {
  readonly type: Type;
  /** What the filter LocationType of ListLocations calls it. @source AWS user guide, "Filtering resources" */
  listType(settings: Settings): string;
  /** Checks the rules between members and completes the defaults. @throws ServiceError */
  create(input: Created<Type>, about: About): Draft<Settings>;
  /** The same for a change: members left out stay. @throws ServiceError */
  update(was: Draft<Settings>, input: Updated<Type>, about: About): Draft<Settings>;
  /** `TYPE://GLOBAL_ID/SUBDIR`. */
  uri(settings: Settings): string;
  /** Never a secret. */
  describe(draft: Draft<Settings>): Described<Type>;
  /** Where its bytes are when no binding says otherwise. */
  target(draft: Draft<Settings>, around: Surroundings): StorageTarget;
  /** How it is mounted when its bytes are on a server; absent: it is none that is mounted. */
  mount?(draft: Draft<Settings>): Mount;
  /** Whether it can be reached, where the service tests that at create. @throws ServiceError */
  test?(record: LocationRecord, plane: ControlPlane): Promise<void>;
}

/**
 * Takes a kind with its own type of settings into the table of kinds. Sound, because a record only ever comes
 * back to the kind that made it.
 */
export function locationKind<Type extends LocationType, Settings extends object>(
  kind: LocationKind<Type, Settings>,
): LocationKind<Type> {
  return kind as unknown as LocationKind<Type>;
}
