// Room: emulator. The control plane: what DataSync's API knows and decides. AWS words end here.

import type { Agent } from '../agent/agent.ts';
import type { Activity } from '../base/activity.ts';
import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type { Random } from '../base/random.ts';
import type { ActiveFaults } from '../faults/faults.ts';
import type { StorageTarget } from '../storage/index.ts';
import type { Collection } from './collection.ts';
import type { ExecutionRunner } from './execution-runner.ts';
import type { AgentRecord, ExecutionRecord, LocationRecord, TaskRecord } from './records.ts';
import type { Schedules } from './schedules.ts';
import type { Settings } from './settings.ts';
import type { TaskAccess } from './task-access.ts';

/** All that an action may touch. */
export interface ControlPlane {
  /** May be held by a user. What has to go on then waits by `realClock`. */
  readonly clock: Clock;
  readonly realClock: Clock;
  /** Who is at work and who only waits for `clock`. */
  readonly activity: Activity;
  readonly random: Random;
  readonly log: Log;
  readonly settings: Settings;
  readonly agents: Collection<AgentRecord>;
  readonly locations: Collection<LocationRecord>;
  readonly tasks: Collection<TaskRecord>;
  readonly executions: Collection<ExecutionRecord>;
  /** Queues, starts, cancels and changes executions. */
  readonly runner: ExecutionRunner;
  readonly schedules: Schedules;
  /** Whether the locations of tasks can be reached. */
  readonly access: TaskAccess;
  /** Trouble that is made on purpose. */
  readonly faults: ActiveFaults;
  /** Opens storages for access tests; the runner uses the same for transfers. */
  readonly worker: Agent;
  /** Where the bytes of a location are, by the bindings and the built-in rules. */
  targetOf(location: LocationRecord, use?: TargetUse): StorageTarget;
  /** Where the objects of a bucket of the user's are (manifests, reports, access tests). */
  bucketTarget(bucketArn: string, prefix: string, scope: Scope): StorageTarget;
  /** Tells the observers that something changed its state. Never throws. */
  notify(change: StateChange): void;
}

/** What a location is opened for. */
export interface TargetUse {
  readonly stagingId?: string;
  readonly timeForm?: 'ns' | 'ms';
}

/** Resources of one account and Region never meet those of another. */
export interface Scope {
  /** Such as `aws`, `aws-cn`. */
  readonly partition: string;
  readonly region: string;
  /** Twelve digits. */
  readonly account: string;
}

/** A change of state, as EventBridge tells it. @source AWS user guide, "Monitoring DataSync with EventBridge" */
export interface StateChange {
  readonly resource: 'agent' | 'location' | 'task' | 'task-execution';
  readonly arn: string;
  readonly state: string;
  /** ms since the epoch. */
  readonly at: number;
}
