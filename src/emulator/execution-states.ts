import type { Phase } from '../transfer/job.ts';
import type { ExecutionRecord, ExecutionStatus } from './records.ts';
import { assertStep, type StateTable } from './state-table.ts';

/**
 * PREPARING is left out when everything is copied without comparison, VERIFYING when nothing is to be
 * verified. There is no state for "cancelled": it ends in ERROR.
 * @source AWS user guide, "Task execution statuses"
 */
export const EXECUTION_STEPS: StateTable<ExecutionStatus> = {
  QUEUED: ['LAUNCHING', 'CANCELLING', 'ERROR'],
  LAUNCHING: ['PREPARING', 'TRANSFERRING', 'CANCELLING', 'ERROR'],
  PREPARING: ['TRANSFERRING', 'CANCELLING', 'ERROR'],
  TRANSFERRING: ['VERIFYING', 'CANCELLING', 'SUCCESS', 'ERROR'],
  VERIFYING: ['CANCELLING', 'SUCCESS', 'ERROR'],
  CANCELLING: ['ERROR'],
  SUCCESS: [],
  ERROR: [],
};

/** The state in which an execution is during a phase of its run. */
export const STATE_OF_PHASE = {
  prepare: 'PREPARING',
  transfer: 'TRANSFERRING',
  verify: 'VERIFYING',
} as const satisfies Record<Phase, ExecutionStatus>;

/** The record in its next state. @throws ForbiddenStep when the table has no such step */
export function inState(record: ExecutionRecord, status: ExecutionStatus): ExecutionRecord {
  assertStep(EXECUTION_STEPS, record.arn, record.status, status);
  return { ...record, status };
}

/** Whether it has come to its end. */
export function isFinished(status: ExecutionStatus): boolean {
  return EXECUTION_STEPS[status].length === 0;
}
