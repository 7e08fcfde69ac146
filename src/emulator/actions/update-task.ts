import type { Action } from '../action.ts';
import { invalidParameter } from '../errors.ts';
import { findLocation, findTask } from '../find.ts';
import type { TaskRecord } from '../records.ts';
import { type CompleteOptions, optionsProblem, overlay } from '../task-options.ts';
import { reportFrom, testReportBucket } from '../task-report.ts';
import { scheduleFrom } from '../task-schedule.ts';
import { selectionFrom } from '../task-selection.ts';

type Request = Parameters<Action<'UpdateTask'>>[0];

/** What is left out stays as it is; a run that goes on is not touched. */
export const updateTask: Action<'UpdateTask'> = async (input, context) => {
  const { plane, scope } = context;
  const found = findTask(input.TaskArn ?? '', context);
  const report = input.TaskReportConfig && reportFrom(input.TaskReportConfig);
  if (report) await testReportBucket(plane, report, scope);
  // Its state may have changed in between.
  const before = findTask(found.arn, context);
  const after = updated(before, input, plane.clock.now());
  checkLogGroup(input, before);
  const problem = optionsProblem(after.options as CompleteOptions, {
    mode: before.mode,
    pair: {
      source: findLocation(before.sourceLocationArn, context),
      destination: findLocation(before.destinationLocationArn, context),
    },
    hasManifest: after.manifest !== undefined,
  });
  if (problem) throw invalidParameter(problem);
  plane.tasks.put(after);
  if (after.schedule !== before.schedule) plane.schedules.update(after);
  if (after.status === 'UNAVAILABLE') plane.access.watch(after.arn);
  return {};
};

function updated(before: TaskRecord, input: Request, now: number): TaskRecord {
  const { name, logGroupArn, schedule, manifest: _manifest, report, ...rest } = before;
  return {
    ...rest,
    ...optional('name', input.Name ?? name),
    ...optional('logGroupArn', input.CloudWatchLogGroupArn ?? logGroupArn),
    ...optional('schedule', input.Schedule ? scheduleFrom(input.Schedule, schedule, now) : schedule),
    ...optional('report', input.TaskReportConfig ? reportFrom(input.TaskReportConfig) : report),
    ...selectionFrom(input, before),
    options: overlay(before.options as CompleteOptions, input.Options),
  };
}

/** The member, or nothing when there is no value ("" takes a name away). */
function optional<Name extends keyof TaskRecord>(
  name: Name,
  value: TaskRecord[Name] | undefined,
): Pick<TaskRecord, Name> | Record<string, never> {
  return value ? ({ [name]: value } as unknown as Pick<TaskRecord, Name>) : {};
}

/** @source AWS API Reference, UpdateTask: Enhanced mode logs to `/aws/datasync` always */
function checkLogGroup({ CloudWatchLogGroupArn: arn }: Request, task: TaskRecord): void {
  if (task.mode !== 'ENHANCED' || !arn || /:log-group:\/aws\/datasync(:\*)?$/.test(arn)) return;
  throw invalidParameter(
    `Task ${task.id} is in Enhanced mode, which logs to the log group /aws/datasync. Leave CloudWatchLogGroupArn out, or name that group.`,
  );
}
