import type { RunFaults } from '../faults/run-faults.ts';
import type { Backend, CallOptions, StorageContext } from '../storage/backend.ts';
import { openBackend, type StorageTarget } from '../storage/index.ts';
import type { Side } from '../transfer/job.ts';

/** For which side of which run a location is opened. */
export interface OpenedFor {
  readonly side: Side;
  readonly faults: RunFaults;
}

/**
 * Opens a location. This is the one place where wrappers are put round a driver, in this order from the
 * inside: driver, faults. Drivers retry by themselves, so that a fault is what is left after their patience; the
 * run's rate is kept by the engine.
 * @param opened undefined: no faults
 * @throws StorageError when the location is not to be had
 */
export function openLocation(
  target: StorageTarget,
  context: StorageContext,
  options?: CallOptions,
  opened?: OpenedFor,
): Promise<Backend> {
  const open = () => openBackend(target, context, options);
  return opened ? opened.faults.open(opened.side, open) : open();
}
