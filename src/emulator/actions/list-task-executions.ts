import type { Action } from '../action.ts';
import { findTask } from '../find.ts';
import { page } from '../paging.ts';

/** The oldest first, of one task or of all. @source AWS Digital Evidence Archive takes the last one for the latest */
export const listTaskExecutions: Action<'ListTaskExecutions'> = (input, context) => {
  const { plane, scope } = context;
  const taskArn = input.TaskArn && findTask(input.TaskArn, context).arn;
  const all = plane.executions.of(scope);
  const { items, next } = page(input, {
    operation: 'ListTaskExecutions',
    scope,
    narrowedBy: taskArn,
    items: taskArn ? all.filter((execution) => execution.taskArn === taskArn) : all,
    keyOf: (execution) => plane.executions.positionOf(execution.arn) ?? 0,
  });
  return {
    TaskExecutions: items.map(({ arn, status, mode }) => ({
      TaskExecutionArn: arn,
      Status: status,
      TaskMode: mode,
    })),
    ...next,
  };
};
