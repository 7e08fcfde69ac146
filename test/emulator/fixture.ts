import type { Agent } from '../../src/agent/agent.ts';
import { Activity } from '../../src/base/activity.ts';
import { silentLog } from '../../src/base/log.ts';
import { seededRandom } from '../../src/base/random.ts';
import { systemClock } from '../../src/base/system-clock.ts';
import { VirtualClock } from '../../src/base/virtual-clock.ts';
import type { CallContext } from '../../src/emulator/action.ts';
import type { ControlPlane, Scope, StateChange } from '../../src/emulator/control-plane.ts';
import type { ExecutionProblem } from '../../src/emulator/execution-problem.ts';
import type { ExecutionRunner } from '../../src/emulator/execution-runner.ts';
import type { ExecutionRecord, LocationRecord, LocationType } from '../../src/emulator/records.ts';
import type { Schedules } from '../../src/emulator/schedules.ts';
import type { Settings } from '../../src/emulator/settings.ts';
import { openStore } from '../../src/emulator/store.ts';
import type { TaskAccess } from '../../src/emulator/task-access.ts';
import { noFaults } from '../../src/faults/faults.ts';
import { ServiceError } from '../../src/model/service-error.ts';
import type { StorageError } from '../../src/storage/backend.ts';
import type { StorageTarget } from '../../src/storage/index.ts';
import type { TransferControl, TransferEvent, TransferOrder } from '../../src/transfer/job.ts';

export const scope: Scope = { partition: 'aws', region: 'us-east-1', account: '123456789012' };

export const testSettings: Settings = {
  ownS3Endpoint: () => 'http://127.0.0.1:4566',
  s3: undefined,
  bindings: [],
  pacing: { kind: 'immediate' },
  dataDir: undefined,
  maxTasks: 100,
  maxQueued: 50,
};

/** A worker that moves nothing: it remembers what it was asked, and fails when it is told to. */
export class FakeWorker implements Agent {
  readonly probed: StorageTarget[] = [];
  readonly orders: TransferOrder[] = [];
  /** Asked at each probe; an error is thrown. */
  probeFails: (target: StorageTarget) => StorageError | undefined = () => undefined;
  /** What a run gives. */
  play: (order: TransferOrder, control: TransferControl) => AsyncGenerator<TransferEvent> =
    async function* () {};

  run(order: TransferOrder, control: TransferControl): AsyncGenerator<TransferEvent> {
    this.orders.push(order);
    return this.play(order, control);
  }

  async probe(target: StorageTarget): Promise<void> {
    this.probed.push(target);
    const failure = this.probeFails(target);
    if (failure) throw failure;
  }
}

/** Remembers what it was asked and does nothing. */
export class RecordingRunner implements ExecutionRunner {
  readonly calls: (readonly [string, ...unknown[]])[] = [];

  enqueue(record: ExecutionRecord): void {
    this.calls.push(['enqueue', record.arn]);
  }
  cancel(arn: string): void {
    this.calls.push(['cancel', arn]);
  }
  setBytesPerSecond(arn: string, bytesPerSecond: number): void {
    this.calls.push(['setBytesPerSecond', arn, bytesPerSecond]);
  }
  step(arn: string): void {
    this.calls.push(['step', arn]);
  }
  async ended(): Promise<void> {}
  async endAll(): Promise<void> {}
  async shutdown(): Promise<void> {}
  blockerOf(): undefined {}
  unfinishedOf(): readonly string[] {
    return [];
  }
  liveTally(): undefined {}
  problemsOf(): readonly ExecutionProblem[] {
    return [];
  }
}

const noSchedules: Schedules = { update() {}, forget() {}, stop() {} };

const noAccess: TaskAccess = { async check() {}, watch() {}, stop() {} };

export interface TestPlane extends ControlPlane {
  readonly worker: FakeWorker;
  /** What the observers were told. */
  readonly changes: StateChange[];
}

/**
 * A control plane in memory, with time that stands still. Every location is a memory volume named by its id,
 * unless `over.targetOf` says otherwise.
 */
export function testPlane(over: Partial<ControlPlane> = {}): TestPlane {
  const changes: StateChange[] = [];
  const realClock = systemClock();
  return {
    clock: new VirtualClock(),
    realClock,
    activity: new Activity(realClock),
    random: seededRandom(1),
    log: silentLog,
    settings: testSettings,
    ...openStore(undefined),
    runner: new RecordingRunner(),
    schedules: noSchedules,
    access: noAccess,
    faults: noFaults,
    targetOf: (location) => ({ driver: 'memory', volume: location.id, root: '/' }),
    bucketTarget: (bucketArn, prefix) => ({
      driver: 'memory',
      volume: bucketArn.slice(bucketArn.lastIndexOf(':') + 1),
      root: `/${prefix}`,
    }),
    notify: (change) => void changes.push(change),
    ...over,
    worker: over.worker instanceof FakeWorker ? over.worker : new FakeWorker(),
    changes,
  };
}

export function contextOf(plane: ControlPlane, of: Scope = scope): CallContext {
  return { plane, scope: of, requestId: '00000000-0000-4000-8000-000000000000' };
}

/** A location put straight into the collection, for tests that are not about locations. */
export function someLocation(
  plane: ControlPlane,
  type: LocationType = 'Nfs',
  uri = 'nfs://nas.memory/export/',
  of: Scope = scope,
): LocationRecord {
  const id = `loc-0${plane.random.hex(16)}`;
  const record: LocationRecord = {
    arn: `arn:${of.partition}:datasync:${of.region}:${of.account}:location/${id}`,
    id,
    createdAt: plane.clock.now(),
    tags: {},
    type,
    uri,
    agentArns: [],
    settings: {},
    secrets: {},
  };
  plane.locations.put(record);
  return record;
}

/** The refusal of a call, or a failure when it was not refused. */
export async function refusal(call: () => unknown): Promise<ServiceError> {
  try {
    await call();
  } catch (error) {
    if (error instanceof ServiceError) return error;
    throw error;
  }
  throw new Error('The call was accepted, although it had to be refused.');
}
