import type { Router } from 'express';
import type { SteerableClock } from '../../base/steerable-clock.ts';
import type { LiveControlPlane } from '../../emulator/assemble.ts';
import type { Changes } from '../changes.ts';

/** What the routes below `/_datasync` may see and change. */
export interface Inside {
  readonly plane: LiveControlPlane;
  /** Undefined: the emulator was given a clock that it does not steer. */
  readonly clock: SteerableClock | undefined;
  readonly changes: Changes;
}

/** One kind of thing below `/_datasync`. */
export interface OwnRoute {
  /** What there is, as a client asks for it, such as `executions/ID/step (POST)`. */
  readonly forms: readonly string[];
  add(routes: Router, inside: () => Promise<Inside>): void;
}
