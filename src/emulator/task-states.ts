import type { TaskRecord } from './records.ts';
import { assertStep, type StateTable } from './state-table.ts';

export type TaskStatus = TaskRecord['status'];

/** @source AWS user guide, "Task statuses" */
export const TASK_STEPS: StateTable<TaskStatus> = {
  CREATING: ['AVAILABLE', 'UNAVAILABLE'],
  AVAILABLE: ['QUEUED', 'RUNNING', 'UNAVAILABLE'],
  QUEUED: ['RUNNING', 'AVAILABLE'],
  RUNNING: ['QUEUED', 'AVAILABLE'],
  // With its agent away a task can be started: the execution waits in LAUNCHING.
  UNAVAILABLE: ['AVAILABLE', 'QUEUED', 'RUNNING'],
};

/**
 * The record in its next state, without the errors of the last one.
 * @throws ForbiddenStep when the table has no such step
 */
export function taskInState(record: TaskRecord, status: TaskStatus): TaskRecord {
  assertStep(TASK_STEPS, record.arn, record.status, status);
  const { errorCode: _code, errorDetail: _detail, ...rest } = record;
  return { ...rest, status };
}
