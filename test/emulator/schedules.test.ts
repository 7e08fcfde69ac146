import t from 'tap';
import { deleteTask } from '../../src/emulator/actions/delete-task.ts';
import { updateTask } from '../../src/emulator/actions/update-task.ts';
import { FAILURES_THAT_DISABLE } from '../../src/emulator/failing-schedule.ts';
import { StorageError } from '../../src/storage/storage-error.ts';
import { TransferFailed } from '../../src/transfer/job.ts';
import { contextOf } from './fixture.ts';
import { type LivePlane, livePlane, longRun, play, settled, someTask, start, taskOf } from './live-plane.ts';

const HOUR = 3_600_000;

const hourly = { ScheduleExpression: 'rate(1 hour)' } as const;

const update = (plane: LivePlane, TaskArn: string, Schedule: Parameters<typeof updateTask>[0]['Schedule']) =>
  updateTask({ TaskArn, Schedule }, contextOf(plane));

const runs = (plane: LivePlane) => plane.executions.all().length;

t.test('disabled, removed or deleted: no more runs', async (t) => {
  const ways: [string, (plane: LivePlane, task: string) => unknown][] = [
    ['disabled', (plane, task) => update(plane, task, { ...hourly, Status: 'DISABLED' })],
    ['removed', (plane, task) => update(plane, task, { ScheduleExpression: '' })],
    ['deleted', (plane, TaskArn) => deleteTask({ TaskArn }, contextOf(plane))],
    ['shut down', (plane) => plane.shutdown()],
  ];
  for (const [name, end] of ways) {
    const plane = livePlane();
    const task = await someTask(plane, { Schedule: hourly });
    await plane.clock.advance(2 * HOUR);
    t.equal(plane.worker.orders.length, 2, name);
    await end(plane, task);
    await plane.clock.advance(24 * HOUR);
    t.equal(plane.worker.orders.length, 2, name);
  }
});

t.test('a schedule that was never enabled never runs', async (t) => {
  const plane = livePlane();
  await someTask(plane, { Schedule: { ...hourly, Status: 'DISABLED' } });
  await someTask(plane, { Schedule: { ScheduleExpression: '' } });
  await plane.clock.advance(24 * HOUR);
  t.equal(runs(plane), 0);
  t.equal(plane.clock.sleeping, 0);
});

t.test('a run that cannot be started is logged, and the schedule goes on', async (t) => {
  const plane = livePlane();
  plane.worker.probeFails = () => new StorageError('Unreachable', 'nas', 'gone');
  await someTask(plane, { Schedule: hourly });
  await plane.clock.advance(2 * HOUR);
  t.equal(runs(plane), 0);
  t.equal(plane.logged.filter(({ event }) => event === 'scheduled-run-not-started').length, 2);
  plane.worker.probeFails = () => undefined;
  await plane.clock.advance(HOUR);
  t.equal(runs(plane), 1);
});

t.test('due while it runs: queued, or logged without TaskQueueing', async (t) => {
  const plane = livePlane();
  plane.worker.play = play({ takesMs: HOUR / 2 });
  await someTask(plane, { Schedule: hourly });
  await plane.clock.advance(3 * HOUR);
  t.strictSame(
    plane.executions.all().map(({ status }) => status),
    ['SUCCESS', 'TRANSFERRING', 'QUEUED'],
  );
  t.equal(runs(plane), 3);
  await plane.shutdown();

  const strict = livePlane();
  strict.worker.play = longRun;
  const task = await someTask(strict, { Schedule: hourly, Options: { TaskQueueing: 'DISABLED' } });
  await strict.clock.advance(HOUR / 2);
  await start(strict, task);
  await strict.clock.advance(HOUR / 2);
  t.equal(runs(strict), 1);
  t.match(strict.logged.find(({ event }) => event === 'scheduled-run-not-started')?.details, {
    task,
    message: /TaskQueueing is DISABLED/,
  });
  await strict.shutdown();
});

t.test('the service disables a schedule whose runs all fail alike', async (t) => {
  const plane = livePlane();
  let failure = 'The first.';
  plane.worker.play = async function* () {
    yield { type: 'moved', bytes: 1 };
    throw new TransferFailed('manifest-unusable', failure);
  };
  const task = await someTask(plane, { Schedule: hourly });
  await plane.clock.advance(2 * HOUR);
  failure = 'Another.';
  await plane.clock.advance((FAILURES_THAT_DISABLE - 1) * HOUR);
  t.match(await taskOf(plane, task), { Schedule: { Status: 'ENABLED' } }, 'other errors do not add up');
  await plane.clock.advance(HOUR);
  const disabled = await taskOf(plane, task);
  t.match(disabled, {
    Schedule: { ScheduleExpression: 'rate(1 hour)', Status: 'DISABLED' },
    ScheduleDetails: {
      DisabledBy: 'SERVICE',
      DisabledReason: /failed 5 times in a row with the same error\. Another\./,
    },
  });
  t.equal(Number(disabled.ScheduleDetails?.StatusUpdateTime), plane.clock.now());
  const before = runs(plane);
  await plane.clock.advance(24 * HOUR);
  t.equal(runs(plane), before);
  plane.worker.play = play();
  await update(plane, task, hourly);
  await plane.clock.advance(HOUR);
  t.equal(runs(plane), before + 1, 'enabled again by the user');
  t.notOk('DisabledBy' in ((await taskOf(plane, task)).ScheduleDetails ?? {}));
});

t.test('what the user cancels is no failure of the schedule', async (t) => {
  const plane = livePlane();
  plane.worker.play = longRun;
  const task = await someTask(plane, { Schedule: hourly });
  for (let run = 0; run <= FAILURES_THAT_DISABLE; run += 1) {
    await plane.clock.advance(HOUR);
    for (const arn of plane.runner.unfinishedOf(task)) plane.runner.cancel(arn);
    await settled();
  }
  t.match(await taskOf(plane, task), { Schedule: { Status: 'ENABLED' } });
  await plane.shutdown();
});

t.test('24 hours pass: an hourly schedule ran 24 times', async (t) => {
  const plane = livePlane();
  await someTask(plane, { Schedule: hourly });
  await someTask(plane, { Schedule: { ScheduleExpression: 'cron(30 * * * ? *)' } });
  await plane.clock.advance(24 * HOUR);
  t.equal(runs(plane), 48);
});

t.test('runs go at their times', async (t) => {
  const plane = livePlane();
  await someTask(plane, { Schedule: { ScheduleExpression: 'cron(0 12 ? * SUN,WED *)' } });
  await plane.clock.advance(8 * 24 * HOUR);
  t.strictSame(
    plane.executions.all().map(({ startedAt }) => new Date(startedAt).toISOString()),
    ['2026-01-04T12:00:00.000Z', '2026-01-07T12:00:00.000Z'],
  );
});

t.test('the same schedule sent again goes on counting; another one begins anew', async (t) => {
  const plane = livePlane();
  const task = await someTask(plane, { Schedule: { ScheduleExpression: 'rate(2 hours)' } });
  await plane.clock.advance(HOUR);
  await update(plane, task, { ScheduleExpression: 'rate(2 hours)', Status: 'ENABLED' });
  await plane.clock.advance(HOUR);
  t.equal(runs(plane), 1);
  await plane.clock.advance(HOUR);
  await update(plane, task, { ScheduleExpression: 'rate(3 hours)' });
  await plane.clock.advance(2 * HOUR);
  t.equal(runs(plane), 1);
  await plane.clock.advance(HOUR);
  t.equal(runs(plane), 2);
});
