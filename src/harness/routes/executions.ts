import { idOf } from '../../emulator/arn.ts';
import type { ControlPlane } from '../../emulator/control-plane.ts';
import type { ExecutionRecord } from '../../emulator/records.ts';
import type { OwnRoute } from './own-route.ts';

/** Executions, named by id or ARN. */
export const executionRoutes: OwnRoute = {
  forms: ['executions/ID/problems (GET)', 'executions/ID/step (POST)'],
  add(routes, inside) {
    routes.get('/executions/*name/problems', async (request, response) => {
      const { plane } = await inside();
      const execution = findExecution(plane, request.params['name']);
      if (!execution) return void response.status(404).json(notFound(request.params['name']));
      response.json({ execution: execution.arn, problems: plane.runner.problemsOf(execution.arn) });
    });
    routes.post('/executions/*name/step', async (request, response) => {
      const { plane } = await inside();
      const execution = findExecution(plane, request.params['name']);
      if (!execution) return void response.status(404).json(notFound(request.params['name']));
      plane.runner.step(execution.arn);
      response.json({ execution: execution.arn, status: execution.status });
    });
  },
};

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
