import type { Action, CallContext } from '../action.ts';
import { newArn } from '../arn.ts';
import { invalidParameter } from '../errors.ts';
import { findLocation } from '../find.ts';
import type { LocationPair } from '../location-family.ts';
import { pairProblem } from '../location-pairs.ts';
import { networkInterfaces } from '../network-interfaces.ts';
import type { TaskRecord } from '../records.ts';
import { newTags } from '../tags.ts';
import { tooManyTasks } from '../task-errors.ts';
import { completeOptions, optionsProblem } from '../task-options.ts';
import { reportFrom, testReportBucket } from '../task-report.ts';
import { scheduleFrom } from '../task-schedule.ts';
import { selectionFrom } from '../task-selection.ts';

type Request = Parameters<Action<'CreateTask'>>[0];

/**
 * The task is CREATING until its locations have been tested, which goes on after the answer.
 * @source AWS API Reference, CreateTask; terraform-provider-aws waits for AVAILABLE
 */
export const createTask: Action<'CreateTask'> = async (input, context) => {
  const { plane, scope } = context;
  let task = newTask(input, context);
  if (task.report) {
    await testReportBucket(plane, task.report, scope);
    // Other calls may have come in between: what decides is how things are now.
    task = newTask(input, context);
  }
  plane.tasks.put(task);
  plane.notify({ resource: 'task', arn: task.arn, state: task.status, at: task.createdAt });
  plane.schedules.update(task);
  plane.access.watch(task.arn);
  return { TaskArn: task.arn };
};

/** @throws ServiceError for whatever the task cannot be */
function newTask(input: Request, context: CallContext): TaskRecord {
  const { plane, scope } = context;
  const { maxTasks } = plane.settings;
  const pair = {
    source: findLocation(input.SourceLocationArn ?? '', context),
    destination: findLocation(input.DestinationLocationArn ?? '', context),
  };
  const mode = input.TaskMode ?? 'BASIC';
  const createdAt = plane.clock.now();
  const selection = selectionFrom(input);
  const options = checkedOptions(input, mode, pair, selection.manifest !== undefined);
  const schedule = input.Schedule && scheduleFrom(input.Schedule, undefined, createdAt);
  const report = input.TaskReportConfig && reportFrom(input.TaskReportConfig);
  if (plane.tasks.of(scope).length >= maxTasks) throw tooManyTasks(maxTasks);
  return {
    createdAt,
    tags: newTags(input.Tags),
    ...(input.Name ? { name: input.Name } : {}),
    mode,
    status: 'CREATING',
    sourceLocationArn: pair.source.arn,
    destinationLocationArn: pair.destination.arn,
    ...networkInterfaces(plane, pair, scope),
    ...(input.CloudWatchLogGroupArn ? { logGroupArn: input.CloudWatchLogGroupArn } : {}),
    options,
    ...selection,
    ...(schedule ? { schedule } : {}),
    ...(report ? { report } : {}),
    ...newArn('task', scope, plane.random),
  };
}

function checkedOptions(
  { Options: given }: Request,
  mode: TaskRecord['mode'],
  pair: LocationPair,
  hasManifest: boolean,
): TaskRecord['options'] {
  const wrongPair = pairProblem(mode, pair);
  if (wrongPair) throw invalidParameter(wrongPair);
  const options = completeOptions(given, { mode, pair });
  const wrongOptions = optionsProblem(options, { mode, pair, hasManifest });
  if (wrongOptions) throw invalidParameter(wrongOptions);
  return options;
}
