import { StorageError } from '../storage/backend.ts';
import { TransferFailed } from './job.ts';

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
