import t from 'tap';
import type { Input } from '../../src/model/operations.ts';
import { refusal } from './fixture.ts';
import {
  executionOf,
  type LivePlane,
  livePlane,
  locationOn,
  longRun,
  someAgent,
  someTask,
  start,
  taskOf,
} from './live-plane.ts';

const HOUR = 3_600_000;

function busyPlane(settings: NonNullable<Parameters<typeof livePlane>[0]>['settings'] = {}): LivePlane {
  const plane = livePlane({ settings });
  plane.worker.play = longRun;
  return plane;
}

const taskWithAgent = (plane: LivePlane, agentArn: string, input: Parameters<typeof someTask>[1] = {}) =>
  someTask(plane, input, locationOn(plane, 'Nfs', { agentArns: [agentArn] }));

const only = (Value: string): Omit<Input<'StartTaskExecution'>, 'TaskArn'> => ({ Includes: [{ Value }] });

const id = (arn: string) => arn.slice(arn.lastIndexOf('/') + 1);

t.test('the same selection is refused while it is in progress, in the service’s words', async (t) => {
  const plane = busyPlane();
  const task = await someTask(plane);
  const running = await start(plane, task);
  t.equal(
    (await refusal(() => start(plane, task))).message,
    `Unable to queue the task execution for task ${id(task)}. The task already has another task execution ${id(running)} in progress with the same include, exclude filters. Please modify include, exclude filters or wait for the task execution ${id(running)} to complete.`,
  );
  const queued = await start(plane, task, only('/a'));
  t.match((await refusal(() => start(plane, task, only('/a')))).message, id(queued), 'also of a queued one');
  t.equal(plane.executions.all().length, 2);
  await plane.shutdown();
});

t.test('without TaskQueueing a busy task or agent refuses', async (t) => {
  const plane = busyPlane();
  const agent = someAgent(plane);
  const one = await taskWithAgent(plane, agent.arn);
  const other = await taskWithAgent(plane, agent.arn, { Options: { TaskQueueing: 'DISABLED' } });
  const running = await start(plane, one);
  t.match(
    (await refusal(() => start(plane, other))).message,
    new RegExp(`${id(running)} uses the same task or agent, and TaskQueueing is DISABLED`),
  );
  t.match(
    (await refusal(() => start(plane, one, { OverrideOptions: { TaskQueueing: 'DISABLED' }, ...only('/a') })))
      .message,
    /DISABLED/,
  );
  t.ok(await start(plane, other, { OverrideOptions: { TaskQueueing: 'ENABLED' } }));
  await plane.clock.advance(2 * HOUR);
  t.ok(await start(plane, other), 'when nothing is in the way it starts');
  await plane.shutdown();
});

t.test('more than 50 queued executions of one task are refused', async (t) => {
  const plane = busyPlane({ maxQueued: 3 });
  const task = await someTask(plane);
  await start(plane, task);
  for (const path of ['/a', '/b', '/c']) await start(plane, task, only(path));
  t.match((await refusal(() => start(plane, task, only('/d')))).message, /already has 3 queued/);
  await plane.clock.advance(HOUR);
  t.ok(await start(plane, task, only('/d')));
  await plane.shutdown();
});

t.test('one execution of a task at a time, in the order in which they came', async (t) => {
  const plane = busyPlane();
  const task = await someTask(plane);
  const arns = [
    await start(plane, task),
    await start(plane, task, only('/a')),
    await start(plane, task, only('/b')),
  ];
  const states = () => Promise.all(arns.map(async (arn) => (await executionOf(plane, arn)).Status));
  t.strictSame(await states(), ['PREPARING', 'QUEUED', 'QUEUED']);
  t.equal((await taskOf(plane, task)).Status, 'RUNNING');
  await plane.clock.advance(HOUR);
  t.strictSame(await states(), ['SUCCESS', 'PREPARING', 'QUEUED']);
  t.equal((await taskOf(plane, task)).CurrentTaskExecutionArn, arns[2]);
  await plane.clock.advance(2 * HOUR);
  t.strictSame(await states(), ['SUCCESS', 'SUCCESS', 'SUCCESS']);
  t.equal((await taskOf(plane, task)).Status, 'AVAILABLE');
  t.strictSame(
    plane.worker.orders.map(({ selection }) => selection.include),
    [null, '/a', '/b'],
  );
});

t.test('what waits has a StartTime and gets its LaunchTime when it goes', async (t) => {
  const plane = busyPlane();
  const task = await someTask(plane);
  await start(plane, task);
  const asked = plane.clock.now();
  const arn = await start(plane, task, only('/a'));
  t.notOk('LaunchTime' in (await executionOf(plane, arn)));
  await plane.clock.advance(HOUR);
  const { StartTime, LaunchTime } = await executionOf(plane, arn);
  t.strictSame([StartTime, LaunchTime].map(Number), [asked, asked + HOUR]);
  await plane.shutdown();
});

t.test('tasks on one agent take turns, first in, first out', async (t) => {
  const plane = busyPlane();
  const agent = someAgent(plane);
  const tasks = [
    await taskWithAgent(plane, agent.arn),
    await taskWithAgent(plane, agent.arn),
    await taskWithAgent(plane, agent.arn),
  ];
  const free = await someTask(plane);
  for (const task of tasks) await start(plane, task);
  await start(plane, free);
  const statuses = () =>
    Promise.all([...tasks, free].map(async (task) => (await taskOf(plane, task)).Status));
  t.strictSame(await statuses(), ['RUNNING', 'QUEUED', 'QUEUED', 'RUNNING']);
  await plane.clock.advance(HOUR);
  t.strictSame(await statuses(), ['AVAILABLE', 'RUNNING', 'QUEUED', 'AVAILABLE']);
  await plane.clock.advance(HOUR);
  t.strictSame(await statuses(), ['AVAILABLE', 'AVAILABLE', 'RUNNING', 'AVAILABLE']);
  await plane.shutdown();
});

t.test('a later one does not overtake one that waits for the same agent', async (t) => {
  const plane = busyPlane();
  const [a, b] = [someAgent(plane), someAgent(plane)];
  const both = await someTask(plane, {}, locationOn(plane, 'Nfs', { agentArns: [a.arn, b.arn] }));
  const [onA, onB] = [await taskWithAgent(plane, a.arn), await taskWithAgent(plane, b.arn)];
  await start(plane, onA);
  await start(plane, both);
  await start(plane, onB);
  t.equal((await taskOf(plane, onB)).Status, 'QUEUED', 'b is free, but promised to the one before');
  await plane.clock.advance(HOUR);
  t.strictSame(
    [(await taskOf(plane, both)).Status, (await taskOf(plane, onB)).Status],
    ['RUNNING', 'QUEUED'],
  );
  await plane.shutdown();
});

t.test('Enhanced mode executions share an agent, up to 120 at once', async (t) => {
  const plane = busyPlane({ maxTasks: 200 });
  const agent = someAgent(plane);
  const tasks: string[] = [];
  for (let index = 0; index < 122; index += 1)
    tasks.push(await taskWithAgent(plane, agent.arn, { TaskMode: 'ENHANCED' }));
  for (const task of tasks) await start(plane, task);
  const count = (status: string) => plane.tasks.all().filter((task) => task.status === status).length;
  t.strictSame([count('RUNNING'), count('QUEUED')], [120, 2]);
  await plane.clock.advance(HOUR);
  t.strictSame([count('RUNNING'), count('QUEUED'), count('AVAILABLE')], [2, 0, 120]);
  await plane.shutdown();
});
