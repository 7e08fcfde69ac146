import type { Clock } from '../base/clock.ts';
import {
  machineRandom,
  type Random,
  type RestartableRandom,
  restartableRandom,
  seededRandom,
} from '../base/random.ts';
import { SteerableClock } from '../base/steerable-clock.ts';
import { systemClock } from '../base/system-clock.ts';

/** The clocks and the chances of one emulator. */
export interface TimeAndChance {
  /** What everything is stamped with and waits by, unless it must go on while a user holds it. */
  readonly clock: Clock;
  /** `clock`, when it is ours to steer. */
  readonly steered: SteerableClock | undefined;
  readonly realClock: Clock;
  /** Ids of resources. */
  readonly random: Random;
  /** `random`, when it comes from a seed of the configuration. */
  readonly seeded: RestartableRandom | undefined;
  /** Of the embedded S3, apart: how many requests it had moves no id of a resource. */
  readonly s3Random: Random;
}

/** What the emulator was given, else time that can be steered and chance from the seed or the machine. */
export function timeAndChance(
  seed: number | undefined,
  given: { readonly clock?: Clock; readonly random?: Random },
): TimeAndChance {
  const realClock = systemClock();
  const steered = given.clock ? undefined : new SteerableClock(realClock);
  const seeded = given.random || seed === undefined ? undefined : restartableRandom(seed);
  return {
    clock: given.clock ?? steered ?? realClock,
    steered,
    realClock,
    random: given.random ?? seeded ?? machineRandom(),
    seeded,
    s3Random: seed === undefined ? machineRandom() : seededRandom(seed),
  };
}
