import t from 'tap';
import { cancelTaskExecution } from '../../src/emulator/actions/cancel-task-execution.ts';
import { contextOf, refusal } from './fixture.ts';
import {
  executionOf,
  type LivePlane,
  livePlane,
  longRun,
  play,
  settled,
  someTask,
  start,
  taskOf,
} from './live-plane.ts';

const cancel = (plane: LivePlane, TaskExecutionArn: string) =>
  cancelTaskExecution({ TaskExecutionArn }, contextOf(plane));

const MINUTE = 60_000;

t.test('a finished execution is not cancelled', async (t) => {
  const plane = livePlane();
  const arn = await start(plane, await someTask(plane));
  const error = await refusal(() => cancel(plane, arn));
  t.equal(error.message, 'Sync task cannot be cancelled in its current status: SUCCESS');
  t.equal(error.name, 'InvalidRequestException');
  t.equal((await executionOf(plane, arn)).Status, 'SUCCESS');
});

t.test('an execution that is not there is not cancelled', async (t) => {
  const plane = livePlane();
  const task = await someTask(plane);
  t.match(
    (await refusal(() => cancel(plane, `${task}/execution/exec-00000000000000000`))).message,
    'not found',
  );
});

t.test('in every phase: CANCELLING, then ERROR, and the task can be started again', async (t) => {
  const expected = [
    [1, 'PREPARING', ['ERROR', 'PENDING', 'PENDING']],
    [21, 'TRANSFERRING', ['SUCCESS', 'ERROR', 'PENDING']],
    [41, 'VERIFYING', ['SUCCESS', 'SUCCESS', 'ERROR']],
  ] as const;
  for (const [minutes, status, phases] of expected) {
    const plane = livePlane();
    plane.worker.play = longRun;
    const task = await someTask(plane);
    const arn = await start(plane, task);
    await plane.clock.advance(minutes * MINUTE);
    t.equal((await executionOf(plane, arn)).Status, status);
    t.strictSame(await cancel(plane, arn), {});
    t.equal(plane.executions.get(arn)?.status, 'CANCELLING');
    await settled();
    const { Status, Result, EndTime } = await executionOf(plane, arn);
    t.equal(Status, 'ERROR');
    t.equal(Number(EndTime), plane.clock.now());
    t.match(Result, {
      ErrorCode: 'Cancelled',
      ErrorDetail: 'The task execution was cancelled.',
      TotalDuration: minutes * MINUTE,
    });
    t.strictSame([Result?.PrepareStatus, Result?.TransferStatus, Result?.VerifyStatus], phases);
    t.equal((await taskOf(plane, task)).Status, 'AVAILABLE');
    t.equal(plane.clock.sleeping, 1, 'only the history waits');
    t.ok(await start(plane, task));
    await plane.shutdown();
  }
});

t.test('in LAUNCHING', async (t) => {
  const plane = livePlane({ settings: { pacing: { kind: 'manual' } } });
  const arn = await start(plane, await someTask(plane));
  await cancel(plane, arn);
  await settled();
  t.match(await executionOf(plane, arn), {
    Status: 'ERROR',
    Result: { ErrorCode: 'Cancelled', PrepareStatus: 'PENDING' },
  });
  t.strictSame(plane.worker.orders, [], 'the worker was never asked');
});

t.test('scaled pacing: CANCELLING lasts its time too', async (t) => {
  const plane = livePlane({ settings: { pacing: { kind: 'scaled', stateMs: 1000 } } });
  const arn = await start(plane, await someTask(plane));
  await cancel(plane, arn);
  await plane.clock.advance(999);
  t.equal((await executionOf(plane, arn)).Status, 'CANCELLING');
  await plane.clock.advance(1);
  t.equal((await executionOf(plane, arn)).Status, 'ERROR');
  const other = await start(plane, plane.executions.get(arn)?.taskArn ?? '');
  await cancel(plane, other);
  const shutdown = plane.shutdown();
  await plane.clock.advance(1500);
  await shutdown;
  t.equal(plane.clock.sleeping, 0, 'a shutdown does not leave it waiting');
});

t.test('in the queue: it never runs, and those behind it move up', async (t) => {
  const plane = livePlane();
  plane.worker.play = longRun;
  const task = await someTask(plane);
  const first = await start(plane, task);
  const second = await start(plane, task, { Includes: [{ Value: '/a' }] });
  const third = await start(plane, task, { Includes: [{ Value: '/b' }] });
  await cancel(plane, second);
  const ended = await executionOf(plane, second);
  t.match(ended, { Status: 'ERROR', Result: { ErrorCode: 'Cancelled', TotalDuration: 0 } });
  t.notOk('LaunchTime' in ended);
  t.match(
    plane.told.filter((line) => line.startsWith(second.slice(second.lastIndexOf('/') + 1))),
    [/QUEUED/, /CANCELLING/, /ERROR/],
  );
  await cancel(plane, first);
  await settled();
  t.equal((await executionOf(plane, third)).Status, 'PREPARING');
  t.strictSame(
    plane.worker.orders.map(({ selection }) => selection.include),
    [null, '/b'],
  );
  await plane.shutdown();
});

t.test('a second call is accepted and changes nothing', async (t) => {
  const plane = livePlane();
  let release = () => {};
  const stuck = new Promise<void>((resolve) => {
    release = resolve;
  });
  plane.worker.play = async function* () {
    yield { type: 'moved', bytes: 1 };
    await stuck;
  };
  const task = await someTask(plane);
  const arn = await start(plane, task);
  await cancel(plane, arn);
  t.strictSame(await cancel(plane, arn), {});
  await plane.clock.advance(10 * MINUTE);
  t.equal((await executionOf(plane, arn)).Status, 'CANCELLING', 'as long as the worker has not stopped');
  t.equal((await taskOf(plane, task)).Status, 'RUNNING');
  release();
  await settled();
  t.match(
    await executionOf(plane, arn),
    { Status: 'ERROR', Result: { ErrorCode: 'Cancelled' } },
    'although it ended by itself',
  );
  t.equal(plane.told.filter((line) => line.endsWith('CANCELLING')).length, 1);
});

t.test('a worker that breaks while it is cancelled is still a cancelled run', async (t) => {
  const plane = livePlane();
  plane.worker.play = async function* (_order, control) {
    yield { type: 'moved', bytes: 1 };
    await control.clock.sleep(MINUTE, control.signal).catch(() => {
      throw new Error('The socket broke.');
    });
  };
  const arn = await start(plane, await someTask(plane));
  await cancel(plane, arn);
  await settled();
  t.match((await executionOf(plane, arn)).Result, { ErrorCode: 'Cancelled' });
});

t.test('a shutdown ends what runs and what waits, within its time', async (t) => {
  const plane = livePlane();
  plane.worker.play = longRun;
  const task = await someTask(plane);
  const running = await start(plane, task);
  const waiting = await start(plane, task, { Includes: [{ Value: '/a' }] });
  await plane.shutdown();
  for (const arn of [running, waiting]) {
    t.match(plane.executions.get(arn), { status: 'ERROR', result: { errorCode: 'Interrupted' } });
  }
  t.equal(plane.tasks.get(task)?.status, 'AVAILABLE');
  t.equal(plane.clock.sleeping, 0);
});

t.test('a shutdown does not wait for ever for a worker that does not stop', async (t) => {
  const plane = livePlane();
  plane.worker.play = async function* () {
    yield { type: 'moved', bytes: 1 };
    await new Promise(() => {});
  };
  const task = await someTask(plane);
  const arn = await start(plane, task);
  const done = plane.shutdown();
  await plane.clock.advance(1500);
  await done;
  t.match(plane.executions.get(arn), { status: 'ERROR', result: { errorCode: 'Interrupted' } });
  t.equal(plane.tasks.get(task)?.status, 'AVAILABLE');
});

t.test('cancelling a run that ends in the same moment leaves one end', async (t) => {
  const plane = livePlane();
  plane.worker.play = play({ takesMs: 1000 });
  const arn = await start(plane, await someTask(plane));
  await plane.clock.advance(2999);
  const over = plane.clock.advance(1);
  await cancel(plane, arn);
  await over;
  await settled();
  const ends = plane.told.filter((line) => / (SUCCESS|ERROR)$/.test(line));
  t.equal(ends.length, 1);
  t.equal((await executionOf(plane, arn)).Status, 'ERROR');
});
