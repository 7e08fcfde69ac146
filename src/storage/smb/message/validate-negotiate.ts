// FSCTL_VALIDATE_NEGOTIATE_INFO in an IOCTL (MS-SMB2 2.2.31.4 and 2.2.32.6): before 3.1.1, the way to find out
// whether somebody between has changed what was negotiated.

import { HEADER_BYTES } from './header.ts';
import { bytesAt, expectStructure, Malformed } from './malformed.ts';
import type { NegotiateRequest, NegotiateResponse } from './negotiate.ts';

const FSCTL_VALIDATE_NEGOTIATE_INFO = 0x00140204;
const REQUEST_BYTES = 56;
const ANSWER_BYTES = 24;
const IS_FSCTL = 1;

/** Says again what was said in NEGOTIATE. */
export function encodeValidateNegotiate(said: NegotiateRequest): Buffer {
  const input = Buffer.alloc(24 + said.dialects.length * 2);
  input.writeUInt32LE(said.capabilities, 0);
  input.set(said.clientGuid, 4);
  input.writeUInt16LE(said.securityMode, 20);
  input.writeUInt16LE(said.dialects.length, 22);
  said.dialects.forEach((dialect, index) => {
    input.writeUInt16LE(dialect, 24 + index * 2);
  });
  const body = Buffer.alloc(REQUEST_BYTES);
  body.writeUInt16LE(57, 0);
  body.writeUInt32LE(FSCTL_VALIDATE_NEGOTIATE_INFO, 4);
  body.fill(0xff, 8, 24); // FileId: none
  body.writeUInt32LE(HEADER_BYTES + REQUEST_BYTES, 24);
  body.writeUInt32LE(input.length, 28);
  body.writeUInt32LE(ANSWER_BYTES, 44);
  body.writeUInt32LE(IS_FSCTL, 48);
  return Buffer.concat([body, input]);
}

/** Whether the server means what its answer to NEGOTIATE said. @throws Malformed */
export function confirmsNegotiate(message: Buffer, heard: NegotiateResponse): boolean {
  const at = HEADER_BYTES;
  expectStructure(message, at, 49, 'The answer to VALIDATE_NEGOTIATE_INFO');
  const output = bytesAt(message, message.readUInt32LE(at + 32), message.readUInt32LE(at + 36), 'Its output');
  if (output.length !== ANSWER_BYTES) throw new Malformed('VALIDATE_NEGOTIATE_INFO has a wrong size');
  return (
    output.readUInt32LE(0) === heard.capabilities &&
    output.subarray(4, 20).equals(heard.serverGuid) &&
    output.readUInt16LE(20) === heard.securityMode &&
    output.readUInt16LE(22) === heard.dialect
  );
}
