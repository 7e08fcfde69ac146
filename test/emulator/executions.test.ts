import t from 'tap';
import { executionOf, livePlane, someTask, start, taskOf } from './live-plane.ts';

t.test('an execution travels to the worker and back', async (t) => {
  const plane = livePlane();
  plane.worker.play = async function* (_order, control) {
    await control.beforePhase?.('prepare');
    yield { type: 'phase-started', phase: 'prepare', at: control.clock.now() };
    yield { type: 'listed', side: 'source', path: 'a', kind: 'file' };
  };
  const task = await someTask(plane);
  const arn = await start(plane, task);
  await plane.runner.ended(arn);
  const execution = await executionOf(plane, arn);
  t.equal(execution.Status, 'SUCCESS');
  t.equal((await taskOf(plane, task)).Status, 'AVAILABLE');
  t.match(plane.told, [
    /task-\w+ CREATING/,
    /AVAILABLE/,
    /LAUNCHING/,
    /RUNNING/,
    /PREPARING/,
    /TRANSFERRING/,
    /VERIFYING/,
    /SUCCESS/,
    /AVAILABLE/,
  ]);
});
