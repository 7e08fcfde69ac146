// The way to an export: ports, MOUNT, the names below it, and what its server can do.

import type { Clock } from '../../../base/clock.ts';
import { type CallOptions, type StorageContext, StorageError } from '../../backend.ts';
import { failed } from '../../files/errors.ts';
import type { NfsConfig } from '../../nfs.ts';
import { authSys } from '../auth-sys.ts';
import { translate } from '../failures.ts';
import { type Mount, mount } from '../mount.ts';
import { MOUNT_PROGRAM, MOUNT_VERSION } from '../mount-client.ts';
import type { FileHandle, NfsClient } from '../nfs-client.ts';
import { portOf } from '../portmap.ts';
import { openRpc } from '../rpc-client.ts';
import { Nfs3Calls } from './calls.ts';
import { Nfs3Client } from './client.ts';
import { readLimits } from './limits.ts';
import { lookup } from './nodes.ts';
import { NFS_PROGRAM, NFS_V3 } from './procedures.ts';

/** Calls that a server is given at once, on all files together. */
const IN_FLIGHT = 64;

/** A service, and where it usually is: used where no port mapper answers. */
const SERVICES = {
  nfs: { name: 'NFS', program: NFS_PROGRAM, version: NFS_V3, usualPort: 2049 },
  mount: { name: 'MOUNT', program: MOUNT_PROGRAM, version: MOUNT_VERSION, usualPort: 20048 },
};

/** Whom to call, and as whom. */
interface Server {
  readonly host: string;
  readonly credentials: Buffer;
  readonly clock: Clock;
}

/**
 * Mounts `config.path` with NFS version 3.
 * @throws StorageError Unreachable, PermissionDenied, NotFound, NotADirectory; Unsupported with `code` PROG_MISMATCH or
 *   PROG_UNAVAIL where the server has no version 3
 */
export async function openNfs3(
  { host, path, port, mountPort, uid = 0, gid = 0 }: NfsConfig,
  { clock }: Pick<StorageContext, 'clock'>,
  options: CallOptions = {},
): Promise<NfsClient> {
  const server: Server = { host, credentials: authSys({ uid, gid }), clock };
  const [nfs, mounting] = await Promise.all([
    port === undefined ? findPort(server, SERVICES.nfs, options) : { port, isGuess: false },
    mountPort === undefined ? findPort(server, SERVICES.mount, options) : { port: mountPort, isGuess: false },
  ]);
  const mounted = await mount({ ...server, path, port: mounting.port }, options).catch((error: unknown) => {
    throw withAdvice(error, mounting.isGuess ? noPortMapper(host) : ABOUT_MOUNT);
  });
  try {
    return await openMounted(server, nfs.port, mounted, `${host}:${path}`, options);
  } catch (error) {
    await mounted.release();
    throw error;
  }
}

interface Port {
  readonly port: number;
  /** The usual one, for nobody tells. */
  readonly isGuess: boolean;
}

async function findPort(
  { host, credentials, clock }: Server,
  { name, program, version, usualPort }: (typeof SERVICES)[keyof typeof SERVICES],
  options: CallOptions,
): Promise<Port> {
  try {
    const port = await portOf({ host, credentials, clock, program, version }, options);
    if (port !== undefined) return { port, isGuess: false };
  } catch (error) {
    options.signal?.throwIfAborted();
    if (isUnreachable(error) && isClosed(error)) return { port: usualPort, isGuess: true };
    throw error;
  }
  const message = `${host} has no ${name} version ${version}. Choose another version of NFS, or let the server offer it.`;
  throw new StorageError('Unsupported', host, message, { code: 'PROG_UNAVAIL' });
}

const isUnreachable = (error: unknown): error is StorageError =>
  error instanceof StorageError && error.kind === 'Unreachable';

/** The host is there, or may be, but its port mapper is not for us. */
const isClosed = ({ code }: StorageError) =>
  code === 'ECONNREFUSED' || code === 'ETIMEDOUT' || code === 'ECONNRESET' || code === 'EPIPE';

const noPortMapper = (host: string) =>
  `The port mapper of ${host} (port 111) does not answer either: give the port of its MOUNT service.`;

const ABOUT_MOUNT =
  'This is the port of its MOUNT service, which is for version 3 only: a server of version 4 alone has none.';

function withAdvice(error: unknown, advice: string): unknown {
  if (!isUnreachable(error)) return error;
  const code = error.code === undefined ? {} : { code: error.code };
  return new StorageError(error.kind, error.path, `${error.message} ${advice}`, { cause: error, ...code });
}

async function openMounted(
  server: Server,
  port: number,
  mounted: Mount,
  shown: string,
  options: CallOptions,
): Promise<NfsClient> {
  const rpc = await openRpc({ ...server, ...options, port, inFlight: IN_FLIGHT });
  try {
    const calls = new Nfs3Calls(rpc, server.clock);
    const root = await lookUpRest(calls, mounted, shown, options);
    const limits = await readLimits(calls, root, IN_FLIGHT, options);
    const end = async () => {
      rpc.close();
      await mounted.release();
    };
    return new Nfs3Client({ calls, root, limits, end });
  } catch (error) {
    rpc.close();
    options.signal?.throwIfAborted();
    throw translate(error, shown);
  }
}

/** The directory that the location's path leads to below the export that was mounted. */
async function lookUpRest(
  calls: Nfs3Calls,
  { handle, rest }: Mount,
  shown: string,
  options: CallOptions,
): Promise<FileHandle> {
  let root = handle;
  for (const name of rest) {
    const found = await lookup(calls, root, name, options);
    if (found.attributes.type !== 'directory') throw failed('ENOTDIR', shown);
    root = found.handle;
  }
  return root;
}
