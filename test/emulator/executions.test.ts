import t from 'tap';
import { describeTaskExecution } from '../../src/emulator/actions/describe-task-execution.ts';
import { listTaskExecutions } from '../../src/emulator/actions/list-task-executions.ts';
import type { updateTask } from '../../src/emulator/actions/update-task.ts';
import { updateTaskExecution } from '../../src/emulator/actions/update-task-execution.ts';
import { EXECUTION_STEPS, inState } from '../../src/emulator/execution-states.ts';
import type { ExecutionRecord, ExecutionStatus } from '../../src/emulator/records.ts';
import { ForbiddenStep } from '../../src/emulator/state-table.ts';
import { TASK_STEPS, taskInState } from '../../src/emulator/task-states.ts';
import { StorageError } from '../../src/storage/storage-error.ts';
import { type Side, type TransferEvent, TransferFailed } from '../../src/transfer/job.ts';
import { contextOf, refusal, scope } from './fixture.ts';
import {
  executionOf,
  livePlane,
  locationOn,
  longRun,
  play,
  settled,
  someAgent,
  someTask,
  start,
  taskOf,
} from './live-plane.ts';

const SKIPPED =
  'Transfer and verification completed. Selected files transferred except for files skipped due to errors. If no skipped files are listed in Cloud Watch Logs, please contact AWS Support for further assistance.';
const MISMATCHED =
  'Transfer and verification completed. Verification detected mismatches. Files with mismatches are listed in Cloud Watch Logs';

const failed = (
  path: string,
  side: Side,
  step: 'prepare' | 'transfer' | 'verify',
  kind: StorageError['kind'],
): TransferEvent => ({
  type: 'failed',
  path,
  kind: 'file',
  side,
  step,
  error: new StorageError(kind, path, `The storage said no to ${path}.`),
});

t.test('an execution that is not there', async (t) => {
  const plane = livePlane();
  const task = await someTask(plane);
  const gone = `${task}/execution/exec-00000000000000000`;
  for (const call of [
    () => describeTaskExecution({ TaskExecutionArn: gone }, contextOf(plane)),
    () => updateTaskExecution({ TaskExecutionArn: gone, Options: {} }, contextOf(plane)),
  ]) {
    t.match((await refusal(call)).message, /exec-00000000000000000 is not found/);
  }
  await plane.runner.ended(gone);
  plane.runner.cancel(gone);
  plane.runner.step(gone);
  plane.runner.setBytesPerSecond(gone, 1);
  t.strictSame(plane.runner.problemsOf(gone), []);
});

t.test('a step that is in no table is a bug and throws', async (t) => {
  const record = { arn: 'e', status: 'SUCCESS' } as ExecutionRecord;
  t.throws(() => inState(record, 'ERROR'), ForbiddenStep);
  t.throws(() => inState({ ...record, status: 'CANCELLING' }, 'SUCCESS'), ForbiddenStep);
  t.throws(() => inState({ ...record, status: 'VERIFYING' }, 'PREPARING'), ForbiddenStep);
  const task = { arn: 't', status: 'UNAVAILABLE' } as Parameters<typeof taskInState>[0];
  t.throws(() => taskInState(task, 'CREATING'), ForbiddenStep);
  for (const [from, next] of Object.entries(EXECUTION_STEPS)) t.notOk(next.includes(from as ExecutionStatus));
  for (const from of Object.keys(TASK_STEPS))
    t.ok(Object.values(TASK_STEPS).some((next) => next.includes(from as 'QUEUED')) || from === 'CREATING');
});

t.test('items that fail do not stop a run; its end says so and the log names them', async (t) => {
  const plane = livePlane();
  plane.worker.play = play({
    prepare: [failed('x', 'source', 'prepare', 'PermissionDenied')],
    transfer: [
      failed('gone', 'source', 'transfer', 'NotFound'),
      failed('full', 'destination', 'transfer', 'NoSpace'),
    ],
    verify: [failed('v', 'destination', 'verify', 'NotFound')],
    troubled: ['prepare', 'transfer', 'verify'],
  });
  const task = await someTask(plane);
  const arn = await start(plane, task);
  const execution = await executionOf(plane, arn);
  t.equal(execution.Status, 'ERROR');
  t.match(execution.Result, {
    ErrorCode: 'FilesSkipped',
    ErrorDetail: SKIPPED,
    PrepareStatus: 'ERROR',
    TransferStatus: 'ERROR',
    VerifyStatus: 'ERROR',
  });
  t.strictSame(
    plane.runner.problemsOf(arn).map((problem) => problem.line),
    [
      '[ERROR] Failed to read metadata for file /x: Permission denied',
      '[ERROR] Failed to open source file /gone: No such file or directory',
      '[ERROR] Failed to transfer file /full: No space left on device',
      '[ERROR] Failed to read metadata for destination file /v: No such file or directory',
    ],
  );
  const lines = plane.logged.filter(({ event }) => event === 'item-failed');
  t.equal(lines.length, 4);
  t.match(lines[1]?.details, {
    execution: arn,
    path: '/gone',
    message: 'The storage said no to gone.',
    line: /gone/,
  });
  t.equal((await taskOf(plane, task)).Status, 'AVAILABLE');
});

t.test('mismatches alone end in the text of verification', async (t) => {
  const plane = livePlane();
  const about = { path: 'a/b', kind: 'file' } as const;
  plane.worker.play = play({
    verify: [
      { type: 'mismatched', difference: { members: ['content', 'mtime'] }, ...about },
      { type: 'mismatched', difference: { only: 'destination', members: [] }, path: 'c', kind: 'file' },
      { type: 'mismatched', difference: { only: 'source', members: [] }, path: 'd', kind: 'file' },
    ],
    troubled: ['verify'],
  });
  const arn = await start(plane, await someTask(plane));
  const { Status, Result } = await executionOf(plane, arn);
  t.match(
    { Status, Result },
    {
      Status: 'ERROR',
      Result: { ErrorDetail: MISMATCHED, TransferStatus: 'SUCCESS', VerifyStatus: 'ERROR' },
    },
  );
  t.strictSame(
    plane.runner.problemsOf(arn).map(({ line }) => line),
    [
      '[NOTICE] Verification failed <> /a/b',
      '[NOTICE] Verification failed > /c',
      '[NOTICE] Verification failed < /d',
    ],
  );
});

t.test('warnings are told and are no failure; the last 1,000 problems are kept', async (t) => {
  const plane = livePlane();
  const warned = Array.from(
    { length: 1005 },
    (_, index): TransferEvent => ({ type: 'warned', path: `w${index}`, message: 'odd' }),
  );
  const skip = {
    type: 'skipped',
    because: 'archived',
    message: 'It is archived.',
    path: 's',
    kind: 'file',
  } as const;
  plane.worker.play = play({
    transfer: [...warned, skip, { ...skip, path: 'q', message: undefined } as unknown as TransferEvent],
  });
  const arn = await start(plane, await someTask(plane));
  t.equal((await executionOf(plane, arn)).Status, 'SUCCESS');
  const problems = plane.runner.problemsOf(arn);
  t.equal(problems.length, 1000);
  t.match(problems[0], { path: '/w6', what: 'warned' });
  t.match(problems.at(-1), { path: '/s', what: 'skipped', line: '[WARN] /s: It is archived.' });
});

t.test('a location that cannot be reached ends the run in the service’s words', async (t) => {
  const cases = [
    [
      'Nfs',
      'source-unreachable',
      'Unreachable',
      'SrcLocHitAccess',
      /^Task failed to access location loc-\w+: x40016: mount\.nfs: Connection timed out/,
    ],
    ['Smb', 'source-unreachable', 'CredentialsRefused', 'SrcLocHitAccess', /x40015: mount error\(13\): Perm/],
    [
      'S3',
      'source-unreachable',
      'Unreachable',
      'FsS3UnableToConnectToEndpoint',
      /Task failed to access location/,
    ],
    ['S3', 'source-unreachable', 'PermissionDenied', 'FsS3HeadBucketFailed', /Permission denied/],
    ['Efs', 'destination-unreachable', 'Stale', 'DstLocHitAccess', /Stale file handle/],
    ['Nfs', 'manifest-entry-missing', 'NotFound', 'ManifestFileDoesNotExist', /It is not there/],
    ['Nfs', 'manifest-unusable', 'NotFound', 'ManifestUnusable', /It is not there/],
    ['Nfs', 'tags-unsupported', 'Unsupported', 'ObjectTagsUnsupported', /It is not there/],
    ['Nfs', 'internal', 'Io', 'InternalError', /It is not there/],
  ] as const;
  for (const [type, code, kind, ErrorCode, detail] of cases) {
    const plane = livePlane();
    plane.worker.play = async function* (_order, control) {
      await control.beforePhase?.('prepare');
      yield { type: 'listed', side: 'source', path: 'a', kind: 'file' };
      throw new TransferFailed(code, 'It is not there.', { cause: new StorageError(kind, '', 'No.') });
    };
    const task = await someTask(
      plane,
      {},
      locationOn(plane, type === 'Efs' ? 'S3' : type),
      locationOn(plane, type === 'Efs' ? 'Efs' : 'S3'),
    );
    const { Status, Result } = await executionOf(plane, await start(plane, task));
    t.match(
      { Status, Result },
      {
        Status: 'ERROR',
        Result: { ErrorCode, ErrorDetail: detail, PrepareStatus: 'ERROR', TransferStatus: 'PENDING' },
      },
      `${type} ${code} ${kind}`,
    );
    t.equal((await taskOf(plane, task)).Status, 'AVAILABLE');
  }
});

t.test('a worker that breaks ends its run, and nothing else', async (t) => {
  const plane = livePlane();
  plane.worker.play = async function* () {
    yield { type: 'moved', bytes: 1 };
    throw new TypeError('x is not a function');
  };
  const task = await someTask(plane);
  const { Result } = await executionOf(plane, await start(plane, task));
  t.match(Result, { ErrorCode: 'InternalError', ErrorDetail: /x is not a function/ });
  t.ok(plane.logged.some(({ event }) => event === 'execution-broke'));
  plane.worker.play = play();
  t.equal((await executionOf(plane, await start(plane, task))).Status, 'SUCCESS');
});

t.test('UpdateTaskExecution changes the bandwidth of what runs, and nothing else', async (t) => {
  const plane = livePlane();
  const rates: (number | null)[] = [];
  plane.worker.play = async function* (_order, control) {
    for (;;) {
      rates.push(control.bytesPerSecond());
      yield { type: 'moved', bytes: 1 };
      await control.clock.sleep(1000, control.signal);
      if (rates.length === 3) return;
    }
  };
  const task = await someTask(plane, { Options: { BytesPerSecond: 100 } });
  const arn = await start(plane, task);
  const update = (Options: Parameters<typeof updateTaskExecution>[0]['Options']) =>
    updateTaskExecution({ TaskExecutionArn: arn, Options }, contextOf(plane));
  t.match((await refusal(() => update({ LogLevel: 'BASIC' }))).message, /option LogLevel cannot be changed/);
  t.match((await refusal(() => update({ BytesPerSecond: 0 }))).message, /Value: 0/);
  await update({ BytesPerSecond: 5, LogLevel: 'OFF' });
  await plane.clock.advance(1000);
  await update({ BytesPerSecond: -1 });
  await plane.clock.advance(2000);
  t.strictSame(rates, [100, 5, null]);
  const execution = await executionOf(plane, arn);
  t.match(execution, { Status: 'SUCCESS', Options: { BytesPerSecond: -1 } });
  t.equal((await taskOf(plane, task)).Options?.BytesPerSecond, 100);
  t.match(
    (await refusal(() => update({ BytesPerSecond: 7 }))).message,
    /cannot be updated in its current status: SUCCESS/,
  );
});

t.test('each state is told, even when none takes time', async (t) => {
  const plane = livePlane();
  plane.worker.play = play();
  const task = await someTask(plane);
  plane.told.length = 0;
  const arn = await start(plane, task);
  const [taskId, execId] = [task, arn].map((text) => text.slice(text.lastIndexOf('/') + 1));
  t.strictSame(plane.told, [
    `${execId} LAUNCHING`,
    `${taskId} RUNNING`,
    `${execId} PREPARING`,
    `${execId} TRANSFERRING`,
    `${execId} VERIFYING`,
    `${execId} SUCCESS`,
    `${taskId} AVAILABLE`,
  ]);
});

t.test('phases that options leave out are left out', async (t) => {
  const states = async (Options: NonNullable<Parameters<typeof updateTask>[0]['Options']>) => {
    const plane = livePlane();
    plane.worker.play = play();
    const arn = await start(plane, await someTask(plane, { Options }));
    const { Result } = await executionOf(plane, arn);
    t.match(Result, { PrepareStatus: 'SUCCESS', TransferStatus: 'SUCCESS', VerifyStatus: 'SUCCESS' });
    return plane.told.filter((line) => line.startsWith('exec')).map((line) => line.split(' ')[1]);
  };
  t.strictSame(await states({ TransferMode: 'ALL' }), ['LAUNCHING', 'TRANSFERRING', 'VERIFYING', 'SUCCESS']);
  t.strictSame(await states({ VerifyMode: 'NONE' }), ['LAUNCHING', 'PREPARING', 'TRANSFERRING', 'SUCCESS']);
  t.strictSame(await states({ TransferMode: 'ALL', VerifyMode: 'NONE' }), [
    'LAUNCHING',
    'TRANSFERRING',
    'SUCCESS',
  ]);
});

t.test('durations come from the one clock', async (t) => {
  const plane = livePlane();
  plane.worker.play = play({ takesMs: 1500 });
  const task = await someTask(plane);
  const before = plane.clock.now();
  const arn = await start(plane, task);
  t.equal((await executionOf(plane, arn)).Status, 'PREPARING');
  await plane.clock.advance(1500);
  const half = await executionOf(plane, arn);
  t.match(half, {
    Status: 'TRANSFERRING',
    Result: { PrepareStatus: 'SUCCESS', PrepareDuration: 1500, TransferStatus: 'PENDING', TotalDuration: 0 },
  });
  t.notOk('EndTime' in half);
  await plane.clock.advance(3000);
  const { Result, StartTime, LaunchTime, EndTime } = await executionOf(plane, arn);
  t.match(Result, {
    PrepareDuration: 1500,
    TransferDuration: 1500,
    VerifyDuration: 1500,
    TotalDuration: 4500,
  });
  t.strictSame([StartTime, LaunchTime, EndTime].map(Number), [before, before, before + 4500]);
});

const COUNTED: TransferEvent[] = [
  { type: 'listed', side: 'source', path: '', kind: 'directory' },
  { type: 'listed', side: 'source', path: 'a', kind: 'file' },
  { type: 'planned', action: 'copy', sizeBytes: 10, path: 'a', kind: 'file' },
  { type: 'planned', action: 'set-metadata', sizeBytes: 0, path: '', kind: 'directory' },
  { type: 'planned', action: 'delete', sizeBytes: 3, path: 'z', kind: 'file' },
  { type: 'moved', bytes: 10 },
  { type: 'transferred', action: 'copy', sizeBytes: 10, overwrote: false, path: 'a', kind: 'file' },
  { type: 'transferred', action: 'set-metadata', sizeBytes: 0, overwrote: true, path: '', kind: 'directory' },
  { type: 'deleted', path: 'z', kind: 'file' },
];

t.test('counters rise while it runs, without a write of the record', async (t) => {
  const plane = livePlane();
  plane.worker.play = async function* (_order, control) {
    await control.beforePhase?.('transfer');
    for (const event of COUNTED) {
      yield event;
      await control.clock.sleep(1000, control.signal);
    }
  };
  const arn = await start(plane, await someTask(plane));
  const record = plane.executions.get(arn);
  t.equal(record?.tally.bytesToTransfer, 0);
  await plane.clock.advance(5000);
  t.match(await executionOf(plane, arn), {
    EstimatedFilesToTransfer: 3,
    EstimatedBytesToTransfer: 10,
    BytesTransferred: 10,
    BytesWritten: 0,
  });
  t.equal(plane.executions.get(arn), record);
  await plane.clock.advance(10_000);
  t.match(plane.executions.get(arn), { status: 'SUCCESS', tally: { bytesWritten: 10 } });
});

t.test('Basic mode counts files and folders together, and work to delete as work', async (t) => {
  const plane = livePlane();
  plane.worker.play = play({ transfer: COUNTED });
  const execution = await executionOf(plane, await start(plane, await someTask(plane)));
  t.match(execution, {
    EstimatedFilesToTransfer: 3,
    EstimatedFilesToDelete: 1,
    FilesTransferred: 2,
    FilesDeleted: 1,
    FilesSkipped: 0,
    FilesVerified: 0,
    BytesCompressed: 10,
    TaskMode: 'BASIC',
  });
  t.strictSame(
    Object.keys(execution).filter((name) => /Folders|Prepared|Listed|Failed/.test(name)),
    [],
  );
});

t.test('Enhanced mode counts folders apart, and has no durations of phases', async (t) => {
  const plane = livePlane();
  plane.worker.play = async function* (_order, control) {
    for (const phase of ['prepare', 'transfer'] as const) {
      await control.beforePhase?.(phase);
      yield { type: 'phase-started', phase, at: control.clock.now() };
    }
    yield* COUNTED;
    yield failed('f', 'source', 'prepare', 'Io');
    await control.clock.sleep(700, control.signal);
    yield { type: 'phase-ended', phase: 'prepare', at: control.clock.now(), ok: false };
    yield { type: 'phase-ended', phase: 'transfer', at: control.clock.now(), ok: true };
    await control.beforePhase?.('verify');
  };
  const task = await someTask(plane, { TaskMode: 'ENHANCED' });
  const arn = await start(plane, task);
  t.equal((await executionOf(plane, arn)).Status, 'TRANSFERRING');
  await plane.clock.advance(700);
  const execution = await executionOf(plane, arn);
  t.match(execution, {
    Status: 'ERROR',
    TaskMode: 'ENHANCED',
    EstimatedFilesToTransfer: 1,
    EstimatedFoldersToTransfer: 1,
    FilesTransferred: 1,
    FoldersTransferred: 1,
    FilesPrepared: 1,
    FilesListed: { AtSource: 1, AtDestinationForDelete: 0 },
    FoldersListed: { AtSource: 1 },
    FilesFailed: { Prepare: 1, Transfer: 0, Verify: 0, Delete: 0 },
    FoldersFailed: { List: 0, Prepare: 0 },
    Result: {
      PrepareDuration: 0,
      TransferDuration: 0,
      VerifyDuration: 0,
      TotalDuration: 700,
      PrepareStatus: 'ERROR',
      TransferStatus: 'SUCCESS',
    },
  });
});

t.test('what a start overrides goes to the worker and does not stick', async (t) => {
  const plane = livePlane();
  const task = await someTask(plane, { Includes: [{ Value: '/a' }], Options: { OverwriteMode: 'NEVER' } });
  const before = plane.tasks.get(task);
  const arn = await start(plane, task, {
    OverrideOptions: { VerifyMode: 'NONE', BytesPerSecond: 9 },
    Includes: [{ Value: '/b*' }],
    Excludes: [{ Value: '*.tmp' }],
    Tags: [{ Key: 'k', Value: 'v' }],
  });
  t.match(plane.worker.orders[0], {
    runId: arn.slice(arn.lastIndexOf('/') + 1),
    stagingId: task.slice(task.lastIndexOf('/') + 1),
    options: {
      verify: 'nothing',
      overwrite: false,
      bytesPerSecond: 9,
      order: 'phased',
      compare: 'changed',
      removeExtra: false,
    },
    selection: { include: '/b*', exclude: '*.tmp', manifest: null },
  });
  t.doesNotThrow(() => JSON.stringify(plane.worker.orders[0]), 'an order can be sent elsewhere');
  t.match(await executionOf(plane, arn), {
    Includes: [{ Value: '/b*' }],
    Options: { VerifyMode: 'NONE', OverwriteMode: 'NEVER' },
  });
  t.strictSame(plane.executions.get(arn)?.tags, { k: 'v' });
  t.strictSame(plane.tasks.get(task), { ...before, currentExecutionArn: arn });
  await start(plane, task);
  t.match(plane.worker.orders[1], {
    options: { verify: 'everything', bytesPerSecond: null },
    selection: { include: '/a', exclude: null },
  });
});

t.test('a start is refused for options and selections as a task is', async (t) => {
  const plane = livePlane();
  const task = await someTask(plane, { Options: { PreserveDeletedFiles: 'REMOVE' } });
  const said = async (input: Parameters<typeof start>[2]) =>
    (await refusal(() => start(plane, task, input))).message;
  t.match(await said({ OverrideOptions: { TransferMode: 'ALL' } }), /ALL,REMOVE/);
  t.match(await said({ Includes: [{ Value: '*a' }] }), /not its last character/);
  t.equal(
    (await refusal(() => start(plane, task.replace(/task-.*$/, 'task-00000000000000000')))).message.endsWith(
      'is not found.',
    ),
    true,
  );
  t.equal(plane.executions.all().length, 0);
  t.equal((await taskOf(plane, task)).Status, 'AVAILABLE');
});

t.test('a manifest goes to the worker as an object of its bucket', async (t) => {
  const plane = livePlane();
  const S3 = {
    S3BucketArn: 'arn:aws:s3:::lists',
    BucketAccessRoleArn: 'arn:aws:iam::123456789012:role/r',
    ManifestObjectPath: 'm.csv',
    ManifestObjectVersionId: 'v1',
  };
  const task = await someTask(plane, {
    ManifestConfig: { Action: 'TRANSFER', Format: 'CSV', Source: { S3 } },
  });
  await start(plane, task);
  await start(plane, task, { ManifestConfig: {} });
  t.match(plane.worker.orders[0]?.selection.manifest, {
    path: 'm.csv',
    versionId: 'v1',
    target: { driver: 'memory' },
  });
  t.equal(plane.worker.orders[1]?.selection.manifest, null);
});

t.test('a report that is asked for is said to be missing', async (t) => {
  const plane = livePlane();
  const S3 = { S3BucketArn: 'arn:aws:s3:::r', BucketAccessRoleArn: 'arn:aws:iam::123456789012:role/r' };
  plane.worker.play = longRun;
  const arn = await start(plane, await someTask(plane, { TaskReportConfig: { Destination: { S3 } } }));
  t.strictSame((await executionOf(plane, arn)).ReportResult, { Status: 'PENDING' });
  await plane.clock.advance(3_600_000);
  t.match(await executionOf(plane, arn), {
    Status: 'SUCCESS',
    ReportResult: { Status: 'ERROR', ErrorDetail: /does not write task reports/ },
  });
});

t.test('scaled pacing: each state lasts its time', async (t) => {
  const plane = livePlane({ settings: { pacing: { kind: 'scaled', stateMs: 1000 } } });
  plane.worker.play = play();
  const arn = await start(plane, await someTask(plane));
  for (const status of ['LAUNCHING', 'PREPARING', 'TRANSFERRING', 'VERIFYING', 'SUCCESS']) {
    t.equal((await executionOf(plane, arn)).Status, status);
    await plane.clock.advance(999);
    t.equal((await executionOf(plane, arn)).Status, status);
    await plane.clock.advance(1);
  }
  t.match((await executionOf(plane, arn)).Result, { PrepareDuration: 1000, TotalDuration: 4000 });
});

t.test('manual pacing: nothing goes on until it is told, and looking tells nothing', async (t) => {
  const plane = livePlane({ settings: { pacing: { kind: 'manual' } } });
  plane.worker.play = play();
  const arn = await start(plane, await someTask(plane));
  for (const status of ['LAUNCHING', 'PREPARING', 'TRANSFERRING', 'VERIFYING']) {
    await plane.clock.advance(3_600_000);
    for (let look = 0; look < 3; look += 1) t.equal((await executionOf(plane, arn)).Status, status);
    plane.runner.step(arn);
    await settled();
  }
  t.equal((await executionOf(plane, arn)).Status, 'SUCCESS');
});

t.test('with an agent offline an execution stays in LAUNCHING', async (t) => {
  const plane = livePlane();
  const agent = someAgent(plane);
  const task = await someTask(plane, {}, locationOn(plane, 'Nfs', { agentArns: [agent.arn] }));
  plane.agents.put({ ...agent, status: 'OFFLINE' });
  const arn = await start(plane, task);
  await plane.clock.advance(60_000);
  t.equal((await executionOf(plane, arn)).Status, 'LAUNCHING');
  plane.agents.put(agent);
  await plane.clock.advance(1000);
  t.equal((await executionOf(plane, arn)).Status, 'SUCCESS');
});

t.test('an execution is kept for 30 days', async (t) => {
  const plane = livePlane();
  const day = 86_400_000;
  const task = await someTask(plane);
  const first = await start(plane, task);
  await plane.clock.advance(10 * day);
  const second = await start(plane, task);
  await plane.clock.advance(20 * day - 1);
  t.ok(plane.executions.get(first));
  await plane.clock.advance(1);
  t.equal(plane.executions.get(first), undefined);
  t.equal((await taskOf(plane, task)).CurrentTaskExecutionArn, second);
  await plane.clock.advance(10 * day);
  t.equal(plane.executions.all().length, 0);
  t.notOk('CurrentTaskExecutionArn' in (await taskOf(plane, task)));
  t.equal(plane.clock.sleeping, 0);
});

t.test('executions are listed, the oldest first, of one task or of all', async (t) => {
  const plane = livePlane();
  const [one, other] = [await someTask(plane), await someTask(plane)];
  const arns = [await start(plane, one), await start(plane, other), await start(plane, one)];
  const listed = async (input: Parameters<typeof listTaskExecutions>[0]) =>
    (await listTaskExecutions(input, contextOf(plane))).TaskExecutions?.map(
      (execution) => execution.TaskExecutionArn,
    );
  t.strictSame(await listed({}), arns);
  t.strictSame(await listed({ TaskArn: one }), [arns[0], arns[2]]);
  const page = await listTaskExecutions({ MaxResults: 2 }, contextOf(plane));
  t.strictSame(await listed({ MaxResults: 2, NextToken: page.NextToken }), [arns[2]]);
  t.strictSame(
    (await listTaskExecutions({}, contextOf(plane, { ...scope, account: '999999999999' }))).TaskExecutions,
    [],
  );
});
