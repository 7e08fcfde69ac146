import { Router } from 'express';
import { executionRoutes } from './executions.ts';
import type { Inside, OwnRoute } from './own-route.ts';

/** The table of what the emulator tells and takes beside AWS's API: one file and one line each. */
const ROUTES: readonly OwnRoute[] = [executionRoutes];

/** Everything below `/_datasync`. */
export function ownRoutes(inside: () => Promise<Inside>): Router {
  const router = Router();
  for (const route of ROUTES) route.add(router, inside);
  const forms = ROUTES.flatMap((route) => route.forms).join(', ');
  router.use((request, response) => {
    const message = `There is nothing for ${request.method} ${request.originalUrl}. There are: ${forms}.`;
    response.status(404).json({ message });
  });
  return router;
}
