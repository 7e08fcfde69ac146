import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import { messageOf } from './access-words.ts';
import type { TaskRecord } from './records.ts';
import { parseSchedule, type Timetable } from './schedule-expression.ts';

/** Starts tasks when their schedules say so, driven by the one clock. */
export interface Schedules {
  /** Takes the task's schedule (or its absence) as it is now. */
  update(task: TaskRecord): void;
  forget(taskArn: string): void;
  stop(): void;
}

/**
 * @param start starts the task; what it throws is logged and the schedule goes on
 */
export function createSchedules(
  plane: { readonly clock: Clock; readonly log: Log },
  start: (taskArn: string) => Promise<void>,
): Schedules {
  const running = new Map<string, AbortController>();

  const run = async (taskArn: string, timetable: Timetable, since: number, signal: AbortSignal) => {
    // Runs that were missed are not made up: each next one is sought from now on.
    let last = since;
    for (;;) {
      const dueAt = timetable.next(Math.max(last, plane.clock.now()), since);
      if (dueAt === undefined) return;
      await plane.clock.sleep(dueAt - plane.clock.now(), signal);
      last = dueAt;
      await start(taskArn).catch((error: unknown) => {
        plane.log.warn('scheduled-run-not-started', { task: taskArn, message: messageOf(error) });
      });
    }
  };

  const forget = (taskArn: string) => {
    running.get(taskArn)?.abort();
    running.delete(taskArn);
  };

  return {
    forget,
    update(task) {
      forget(task.arn);
      const { schedule } = task;
      const parsed = schedule && parseSchedule(schedule.expression);
      if (schedule?.status !== 'ENABLED' || !parsed?.ok) return;
      const life = new AbortController();
      running.set(task.arn, life);
      const since = schedule.statusUpdatedAt ?? task.createdAt;
      run(task.arn, parsed.timetable, since, life.signal).catch((error: unknown) => {
        if (!life.signal.aborted)
          plane.log.error('schedule-broke', { task: task.arn, error: messageOf(error) });
      });
    },
    stop() {
      for (const taskArn of [...running.keys()]) forget(taskArn);
    },
  };
}
