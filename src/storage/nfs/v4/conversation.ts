// How compounds reach a server: plainly in 4.0 (client-id.ts), in the slots of a session from 4.1 on (session.ts).

import { StorageError } from '../../storage-error.ts';
import type { NfsFailure } from '../nfs-client.ts';
import type { RpcClient } from '../rpc-client.ts';
import {
  decodeCompound,
  encodeCompound,
  type MinorVersion,
  type Operations,
  type Outcome,
} from './compound.ts';

export interface Reply<Ops extends Operations> extends Outcome<Ops> {
  /** It may have been done before, by a server that could not tell us: EXIST and NOENT may be our own doing. */
  readonly again: boolean;
}

export interface ConversationLimits {
  readonly inFlight: number;
  readonly requestBytes: number;
  readonly responseBytes: number;
  /** In one compound, beside what the conversation itself adds. */
  readonly operations: number;
}

/** A server that knows us, through broken connections and restarts. */
export interface Conversation {
  readonly minorVersion: MinorVersion;
  /** The one that holds now; a server that began anew gives another. */
  readonly clientId: bigint;
  readonly limits: ConversationLimits;
  /**
   * Sends a compound and tells what became of it. What the server lost (our client id, our session) is made again.
   * @throws StorageError Unreachable
   */
  send<Ops extends Operations>(operations: Ops): Promise<Reply<Ops>>;
  /** From now on keeps what we hold alive while nothing is sent. */
  keepAlive(leaseMs: number): void;
  /** Says good-bye where that is possible, and ends the connection. */
  close(): Promise<void>;
}

/** Sends a compound once, but for connections that break. */
export function callOnce<Ops extends Operations>(
  rpc: RpcClient,
  minorVersion: MinorVersion,
  operations: Ops,
): Promise<Reply<Ops>> {
  const { procedure, args, payload } = encodeCompound(minorVersion, operations);
  return rpc.call(
    procedure,
    args,
    (reader, timesSent) => ({ ...decodeCompound(reader, operations), again: timesSent > 1 }),
    { payload },
  );
}

/** The end of trying to be known to a server. */
export function notKnown(rpc: RpcClient, failure: NfsFailure): StorageError {
  const message =
    `The NFS server ${rpc.where} keeps forgetting this client (${failure.message}). ` +
    'Look into its log; it may be restarting.';
  return new StorageError('Unreachable', rpc.where, message, { cause: failure, code: failure.status });
}
