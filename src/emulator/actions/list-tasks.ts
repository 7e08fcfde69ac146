import type { Action } from '../action.ts';
import { taskMatcher } from '../list-filters.ts';
import { page } from '../paging.ts';

/** The oldest first. @source guess: AWS does not say in which order */
export const listTasks: Action<'ListTasks'> = (input, { plane, scope }) => {
  const { items, next } = page(input, {
    operation: 'ListTasks',
    scope,
    narrowedBy: input.Filters,
    items: plane.tasks.of(scope).filter(taskMatcher(input.Filters)),
    keyOf: (task) => plane.tasks.positionOf(task.arn) ?? 0,
  });
  return {
    Tasks: items.map(({ arn, status, name, mode }) => ({
      TaskArn: arn,
      Status: status,
      ...(name === undefined ? {} : { Name: name }),
      TaskMode: mode,
    })),
    ...next,
  };
};
