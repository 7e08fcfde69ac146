// What every decoder of an answer does: nothing is believed before it was measured.

const HEADER_BYTES = 64;

/** An answer that does not follow MS-SMB2 or MS-FSCC. */
export class MalformedAnswer extends Error {
  override readonly name = 'MalformedAnswer';
}

/** Fails unless the body of `message` has the StructureSize `size` and `fixedBytes` bytes. @throws MalformedAnswer */
export function checkBody(command: string, message: Buffer, size: number, fixedBytes: number): void {
  if (message.length < HEADER_BYTES + fixedBytes || message.readUInt16LE(HEADER_BYTES) !== size)
    throw new MalformedAnswer(`The server's answer to ${command} is cut off or of another kind`);
}

/** The variable part of an answer. @param offset from the begin of the message @throws MalformedAnswer */
export function variablePart(command: string, message: Buffer, offset: number, length: number): Buffer {
  if (length === 0) return message.subarray(0, 0);
  if (offset < HEADER_BYTES || offset + length > message.length)
    throw new MalformedAnswer(`The server's answer to ${command} tells of more than it holds`);
  return message.subarray(offset, offset + length);
}

/** Fails unless `data`, which is `what`, has `bytes` bytes. @throws MalformedAnswer */
export function checkLength(what: string, data: Uint8Array, bytes: number): void {
  if (data.length < bytes) throw new MalformedAnswer(`${what} that the server sent is cut off`);
}
