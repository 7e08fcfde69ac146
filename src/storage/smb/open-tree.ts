// Opens a share: the way in for everything that works with files over SMB. Who wants to learn the protocol reads
// connection/establish.ts first and goes with it:
//   connection/   what is said in which order, and what becomes of it: negotiation, login, share, requests, reconnect
//   message/      how each message is written down
//   auth/         NTLMv2 inside SPNEGO
//   protection/   keys, signatures, encryption
//   operations/   the requests that work on files; rights/ the security descriptors

import type { CallOptions, StorageContext } from '../backend.ts';
import type { SmbConfig } from '../smb.ts';
import { isWorthAnotherTry } from '../wire/connection-error.ts';
import { OPENING, persist } from '../wire/patience.ts';
import { establish } from './connection/establish.ts';
import { ShareTree } from './connection/share-tree.ts';
import type { SmbTree } from './smb-tree.ts';

/**
 * Connects, logs in and connects the share. A server that does not answer is given some seconds.
 * @throws StorageError Unreachable; CredentialsRefused; NotFound for a share that is not there; PermissionDenied;
 *   Unsupported for a server without the version that is asked for, a DFS namespace and shares of other things than
 *   files; Io for a server that breaks the rules. The signal's reason
 */
export async function openSmbTree(
  config: SmbConfig,
  context: Pick<StorageContext, 'clock'>,
  { signal }: CallOptions = {},
): Promise<SmbTree> {
  const { clock } = context;
  const link = await persist((timeLimitMs) => establish({ config, clock, timeLimitMs, signal }), {
    patience: OPENING,
    clock,
    signal,
    isWorthAnotherTry,
  });
  return new ShareTree(config, clock, link);
}
