import type { Clock } from '../../base/clock.ts';

/** How long a server may be silent, and who tells whether it owes an answer. */
export interface Silence {
  readonly limitMs: number;
  /** Whether an answer is waited for now. */
  isExpecting(): boolean;
  /** Whether an answer is owed for so long that the other side must have lost the question, whatever else it sends. */
  isOverdue?(): boolean;
  /** Asks for a sign of life, half-way to the limit: a server that works on something long still answers that. */
  onQuiet?(): void;
}

interface Watched extends Silence {
  readonly clock: Clock;
  /** Ends the watch. */
  readonly signal: AbortSignal;
  /** A number that changes whenever something moves. */
  activity(): number;
  /** The limit has passed; the watch is over. */
  onSilence(): void;
}

/** Looks that are taken at a connection within one limit. */
const LOOKS = 4;

/** Watches over a connection until it was silent for too long, or until the signal. */
export function watchSilence(watched: Watched): void {
  look(watched).then(
    () => watched.onSilence(),
    () => undefined,
  );
}

/** Resolves after too long a silence. @throws the signal's reason */
async function look({
  limitMs,
  clock,
  signal,
  isExpecting,
  isOverdue,
  activity,
  onQuiet,
}: Watched): Promise<void> {
  let seen = activity();
  let quietLooks = 0;
  while (quietLooks < LOOKS) {
    await clock.sleep(limitMs / LOOKS, signal);
    const now = activity();
    quietLooks = now === seen && isExpecting() ? quietLooks + 1 : 0;
    seen = now;
    if (isOverdue?.()) return;
    if (quietLooks === LOOKS / 2) onQuiet?.();
  }
}
