import type { Phase } from '../transfer/job.ts';
import type { ExecutionResult, PhaseStatus } from './records.ts';

/** In the order in which they come. */
export const PHASES = ['prepare', 'transfer', 'verify'] as const;

/** Nothing has begun. */
export const PENDING_RESULT: ExecutionResult = {
  prepareStatus: 'PENDING',
  prepareMs: 0,
  transferStatus: 'PENDING',
  transferMs: 0,
  verifyStatus: 'PENDING',
  verifyMs: 0,
  totalMs: 0,
};

/** The result with what became of one phase; `ms` is how long it took. */
export function withPhase(
  result: ExecutionResult,
  phase: Phase,
  status: PhaseStatus,
  ms: number,
): ExecutionResult {
  switch (phase) {
    case 'prepare':
      return { ...result, prepareStatus: status, prepareMs: ms };
    case 'transfer':
      return { ...result, transferStatus: status, transferMs: ms };
    case 'verify':
      return { ...result, verifyStatus: status, verifyMs: ms };
  }
}
