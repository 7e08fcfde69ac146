// Room: transfer. The engine: two opened locations in, a stream of events out. No AWS words, no clock of its own.

import type { Clock } from '../base/clock.ts';
import type { EntryKind, SecurityParts, StorageError, WindowsSecurity } from '../storage/backend.ts';
import type { StorageTarget } from '../storage/index.ts';

/**
 * All that a run needs, as plain JSON: it can be sent to a worker thread or to another process.
 * Everything is decided here; the engine has no defaults.
 */
export interface TransferOrder {
  /** Unique to the run; names its ledger. */
  readonly runId: string;
  /** Equal for all runs of one task; names the helper folder at the destination, so that a next run finds and clears what a killed one left. */
  readonly stagingId: string;
  readonly source: StorageTarget;
  readonly destination: StorageTarget;
  readonly options: TransferOptions;
  readonly selection: Selection;
  /** A file path where the run's ledger is kept, or null for one that vanishes with the run. */
  readonly ledgerPath: string | null;
  /** For rules that name what they mean. */
  readonly labels?: RunLabels;
}

/** By what something goes: its ARN, its id, its name. */
export type Names = readonly string[];

/** By what a location goes, and the agents that reach it. */
export interface LocationLabels {
  readonly names: Names;
  /** Such as `nfs://nas.memory/export/`. */
  readonly uri: string;
  readonly agents: readonly Names[];
}

/** By what a run and its parts go. */
export interface RunLabels {
  readonly task: Names;
  readonly execution: Names;
  readonly source: LocationLabels;
  readonly destination: LocationLabels;
}

export interface TransferOptions {
  /** `phased`: prepare all, then transfer, then verify. `pipelined`: each item goes through as it is found. */
  readonly order: 'phased' | 'pipelined';
  /** `changed`: what differs. `all`: everything of the source, without looking at the destination. */
  readonly compare: 'changed' | 'all';
  /** false: what exists at the destination is never touched. */
  readonly overwrite: boolean;
  /** Remove from the destination what the source does not have. */
  readonly removeExtra: boolean;
  readonly verify: 'nothing' | 'transferred' | 'everything';
  readonly preserve: Preserve;
  /** null: as fast as it goes. */
  readonly bytesPerSecond: number | null;
  /** What a file or directory gets when its source says nothing of it. */
  readonly defaults: {
    /** Given also where modes and owners are not preserved: those of the source are none that mean something elsewhere. */
    readonly always: boolean;
    readonly fileMode: number;
    readonly directoryMode: number;
    readonly uid: number;
    readonly gid: number;
  };
}

export interface Preserve {
  readonly mtime: boolean;
  readonly atime: boolean;
  readonly uid: boolean;
  readonly gid: boolean;
  readonly mode: boolean;
  readonly devices: boolean;
  readonly tags: boolean;
  /** Owners and rights of Windows, between two storages that keep them. */
  readonly security: 'nothing' | SecurityParts;
}

/** Which items of the source take part. Includes and excludes are whole filter strings in DataSync's grammar ("a|b"). */
export interface Selection {
  readonly include: string | null;
  readonly exclude: string | null;
  readonly manifest: ManifestSource | null;
}

/** Where the list of single paths is read from: a CSV object. */
export interface ManifestSource {
  readonly target: StorageTarget;
  readonly path: string;
  readonly versionId: string | null;
}

export type Phase = 'prepare' | 'transfer' | 'verify';

/** Why an item was left alone. */
export type SkipReason = 'unchanged' | 'exists' | 'excluded' | 'archived' | 'unsupported-kind';

/** In which step an item failed; `list` is a directory that could not be read. */
export type FailedStep = 'list' | 'prepare' | 'transfer' | 'verify' | 'delete';

export type Side = 'source' | 'destination';

interface About {
  /** With "/" between names and none in front; "" is the root. For an unusable name: as shown to people. */
  readonly path: string;
  readonly kind: EntryKind;
}

/** The journal of a run is the list of these, in order. Counters, status, log lines and reports are folded from it. */
export type TransferEvent =
  | { readonly type: 'phase-started'; readonly phase: Phase; readonly at: number }
  /** `ok` is false when any item failed in the phase. */
  | { readonly type: 'phase-ended'; readonly phase: Phase; readonly at: number; readonly ok: boolean }
  /** Found in a listing, before any exclusion; at the destination only when extras are to be removed. */
  | ({ readonly type: 'listed'; readonly side: Side } & About)
  | ({
      readonly type: 'planned';
      readonly action: 'copy' | 'set-metadata' | 'delete';
      readonly sizeBytes: number;
    } & About)
  | ({ readonly type: 'skipped'; readonly because: SkipReason; readonly message?: string } & About)
  /** Progress within a file: bytes read at the source and handed to the destination, since the last such event. */
  | { readonly type: 'moved'; readonly bytes: number }
  | ({
      readonly type: 'transferred';
      readonly action: 'copy' | 'set-metadata';
      readonly sizeBytes: number;
      /** Something was there before. */
      readonly overwrote: boolean;
      readonly versionId?: string;
    } & About)
  | ({ readonly type: 'deleted' } & About)
  | ({ readonly type: 'verified'; readonly sizeBytes: number; readonly sha256?: string } & About)
  | ({ readonly type: 'mismatched'; readonly difference: Difference } & About)
  | ({
      readonly type: 'failed';
      readonly step: FailedStep;
      readonly side: Side;
      readonly error: StorageError;
    } & About)
  /** Worth a line in the log, nothing more. */
  | { readonly type: 'warned'; readonly path: string; readonly message: string };

/** How the two sides of an item differ at verification. `only` names the one side that has it. */
export interface Difference {
  readonly only?: Side;
  /** Members that differ: `content`, `size`, `kind`, `mtime`, `mode`, `uid`, `gid`, `target`, `user`, `dacl`, … */
  readonly members: readonly string[];
  readonly source?: Compared;
  readonly destination?: Compared;
}

/** What verification saw of one side. */
export interface Compared {
  readonly kind: EntryKind;
  readonly sizeBytes: number;
  readonly mtimeNs: bigint | null;
  readonly atimeNs?: bigint;
  readonly mode?: number;
  readonly uid?: number;
  readonly gid?: number;
  readonly createdNs?: bigint;
  /** As in `Metadata`. */
  readonly windowsAttributes?: number;
  readonly security?: WindowsSecurity;
  /** Lower-case hex; only for what has content. */
  readonly sha256?: string;
}

/** What may be done to a run from outside while it goes. */
export interface TransferControl {
  /** What events are stamped with. It may be held; nothing in a run waits by it. */
  readonly clock: Clock;
  /** Real time, for what waits or measures: the rate, pauses before another try. Default: `clock`. */
  readonly ioClock?: Clock;
  readonly signal: AbortSignal;
  /** Asked before each chunk; null: as fast as it goes. A change works within a second. */
  bytesPerSecond(): number | null;
  /**
   * Called before the phase begins; the run waits for it. Pacing and faults live here.
   */
  beforePhase?(phase: Phase): Promise<void>;
}

/** The run as a whole ended, and not because of single items: the location went away, the manifest is broken. */
export class TransferFailed extends Error {
  override readonly name = 'TransferFailed';
  readonly code:
    | 'source-unreachable'
    | 'destination-unreachable'
    | 'locations-overlap'
    | 'manifest-unusable'
    | 'manifest-entry-missing'
    | 'tags-unsupported'
    | 'agent-lost'
    /** Ended on purpose; the cause tells how. */
    | 'told-to-end'
    | 'internal';

  constructor(code: TransferFailed['code'], message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}
