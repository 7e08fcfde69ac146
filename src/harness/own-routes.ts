import { Router } from 'express';
import { idOf } from '../emulator/arn.ts';
import type { ControlPlane } from '../emulator/control-plane.ts';
import type { ExecutionRecord } from '../emulator/records.ts';

/**
 * What the emulator tells and takes beside AWS's API, below `/_datasync`. Executions are named by id or ARN.
 * - `GET executions/ID/problems`: the items that did not go well, and why
 * - `POST executions/ID/step`: with manual pacing, lets it take its next step
 */
export function ownRoutes(plane: () => Promise<ControlPlane>): Router {
  const routes = Router();
  routes.get('/executions/*name/problems', async (request, response) => {
    const known = await plane();
    const execution = findExecution(known, request.params['name']);
    if (!execution) return void response.status(404).json(notFound(request.params['name']));
    response.json({ execution: execution.arn, problems: known.runner.problemsOf(execution.arn) });
  });
  routes.post('/executions/*name/step', async (request, response) => {
    const known = await plane();
    const execution = findExecution(known, request.params['name']);
    if (!execution) return void response.status(404).json(notFound(request.params['name']));
    known.runner.step(execution.arn);
    response.json({ execution: execution.arn, status: execution.status });
  });
  routes.use((request, response) => {
    const message = `There is nothing at ${request.originalUrl}. There are executions/ID/problems (GET) and executions/ID/step (POST).`;
    response.status(404).json({ message });
  });
  return routes;
}

/** An ARN has slashes, so it comes as several names. */
type Name = string | readonly string[] | undefined;

const idIn = (name: Name) => idOf([name ?? ''].flat().join('/'));

function findExecution(plane: ControlPlane, name: Name): ExecutionRecord | undefined {
  const id = idIn(name);
  return plane.executions.all().find((record) => record.id === id);
}

const notFound = (name: Name) => ({
  message: `There is no execution ${idIn(name)}. ListTaskExecutions tells which there are.`,
});
