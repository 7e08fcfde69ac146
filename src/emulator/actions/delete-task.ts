import type { Action } from '../action.ts';
import { findTask } from '../find.ts';
import { taskBusy } from '../task-errors.ts';

/** Its executions go with it. @source guess: AWS does not say what becomes of them */
export const deleteTask: Action<'DeleteTask'> = ({ TaskArn = '' }, context) => {
  const { plane, scope } = context;
  const task = findTask(TaskArn, context);
  const [busy] = plane.runner.unfinishedOf(task.arn);
  if (busy !== undefined) throw taskBusy(task.id, busy);
  plane.schedules.forget(task.arn);
  for (const execution of plane.executions.of(scope)) {
    if (execution.taskArn === task.arn) plane.executions.delete(execution.arn);
  }
  plane.tasks.delete(task.arn);
  return {};
};
