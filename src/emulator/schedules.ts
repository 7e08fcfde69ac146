import type { TaskRecord } from './records.ts';

/** Starts tasks when their schedules say so, driven by the one clock. */
export interface Schedules {
  /** Takes the task's schedule (or its absence) as it is now. */
  update(task: TaskRecord): void;
  forget(taskArn: string): void;
  stop(): void;
}
