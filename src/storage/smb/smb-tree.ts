// What the file operations need of an SMB connection: one share, requests in, responses out.

import type { CallOptions } from '../backend.ts';
import { statusName } from './nt-status.ts';

/** Commands of MS-SMB2 2.2.1.2 that are sent on a share. */
export type Command =
  | 'CREATE'
  | 'CLOSE'
  | 'FLUSH'
  | 'READ'
  | 'WRITE'
  | 'LOCK'
  | 'IOCTL'
  | 'QUERY_DIRECTORY'
  | 'QUERY_INFO'
  | 'SET_INFO';

/** One request. The connection writes the header, signs or encrypts, and waits for credits. */
export interface SmbRequest {
  readonly command: Command;
  /** What follows the 64 bytes of the header, fixed and variable part; offsets in it count from the header's begin. */
  readonly body: Uint8Array;
  /** More of the message behind `body`, sent without being copied: the data of a WRITE. Must not change until the answer. */
  readonly payload?: readonly Uint8Array[];
  /** Payload bytes asked for or sent, whichever is more: what MS-SMB2 3.1.5.2 counts credits by. Default: those of `payload`. */
  readonly payloadBytes?: number;
  /**
   * Statuses that are an answer here and no failure, such as STATUS_NO_MORE_FILES; STATUS_SUCCESS always is.
   * `any`: the caller looks at the status himself, as behind a CREATE in a compound, whose file he has to close.
   */
  readonly accepts?: readonly number[] | 'any';
}

export interface SmbResponse {
  readonly status: number;
  /** The whole message, header first: offsets of the specification count from here. Verified or decrypted. */
  readonly message: Buffer;
}

/** Takes the place of the FileId in a compound: the file that the request before it opened. */
export const RELATED_FILE_ID: Uint8Array = new Uint8Array(16).fill(0xff);

/**
 * A share that is connected. Many calls may be under way at once.
 * What the server refuses is an SmbFailure. A broken connection is made again at the next call: then `generation` has
 * grown and no FileId of before is good any more; calls that were under way fail with StorageError Interrupted. A server
 * that is out of reach for good is a StorageError Unreachable, one that refuses the login CredentialsRefused.
 */
export interface SmbTree extends AsyncDisposable {
  readonly dialect: '2.0.2' | '2.1' | '3.0' | '3.0.2' | '3.1.1';
  readonly generation: number;
  readonly limits: SmbLimits;
  /** What the user may do at most on the share (MS-SMB2 2.2.10, MaximalAccess). */
  readonly maximalAccess: number;

  /**
   * Sends one request, or several as one related compound (MS-SMB2 3.2.4.1.4). Resolves when all are answered.
   * @throws SmbFailure of the first that was refused, when it is not in its `accepts`; the ones behind it in a compound
   *   were refused too
   */
  send(requests: readonly SmbRequest[], options?: SendOptions): Promise<readonly SmbResponse[]>;
}

export interface SendOptions extends CallOptions {
  /**
   * What `generation` was when the FileIds in the requests were opened. If it has grown since, nothing is sent and the
   * call fails with StorageError Interrupted: on a new connection an old FileId may be that of another file.
   */
  readonly generation?: number;
}

export interface SmbLimits {
  readonly readBytes: number;
  readonly writeBytes: number;
  /** In one answer of QUERY_DIRECTORY and QUERY_INFO. */
  readonly transactBytes: number;
  /** Requests of the largest size that can be in flight, going by the credits a server usually grants. */
  readonly inFlight: number;
}

/** What a server refused. */
export class SmbFailure extends Error {
  override readonly name = 'SmbFailure';
  /** NTSTATUS (MS-ERREF 2.3.1). */
  readonly status: number;
  readonly command: string;
  /** Which request of a compound it was, from 0. */
  readonly index: number;

  constructor(status: number, command: string, index = 0) {
    super(`${command} was answered with ${statusName(status)}`);
    this.status = status;
    this.command = command;
    this.index = index;
  }
}
