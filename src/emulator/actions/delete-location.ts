import type { Action } from '../action.ts';
import { locationInUse } from '../errors.ts';
import { findLocation } from '../find.ts';

/** Its objects and files stay where they are. */
export const deleteLocation: Action<'DeleteLocation'> = ({ LocationArn = '' }, context) => {
  const { plane, scope } = context;
  const { arn, id } = findLocation(LocationArn, context);
  const users = plane.tasks
    .of(scope)
    .filter((task) => task.sourceLocationArn === arn || task.destinationLocationArn === arn);
  if (users.length > 0) {
    throw locationInUse(
      id,
      users.map((task) => task.id),
    );
  }
  plane.locations.delete(arn);
  return {};
};
