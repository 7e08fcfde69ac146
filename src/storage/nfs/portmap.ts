// Which port a service listens on: the port mapper, RFC 1833 section 3.

import type { Clock } from '../../base/clock.ts';
import type { CallOptions } from '../backend.ts';
import { StorageError } from '../storage-error.ts';
import type { Patience } from '../wire/patience.ts';
import { openRpc } from './rpc-client.ts';
import { XdrError, type XdrReader, XdrWriter } from './xdr.ts';

export interface PortQuestion {
  readonly host: string;
  /** RPC program and its version. */
  readonly program: number;
  readonly version: number;
  readonly credentials: Buffer;
  readonly clock: Clock;
  /** Of the port mapper itself; default 111. */
  readonly mapperPort?: number;
}

const MAPPER_PORT = 111;
const GETPORT = { program: 100000, version: 2, procedure: 3, name: 'GETPORT' };
const IPPROTO_TCP = 6;
const HIGHEST_PORT = 65_535;
const MAX_REPLY_BYTES = 4096;
/** Many servers let nobody reach it, and there are usual ports. */
const PATIENCE: Patience = { firstPauseMs: 250, longestPauseMs: 1_000, limitMs: 4_000 };

/**
 * The TCP port of a program; undefined when the host has no such program.
 * @throws StorageError Unreachable when the port mapper does not answer
 */
export async function portOf(question: PortQuestion, options: CallOptions = {}): Promise<number | undefined> {
  const { program, version, mapperPort: port = MAPPER_PORT } = question;
  const rpc = await openRpc({
    ...question,
    ...options,
    port,
    maxReplyBytes: MAX_REPLY_BYTES,
    patience: PATIENCE,
    fromAnyPort: true,
  });
  try {
    const unused = 0;
    const args = new XdrWriter(16).uint32(program).uint32(version).uint32(IPPROTO_TCP).uint32(unused);
    return await rpc.call(GETPORT, args, readPort, options);
  } catch (error) {
    if (error instanceof StorageError && error.code === 'PROG_UNAVAIL') return undefined;
    throw error;
  } finally {
    rpc.close();
  }
}

function readPort(reader: XdrReader): number | undefined {
  const port = reader.uint32();
  if (port > HIGHEST_PORT) throw new XdrError(`a port is ${port}`);
  return port === 0 ? undefined : port;
}
