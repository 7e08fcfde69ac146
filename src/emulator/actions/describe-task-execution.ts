import type { Action } from '../action.ts';
import { describeExecution } from '../describe-execution.ts';
import { findExecution } from '../find.ts';

/** The counters of a running execution are those of this moment. */
export const describeTaskExecution: Action<'DescribeTaskExecution'> = (
  { TaskExecutionArn = '' },
  context,
) => {
  const record = findExecution(TaskExecutionArn, context);
  const tally = context.plane.runner.liveTally(record.arn) ?? record.tally;
  return describeExecution({ ...record, tally });
};
