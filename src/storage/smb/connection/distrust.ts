import { StorageError } from '../../storage-error.ts';
import { shownAddress } from '../../wire/connection-error.ts';
import { Malformed } from '../message/malformed.ts';
import type { Connection } from './connection.ts';

/** What is made of a failure in the talk with a server: one that breaks the rules is a StorageError Io. */
export function distrust({ address }: Connection, error: unknown): unknown {
  if (!(error instanceof Malformed)) return error;
  const shown = shownAddress(address);
  const message = `${shown} cannot be trusted: ${error.message}. Check the server, and what is between.`;
  return new StorageError('Io', shown, message, { cause: error });
}
