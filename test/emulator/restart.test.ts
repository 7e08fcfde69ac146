import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { VirtualClock } from '../../src/base/virtual-clock.ts';
import { openStore, StoreError } from '../../src/emulator/store.ts';
import { StorageError } from '../../src/storage/storage-error.ts';
import { FakeWorker } from './fixture.ts';
import { executionOf, livePlane, longRun, play, settled, someTask, start, taskOf } from './live-plane.ts';

const HOUR = 3_600_000;

function freshDirectory(): string {
  const dataDir = mkdtempSync(join(tmpdir(), 'datasync-local-restart-'));
  t.teardown(() => rmSync(dataDir, { recursive: true, force: true }));
  return dataDir;
}

/** What a process that was killed leaves: its records as they were last put. */
function asKilled(dataDir: string, change: (store: ReturnType<typeof openStore>) => void): void {
  const store = openStore(dataDir);
  change(store);
  store.close();
}

t.test('a data directory that cannot be used is refused', async (t) => {
  const dataDir = freshDirectory();
  const plane = livePlane({ settings: { dataDir } });
  t.throws(() => livePlane({ settings: { dataDir } }), StoreError);
  await plane.shutdown();
});

t.test('what was running or queued ends in ERROR, and its task can be started', async (t) => {
  const dataDir = freshDirectory();
  const clock = new VirtualClock();
  const first = livePlane({ settings: { dataDir }, clock });
  first.worker.play = play();
  const task = await someTask(first, { Tags: [{ Key: 'k', Value: 'v' }] });
  const done = await start(first, task);
  const arns: string[] = [];
  for (const status of [
    'QUEUED',
    'LAUNCHING',
    'PREPARING',
    'TRANSFERRING',
    'VERIFYING',
    'CANCELLING',
  ] as const) {
    const record = first.executions.get(done);
    if (!record) throw new Error('It is gone.');
    const { endedAt: _ended, ...rest } = record;
    const arn = `${record.arn.slice(0, -6)}${String(arns.length).repeat(6)}`;
    first.executions.put({ ...rest, arn, status, tally: { ...record.tally, bytesWritten: 7 } });
    arns.push(arn);
  }
  await first.shutdown();
  asKilled(dataDir, (store) => {
    for (const arn of arns) t.not(store.executions.get(arn)?.status, 'ERROR');
    const record = store.tasks.get(task);
    if (record) store.tasks.put({ ...record, status: 'RUNNING' });
  });
  await clock.advance(5000);
  const second = livePlane({ settings: { dataDir }, clock });
  for (const arn of arns) {
    const execution = await executionOf(second, arn);
    t.match(execution, {
      Status: 'ERROR',
      BytesWritten: 7,
      Result: { ErrorCode: 'Interrupted', TotalDuration: 5000 },
    });
    t.equal(Number(execution.EndTime), clock.now());
  }
  t.strictSame(
    arns.map((arn) => second.executions.get(arn)?.result.transferStatus === 'ERROR'),
    [false, false, false, true, false, false],
  );
  t.match(await executionOf(second, done), { Status: 'SUCCESS' }, 'what had ended stays as it was');
  t.match(await taskOf(second, task), { Status: 'AVAILABLE', CurrentTaskExecutionArn: done });
  t.equal(second.told.length, arns.length + 1);
  t.match(await executionOf(second, await start(second, task)), { Status: 'SUCCESS' });
  await second.shutdown();
});

t.test('a clean stop in mid-run is the same', async (t) => {
  const dataDir = freshDirectory();
  const first = livePlane({ settings: { dataDir } });
  first.worker.play = longRun;
  const arn = await start(first, await someTask(first));
  await first.shutdown();
  const second = livePlane({ settings: { dataDir } });
  t.match(await executionOf(second, arn), { Status: 'ERROR', Result: { ErrorCode: 'Interrupted' } });
  t.strictSame(second.told, [], 'there was nothing left to end');
  await second.shutdown();
});

t.test('schedules and the tests of locations go on, history too', async (t) => {
  const dataDir = freshDirectory();
  const clock = new VirtualClock();
  const worker = new FakeWorker();
  worker.probeFails = () => new StorageError('Unreachable', 'nas', 'gone');
  const first = livePlane({ settings: { dataDir }, clock, worker });
  const task = await someTask(first, { Schedule: { ScheduleExpression: 'rate(4 hours)' } });
  await clock.advance(HOUR);
  await first.shutdown();
  await clock.advance(9 * HOUR);
  worker.probeFails = () => undefined;
  const second = livePlane({ settings: { dataDir }, clock, worker });
  await settled();
  t.equal((await taskOf(second, task)).Status, 'AVAILABLE');
  await clock.advance(2 * HOUR);
  t.strictSame(
    second.executions.all().map(({ startedAt }) => startedAt - Date.UTC(2026, 0, 1)),
    [12 * HOUR],
    'what was missed is not made up',
  );
  await second.shutdown();
  await clock.advance(31 * 24 * HOUR);
  const third = livePlane({ settings: { dataDir }, clock });
  await settled();
  t.equal(
    third.executions.all().filter(({ startedAt }) => startedAt < clock.now() - 30 * 24 * HOUR).length,
    0,
  );
  await third.shutdown();
});
