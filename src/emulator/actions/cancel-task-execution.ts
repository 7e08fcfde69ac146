import type { Action } from '../action.ts';
import { isFinished } from '../execution-states.ts';
import { findExecution } from '../find.ts';
import { cannotCancel } from '../task-errors.ts';

/** Answers at once; the execution is CANCELLING until it has stopped. A second call changes nothing. */
export const cancelTaskExecution: Action<'CancelTaskExecution'> = ({ TaskExecutionArn = '' }, context) => {
  const { arn, status } = findExecution(TaskExecutionArn, context);
  if (isFinished(status)) throw cannotCancel(status);
  context.plane.runner.cancel(arn);
  return {};
};
