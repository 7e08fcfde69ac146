// The SMB2 packet header (MS-SMB2 2.2.1), and messages that follow each other in one frame.

import { bytesAt, Malformed } from './malformed.ts';

export const HEADER_BYTES = 64;

/** 0xFE 'S' 'M' 'B', read as a little-endian number. */
const PROTOCOL_ID = 0x424d53fe;
/** What SMB 1 begins with; never spoken here. */
const SMB1_PROTOCOL_ID = 0x424d53ff;

/** MS-SMB2 2.2.1.2, Command. */
export const COMMANDS = {
  NEGOTIATE: 0x00,
  SESSION_SETUP: 0x01,
  LOGOFF: 0x02,
  TREE_CONNECT: 0x03,
  TREE_DISCONNECT: 0x04,
  CREATE: 0x05,
  CLOSE: 0x06,
  FLUSH: 0x07,
  READ: 0x08,
  WRITE: 0x09,
  LOCK: 0x0a,
  IOCTL: 0x0b,
  CANCEL: 0x0c,
  ECHO: 0x0d,
  QUERY_DIRECTORY: 0x0e,
  QUERY_INFO: 0x10,
  SET_INFO: 0x11,
} as const;
export type CommandName = keyof typeof COMMANDS;

/** MS-SMB2 2.2.1.2, Flags. */
export const FLAGS = {
  SERVER_TO_REDIR: 0x01,
  ASYNC_COMMAND: 0x02,
  RELATED_OPERATIONS: 0x04,
  SIGNED: 0x08,
} as const;

/** Where things are that others need to find in a message. */
export const FIELD = { flags: 16, nextCommand: 20, messageId: 24, signature: 48 } as const;

/** The MessageId of what no request asked for: an oplock or lease break. 2^64 - 1, rounded to a double. */
export const UNSOLICITED = 2 ** 64;

/** A server that knows nothing newer. */
export class SpokeSmb1 extends Malformed {}

export interface RequestHeader {
  readonly command: CommandName;
  readonly messageId: number;
  readonly sessionId: bigint;
  readonly treeId: number;
  readonly creditCharge: number;
  readonly creditRequest: number;
  readonly flags: number;
  /** In place of the TreeId, when ASYNC_COMMAND is set. */
  readonly asyncId?: bigint;
}

/** Writes the 64 bytes; signature and NextCommand are left 0. */
export function writeHeader(to: Buffer, header: RequestHeader): void {
  to.fill(0, 0, HEADER_BYTES);
  to.writeUInt32LE(PROTOCOL_ID, 0);
  to.writeUInt16LE(HEADER_BYTES, 4);
  to.writeUInt16LE(header.creditCharge, 6);
  to.writeUInt16LE(COMMANDS[header.command], 12);
  to.writeUInt16LE(header.creditRequest, 14);
  to.writeUInt32LE(header.flags, FIELD.flags);
  to.writeBigUInt64LE(BigInt(header.messageId), FIELD.messageId);
  if (header.asyncId === undefined) to.writeUInt32LE(header.treeId, 36);
  else to.writeBigUInt64LE(header.asyncId, 32);
  to.writeBigUInt64LE(header.sessionId, 40);
}

export interface ResponseHeader {
  readonly status: number;
  readonly command: number;
  readonly credits: number;
  readonly flags: number;
  /** Exact up to 2^53; beyond that it is nobody's, or `UNSOLICITED`. */
  readonly messageId: number;
  /** undefined without ASYNC_COMMAND. */
  readonly asyncId: bigint | undefined;
  /** 0 with ASYNC_COMMAND. */
  readonly treeId: number;
  readonly sessionId: bigint;
}

/** @throws Malformed */
export function readHeader(message: Buffer): ResponseHeader {
  bytesAt(message, 0, HEADER_BYTES, 'The header');
  const protocol = message.readUInt32LE(0);
  if (protocol === SMB1_PROTOCOL_ID) throw new SpokeSmb1('it speaks SMB 1, which is not safe');
  if (protocol !== PROTOCOL_ID) throw new Malformed('the answer is no message of SMB 2 or 3');
  if (message.readUInt16LE(4) !== HEADER_BYTES) throw new Malformed('The header has a wrong size');
  const flags = message.readUInt32LE(FIELD.flags);
  if (!(flags & FLAGS.SERVER_TO_REDIR)) throw new Malformed('a request came where an answer was expected');
  const isAsync = (flags & FLAGS.ASYNC_COMMAND) !== 0;
  return {
    status: message.readUInt32LE(8),
    command: message.readUInt16LE(12),
    credits: message.readUInt16LE(14),
    flags,
    messageId:
      message.readUInt32LE(FIELD.messageId) + message.readUInt32LE(FIELD.messageId + 4) * 0x1_0000_0000,
    asyncId: isAsync ? message.readBigUInt64LE(32) : undefined,
    treeId: isAsync ? 0 : message.readUInt32LE(36),
    sessionId: message.readBigUInt64LE(40),
  };
}

/** The messages of one frame: one, or several that NextCommand chains (MS-SMB2 3.2.5.1.9). @throws Malformed */
export function splitCompound(frame: Buffer): readonly Buffer[] {
  const messages: Buffer[] = [];
  let rest = frame;
  for (;;) {
    bytesAt(rest, 0, HEADER_BYTES, 'The header');
    const next = rest.readUInt32LE(FIELD.nextCommand);
    if (next === 0) return [...messages, rest];
    if (next % 8 !== 0 || next < HEADER_BYTES) throw new Malformed(`NextCommand is ${next}`);
    messages.push(bytesAt(rest, 0, next, 'NextCommand'));
    rest = rest.subarray(next);
  }
}
