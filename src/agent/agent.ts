// Room: agent. What carries out transfer orders, in this process or (later) in another.

import type { StorageTarget } from '../storage/index.ts';
import type { LocationLabels, TransferControl, TransferEvent, TransferOrder } from '../transfer/job.ts';

/** Carries out orders. The control plane knows nothing of drivers; it asks this. */
export interface Agent {
  /**
   * Runs the order to its end, one event at a time. Items that fail are events.
   * @throws TransferFailed when the run as a whole cannot go on; the signal's reason when it was aborted
   */
  run(order: TransferOrder, control: TransferControl): AsyncGenerator<TransferEvent>;

  /**
   * Whether a location can be used now: opens it and lists its root.
   * @throws StorageError saying why not
   */
  probe(target: StorageTarget, options?: ProbeOptions): Promise<void>;
}

export interface ProbeOptions {
  readonly signal?: AbortSignal;
  readonly need?: 'read' | 'write';
  /** For rules that name the location. */
  readonly labels?: LocationLabels;
}
