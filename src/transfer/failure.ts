import { StorageError } from '../storage/backend.ts';
import { type Side, TransferFailed } from './job.ts';

/**
 * What stopped one item, as a StorageError. What ends the whole run is thrown on instead: an abort's reason
 * and a TransferFailed.
 */
export function itemFailure(error: unknown, path: string, signal: AbortSignal): StorageError {
  signal.throwIfAborted();
  if (error instanceof TransferFailed) throw error;
  if (error instanceof StorageError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new StorageError('Io', path, message, { cause: error });
}

/** Says that nothing is there any more. */
export const isMissing = (error: unknown): boolean =>
  error instanceof StorageError && (error.kind === 'NotFound' || error.kind === 'NotADirectory');

/** @throws TransferFailed always, or the reason of an abort */
export function goneAway(side: Side, error: unknown, signal: AbortSignal): never {
  const failure = itemFailure(error, '', signal);
  throw new TransferFailed(`${side}-unreachable`, failure.message, { cause: failure });
}
