// A server of NFS 4 that does what a test says, and the least that is right for all it does not mention.

import type { Test } from 'tap';
import type { Clock } from '../../../src/base/clock.ts';
import { systemClock } from '../../../src/base/system-clock.ts';
import type { MinorVersion } from '../../../src/storage/nfs/v4/compound.ts';
import { openNfs4 } from '../../../src/storage/nfs/v4/open-nfs4.ts';
import { OPERATION_NUMBERS, type OperationName } from '../../../src/storage/nfs/v4/operation.ts';
import { type XdrReader, XdrWriter } from '../../../src/storage/nfs/xdr.ts';
import { readArguments } from './nfs4-arguments.ts';
import { fattr4 } from './nfs4-attributes.ts';
import { type Heard, scriptedRpc } from './scripted-rpc.ts';

export const HANDLE = Buffer.from('handle');
export const STATE = Buffer.from('state-id-of-16-b');
export const SESSION = Buffer.from('session-of-16-by');
export const CLIENT_ID = 77n;

/** NFS4ERR_* that tests use. */
export const NFS4ERR = {
  NOENT: 2,
  IO: 5,
  ACCES: 13,
  EXIST: 17,
  NOTDIR: 20,
  NXIO: 6,
  NOSPC: 28,
  STALE: 70,
  SERVERFAULT: 10006,
  NOTSUPP: 10004,
  DELAY: 10008,
  SAME: 10009,
  EXPIRED: 10011,
  GRACE: 10013,
  WRONGSEC: 10016,
  MOVED: 10019,
  MINOR_VERS_MISMATCH: 10021,
  STALE_CLIENTID: 10022,
  STALE_STATEID: 10023,
  BAD_STATEID: 10025,
  BAD_SEQID: 10026,
  NOT_SAME: 10027,
  BADOWNER: 10039,
  OP_ILLEGAL: 10044,
  BADSESSION: 10052,
  SEQ_MISORDERED: 10063,
  RETRY_UNCACHED_REP: 10068,
  DEADSESSION: 10078,
} as const;

/** One operation as it reached the server. */
export interface Asked {
  readonly name: OperationName;
  /** What it was given, by our own names. */
  readonly args: Readonly<Record<string, unknown>>;
  /** Counts the requests for this operation from 1. */
  readonly times: number;
  readonly call: Heard;
}

/**
 * A status that ends the compound; or what follows the status OK; undefined: what a server does usually. `cut` ends the
 * connection instead, as if the answer was lost; a Buffer is the whole answer to the compound.
 */
export type Said = number | XdrWriter | undefined | 'cut' | { readonly whole: Buffer };

export type Script = { readonly [Name in OperationName]?: (asked: Asked) => Said };

const NAMES = new Map(
  Object.entries(OPERATION_NUMBERS).map(([name, number]) => [number as number, name as OperationName]),
);

export const body = () => new XdrWriter();

/** change_info4. */
export const changed = (writer: XdrWriter = body()) => writer.bool(true).uint64(1).uint64(2);

/** What OPEN answers: a file without a delegation. */
export const openedFile = (flags = 0, state: Uint8Array = STATE) =>
  changed(body().fixed(state)).uint32(flags).uint32(0).uint32(0);

/** A page of READDIR; a name without attributes has only what `shape` says. */
export function page(names: readonly string[], { eof = true, cookie = 10n } = {}): XdrWriter {
  const writer = body().fixed(Buffer.alloc(8, 1));
  names.forEach((name, index) => {
    writer
      .bool(true)
      .uint64(cookie + BigInt(index))
      .string(name);
    fattr4(writer, 'listed', {});
  });
  return writer.bool(false).bool(eof);
}

/** What a server does that is not told otherwise: one file that is a directory where its root is asked for. */
const USUALLY: { readonly [Name in OperationName]: (asked: Asked) => XdrWriter } = {
  CLOSE: () => body().fixed(STATE),
  COMMIT: () => body().fixed(Buffer.alloc(8, 7)),
  CREATE: () => changed().uint32(0),
  DELEGRETURN: body,
  GETATTR: ({ args }) => fattr4(body(), args['wanted'] as readonly number[], {}),
  GETFH: () => body().opaque(HANDLE),
  LINK: () => changed(),
  LOOKUP: body,
  NVERIFY: body,
  OPEN: () => openedFile(),
  OPEN_CONFIRM: () => body().fixed(STATE),
  PUTFH: body,
  PUTROOTFH: body,
  READ: () => body().bool(true).opaque(Buffer.from('hello')),
  READDIR: () => page([]),
  READLINK: () => body().string('target'),
  REMOVE: () => changed(),
  RENAME: () => changed(changed()),
  RENEW: body,
  SAVEFH: body,
  SETATTR: () => body().uint32(0),
  SETCLIENTID: () => body().uint64(CLIENT_ID).fixed(Buffer.alloc(8, 3)),
  SETCLIENTID_CONFIRM: body,
  VERIFY: body,
  WRITE: ({ args }) =>
    body()
      .uint32((args['data'] as Buffer).length)
      .uint32(args['stability'] as number)
      .fixed(Buffer.alloc(8, 7)),
  EXCHANGE_ID: () => body().uint64(CLIENT_ID).uint32(1).uint32(0).uint32(0),
  CREATE_SESSION: ({ args }) => {
    const writer = body()
      .fixed(SESSION)
      .uint32(args['sequence'] as number)
      .uint32(0);
    for (const _ of ['fore', 'back']) {
      writer
        .uint32(0)
        .uint32(1 << 20)
        .uint32(1 << 20)
        .uint32(8192)
        .uint32(16)
        .uint32(8)
        .uint32(0);
    }
    return writer;
  },
  DESTROY_SESSION: body,
  SEQUENCE: ({ args }) =>
    body()
      .fixed(args['session'] as Buffer)
      .uint32(args['sequence'] as number)
      .uint32(args['slot'] as number)
      .uint32(7)
      .uint32(7)
      .uint32(0),
  DESTROY_CLIENTID: body,
  RECLAIM_COMPLETE: body,
  SEEK: () => body().bool(true).uint64(0),
};

/** What the RPC layer calls a compound's procedure. */
const COMPOUND = 1;

/** A server that answers as `script` says. */
export async function scriptedServer(t: Test, script: Script) {
  const asked: Asked[] = [];
  const times = new Map<string, number>();
  const server = await scriptedRpc(t, (call) => {
    if (call.procedure !== COMPOUND) return call.accept();
    const answer = answerTo(call, (name, args) => {
      const count = (times.get(name) ?? 0) + 1;
      times.set(name, count);
      const one = { name, args, times: count, call };
      asked.push(one);
      return script[name]?.(one) ?? USUALLY[name](one);
    });
    if (answer === 'cut') call.socket.destroy();
    else call.accept(answer);
  });
  return {
    ...server,
    port: server.port,
    asked,
    /** The names of operations that were asked for, without those that stand around all others. */
    names: () => asked.map(({ name }) => name).filter((name) => name !== 'SEQUENCE' && name !== 'PUTFH'),
    of: (name: OperationName) => asked.filter((one) => one.name === name),
    connections: () => server.connections,
  };
}

/** A client of such a server; what opening asked for is forgotten. */
export async function scriptedNfs4(
  t: Test,
  minorVersion: MinorVersion,
  script: Script,
  clock: Clock = systemClock(),
) {
  const server = await scriptedServer(t, { ...rootIsDirectory(), ...script });
  const location = { host: '127.0.0.1', port: server.port, path: '/export' };
  const client = await openNfs4(location, minorVersion, { clock });
  t.teardown(() => client[Symbol.asyncDispose]());
  const opening = server.asked.splice(0);
  return { client, server, opening };
}

/** The first GETATTR is for the root. */
export function rootIsDirectory(): Script {
  return {
    GETATTR: ({ args, times }) =>
      fattr4(body(), args['wanted'] as readonly number[], times === 1 ? { type: 2 } : {}),
  };
}

function answerTo(
  { args }: Heard,
  ask: (name: OperationName, args: Readonly<Record<string, unknown>>) => Said,
): Buffer | 'cut' {
  args.opaque(1024);
  args.uint32();
  const count = args.uint32();
  const results = body();
  let status = 0;
  let done = 0;
  while (done < count && status === 0) {
    const said = answerOne(args, results, ask);
    if (said === 'cut' || Buffer.isBuffer(said)) return said;
    status = said;
    done += 1;
  }
  const head = body().uint32(status).string('').uint32(done);
  return Buffer.concat([head.bytes(), results.bytes()]);
}

function answerOne(
  args: XdrReader,
  results: XdrWriter,
  ask: (name: OperationName, args: Readonly<Record<string, unknown>>) => Said,
): number | 'cut' | Buffer {
  const number = args.uint32();
  const name = NAMES.get(number);
  if (name === undefined) throw new Error(`operation ${number} is not in this server`);
  const said = ask(name, readArguments(name, args));
  if (said === 'cut') return said;
  if (typeof said === 'object' && 'whole' in said) return said.whole;
  const status = typeof said === 'number' ? said : 0;
  results.uint32(number).uint32(status);
  if (said instanceof XdrWriter) results.fixed(said.bytes());
  return status;
}
