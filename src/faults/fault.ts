// Room: faults. Trouble that is made on purpose. A fault is one file and one line in index.ts; a rule says where
// and when it strikes. Nothing here knows the emulator: whoever has seams asks `ActiveFaults` at each of them.

import type { Random } from '../base/random.ts';
import type { Backend } from '../storage/backend.ts';
import type { Names, Side } from '../transfer/job.ts';
import type { Members, Values } from './members.ts';
import type { Occasion, StorageCall } from './occasion.ts';
import type { FaultRule, When } from './rule.ts';

/** One time that a rule strikes. */
export interface Strike {
  /** The rule's id. */
  readonly rule: string;
  readonly occasion: Occasion;
  /** Chance of this strike alone: the same for the same seed, rule and occasion. */
  readonly random: Random;
  /** Waits on the emulator's clock; ends early when the rule does. @throws the reason of an abort of what is struck */
  wait(ms: number): Promise<void>;
  /** Waits until the rule is removed or over. @throws the reason of an abort of what is struck */
  stall(): Promise<void>;
  /** Waits; only the end of the rule ends it early. */
  waitAnyway(ms: number): Promise<void>;
  /** Whether the rule is removed or over. */
  isOver(): boolean;
  /** ms since the epoch, by the emulator's clock. */
  now(): number;
  /** Tells whoever shows a state, such as that of agents, that it may have changed. */
  changed(): void;
}

/** A strike at a call of a storage. */
export interface StorageStrike extends Strike {
  readonly call: StorageCall;
  /** Relative to its location, without "/" in front. */
  readonly path: string;
  readonly side: Side;
  /** The storage without faults; undefined while it is being opened. */
  readonly inner: Backend | undefined;
}

/** Takes each chunk of a content that is read or written; undefined: the content ends here. */
export type ChunkFilter = (chunk: Uint8Array) => Promise<Uint8Array | undefined>;

/** What becomes of an answer of the API. */
export interface SpoiltAnswer {
  readonly how: 'reset' | 'empty' | 'malformed';
  /** Whether the operation is carried out all the same. */
  readonly carriedOut: boolean;
}

/** When the service tests a location: for a task, at the start of an execution, when a bucket or a report's bucket is named. */
export type AccessTest = 'task' | 'execution' | 'bucket' | 'report-bucket';

/** Why a location cannot be had, in the words of the service. */
export interface AccessTrouble {
  readonly tests: readonly AccessTest[];
  /** With `{location}`, `{bucket}`, `{roleName}`, `{roleArn}` where those go. */
  readonly text: string;
  /** Of an execution that ends because of it. */
  readonly errorCode?: string;
}

/** The places at which a fault can act; an absent one is left alone. */
export interface Seams {
  /** Before an API call is carried out. @throws ServiceError */
  readonly beforeCall?: (strike: Strike) => Promise<void> | void;
  readonly answer?: SpoiltAnswer;
  /** Before a phase of an execution; `launch` is one. @throws TransferFailed to end it */
  readonly beforePhase?: (strike: Strike) => Promise<void> | void;
  /** At a call of a storage, or as soon as the rule holds while a content goes through. @throws StorageError, TransferFailed */
  readonly storage?: (strike: StorageStrike) => Promise<ChunkFilter | undefined> | ChunkFilter | undefined;
  /** When a location is tested, and before a task's locations are opened. */
  readonly accessTest?: AccessTrouble;
  /** Whether the agent is offline; asked often. @param holds whether the rule holds for it now */
  readonly isOffline?: (agent: Names, holds: boolean) => boolean;
}

/** What a fault strikes; it decides which members its rules may have in `where` and `when`. */
export type FaultKind = 'api' | 'storage' | 'location' | 'agent' | 'execution';

/** One kind of trouble. */
export interface Fault {
  /** As rules call it. */
  readonly name: string;
  readonly kind: FaultKind;
  /** One sentence: what happens. */
  readonly summary: string;
  /** A whole rule that does what the summary says; the contract of faults runs it. */
  readonly example: FaultRule;
  readonly with: Members;
  /** Calls that it strikes when the rule names none; only of kind `storage`. */
  readonly calls?: readonly StorageCall[];
  /** The side that it strikes when the rule names none. */
  readonly side?: Side;
  /** Rules cannot name the other side. */
  readonly onlySide?: boolean;
  /** It strikes only where agents take part. */
  readonly needsAgent?: boolean;
  /** It is a state and not an event: each execution or agent is one hit, however often it is asked for. */
  readonly isState?: boolean;
  /** Made once for each rule: what it remembers is the rule's. */
  seams(given: Readonly<Record<string, unknown>>, when: When): Seams;
}

/** Types what a fault does with what it is given. */
export function defineFault<Table extends Members>(
  fault: Omit<Fault, 'with' | 'seams'> & {
    readonly with: Table;
    readonly seams: (given: Values<Table>, when: When) => Seams;
  },
): Fault {
  return fault as unknown as Fault;
}
