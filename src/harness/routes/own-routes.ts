import { type ErrorRequestHandler, Router } from 'express';
import { clockRoutes } from './clock.ts';
import { executionRoutes } from './executions.ts';
import { faultRoutes } from './faults.ts';
import type { Inside, OwnRoute } from './own-route.ts';
import { resetRoute } from './reset.ts';
import { volumeRoutes } from './volumes.ts';

/** The table of what the emulator tells and takes beside AWS's API: one file and one line each. */
const ROUTES: readonly OwnRoute[] = [clockRoutes, executionRoutes, faultRoutes, resetRoute, volumeRoutes];

/** Everything below `/_datasync`. */
export function ownRoutes(inside: () => Promise<Inside>): Router {
  const router = Router();
  for (const route of ROUTES) route.add(router, inside);
  const forms = ROUTES.flatMap((route) => route.forms).join(', ');
  router.use((request, response) => {
    const message = `There is nothing for ${request.method} ${request.originalUrl}. There are: ${forms}.`;
    response.status(404).json({ message });
  });
  router.use(unreadable);
  return router;
}

/** A body that is no JSON, or too large: said by express's own parser, told as everything else is. */
const unreadable: ErrorRequestHandler = (error: unknown, _request, response, next) => {
  const status = error instanceof Error && 'status' in error ? Number(error.status) : 500;
  if (status >= 500) return next(error);
  const message = `The body cannot be read: ${(error as Error).message}. Send JSON.`;
  response.status(status).json({ message });
};
