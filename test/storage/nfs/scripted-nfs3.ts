// A server of NFS 3 that does what a test says, and a client of it.

import type { Test } from 'tap';
import type { Clock } from '../../../src/base/clock.ts';
import { systemClock } from '../../../src/base/system-clock.ts';
import { authSys } from '../../../src/storage/nfs/auth-sys.ts';
import { openRpc } from '../../../src/storage/nfs/rpc-client.ts';
import { Nfs3Calls } from '../../../src/storage/nfs/v3/calls.ts';
import { Nfs3Client } from '../../../src/storage/nfs/v3/client.ts';
import { PROCEDURES, type ProcedureName } from '../../../src/storage/nfs/v3/procedures.ts';
import { type XdrReader, XdrWriter } from '../../../src/storage/nfs/xdr.ts';
import { type Heard, scriptedRpc } from './scripted-rpc.ts';

/** What comes behind the RPC header; `cut` ends the connection instead, as if the answer was lost. */
export type Answer = XdrWriter | Buffer | 'cut';

/** By procedure; `times` counts the calls of it, from 1. What is missing is answered with NULL's empty results. */
export type Answers = {
  readonly [Name in ProcedureName]?: (args: XdrReader, times: number) => Answer;
};

export const HANDLE = Buffer.from('handle');
export const limits = {
  readBytes: 1024,
  writeBytes: 1024,
  maxFileBytes: 2 ** 40,
  maxNameBytes: 255,
  timeStepNs: 1n,
  inFlight: 8,
};

/** Only a status, or a status and what each procedure has behind its failure: nothing that is read. */
export const status = (number: number) => new XdrWriter().uint32(number);

export interface Shape {
  readonly type?: number;
  readonly sizeBytes?: number;
  readonly fileId?: bigint;
  readonly device?: readonly [number, number];
}

/** fattr3. */
export function attributes(
  writer: XdrWriter,
  { type = 1, sizeBytes = 0, fileId = 5n, device = [0, 0] }: Shape = {},
) {
  writer.uint32(type).uint32(0o100_644).uint32(1).uint32(11).uint32(22);
  writer.uint64(sizeBytes).uint64(4096).uint32(device[0]).uint32(device[1]).uint64(1).uint64(fileId);
  for (const seconds of [1, 2, 3]) writer.uint32(seconds).uint32(999);
  return writer;
}

/** post_op_attr. */
export const postOp = (writer: XdrWriter, shape?: Shape) =>
  shape ? attributes(writer.bool(true), shape) : writer.bool(false);

/** wcc_data without what was before. */
export const wcc = (writer: XdrWriter, shape?: Shape) => postOp(writer.bool(false), shape);

/** LOOKUP3resok. */
export const found = (shape?: Shape) => postOp(postOp(status(0).opaque(HANDLE), shape), {});

/** CREATE3resok and its like. */
export const made = (shape?: Shape) => wcc(postOp(status(0).bool(true).opaque(HANDLE), shape));

const NAMES = new Map(
  Object.entries(PROCEDURES).map(([name, { procedure }]) => [procedure, name as ProcedureName]),
);

/** A client of a server that answers like `answers`. */
export async function scriptedNfs3(t: Test, answers: Answers, clock: Clock = systemClock()) {
  const times = new Map<string, number>();
  const answer = (call: Heard) => {
    const name = NAMES.get(call.procedure);
    if (name === undefined) return call.accept();
    times.set(name, (times.get(name) ?? 0) + 1);
    const results = answers[name]?.(call.args, times.get(name) ?? 0) ?? Buffer.alloc(0);
    if (results === 'cut') call.socket.destroy();
    else call.accept(results);
  };
  const server = await scriptedRpc(t, answer);
  const credentials = authSys({ uid: 0, gid: 0 });
  const rpc = await openRpc({ host: '127.0.0.1', port: server.port, credentials, clock });
  t.teardown(() => rpc.close());
  const calls = new Nfs3Calls(rpc, clock);
  // An answer proves the server; only then a broken connection is made again.
  await rpc.call({ ...PROCEDURES.GETATTR, procedure: 0 }, undefined, () => undefined);
  const client = new Nfs3Client({ calls, root: HANDLE, limits, end: async () => rpc.close() });
  return { client, calls, server, times };
}
