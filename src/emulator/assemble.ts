import type { Agent } from '../agent/agent.ts';
import { Activity } from '../base/activity.ts';
import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type { Random } from '../base/random.ts';
import { type ActiveFaults, noFaults } from '../faults/faults.ts';
import { testAfterRun, watchFaults } from './agent-watch.ts';
import type { ControlPlane, StateChange } from './control-plane.ts';
import { createExecutionHistory } from './execution-history.ts';
import { QueueRunner } from './execution-runner.ts';
import { disableFailingSchedule } from './failing-schedule.ts';
import { endInterrupted } from './interrupted.ts';
import type { ExecutionRecord } from './records.ts';
import { createSchedules } from './schedules.ts';
import type { Settings } from './settings.ts';
import { startExecution } from './start-execution.ts';
import { openStore } from './store.ts';
import { createTaskAccess } from './task-access.ts';

export interface ControlPlaneParts {
  readonly clock: Clock;
  /** Default: `clock`. */
  readonly realClock?: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly settings: Settings;
  readonly worker: Agent;
  /** Default: none. */
  readonly faults?: ActiveFaults;
  readonly targets: Pick<ControlPlane, 'targetOf' | 'bucketTarget'>;
  /** Told of each change of state, in order. What one throws is logged and nothing else. */
  readonly observers?: readonly ((change: StateChange) => void)[];
}

/** A control plane with a life. */
export interface LiveControlPlane extends ControlPlane {
  /** Ends what runs (each execution becomes ERROR), stops schedules and closes the store. Call it once. */
  shutdown(): Promise<void>;
}

/**
 * Puts a control plane together and brings back what its data directory keeps: executions that an earlier
 * process left unfinished are ended, schedules go on.
 * @throws StoreError when the data directory cannot be used
 */
export function assembleControlPlane(parts: ControlPlaneParts): LiveControlPlane {
  const { clock, log, observers = [] } = parts;
  const store = openStore(parts.settings.dataDir);
  const notify = (change: StateChange) => {
    for (const observer of observers) tell(observer, change, log);
  };
  const { realClock = clock, faults = noFaults } = parts;
  const activity = new Activity(realClock);
  const base = { ...parts, ...store, ...parts.targets, realClock, faults, activity, notify };
  const history = createExecutionHistory(base);
  const onEnd = (record: ExecutionRecord) => {
    history.update();
    disableFailingSchedule(plane, record.taskArn);
    testAfterRun(plane, record.taskArn);
  };
  const runner = new QueueRunner(base, onEnd);
  const access = createTaskAccess(base);
  const schedules = createSchedules({ clock, log }, async (taskArn) => {
    await activity.during(() => startExecution(plane, taskArn, {}, 'schedule'));
  });
  const plane: LiveControlPlane = {
    ...base,
    runner,
    access,
    schedules,
    async shutdown() {
      schedules.stop();
      access.stop();
      await runner.shutdown();
      history.stop();
      store.close();
    },
  };
  faults.waitBy(activity.inside(clock));
  watchFaults(plane);
  bringBack(plane);
  history.update();
  return plane;
}

function bringBack(plane: ControlPlane): void {
  endInterrupted(plane);
  for (const task of plane.tasks.all()) {
    plane.schedules.update(task);
    if (task.status === 'CREATING' || task.status === 'UNAVAILABLE') plane.access.watch(task.arn);
  }
}

function tell(observer: (change: StateChange) => void, change: StateChange, log: Log): void {
  try {
    observer(change);
  } catch (error) {
    log.error('observer-broke', { resource: change.resource, arn: change.arn, error: String(error) });
  }
}
