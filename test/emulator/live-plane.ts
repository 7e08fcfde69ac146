import { type Log, silentLog } from '../../src/base/log.ts';
import { seededRandom } from '../../src/base/random.ts';
import { VirtualClock } from '../../src/base/virtual-clock.ts';
import { createTask } from '../../src/emulator/actions/create-task.ts';
import { describeTask } from '../../src/emulator/actions/describe-task.ts';
import { describeTaskExecution } from '../../src/emulator/actions/describe-task-execution.ts';
import { startTaskExecution } from '../../src/emulator/actions/start-task-execution.ts';
import { idOf } from '../../src/emulator/arn.ts';
import { assembleControlPlane, type LiveControlPlane } from '../../src/emulator/assemble.ts';
import type { StateChange } from '../../src/emulator/control-plane.ts';
import type { AgentRecord, LocationRecord, LocationType } from '../../src/emulator/records.ts';
import type { Settings } from '../../src/emulator/settings.ts';
import type { Input, Output } from '../../src/model/operations.ts';
import type { Phase, TransferEvent } from '../../src/transfer/job.ts';
import { contextOf, FakeWorker, scope, someLocation, testSettings } from './fixture.ts';

/** The real control plane around a worker that plays what a test writes, in time that stands still. */
export interface LivePlane extends LiveControlPlane {
  readonly clock: VirtualClock;
  readonly worker: FakeWorker;
  /** `id STATE`, in order, of tasks and executions. */
  readonly told: string[];
  /** Event names and details that were logged. */
  readonly logged: { readonly event: string; readonly details: Readonly<Record<string, unknown>> }[];
}

export interface LivePlaneOptions {
  readonly settings?: Partial<Settings>;
  readonly clock?: VirtualClock;
  readonly worker?: FakeWorker;
}

export function livePlane({ settings, clock, worker }: LivePlaneOptions = {}): LivePlane {
  const told: string[] = [];
  const logged: LivePlane['logged'] = [];
  const parts = { clock: clock ?? new VirtualClock(), worker: worker ?? new FakeWorker() };
  const plane = assembleControlPlane({
    ...parts,
    random: seededRandom(7),
    log: recordingLog(logged),
    settings: { ...testSettings, ...settings },
    targets: {
      targetOf: (location) => ({ driver: 'memory', volume: location.id, root: '/' }),
      bucketTarget: (bucketArn) => ({ driver: 'memory', volume: idOf(bucketArn), root: '/' }),
    },
    observers: [({ arn, state }: StateChange) => void told.push(`${idOf(arn)} ${state}`)],
  });
  return { ...plane, ...parts, told, logged };
}

function recordingLog(logged: LivePlane['logged']): Log {
  const write = (event: string, details: Readonly<Record<string, unknown>> = {}) =>
    void logged.push({ event, details });
  return { ...silentLog, error: write, warn: write, info: write };
}

export function someAgent(plane: LiveControlPlane, status: AgentRecord['status'] = 'ONLINE'): AgentRecord {
  const id = `agent-0${plane.random.hex(16)}`;
  const agent: AgentRecord = {
    arn: `arn:aws:datasync:${scope.region}:${scope.account}:agent/${id}`,
    id,
    createdAt: plane.clock.now(),
    tags: {},
    status,
    activationKey: 'AAAAA-BBBBB-CCCCC-DDDDD-EEEEE',
    endpointType: 'PUBLIC',
    lastConnectionAt: plane.clock.now(),
    platformVersion: '1',
  };
  plane.agents.put(agent);
  return agent;
}

export function locationOn(
  plane: LiveControlPlane,
  type: LocationType,
  over: Partial<LocationRecord> = {},
): LocationRecord {
  const record = { ...someLocation(plane, type, 'nfs://nas.memory/export/'), ...over };
  plane.locations.put(record);
  return record;
}

type TaskInput = Omit<Input<'CreateTask'>, 'SourceLocationArn' | 'DestinationLocationArn'>;

/** A task that is AVAILABLE, or whatever its locations allow. Nfs to S3 unless told otherwise. */
export async function someTask(
  plane: LivePlane,
  input: TaskInput = {},
  source = locationOn(plane, 'Nfs'),
  destination = locationOn(plane, 'S3'),
): Promise<string> {
  const { TaskArn = '' } = await createTask(
    { ...input, SourceLocationArn: source.arn, DestinationLocationArn: destination.arn },
    contextOf(plane),
  );
  const { pacing } = plane.settings;
  if (pacing.kind === 'scaled') await plane.clock.advance(pacing.stateMs);
  await settled();
  return TaskArn;
}

/** Starts a task; the execution is as far as it comes without time passing. */
export async function start(
  plane: LivePlane,
  TaskArn: string,
  input: Omit<Input<'StartTaskExecution'>, 'TaskArn'> = {},
): Promise<string> {
  const { TaskExecutionArn = '' } = await startTaskExecution({ ...input, TaskArn }, contextOf(plane));
  await settled();
  return TaskExecutionArn;
}

export async function taskOf(plane: LivePlane, TaskArn: string): Promise<Output<'DescribeTask'>> {
  return describeTask({ TaskArn }, contextOf(plane));
}

export async function executionOf(
  plane: LivePlane,
  TaskExecutionArn: string,
): Promise<Output<'DescribeTaskExecution'>> {
  return describeTaskExecution({ TaskExecutionArn }, contextOf(plane));
}

/** Lets everything that is ready to run, run. Takes no time of any clock. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

type Play = FakeWorker['play'];

/** What a run tells in each phase, told as the engine tells it; each phase takes `takesMs` of the clock. */
export interface Script {
  readonly prepare?: readonly TransferEvent[];
  readonly transfer?: readonly TransferEvent[];
  readonly verify?: readonly TransferEvent[];
  readonly takesMs?: number;
  readonly phases?: readonly Phase[];
  readonly troubled?: readonly Phase[];
}

/** A run that goes through its phases and stops when it is told to. */
export function play(script: Script = {}): Play {
  return async function* (_order, control) {
    for (const phase of script.phases ?? (['prepare', 'transfer', 'verify'] as const)) {
      await control.beforePhase?.(phase);
      yield { type: 'phase-started', phase, at: control.clock.now() };
      await control.clock.sleep(script.takesMs ?? 0, control.signal);
      yield* script[phase] ?? [];
      const ok = !(script.troubled ?? []).includes(phase);
      yield { type: 'phase-ended', phase, at: control.clock.now(), ok };
    }
  };
}

/** A run of one hour, which can be stopped. */
export const longRun: Play = play({ takesMs: 1_200_000 });
