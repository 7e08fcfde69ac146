import type { Backend, CallOptions, StorageContext } from '../storage/backend.ts';
import { openBackend, type StorageTarget } from '../storage/index.ts';

/**
 * Opens a location. This is the one place where wrappers are put round a driver, in this order from the
 * inside: driver, faults, retry, throttle. There are none yet: drivers retry by themselves, and the run's
 * rate is kept by the engine.
 * @throws StorageError when the location is not to be had
 */
export function openLocation(
  target: StorageTarget,
  context: StorageContext,
  options?: CallOptions,
): Promise<Backend> {
  return openBackend(target, context, options);
}
