// NEGOTIATE (MS-SMB2 2.2.3 and 2.2.4).

import { HEADER_BYTES } from './header.ts';
import { expectStructure, Malformed } from './malformed.ts';
import { type NegotiateContext, readContexts, writeContexts } from './negotiate-context.ts';

export interface NegotiateRequest {
  /** DialectRevisions, of `DIALECTS`. */
  readonly dialects: readonly number[];
  readonly securityMode: number;
  readonly capabilities: number;
  /** 16 bytes. */
  readonly clientGuid: Uint8Array;
  /** For dialect 3.1.1; must be empty where that is not offered. */
  readonly contexts: readonly NegotiateContext[];
}

const REQUEST_BYTES = 36;

/** The body, without the header. */
export function encodeNegotiate(request: NegotiateRequest): Buffer {
  const { dialects, contexts } = request;
  const listEnd = REQUEST_BYTES + dialects.length * 2;
  const contextsAt = (listEnd + 7) & ~7;
  const fixed = Buffer.alloc(contexts.length > 0 ? contextsAt : listEnd);
  fixed.writeUInt16LE(REQUEST_BYTES, 0);
  fixed.writeUInt16LE(dialects.length, 2);
  fixed.writeUInt16LE(request.securityMode, 4);
  fixed.writeUInt32LE(request.capabilities, 8);
  fixed.set(request.clientGuid, 12);
  dialects.forEach((dialect, index) => {
    fixed.writeUInt16LE(dialect, REQUEST_BYTES + index * 2);
  });
  if (contexts.length === 0) return fixed;
  fixed.writeUInt32LE(HEADER_BYTES + contextsAt, 28);
  fixed.writeUInt16LE(contexts.length, 32);
  return Buffer.concat([fixed, writeContexts(contexts)]);
}

export interface NegotiateResponse {
  readonly securityMode: number;
  readonly dialect: number;
  /** 16 bytes. */
  readonly serverGuid: Buffer;
  readonly capabilities: number;
  readonly maxTransactBytes: number;
  readonly maxReadBytes: number;
  readonly maxWriteBytes: number;
  /** Empty for dialects before 3.1.1. */
  readonly contexts: readonly NegotiateContext[];
}

const RESPONSE_STRUCTURE = 65;
const SMB_3_1_1 = 0x0311;
/** The multi-protocol dialect, an answer to SMB 1 alone (MS-SMB2 2.2.4). */
const ANY_SMB_2 = 0x02ff;

/** @throws Malformed */
export function decodeNegotiate(message: Buffer): NegotiateResponse {
  const at = HEADER_BYTES;
  expectStructure(message, at, RESPONSE_STRUCTURE, 'The answer to NEGOTIATE');
  const dialect = message.readUInt16LE(at + 4);
  if (dialect === ANY_SMB_2) throw new Malformed('the server answers as if it had been asked in SMB 1');
  return {
    securityMode: message.readUInt16LE(at + 2),
    dialect,
    serverGuid: message.subarray(at + 8, at + 24),
    capabilities: message.readUInt32LE(at + 24),
    maxTransactBytes: message.readUInt32LE(at + 28),
    maxReadBytes: message.readUInt32LE(at + 32),
    maxWriteBytes: message.readUInt32LE(at + 36),
    contexts:
      dialect === SMB_3_1_1
        ? readContexts(message, message.readUInt32LE(at + 60), message.readUInt16LE(at + 6))
        : [],
  };
}
