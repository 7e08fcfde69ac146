import type { Action } from '../action.ts';
import { invalidParameter } from '../errors.ts';
import { isFinished } from '../execution-states.ts';
import { findExecution } from '../find.ts';
import { cannotUpdate, onlyBandwidth } from '../task-errors.ts';

/**
 * Options that are sent with the value they have already are let pass.
 * @source AWS API Reference, UpdateTaskExecution: BytesPerSecond of queued and running executions
 */
export const updateTaskExecution: Action<'UpdateTaskExecution'> = (input, context) => {
  const { TaskExecutionArn = '', Options: options = {} } = input;
  const execution = findExecution(TaskExecutionArn, context);
  if (isFinished(execution.status)) throw cannotUpdate(execution.id, execution.status);
  const { BytesPerSecond: rate, ...others } = options;
  const current: Readonly<Record<string, unknown>> = { ...execution.options };
  const changed = Object.entries(others).find(
    ([name, value]) => value !== undefined && Object.hasOwn(current, name) && value !== current[name],
  );
  if (changed) throw onlyBandwidth(changed[0]);
  if (rate === 0) {
    throw invalidParameter(
      'Invalid SyncOption value. Option: BytesPerSecond, Value: 0 invalid. please use -1 for no limit, or 1 and more.',
    );
  }
  if (rate !== undefined) context.plane.runner.setBytesPerSecond(execution.arn, rate);
  return {};
};
