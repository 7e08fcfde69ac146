import type { Clock } from '../../../base/clock.ts';
import type { CallOptions } from '../../backend.ts';
import { authSys } from '../auth-sys.ts';
import type { NfsClient } from '../nfs-client.ts';
import { openRpc, type RpcClient } from '../rpc-client.ts';
import { nodeAttributes } from './attributes.ts';
import { Nfs4Client } from './client.ts';
import { openClientId } from './client-id.ts';
import type { MinorVersion } from './compound.ts';
import { Compounds } from './compounds.ts';
import type { Conversation } from './conversation.ts';
import { limitsOf } from './limits.ts';
import { findRoot } from './pseudo-root.ts';
import { openSession } from './session.ts';

/** Where a location is, and who asks. */
export interface Nfs4Location {
  readonly host: string;
  /** Default 2049: version 4 asks no portmapper. */
  readonly port?: number;
  /** As the server calls it, such as `/export/photos`. */
  readonly path: string;
  /** Who asks, by AUTH_SYS. Default 0 and 0, root. */
  readonly uid?: number;
  readonly gid?: number;
}

/** RFC 7530 section 3.1 */
const NFS_PORT = 2049;
/** RFC 8881 section 8.3 leaves it to the server; this is what most take. */
const DEFAULT_LEASE_SECONDS = 90;
const SHORTEST_LEASE_SECONDS = 3;

const VERSIONS = { 0: '4.0', 1: '4.1', 2: '4.2' } as const;

/**
 * Opens a location on a server of version 4.
 * @throws NfsFailure MINOR_VERS_MISMATCH when the server has version 4, but not this minor one
 * @throws StorageError Unsupported, `code` PROG_MISMATCH or PROG_UNAVAIL, when it does not have version 4
 * @throws StorageError Unreachable, NotFound, NotADirectory, PermissionDenied; Unsupported with `code`
 *   FsNfsIdMappingEnabled when its owners are names
 */
export async function openNfs4(
  location: Nfs4Location,
  minorVersion: MinorVersion,
  { clock }: { readonly clock: Clock },
  { signal }: CallOptions = {},
): Promise<NfsClient> {
  const { host, port = NFS_PORT, uid = 0, gid = 0 } = location;
  const rpc = await openRpc({ host, port, clock, signal, credentials: authSys({ uid, gid }) });
  const stop = () => rpc.close();
  signal?.addEventListener('abort', stop, { once: true });
  try {
    const conversation = await talk(rpc, minorVersion, clock);
    return await mounted(conversation, location, clock, signal);
  } catch (error) {
    rpc.close();
    signal?.throwIfAborted();
    throw error;
  } finally {
    signal?.removeEventListener('abort', stop);
  }
}

function talk(rpc: RpcClient, minorVersion: MinorVersion, clock: Clock): Promise<Conversation> {
  return minorVersion === 0 ? openClientId(rpc, clock) : openSession(rpc, minorVersion, clock);
}

async function mounted(
  conversation: Conversation,
  location: Nfs4Location,
  clock: Clock,
  signal: AbortSignal | undefined,
): Promise<NfsClient> {
  const compounds = new Compounds(conversation, clock);
  try {
    const { handle, values } = await findRoot(compounds, location, signal);
    // Tells whether the server leaves out what everything rests on.
    nodeAttributes(values);
    const leaseSeconds = Math.max(values.leaseSeconds ?? DEFAULT_LEASE_SECONDS, SHORTEST_LEASE_SECONDS);
    conversation.keepAlive(leaseSeconds * 1000);
    const limits = limitsOf(values, conversation.limits);
    return new Nfs4Client({
      version: VERSIONS[conversation.minorVersion],
      compounds,
      root: handle,
      limits,
    });
  } catch (error) {
    await conversation.close();
    throw error;
  }
}
