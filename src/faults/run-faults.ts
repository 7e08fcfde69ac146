import type { Backend } from '../storage/backend.ts';
import type { Phase, RunLabels, Side, TransferEvent } from '../transfer/job.ts';
import type { ActiveRule, Progress, Struck } from './active-rule.ts';
import type { ChunkFilter } from './fault.ts';
import { faultyBackend } from './faulty-backend.ts';
import type { Occasion, StorageCall } from './occasion.ts';

/** The faults of one run: its storages are wrapped, its progress is watched. */
export interface RunFaults {
  /** Opens one of the run's locations, with its faults around it. */
  open(side: Side, open: () => Promise<Backend>): Promise<Backend>;
  beginPhase(phase: Phase): void;
  /** Each event of the run, as it comes. */
  saw(event: TransferEvent): void;
}

/** One call of a storage, on its way through the rules. */
export interface StorageOccasion {
  readonly call: StorageCall;
  readonly path: string;
  readonly inner: Backend | undefined;
  readonly signal: AbortSignal | undefined;
}

/** What a wrapped storage asks. */
export interface StorageTrouble {
  /** Whether there is any rule that could strike a storage. */
  any(): boolean;
  /** Lets all rules that hold strike that have not been asked yet; `asked` remembers them. */
  strike(about: StorageOccasion, asked: Set<ActiveRule>): Promise<readonly ChunkFilter[]>;
  /** So many bytes have gone into a file. */
  wrote(bytes: number): void;
  wroteFile(): void;
}

/** @param labels undefined: nobody knows what it is for (an access test gives only its location) */
export function runFaults(
  rules: () => readonly ActiveRule[],
  labels: Partial<RunLabels>,
  run: Struck,
): RunFaults {
  const state = new RunState();
  const trouble = (side: Side): StorageTrouble => ({
    any: () => rules().length > 0,
    wrote: (bytes) => {
      state.bytes += bytes;
    },
    wroteFile: () => {
      state.files += 1;
    },
    strike: (about, asked) => strike({ about, asked, side, labels, state, rules: rules(), run }),
  });
  return {
    open: async (side, open) => {
      const its = trouble(side);
      await its.strike({ call: 'open', path: '', inner: undefined, signal: run.signal }, new Set());
      return faultyBackend(await open(), its);
    },
    beginPhase: (phase) => {
      state.phase = phase;
    },
    saw: (event) => state.saw(event),
  };
}

/** How far a run has come. */
class RunState implements Progress {
  files = 0;
  bytes = 0;
  phase: Phase | undefined;
  #prepares = false;
  #prepared = false;
  readonly #planned = { files: 0, bytes: 0 };

  get planned(): Progress['planned'] {
    return this.#prepared ? this.#planned : undefined;
  }

  saw(event: TransferEvent): void {
    if (event.type === 'planned' && event.action === 'copy' && event.kind !== 'directory') {
      this.#planned.files += 1;
      this.#planned.bytes += event.sizeBytes;
    }
    if (event.type === 'phase-started') this.#prepares ||= event.phase === 'prepare';
    if (event.type === 'phase-ended') this.#prepared = true;
    // A run that copies everything has no preparation: half of it is half of what it has found so far.
    if (event.type === 'transferred' && !this.#prepares) this.#prepared = true;
  }
}

interface Striking {
  readonly about: StorageOccasion;
  readonly asked: Set<ActiveRule>;
  readonly side: Side;
  readonly labels: Partial<RunLabels>;
  readonly state: RunState;
  readonly rules: readonly ActiveRule[];
  readonly run: Struck;
}

async function strike(striking: Striking): Promise<readonly ChunkFilter[]> {
  const { about, asked, side, labels, state, rules, run } = striking;
  const filters: ChunkFilter[] = [];
  let occasion: Occasion | undefined;
  for (const rule of rules) {
    if (!rule.seams.storage || asked.has(rule) || !strikes(rule, about.call, side)) continue;
    occasion ??= occasionOf(about, side, labels, state.phase);
    const verdict = rule.consider(occasion, state);
    if (verdict !== 'later') asked.add(rule);
    if (verdict !== 'struck') continue;
    const { call, path, inner } = about;
    const struck = { ...run, signal: about.signal ?? run.signal };
    const how = { ...rule.strike(occasion, struck), call, path, side, inner };
    const filter = await rule.seams.storage(how);
    if (filter) filters.push(filter);
  }
  return filters;
}

/** A rule that names no call, or no side, strikes those that its fault is about. */
function strikes({ rule: { where }, fault }: ActiveRule, call: StorageCall, side: Side): boolean {
  const meant = where?.call !== undefined || !fault.calls || fault.calls.includes(call);
  return meant && (where?.side !== undefined || (fault.side ?? side) === side);
}

function occasionOf(
  { call, path }: StorageOccasion,
  side: Side,
  labels: Partial<RunLabels>,
  phase: Phase | undefined,
): Occasion {
  const location = labels[side];
  const agents = [...(labels.source?.agents ?? []), ...(labels.destination?.agents ?? [])];
  return {
    call,
    path,
    side,
    agents,
    ...(phase && { phase }),
    ...(location && { locations: [location] }),
    ...(labels.task && { task: labels.task }),
    ...(labels.execution && { execution: labels.execution }),
  };
}
