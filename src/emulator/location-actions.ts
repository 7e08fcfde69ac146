import type { Input, Output } from '../model/operations.ts';
import type { Action, CallContext } from './action.ts';
import { newArn } from './arn.ts';
import { invalidRequest } from './errors.ts';
import { findLocation } from './find.ts';
import { checkAgents } from './locations/agents-of-location.ts';
import type { Created, LocationKind, Updated } from './locations/location-kind.ts';
import type { LocationRecord, LocationType } from './records.ts';
import { newTags } from './tags.ts';

/** What all inputs of CreateLocation* have. */
type Tagged = Pick<Input<'CreateLocationNfs'>, 'Tags'>;

/** CreateLocation* of one kind. */
export function createLocation<Type extends LocationType>(
  kind: LocationKind<Type>,
): Action<`CreateLocation${Type}`> {
  const create = async (input: Tagged, context: CallContext) => {
    const { plane, scope } = context;
    const { id, arn } = newArn('loc', scope, plane.random);
    const draft = kind.create(input as unknown as Created<Type>, { id, scope, random: plane.random });
    checkAgents(draft.agentArns, context);
    const at = plane.clock.now();
    const common = { arn, id, createdAt: at, tags: newTags(input.Tags), type: kind.type };
    const record: LocationRecord = { ...common, ...draft, uri: kind.uri(draft.settings) };
    if (kind.test) {
      await kind.test(record, plane);
      // An agent may have been deleted in between.
      checkAgents(draft.agentArns, context);
    }
    plane.locations.put(record);
    plane.notify({ resource: 'location', arn, state: 'ADDING', at });
    plane.notify({ resource: 'location', arn, state: 'AVAILABLE', at });
    return { LocationArn: arn };
  };
  return create as unknown as Action<`CreateLocation${Type}`>;
}

/** DescribeLocation* of one kind. */
export function describeLocation<Type extends LocationType>(
  kind: LocationKind<Type>,
): Action<`DescribeLocation${Type}`> {
  const describe = ({ LocationArn = '' }: { LocationArn?: string }, context: CallContext) => {
    const record = findOf(kind, LocationArn, context);
    return {
      LocationArn: record.arn,
      LocationUri: record.uri,
      ...kind.describe(record),
      CreationTime: new Date(record.createdAt),
    } as unknown as Output<`DescribeLocation${Type}`>;
  };
  return describe as unknown as Action<`DescribeLocation${Type}`>;
}

/** UpdateLocation* of one kind. The ARN stays; the URI follows. Access is not tested. */
export function updateLocation<Type extends LocationType>(
  kind: LocationKind<Type>,
): Action<`UpdateLocation${Type}`> {
  const update = (input: { LocationArn?: string }, context: CallContext) => {
    const record = findOf(kind, input.LocationArn ?? '', context);
    const { random } = context.plane;
    const draft = kind.update(record, input as unknown as Updated<Type>, {
      id: record.id,
      scope: context.scope,
      random,
    });
    if (draft.agentArns !== record.agentArns) checkAgents(draft.agentArns, context);
    const { settings, secrets, agentArns } = draft;
    context.plane.locations.put({ ...record, settings, secrets, agentArns, uri: kind.uri(settings) });
    return {};
  };
  return update as unknown as Action<`UpdateLocation${Type}`>;
}

/** @source guess: AWS's text for a location of another type is not known */
function findOf(
  { type }: { readonly type: LocationType },
  arn: string,
  context: CallContext,
): LocationRecord {
  const record = findLocation(arn, context);
  if (record.type === type) return record;
  throw invalidRequest(
    `Invalid location type: ${record.id} is of the type ${record.type}, not ${type}. Use the operation for ${record.type}.`,
  );
}
