import type { Clock } from '../base/clock.ts';
import { ROOT } from '../base/path.ts';
import type { Backend, EntryKind, StatOptions, StorageError } from '../storage/backend.ts';
import type { Channel } from './channel.ts';
import { type CompareRules, compareRules } from './compare.ts';
import { itemFailure } from './failure.ts';
import {
  type FailedStep,
  type Phase,
  type Side,
  type TransferControl,
  type TransferEvent,
  TransferFailed,
  type TransferOptions,
} from './job.ts';
import type { Ledger } from './ledger.ts';
import type { View } from './select.ts';
import { Throttle } from './throttle.ts';

/** What a run is made of. Everything is open already. */
export interface RunParts {
  readonly source: Backend;
  readonly destination: Backend;
  readonly options: TransferOptions;
  readonly view: View;
  /** The run takes its items from the ledger's manifest. */
  readonly listed: boolean;
  readonly ledger: Ledger;
  readonly control: TransferControl;
  readonly events: Channel<TransferEvent>;
  /** Aborts when the run is to stop, for whatever reason. */
  readonly signal: AbortSignal;
}

/** Tags: between object stores. Security: between storages of Windows. */
export type Asked = Pick<StatOptions, 'tags' | 'security'>;

const PHASE_OF: Readonly<Record<FailedStep, Phase>> = {
  list: 'prepare',
  prepare: 'prepare',
  transfer: 'transfer',
  delete: 'transfer',
  verify: 'verify',
};

/** Says that perhaps all of a location has gone, not just one item. */
const GONE: ReadonlySet<StorageError['kind']> = new Set(['Unreachable', 'CredentialsRefused', 'Interrupted']);

/** One run: what its parts are, and what is told of it. */
export class Run {
  readonly source: Backend;
  readonly destination: Backend;
  readonly options: TransferOptions;
  readonly view: View;
  readonly listed: boolean;
  readonly ledger: Ledger;
  /** For stamps; waiting is done by `ioClock`. */
  readonly clock: Clock;
  readonly ioClock: Clock;
  readonly signal: AbortSignal;
  readonly throttle: Throttle;
  readonly compare: CompareRules;
  /** What is asked for beside what every look tells: only what matters. */
  readonly asks: Readonly<Record<Side, Asked>>;
  /** Some directory could not be listed: what the source has is not known, so nothing is removed. */
  unlisted = false;
  /** What blocks an item may be removed later in this run; the item is tried again then. */
  defersBlocked = false;
  readonly #events: Channel<TransferEvent>;
  readonly #control: TransferControl;
  readonly #troubled = new Set<Phase>();

  constructor(parts: RunParts) {
    this.source = parts.source;
    this.destination = parts.destination;
    this.options = parts.options;
    this.view = parts.view;
    this.listed = parts.listed;
    this.ledger = parts.ledger;
    this.clock = parts.control.clock;
    this.ioClock = parts.control.ioClock ?? parts.control.clock;
    this.signal = parts.signal;
    this.#events = parts.events;
    this.#control = parts.control;
    this.throttle = new Throttle(this.ioClock, () => parts.control.bytesPerSecond(), this.signal);
    const { source, destination, options } = this;
    this.compare = compareRules(source.capabilities, destination.capabilities, options.preserve);
    const { user, tags } = this.compare;
    const kept = user && options.preserve.tags && source.capabilities.metadata.has('tags');
    const { security: wanted } = options.preserve;
    const both = this.compare.security.length > 0 && wanted !== 'nothing';
    const security = both ? { security: wanted } : {};
    this.asks = { source: { tags: kept, ...security }, destination: { tags, ...security } };
  }

  emit(event: TransferEvent): void {
    this.#events.give(event);
  }

  /** To be waited for between items: there is room for more events, and nobody has asked to stop. */
  async pause(): Promise<void> {
    this.signal.throwIfAborted();
    if (this.#events.full) await this.#events.room();
  }

  /** Waits until the phase may begin, and says that it does. */
  async begin(phase: Phase): Promise<void> {
    await this.#control.beforePhase?.(phase);
    this.signal.throwIfAborted();
    this.emit({ type: 'phase-started', phase, at: this.clock.now() });
  }

  end(phase: Phase): void {
    this.emit({ type: 'phase-ended', phase, at: this.clock.now(), ok: !this.#troubled.has(phase) });
  }

  /**
   * Tells that one item failed.
   * @throws TransferFailed when it is not the item but the whole location; the reason of an abort
   */
  async fail(
    about: { readonly path: string; readonly kind: EntryKind },
    step: FailedStep,
    side: Side,
    error: unknown,
  ): Promise<void> {
    const failure = itemFailure(error, about.path, this.signal);
    if (GONE.has(failure.kind)) await this.#assureThere(side);
    this.refuse(about, step, side, failure);
  }

  /** Tells that one item cannot be transferred, for a reason that was known without trying. */
  refuse(
    about: { readonly path: string; readonly kind: EntryKind },
    step: FailedStep,
    side: Side,
    error: StorageError,
  ): void {
    this.#troubled.add(PHASE_OF[step]);
    this.ledger.setAside(about.path, 'failed');
    this.emit({ type: 'failed', step, side, error, path: about.path, kind: about.kind });
  }

  /** Notes that verification found a difference. */
  mismatch(event: Extract<TransferEvent, { type: 'mismatched' }>): void {
    this.#troubled.add('verify');
    this.emit(event);
  }

  async #assureThere(side: Side): Promise<void> {
    try {
      await this[side].stat(ROOT, { signal: this.signal });
    } catch (error) {
      const failure = itemFailure(error, ROOT, this.signal);
      if (!GONE.has(failure.kind)) return;
      throw new TransferFailed(`${side}-unreachable`, failure.message, { cause: failure });
    }
  }
}
