import type { ClockState, SteerableClock } from '../base/steerable-clock.ts';
import type { LiveControlPlane } from '../emulator/assemble.ts';
import type { StateChange } from '../emulator/control-plane.ts';
import type { Changes } from './changes.ts';

/** What is wanted of the clock; any of these, but not both moves. It is steered first, then moved. */
export interface TimeWish {
  /** `held`: it stands still until it is moved. `real`: it goes. */
  readonly mode?: 'real' | 'held';
  /** How many of its seconds pass in a real one; more than 0. */
  readonly scale?: number;
  /** An instant, such as `2026-01-01T00:00:00Z`. */
  readonly setTo?: string;
  /** 0 or more. */
  readonly advanceSeconds?: number;
}

/** The emulator's clock, for whoever steers it from this process; over HTTP it is `/_datasync/clock`. */
export interface EmulatorClock {
  /** ms since the epoch. */
  now(): number;
  readonly state: ClockState;
  /**
   * Does it, and tells the changes of state that came of it, in order. Forward, everything that is due on the way
   * happens: schedules fire, waits end; transfers that it starts run to their end before time goes on. Backward,
   * nothing happens, and schedules are reckoned anew.
   * @throws TypeError when the wish makes no sense
   */
  steer(wish: TimeWish): Promise<readonly StateChange[]>;
}

/** What steering touches. */
export interface Steered {
  readonly clock: SteerableClock;
  readonly plane: LiveControlPlane;
  readonly changes: Changes;
}

export function emulatorClock({ clock, plane, changes }: Steered): EmulatorClock {
  return {
    now: () => clock.now(),
    get state() {
      return clock.state;
    },
    async steer(wish) {
      refuseNonsense(wish);
      const setToMs = wish.setTo === undefined ? undefined : instantOf(wish.setTo);
      const caused: StateChange[] = [];
      const forget = changes.listen((change) => caused.push(change));
      try {
        clock.steer(wish);
        const ms = setToMs === undefined ? (wish.advanceSeconds ?? 0) * 1000 : setToMs - clock.now();
        if (ms < 0) setBack(clock, plane, clock.now() + ms);
        else if (ms > 0) await clock.advance(ms, () => plane.activity.quiet());
        return caused;
      } finally {
        forget();
      }
    },
  };
}

function refuseNonsense({ scale, setTo, advanceSeconds }: TimeWish): void {
  if (setTo !== undefined && advanceSeconds !== undefined)
    throw new TypeError('setTo and advanceSeconds do not go together.');
  if (scale !== undefined && !(scale > 0))
    throw new TypeError(`scale must be more than 0, and it is ${scale}.`);
  if (advanceSeconds !== undefined && !(advanceSeconds >= 0))
    throw new TypeError(
      `advanceSeconds must be 0 or more, and it is ${advanceSeconds}. To go back, use setTo.`,
    );
}

function instantOf(text: string): number {
  const ms = Date.parse(text);
  if (!Number.isNaN(ms)) return ms;
  throw new TypeError(`setTo is no instant: ${JSON.stringify(text)}. Write it as 2026-01-01T00:00:00Z.`);
}

function setBack(clock: SteerableClock, plane: LiveControlPlane, now: number): void {
  clock.shiftTo(now);
  for (const task of plane.tasks.all()) plane.schedules.update(task);
}
