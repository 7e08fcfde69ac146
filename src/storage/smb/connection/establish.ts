// From nothing to a share that can be used.

import type { Clock } from '../../../base/clock.ts';
import type { SmbConfig } from '../../smb.ts';
import { StorageError } from '../../storage-error.ts';
import { ENDED, TIMED_OUT, unreachable } from '../../wire/connection-error.ts';
import { CAPABILITIES, type Dialect } from '../message/dialect.ts';
import { Malformed } from '../message/malformed.ts';
import { PreauthHash } from '../protection/preauth-hash.ts';
import type { SmbLimits } from '../smb-tree.ts';
import { confirmNegotiation } from './confirm-negotiation.ts';
import { connectShare } from './connect-share.ts';
import { type Connection, connect } from './connection.ts';
import { chargeFor, WANTED_CREDITS } from './credits.ts';
import { distrust } from './distrust.ts';
import { logIn } from './log-in.ts';
import { type Negotiated, negotiate } from './negotiate.ts';

/** A share on a connection of its own. */
export interface Link {
  readonly connection: Connection;
  readonly dialect: Dialect;
  readonly limits: SmbLimits;
  readonly maximalAccess: number;
}

export interface EstablishOptions {
  readonly config: SmbConfig;
  readonly clock: Clock;
  /** For all of it. */
  readonly timeLimitMs: number;
  readonly signal?: AbortSignal | undefined;
}

export const DEFAULT_PORT = 445;

/** @throws StorageError Unreachable, CredentialsRefused, NotFound, PermissionDenied, Unsupported, Io; the signal's reason */
export async function establish({ config, clock, timeLimitMs, signal }: EstablishOptions): Promise<Link> {
  const { host, port = DEFAULT_PORT } = config;
  const until = clock.now() + timeLimitMs;
  const connection = await connect({ host, port, clock, connectTimeoutMs: timeLimitMs, signal });
  const limit = new AbortController();
  const tooLong = () => connection.close(unreachable(connection.address, TIMED_OUT));
  clock.sleep(until - clock.now(), limit.signal).then(tooLong, () => undefined);
  try {
    return await introduce(connection, config, signal);
  } catch (error) {
    const { failure } = connection;
    connection.close();
    signal?.throwIfAborted();
    // A broken connection is told as such, not as the failure of the request that it interrupted.
    throw failure ? explained(connection, failure) : distrust(connection, error);
  } finally {
    limit.abort();
  }
}

/** Who hangs up at the first word of SMB 2 may know nothing newer than SMB 1. */
function explained({ hasHeard }: Connection, failure: StorageError): StorageError {
  const hungUp = failure.code === ENDED || failure.code === 'ECONNRESET';
  if (hasHeard || !hungUp) return failure;
  const message = `${failure.message} A server that speaks only SMB 1, which is not supported, does this too.`;
  return new StorageError('Unreachable', failure.path, message, {
    code: failure.code ?? ENDED,
    cause: failure,
  });
}

async function introduce(connection: Connection, config: SmbConfig, signal?: AbortSignal): Promise<Link> {
  const preauth = new PreauthHash();
  const negotiated = await negotiate(connection, config.version, preauth, signal);
  connection.session = { ...connection.session, hasLargeMtu: hasLargeMtu(negotiated) };
  await logIn(connection, { account: config, negotiated, preauth, signal });
  const isLoggedIn311 = negotiated.dialect === '3.1.1';
  const { maximalAccess } = await connectShare(connection, config.share, isLoggedIn311, signal);
  await confirmNegotiation(connection, negotiated, signal);
  return { connection, dialect: negotiated.dialect, limits: limitsOf(negotiated), maximalAccess };
}

function hasLargeMtu({ dialect, heard }: Negotiated): boolean {
  return dialect !== '2.0.2' && (heard.capabilities & CAPABILITIES.LARGE_MTU) !== 0;
}

/** Larger requests are no faster, and hold more memory. */
const LARGEST_BYTES = 1 << 20;
/** All that one credit pays for, and what every server takes. */
const SMALLEST_BYTES = 64 << 10;
const MOST_IN_FLIGHT = 64;

/** @throws Malformed when the server takes less than it has to */
function limitsOf(negotiated: Negotiated): SmbLimits {
  const { maxReadBytes, maxWriteBytes, maxTransactBytes } = negotiated.heard;
  const largest = hasLargeMtu(negotiated) ? LARGEST_BYTES : SMALLEST_BYTES;
  const limit = (offered: number): number => {
    // MS-SMB2 3.2.5.2.
    if (offered < SMALLEST_BYTES) throw new Malformed(`it takes only ${offered} bytes at once`);
    return Math.min(offered, largest);
  };
  const [readBytes, writeBytes] = [limit(maxReadBytes), limit(maxWriteBytes)];
  const charge = chargeFor(Math.max(readBytes, writeBytes));
  return {
    readBytes,
    writeBytes,
    transactBytes: limit(maxTransactBytes),
    inFlight: Math.min(MOST_IN_FLIGHT, Math.floor(WANTED_CREDITS / charge)),
  };
}
