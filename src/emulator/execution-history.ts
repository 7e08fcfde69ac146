import { messageOf } from './access-words.ts';
import type { ControlPlane } from './control-plane.ts';
import type { ExecutionRecord } from './records.ts';

/** @source AWS user guide, "Quotas": task execution history is kept 30 days */
const KEPT_MS = 30 * 24 * 3_600_000;

/** Forgets executions 30 days after their end. */
export interface ExecutionHistory {
  /** Looks again at what there is; call it when an execution has ended. */
  update(): void;
  stop(): void;
}

type Plane = Pick<ControlPlane, 'clock' | 'executions' | 'tasks' | 'log'>;

export function createExecutionHistory(plane: Plane): ExecutionHistory {
  const life = new AbortController();
  let waiting = false;

  const forgetOld = async () => {
    for (let first = oldest(plane); first !== undefined; first = oldest(plane)) {
      const dueAt = first + KEPT_MS;
      if (dueAt > plane.clock.now()) await plane.clock.sleep(dueAt - plane.clock.now(), life.signal);
      forgetUpTo(plane, plane.clock.now() - KEPT_MS);
    }
  };

  return {
    update() {
      if (waiting || life.signal.aborted) return;
      waiting = true;
      forgetOld()
        .catch((error: unknown) => {
          if (!life.signal.aborted) plane.log.error('history-broke', { error: messageOf(error) });
        })
        .finally(() => {
          waiting = false;
        });
    },
    stop: () => life.abort(new Error('The emulator is stopping.')),
  };
}

/** When the execution ended that ended first. */
function oldest(plane: Plane): number | undefined {
  const ends = plane.executions.all().flatMap((record) => record.endedAt ?? []);
  return ends.length === 0 ? undefined : ends.reduce((first, end) => Math.min(first, end));
}

function forgetUpTo(plane: Plane, time: number): void {
  for (const record of plane.executions.all()) {
    if (record.endedAt !== undefined && record.endedAt <= time) forget(plane, record);
  }
}

function forget(plane: Plane, { arn, taskArn }: ExecutionRecord): void {
  plane.executions.delete(arn);
  const task = plane.tasks.get(taskArn);
  if (task?.currentExecutionArn !== arn) return;
  const { currentExecutionArn: _gone, ...rest } = task;
  plane.tasks.put(rest);
}
