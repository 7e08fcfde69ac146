import type { Router } from 'express';
import type { LiveControlPlane } from '../../emulator/assemble.ts';
import type { Whose } from '../../emulator/reset.ts';
import type { Faults } from '../../faults/faults.ts';
import type { Volumes } from '../../storage/volumes.ts';
import type { EmulatorClock } from '../emulator-clock.ts';
import type { ResetResult } from '../reset.ts';

/** What the routes below `/_datasync` may see and change. */
export interface Inside {
  readonly plane: LiveControlPlane;
  /** Undefined: the emulator was given a clock that it does not steer. */
  readonly clock: EmulatorClock | undefined;
  readonly faults: Faults;
  readonly volumes: Volumes;
  reset(whose: Whose): Promise<ResetResult>;
}

/** One kind of thing below `/_datasync`. */
export interface OwnRoute {
  /** What there is, as a client asks for it, such as `executions/ID/step (POST)`. */
  readonly forms: readonly string[];
  add(routes: Router, inside: () => Promise<Inside>): void;
}
