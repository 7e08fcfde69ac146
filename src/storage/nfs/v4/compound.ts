// Several operations in one call, and what became of each. RFC 7530 section 15.2, RFC 8881 section 16.2.

import { NfsFailure } from '../nfs-client.ts';
import type { Procedure } from '../rpc-client.ts';
import { XdrError, type XdrReader, XdrWriter } from '../xdr.ts';
import { ILLEGAL, OPERATION_NUMBERS, type Operation } from './operation.ts';
import { OK, statusWord } from './status.ts';

export type MinorVersion = 0 | 1 | 2;

const PROGRAM = 100_003;
const VERSION = 4;
const COMPOUND_PROCEDURE = 1;
const MAX_TAG_BYTES = 1024;
const NO_BYTES = new Uint8Array(0);

export type Operations = readonly Operation<unknown>[];

/** What each operation answers. */
export type Results<Ops extends Operations> = {
  -readonly [Index in keyof Ops]: Ops[Index] extends Operation<infer Result> ? Result : never;
};

/** A server does operations in order and stops at the first that fails. */
export interface Outcome<Ops extends Operations> {
  /** Of the operations before the one that failed. */
  readonly results: Partial<Results<Ops>>;
  readonly done: number;
  /** Undefined: all were done. */
  readonly failure: NfsFailure | undefined;
}

/** A compound as `RpcClient.call` takes it. */
export interface Call {
  readonly procedure: Procedure;
  readonly args: XdrWriter;
  readonly payload: Uint8Array | undefined;
}

/** Named after the operation that it is sent for: the last that is no GETFH and no GETATTR. */
export function encodeCompound(minorVersion: MinorVersion, operations: Operations): Call {
  const last = operations.at(-1);
  const args = new XdrWriter(512 + copiedBytes(operations));
  args.opaque(NO_BYTES).uint32(minorVersion).uint32(operations.length);
  for (const operation of operations) {
    args.uint32(OPERATION_NUMBERS[operation.name]);
    operation.encode?.(args);
    // The length stands in front already.
    if (operation.payload && operation !== last) args.fixed(operation.payload);
  }
  const procedure = {
    program: PROGRAM,
    version: VERSION,
    procedure: COMPOUND_PROCEDURE,
    name: purposeOf(operations),
  };
  return { procedure, args, payload: last?.payload };
}

/** Which operation a compound is sent for. */
function purposeOf(operations: Operations): string {
  const purpose = operations.findLast(({ name }) => name !== 'GETFH' && name !== 'GETATTR');
  return (purpose ?? operations.at(-1))?.name ?? 'COMPOUND';
}

function copiedBytes(operations: Operations): number {
  let bytes = 0;
  for (const { payload } of operations.slice(0, -1)) bytes += payload?.length ?? 0;
  return bytes;
}

/**
 * Reads the answer to `operations`.
 * @throws XdrError when it is not an answer to them
 */
export function decodeCompound<Ops extends Operations>(reader: XdrReader, operations: Ops): Outcome<Ops> {
  const status = reader.uint32();
  reader.opaque(MAX_TAG_BYTES);
  const answers = reader.uint32();
  if (answers > operations.length) {
    throw new XdrError(`${answers} answers to ${operations.length} operations`);
  }
  const results: unknown[] = [];
  for (const operation of operations.slice(0, answers)) {
    const failure = readStatus(reader, operation);
    if (failure) return { results: results as Partial<Results<Ops>>, done: results.length, failure };
    results.push(operation.decode(reader));
  }
  if (status !== OK) {
    // Refused as a whole, such as for its minor version.
    const failure = new NfsFailure(statusWord(status), operations[answers]?.name ?? 'COMPOUND');
    return { results: results as Partial<Results<Ops>>, done: answers, failure };
  }
  if (answers < operations.length) {
    throw new XdrError(`${answers} answers to ${operations.length} operations, none of which failed`);
  }
  return { results: results as Results<Ops>, done: answers, failure: undefined };
}

/** What a server says of one operation, before what it answers. */
function readStatus(reader: XdrReader, operation: Operation<unknown>): NfsFailure | undefined {
  const number = reader.uint32();
  const status = reader.uint32();
  if (number !== OPERATION_NUMBERS[operation.name] && !(number === ILLEGAL && status !== OK)) {
    throw new XdrError(`an answer to operation ${number} instead of ${operation.name}`);
  }
  const word = statusWord(status);
  operation.answered?.(word);
  return status === OK ? undefined : new NfsFailure(word, operation.name);
}
