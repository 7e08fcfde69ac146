import { TransferFailed } from '../transfer/job.ts';
import type { Strike } from './fault.ts';
import { milliseconds, usually } from './members.ts';

/** How often a run looks whether its agent is back, ms. */
const LOOK_MS = 100;

/** @source the emulator's own: AWS does not say how long an agent may be silent */
export const silenceMember = usually(
  60_000,
  milliseconds(
    'How long an execution in progress waits for its agent until it ends in ERROR. Default: a minute',
  ),
);

/** Stops whoever calls it until the agent is back. @throws TransferFailed when that takes longer than `silenceMs` */
export async function silence(strike: Strike, silenceMs: number, isBack: () => boolean): Promise<void> {
  const startedAt = strike.now();
  while (!strike.isOver() && !isBack()) {
    if (strike.now() - startedAt >= silenceMs) throw lost(strike, silenceMs);
    await strike.wait(Math.min(LOOK_MS, silenceMs));
  }
}

function lost({ occasion, rule }: Strike, silenceMs: number): TransferFailed {
  const agents = (occasion.agents ?? []).map((names) => names[0]).join(', ');
  const message = `Nothing was heard of the agent ${agents} for ${silenceMs / 1000} s in the middle of the transfer (made by the fault ${rule}). Start the task again when the agent is ONLINE.`;
  return new TransferFailed('agent-lost', message);
}
