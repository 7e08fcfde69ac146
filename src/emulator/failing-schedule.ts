import type { ControlPlane } from './control-plane.ts';
import { CANCELLED, INTERRUPTED } from './execution-outcome.ts';
import type { ExecutionRecord, TaskRecord } from './records.ts';

/**
 * Failures in a row, all with the same error, after which a schedule is disabled.
 * @source AWS user guide, "Scheduling your task": repeated failures with the same error disable it; guess
 *   for the number
 */
export const FAILURES_THAT_DISABLE = 5;

type Plane = Pick<ControlPlane, 'clock' | 'executions' | 'tasks' | 'schedules' | 'log'>;

/** Disables the task's schedule when its last executions all failed alike. Call it when one has ended. */
export function disableFailingSchedule(plane: Plane, taskArn: string): void {
  const task = plane.tasks.get(taskArn);
  if (task?.schedule?.status !== 'ENABLED') return;
  const error = repeatedError(plane, task);
  if (error === undefined) return;
  const disabledReason = `The task failed ${FAILURES_THAT_DISABLE} times in a row with the same error. ${error}`;
  const disabled: TaskRecord = {
    ...task,
    schedule: {
      ...task.schedule,
      status: 'DISABLED',
      statusUpdatedAt: plane.clock.now(),
      disabledBy: 'SERVICE',
      disabledReason,
    },
  };
  plane.tasks.put(disabled);
  plane.schedules.update(disabled);
  plane.log.warn('schedule-disabled', { task: taskArn, reason: disabledReason });
}

/** Since the schedule was set, and without those that somebody stopped. */
function repeatedError(plane: Plane, task: TaskRecord): string | undefined {
  const since = task.schedule?.statusUpdatedAt ?? 0;
  const counted = plane.executions
    .all()
    .filter((record) => record.taskArn === task.arn && record.startedAt >= since && isCounted(record))
    .sort((a, b) => (a.endedAt ?? 0) - (b.endedAt ?? 0))
    .slice(-FAILURES_THAT_DISABLE);
  const [first] = counted;
  const alike = counted.every(
    ({ status, result }) =>
      status === 'ERROR' &&
      result.errorCode === first?.result.errorCode &&
      result.errorDetail === first?.result.errorDetail,
  );
  return counted.length === FAILURES_THAT_DISABLE && alike ? first?.result.errorDetail : undefined;
}

const STOPPED: readonly (string | undefined)[] = [CANCELLED.errorCode, INTERRUPTED.errorCode];

const isCounted = ({ endedAt, result }: ExecutionRecord) =>
  endedAt !== undefined && !STOPPED.includes(result.errorCode);
