import type { Router } from 'express';
import type { LiveControlPlane } from '../../emulator/assemble.ts';

/** What the routes below `/_datasync` may see and change. */
export interface Inside {
  readonly plane: LiveControlPlane;
}

/** One kind of thing below `/_datasync`. */
export interface OwnRoute {
  /** What there is, as a client asks for it, such as `executions/ID/step (POST)`. */
  readonly forms: readonly string[];
  add(routes: Router, inside: () => Promise<Inside>): void;
}
