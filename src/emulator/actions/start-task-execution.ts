import type { Action } from '../action.ts';
import { findTask } from '../find.ts';
import { startExecution } from '../start-execution.ts';

/** Answers as soon as the execution is queued or launched. */
export const startTaskExecution: Action<'StartTaskExecution'> = async (input, context) => {
  const { TaskArn = '', ...request } = input;
  const task = findTask(TaskArn, context);
  const execution = await startExecution(context.plane, task.arn, request, 'client');
  return { TaskExecutionArn: execution.arn };
};
