// The messages of ONC RPC: RFC 5531 section 9.

import { StorageError, type StorageErrorKind } from '../storage-error.ts';
import { XdrError, type XdrReader, type XdrWriter } from './xdr.ts';

/** What is called. */
export interface Procedure {
  readonly program: number;
  readonly version: number;
  readonly procedure: number;
  /** Such as LOOKUP; for messages. */
  readonly name: string;
}

const MESSAGE_TYPES = { CALL: 0, REPLY: 1 };
const RPC_VERSION = 2;
const REPLY_STATS = { MSG_ACCEPTED: 0, MSG_DENIED: 1 };
const SUCCESS = 0;
const MAX_VERIFIER_BYTES = 400;
const FIXED_BYTES = 24;

/**
 * A call up to and with its arguments.
 * @param credentials credential and verifier
 */
export function encodeCall(
  xid: number,
  { program, version, procedure }: Procedure,
  credentials: Buffer,
  args: XdrWriter | undefined,
): Buffer {
  const message = Buffer.allocUnsafe(FIXED_BYTES + credentials.length + (args?.size ?? 0));
  let at = 0;
  for (const field of [xid, MESSAGE_TYPES.CALL, RPC_VERSION, program, version, procedure]) {
    at = message.writeUInt32BE(field, at);
  }
  message.set(credentials, at);
  if (args) message.set(args.bytes(), at + credentials.length);
  return message;
}

/**
 * The XID of a reply, undefined for a call that somebody makes to us. The reader stands behind it.
 * @throws XdrError
 */
export function readReplyXid(reader: XdrReader): number | undefined {
  const xid = reader.uint32();
  const type = reader.uint32();
  if (type === MESSAGE_TYPES.REPLY) return xid;
  if (type === MESSAGE_TYPES.CALL) return undefined;
  throw new XdrError(`a type of message is ${type}`);
}

/**
 * Reads a reply from behind its XID up to the results.
 * @param where shown in messages, such as host and port
 * @throws StorageError whose `code` is the RFC's name, such as PROG_MISMATCH; XdrError
 */
export function expectSuccess(reader: XdrReader, procedure: Procedure, where: string): void {
  const replyStat = reader.uint32();
  if (replyStat === REPLY_STATS.MSG_DENIED) throw denied(reader, procedure, where);
  if (replyStat !== REPLY_STATS.MSG_ACCEPTED) throw new XdrError(`a reply_stat is ${replyStat}`);
  reader.uint32();
  reader.opaque(MAX_VERIFIER_BYTES);
  const acceptStat = reader.uint32();
  if (acceptStat !== SUCCESS) throw notAccepted(acceptStat, reader, procedure, where);
}

/** auth_stat, RFC 5531 section 9. */
const AUTH_STATS: ReadonlyMap<number, string> = new Map([
  [1, 'AUTH_BADCRED'],
  [2, 'AUTH_REJECTEDCRED'],
  [3, 'AUTH_BADVERF'],
  [4, 'AUTH_REJECTEDVERF'],
  [5, 'AUTH_TOOWEAK'],
  [6, 'AUTH_INVALIDRESP'],
  [7, 'AUTH_FAILED'],
  [13, 'RPCSEC_GSS_CREDPROBLEM'],
  [14, 'RPCSEC_GSS_CTXPROBLEM'],
]);

const RPC_MISMATCH = 0;

function denied(reader: XdrReader, { name }: Procedure, where: string): StorageError {
  if (reader.uint32() === RPC_MISMATCH) {
    return failure('Unsupported', where, 'RPC_MISMATCH', `${where} does not speak version 2 of ONC RPC.`);
  }
  const stat = reader.uint32();
  const code = AUTH_STATS.get(stat) ?? `auth_stat ${stat}`;
  const message =
    `Permission denied: ${where} refused ${name} with ${code}. ` +
    'Allow this client and the security flavor "sys" in the options of the export; ' +
    'one that may not use ports below 1024 needs "insecure" too.';
  return failure('PermissionDenied', where, code, message);
}

/** accept_stat, RFC 5531 section 9. */
const ACCEPT_STATS: ReadonlyMap<number, readonly [string, StorageErrorKind, string]> = new Map([
  [1, ['PROG_UNAVAIL', 'Unsupported', 'does not have this service. Check host and port.']],
  [2, ['PROG_MISMATCH', 'Unsupported', 'does not have this version of it']],
  [3, ['PROC_UNAVAIL', 'Unsupported', 'does not have this procedure.']],
  [4, ['GARBAGE_ARGS', 'Io', 'could not read the question.']],
  [5, ['SYSTEM_ERR', 'Io', 'failed within itself. Look into its log, and run it again.']],
]);

function notAccepted(stat: number, reader: XdrReader, procedure: Procedure, where: string): StorageError {
  const [code, kind, what] = ACCEPT_STATS.get(stat) ?? [`accept_stat ${stat}`, 'Io', 'did not accept it.'];
  const versions = code === 'PROG_MISMATCH' ? `, but ${reader.uint32()} to ${reader.uint32()}.` : '';
  const { name, program, version } = procedure;
  const message = `${name} (RPC program ${program}, version ${version}): ${where} ${what}${versions}`;
  return failure(kind, where, code, message);
}

const failure = (kind: StorageErrorKind, where: string, code: string, message: string) =>
  new StorageError(kind, where, message, { code });
