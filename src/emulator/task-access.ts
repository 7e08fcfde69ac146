import type { Agent } from '../agent/agent.ts';
import type { Clock } from '../base/clock.ts';
import { StorageError } from '../storage/storage-error.ts';
import { accessFault } from './access-fault.ts';
import { accessDetail, messageOf, serviceCode } from './access-words.ts';
import { offlineAgent } from './agent-status.ts';
import type { ControlPlane } from './control-plane.ts';
import { locationLabels } from './labels.ts';
import type { LocationRecord, LocationType, TaskRecord } from './records.ts';
import { taskInState } from './task-states.ts';

/** Whether the locations of tasks can be reached: from CREATING to AVAILABLE or UNAVAILABLE, and back. */
export interface TaskAccess {
  /** Tests now and writes the task's status; does nothing to a task that is queued or running. */
  check(taskArn: string): Promise<void>;
  /** Tests in the background, and again every 30 seconds as long as the task is UNAVAILABLE. */
  watch(taskArn: string): void;
  /** Ends all watching. */
  stop(): void;
}

/**
 * Only what an agent mounts is tested when the task is made.
 * @source AWS user guide, "Task statuses": AWS locations are not mounted before the task runs
 */
const MOUNTED: readonly LocationType[] = ['Nfs', 'Smb'];

/** @source guess: unavailable tasks come back by themselves, AWS does not say how soon */
const RETRY_MS = 30_000;

/** @source AWS user guide, "Troubleshooting storage issues" names the code; guess that tasks have it too */
const ERROR_CODE = 'SyncTaskErrorLocationNotAdded';

type Plane = Pick<
  ControlPlane,
  'activity' | 'faults' | 'settings' | 'tasks' | 'locations' | 'agents' | 'targetOf' | 'notify' | 'log'
> & {
  readonly clock: Clock;
  readonly worker: Pick<Agent, 'probe'>;
};

export function createTaskAccess(plane: Plane): TaskAccess {
  const life = new AbortController();
  const watched = new Set<string>();
  /** What an older test finds later than a newer one is out of date. */
  const newest = new Map<string, object>();

  const check = async (taskArn: string) => {
    const task = plane.tasks.get(taskArn);
    if (!task || !isTestable(task)) return;
    const turn = {};
    newest.set(taskArn, turn);
    const detail = await plane.activity.during(() => accessProblem(plane, task, life.signal));
    if (!life.signal.aborted && newest.get(taskArn) === turn) settle(plane, taskArn, detail);
  };

  /** With scaled pacing CREATING lasts as long as any other state. */
  const pace = async (taskArn: string) => {
    const { pacing } = plane.settings;
    if (pacing.kind !== 'scaled' || plane.tasks.get(taskArn)?.status !== 'CREATING') return;
    await plane.clock.sleep(pacing.stateMs, life.signal);
  };

  const keepChecking = async (taskArn: string) => {
    await pace(taskArn);
    await check(taskArn);
    while (plane.tasks.get(taskArn)?.status === 'UNAVAILABLE') {
      await plane.clock.sleep(RETRY_MS, life.signal);
      await check(taskArn);
    }
  };

  const broke = (error: unknown) => {
    if (!life.signal.aborted) plane.log.error('task-access-test-broke', { error: messageOf(error) });
  };

  return {
    check,
    watch(taskArn) {
      if (watched.has(taskArn)) {
        check(taskArn).catch(broke);
        return;
      }
      watched.add(taskArn);
      keepChecking(taskArn)
        .catch(broke)
        .finally(() => watched.delete(taskArn));
    },
    stop: () => life.abort(new Error('The emulator is stopping.')),
  };
}

const isTestable = (task: TaskRecord) => task.status !== 'RUNNING' && task.status !== 'QUEUED';

/** Why a task cannot be had. */
interface Problem {
  readonly errorCode: string;
  readonly errorDetail: string;
}

/** Writes what a test found. The task may have changed while it was tested. */
function settle(plane: Plane, taskArn: string, problem: Problem | undefined): void {
  const task = plane.tasks.get(taskArn);
  if (!task || !isTestable(task)) return;
  const status = problem === undefined ? 'AVAILABLE' : 'UNAVAILABLE';
  if (task.status === status && task.errorDetail === problem?.errorDetail) return;
  const next = task.status === status ? task : taskInState(task, status);
  plane.tasks.put(problem === undefined ? next : { ...next, ...problem });
  if (task.status !== status) {
    plane.notify({ resource: 'task', arn: taskArn, state: status, at: plane.clock.now() });
  }
}

/** Why the task cannot be had now, or undefined. */
async function accessProblem(
  plane: Plane,
  task: TaskRecord,
  signal: AbortSignal,
): Promise<Problem | undefined> {
  for (const arn of [task.sourceLocationArn, task.destinationLocationArn]) {
    const location = plane.locations.get(arn);
    const problem = location && (await locationProblem(plane, location, signal));
    if (problem !== undefined) return problem;
  }
  return undefined;
}

async function locationProblem(
  plane: Plane,
  location: LocationRecord,
  signal: AbortSignal,
): Promise<Problem | undefined> {
  const offline = offlineAgent(plane, location.agentArns);
  if (offline) {
    const errorDetail = `Task failed to access location ${location.id}: its agent ${offline} is offline.`;
    return { errorCode: ERROR_CODE, errorDetail };
  }
  if (!MOUNTED.includes(location.type)) return undefined;
  const errorDetail = accessFault(plane, 'task', location);
  if (errorDetail !== undefined) return { errorCode: ERROR_CODE, errorDetail };
  const labels = locationLabels(plane, location);
  try {
    await plane.worker.probe(plane.targetOf(location), { signal, need: 'read', labels });
    return undefined;
  } catch (error) {
    if (signal.aborted) return undefined;
    if (!(error instanceof StorageError)) {
      plane.log.error('location-test-broke', { location: location.arn, error: messageOf(error) });
    }
    return { errorCode: serviceCode(error) ?? ERROR_CODE, errorDetail: accessDetail(location, error) };
  }
}
