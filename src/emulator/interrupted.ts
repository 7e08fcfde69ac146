import type { ControlPlane } from './control-plane.ts';
import { endOfReport, INTERRUPTED } from './execution-outcome.ts';
import { PHASES, withPhase } from './execution-result.ts';
import { inState, isFinished, STATE_OF_PHASE } from './execution-states.ts';
import type { ExecutionRecord, ExecutionResult } from './records.ts';
import { taskInState } from './task-states.ts';

type Plane = Pick<ControlPlane, 'clock' | 'executions' | 'tasks' | 'notify' | 'log'>;

/**
 * After a restart: executions that an earlier process left unfinished end in ERROR, and their tasks can be
 * started again.
 */
export function endInterrupted(plane: Plane): void {
  const at = plane.clock.now();
  for (const record of plane.executions.all()) {
    if (isFinished(record.status)) continue;
    const totalMs = Math.max(0, Math.round(at - (record.launchedAt ?? at)));
    const result = { ...stoppedIn(record), totalMs, ...INTERRUPTED };
    plane.executions.put({ ...inState(record, 'ERROR'), endedAt: at, result, ...endOfReport(record) });
    plane.log.warn('execution-interrupted', { execution: record.arn, was: record.status });
    plane.notify({ resource: 'task-execution', arn: record.arn, state: 'ERROR', at });
  }
  for (const task of plane.tasks.all()) {
    if (task.status !== 'RUNNING' && task.status !== 'QUEUED') continue;
    plane.tasks.put(taskInState(task, 'AVAILABLE'));
    plane.notify({ resource: 'task', arn: task.arn, state: 'AVAILABLE', at });
  }
}

/** The phase that was going on has failed. */
function stoppedIn({ result, status }: ExecutionRecord): ExecutionResult {
  const phase = PHASES.find((name) => STATE_OF_PHASE[name] === status);
  return phase ? withPhase(result, phase, 'ERROR', result[`${phase}Ms`]) : result;
}
