import type { Clock } from '../../../base/clock.ts';

/** A renewal may be lost, and the next one still comes in time. */
const RENEWALS_PER_LEASE = 3;

export interface Lease {
  readonly leaseMs: number;
  readonly clock: Clock;
  /** Ends it. */
  readonly signal: AbortSignal;
  /** When something was sent that counts as a renewal, ms since the epoch. */
  lastUsed(): number;
  renew(): Promise<unknown>;
}

/**
 * Renews what a server holds for us while nothing else does. A renewal that fails is no failure: whoever needs the
 * server next finds out. RFC 7530 section 9.5, RFC 8881 section 8.3
 */
export function keepLease(lease: Lease): void {
  // It ends with the signal's reason only.
  keep(lease).catch(() => undefined);
}

async function keep({ leaseMs, clock, signal, lastUsed, renew }: Lease): Promise<never> {
  const idleMs = leaseMs / RENEWALS_PER_LEASE;
  for (;;) {
    await clock.sleep(idleMs, signal);
    if (clock.now() - lastUsed() >= idleMs) await renew().catch(() => undefined);
  }
}
