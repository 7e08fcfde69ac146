import type { Input, Output } from '../model/operations.ts';
import { invalidParameter } from './errors.ts';
import type { ScheduleRecord } from './records.ts';
import { parseSchedule } from './schedule-expression.ts';

type WireSchedule = NonNullable<Input<'CreateTask'>['Schedule']>;

/** @source AWS API Reference, TaskScheduleDetails, DisabledReason */
const BY_USER = 'Manually disabled by user.';

/**
 * The schedule that a client asks for. An empty expression means none; what is sent again as it is changes
 * nothing, so that a rate goes on counting from when it was set.
 * @param before the schedule that the task has
 * @throws ServiceError when the expression is none
 */
export function scheduleFrom(
  given: WireSchedule,
  before: ScheduleRecord | undefined,
  now: number,
): ScheduleRecord | undefined {
  const { ScheduleExpression: expression = '', Status: status = 'ENABLED' } = given;
  if (expression.trim() === '') return undefined;
  const parsed = parseSchedule(expression);
  if (!parsed.ok) {
    throw invalidParameter(`Invalid schedule expression ${JSON.stringify(expression)}. ${parsed.problem}`);
  }
  if (before?.expression === expression && before.status === status) return before;
  const enabled = { expression, status, statusUpdatedAt: now };
  return status === 'ENABLED' ? enabled : { ...enabled, disabledBy: 'USER', disabledReason: BY_USER };
}

/** The members of DescribeTask that tell of the schedule; none without one. */
export function scheduleMembers(
  schedule: ScheduleRecord | undefined,
): Pick<Output<'DescribeTask'>, 'Schedule' | 'ScheduleDetails'> {
  if (!schedule) return {};
  const { expression, status, statusUpdatedAt, disabledBy, disabledReason } = schedule;
  return {
    Schedule: { ScheduleExpression: expression, Status: status },
    ScheduleDetails: {
      ...(statusUpdatedAt === undefined ? {} : { StatusUpdateTime: new Date(statusUpdatedAt) }),
      ...(disabledReason === undefined ? {} : { DisabledReason: disabledReason }),
      ...(disabledBy === undefined ? {} : { DisabledBy: disabledBy }),
    },
  };
}
