import type { Action } from '../action.ts';
import { matcher } from '../list-filters.ts';
import { listTypeOf } from '../locations/index.ts';
import { page } from '../paging.ts';
import type { LocationRecord } from '../records.ts';

/** Oldest first. */
export const listLocations: Action<'ListLocations'> = (input, { plane, scope }) => {
  const fits = matcher<LocationRecord>(input.Filters, {
    LocationUri: { type: 'text', of: (location) => [location.uri] },
    LocationType: { type: 'text', of: (location) => [listTypeOf(location)] },
    CreationTime: { type: 'time', of: (location) => location.createdAt },
  });
  const { items, next } = page(input, {
    operation: 'ListLocations',
    scope,
    narrowedBy: input.Filters,
    items: plane.locations.of(scope).filter(fits),
    keyOf: (location) => plane.locations.positionOf(location.arn) ?? 0,
  });
  return {
    Locations: items.map(({ arn, uri }) => ({ LocationArn: arn, LocationUri: uri })),
    ...next,
  };
};
