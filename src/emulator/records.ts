import type { Input, Output } from '../model/operations.ts';

/** What every kept thing has. Records are plain JSON (a store keeps them as text) and are never changed in place. */
export interface Kept {
  readonly arn: string;
  /** The last part of the ARN, such as `task-0…`. */
  readonly id: string;
  /** ms since the epoch. */
  readonly createdAt: number;
  /** In the order they were given. */
  readonly tags: Tags;
}

/** Key to value; a tag without a value has "". */
export type Tags = Readonly<Record<string, string>>;

export interface AgentRecord extends Kept {
  readonly name?: string;
  readonly status: 'ONLINE' | 'OFFLINE';
  readonly activationKey: string;
  readonly endpointType: 'PUBLIC' | 'PRIVATE_LINK' | 'FIPS' | 'FIPS_PRIVATE_LINK';
  readonly privateLink?: {
    readonly vpcEndpointId?: string;
    readonly endpoint?: string;
    readonly subnetArns: readonly string[];
    readonly securityGroupArns: readonly string[];
  };
  readonly lastConnectionAt: number;
  readonly platformVersion: string;
}

/** The eleven types of location; the table of kinds (`locations/index.ts`) has one entry for each. */
export type LocationType =
  | 'AzureBlob'
  | 'Efs'
  | 'FsxLustre'
  | 'FsxOntap'
  | 'FsxOpenZfs'
  | 'FsxWindows'
  | 'Hdfs'
  | 'Nfs'
  | 'ObjectStorage'
  | 'S3'
  | 'Smb';

export interface LocationRecord extends Kept {
  readonly type: LocationType;
  readonly uri: string;
  /** Agents that the location names; empty for agentless ones. */
  readonly agentArns: readonly string[];
  /** What the kind keeps of its input, in wire names, in plain JSON (blobs as base64), without secrets. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** Passwords, keys and tokens by member name. Never answered, never logged. */
  readonly secrets: Readonly<Record<string, string>>;
}

type CreateTask = Input<'CreateTask'>;

/** Members named as on the wire keep the wire's shape. */
export interface TaskRecord extends Kept {
  readonly name?: string;
  readonly mode: 'BASIC' | 'ENHANCED';
  readonly status: 'CREATING' | 'AVAILABLE' | 'QUEUED' | 'RUNNING' | 'UNAVAILABLE';
  readonly errorCode?: string;
  readonly errorDetail?: string;
  readonly sourceLocationArn: string;
  readonly destinationLocationArn: string;
  readonly sourceNetworkInterfaceArns: readonly string[];
  readonly destinationNetworkInterfaceArns: readonly string[];
  readonly logGroupArn?: string;
  /** Complete: every option has its value. */
  readonly options: WireOptions;
  readonly includes: NonNullable<CreateTask['Includes']>;
  readonly excludes: NonNullable<CreateTask['Excludes']>;
  readonly schedule?: ScheduleRecord;
  readonly manifest?: NonNullable<CreateTask['ManifestConfig']>;
  readonly report?: NonNullable<CreateTask['TaskReportConfig']>;
  /** The most recent one. */
  readonly currentExecutionArn?: string;
}

export type WireOptions = NonNullable<Output<'DescribeTask'>['Options']>;

export interface ScheduleRecord {
  readonly expression: string;
  readonly status: 'ENABLED' | 'DISABLED';
  /** ms since the epoch. */
  readonly statusUpdatedAt?: number;
  readonly disabledBy?: 'USER' | 'SERVICE';
  readonly disabledReason?: string;
}

export type ExecutionStatus = NonNullable<Output<'DescribeTaskExecution'>['Status']>;

export interface ExecutionRecord extends Kept {
  readonly taskArn: string;
  readonly mode: 'BASIC' | 'ENHANCED';
  readonly status: ExecutionStatus;
  readonly options: WireOptions;
  readonly includes: NonNullable<CreateTask['Includes']>;
  readonly excludes: NonNullable<CreateTask['Excludes']>;
  readonly manifest?: NonNullable<CreateTask['ManifestConfig']>;
  readonly report?: NonNullable<CreateTask['TaskReportConfig']>;
  /** When the start was asked for; ms. */
  readonly startedAt: number;
  /** When it left the queue; ms. */
  readonly launchedAt?: number;
  readonly endedAt?: number;
  readonly tally: Tally;
  readonly result: ExecutionResult;
  readonly reportResult?: {
    readonly status: 'PENDING' | 'SUCCESS' | 'ERROR';
    readonly errorCode?: string;
    readonly errorDetail?: string;
  };
}

export type PhaseStatus = 'PENDING' | 'SUCCESS' | 'ERROR';

/** Durations in ms. */
export interface ExecutionResult {
  readonly prepareStatus: PhaseStatus;
  readonly prepareMs: number;
  readonly transferStatus: PhaseStatus;
  readonly transferMs: number;
  readonly verifyStatus: PhaseStatus;
  readonly verifyMs: number;
  readonly totalMs: number;
  readonly errorCode?: string;
  readonly errorDetail?: string;
}

/** One counter for files (with links and devices), one for directories; Basic mode shows their sum. */
export interface Count {
  readonly files: number;
  readonly folders: number;
}

/** What a run has done so far, folded from its events. */
export interface Tally {
  readonly listedAtSource: Count;
  readonly listedAtDestination: Count;
  readonly toTransfer: Count;
  readonly bytesToTransfer: number;
  readonly toDelete: Count;
  readonly skipped: Count;
  readonly transferred: Count;
  readonly bytesTransferred: number;
  readonly bytesWritten: number;
  readonly verified: Count;
  readonly deleted: Count;
  readonly failed: {
    readonly list: Count;
    readonly prepare: Count;
    readonly transfer: Count;
    readonly verify: Count;
    readonly delete: Count;
  };
  readonly mismatched: Count;
}
