import type { SteerableClock } from '../base/steerable-clock.ts';
import type { LiveControlPlane } from '../emulator/assemble.ts';
import type { StateChange } from '../emulator/control-plane.ts';
import type { Changes } from './changes.ts';

/** What is wanted of the clock. It is steered first, then moved. */
export interface TimeWish {
  readonly mode?: 'real' | 'held';
  /** More than 0. */
  readonly scale?: number;
  /** ms since the epoch. */
  readonly setToMs?: number;
  readonly advanceMs?: number;
}

/** What moving the clock touches. */
export interface Moved {
  readonly clock: SteerableClock;
  readonly plane: LiveControlPlane;
  readonly changes: Changes;
}

/**
 * Does it, and tells the changes of state that came of it, in order. Forward, everything that is due on the way
 * happens: schedules fire, waits end; transfers that it starts run to their end before time goes on. Backward,
 * nothing happens, and schedules are reckoned anew.
 */
export async function moveClock(
  { clock, plane, changes }: Moved,
  wish: TimeWish,
): Promise<readonly StateChange[]> {
  const caused: StateChange[] = [];
  const forget = changes.listen((change) => caused.push(change));
  try {
    clock.steer(wish);
    const ms = wish.setToMs === undefined ? (wish.advanceMs ?? 0) : wish.setToMs - clock.now();
    if (ms < 0) setBack(clock, plane, clock.now() + ms);
    else if (ms > 0) await clock.advance(ms, () => plane.activity.quiet());
    return caused;
  } finally {
    forget();
  }
}

function setBack(clock: SteerableClock, plane: LiveControlPlane, now: number): void {
  clock.shiftTo(now);
  for (const task of plane.tasks.all()) plane.schedules.update(task);
}
