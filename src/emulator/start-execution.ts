import type { Input } from '../model/operations.ts';
import { offlineAgent } from './agent-status.ts';
import { idOf, newExecutionArn, scopeOf } from './arn.ts';
import type { ControlPlane } from './control-plane.ts';
import { invalidParameter, locationNotFound, taskNotFound } from './errors.ts';
import { PENDING_RESULT } from './execution-result.ts';
import type { LocationPair } from './location-family.ts';
import type { ExecutionRecord, TaskRecord } from './records.ts';
import { newTags } from './tags.ts';
import { EMPTY_TALLY } from './tally.ts';
import { queueingDisabled, sameFilters, taskNotReady, tooManyQueued } from './task-errors.ts';
import { type CompleteOptions, optionsProblem, overlay } from './task-options.ts';
import { reportFrom, testReportBucket } from './task-report.ts';
import { selectionFrom } from './task-selection.ts';

/** What is asked of one start besides the task; nothing of it stays with the task. */
type StartRequest = Omit<Input<'StartTaskExecution'>, 'TaskArn'>;

/**
 * Queues or launches an execution of a task.
 * @param by a client is refused while the same selection is in progress; the schedule queues
 * @throws ServiceError
 */
export async function startExecution(
  plane: ControlPlane,
  taskArn: string,
  request: StartRequest,
  by: 'client' | 'schedule',
): Promise<ExecutionRecord> {
  const draft = draftOf(plane, await readyTask(plane, taskArn), request);
  if (request.TaskReportConfig && draft.report) await testReportBucket(plane, draft.report, scopeOf(taskArn));
  // Other calls may have come in between: what decides is how things are now.
  const task = startable(plane, taskArn);
  checkQueue(plane, task, draft, by);
  const record: ExecutionRecord = {
    ...newExecutionArn(taskArn, plane.random),
    createdAt: plane.clock.now(),
    ...draft,
  };
  plane.runner.enqueue(record);
  const { currentExecutionArn: _last, ...rest } = plane.tasks.get(taskArn) ?? task;
  plane.tasks.put({ ...rest, currentExecutionArn: record.arn });
  return record;
}

/** The task, when it can be started; an UNAVAILABLE one is tested again first. */
async function readyTask(plane: ControlPlane, taskArn: string): Promise<TaskRecord> {
  if (plane.tasks.get(taskArn)?.status === 'UNAVAILABLE') await plane.access.check(taskArn);
  return startable(plane, taskArn);
}

/** The task, when it can be started as it is. */
function startable(plane: ControlPlane, taskArn: string): TaskRecord {
  const task = plane.tasks.get(taskArn);
  if (!task) throw taskNotFound(idOf(taskArn));
  if (task.status === 'CREATING') throw taskNotReady(task);
  if (task.status === 'UNAVAILABLE' && !waitsForAgent(plane, task)) throw taskNotReady(task);
  return task;
}

/**
 * Such an execution stays in LAUNCHING until the agent is back.
 * @source AWS user guide, "Troubleshooting tasks": a task is stuck in LAUNCHING when its agent is powered off
 */
function waitsForAgent(plane: ControlPlane, task: TaskRecord): boolean {
  const { source, destination } = pairOf(plane, task);
  return offlineAgent(plane, [...source.agentArns, ...destination.agentArns]) !== undefined;
}

type Draft = Omit<ExecutionRecord, 'arn' | 'id' | 'createdAt'>;

function draftOf(plane: ControlPlane, task: TaskRecord, request: StartRequest): Draft {
  const selection = selectionFrom(request, task);
  const report = request.TaskReportConfig === undefined ? task.report : reportFrom(request.TaskReportConfig);
  const options = overlay(task.options as CompleteOptions, request.OverrideOptions);
  const hasManifest = selection.manifest !== undefined;
  const problem = optionsProblem(options, { mode: task.mode, pair: pairOf(plane, task), hasManifest });
  if (problem) throw invalidParameter(problem);
  return {
    tags: newTags(request.Tags),
    taskArn: task.arn,
    mode: task.mode,
    status: 'QUEUED',
    options,
    ...selection,
    ...(report ? { report, reportResult: { status: 'PENDING' } } : {}),
    startedAt: plane.clock.now(),
    tally: EMPTY_TALLY,
    result: PENDING_RESULT,
  };
}

/** Both ends of a task. @throws ServiceError when one is gone */
function pairOf(plane: Pick<ControlPlane, 'locations'>, task: TaskRecord): LocationPair {
  const end = (arn: string) => {
    const location = plane.locations.get(arn);
    if (!location) throw locationNotFound(idOf(arn));
    return location;
  };
  return { source: end(task.sourceLocationArn), destination: end(task.destinationLocationArn) };
}

/** @source AWS user guide, "Starting your task": what is queued, and what is refused */
function checkQueue(plane: ControlPlane, task: TaskRecord, draft: Draft, by: 'client' | 'schedule'): void {
  const blocker = plane.runner.blockerOf(task);
  if (blocker === undefined) return;
  if (draft.options.TaskQueueing === 'DISABLED') throw queueingDisabled(task.id, blocker);
  const unfinished = plane.runner.unfinishedOf(task.arn).flatMap((arn) => plane.executions.get(arn) ?? []);
  const same = unfinished.find((other) => selectionKey(other) === selectionKey(draft));
  if (same && by === 'client') throw sameFilters(task.id, same.arn);
  const queued = unfinished.filter((other) => other.status === 'QUEUED').length;
  if (queued >= plane.settings.maxQueued) throw tooManyQueued(task.id, plane.settings.maxQueued);
}

function selectionKey({ includes, excludes, manifest }: Draft): string {
  const values = [includes, excludes].map((rules) => rules.map((rule) => rule.Value ?? ''));
  return JSON.stringify([...values, manifest ?? null]);
}
