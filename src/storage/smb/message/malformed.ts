/** A server sent what the specification forbids. The text says what, for people. */
export class Malformed extends Error {
  override readonly name = 'Malformed';
}

/** Part of a message whose offset and length came from the server. @throws Malformed when it is not all inside */
export function bytesAt(message: Buffer, offset: number, length: number, what: string): Buffer {
  if (offset + length > message.length) {
    throw new Malformed(`${what} reaches ${offset + length - message.length} bytes past the end`);
  }
  return message.subarray(offset, offset + length);
}

/** @throws Malformed when a message is shorter than its fixed part, or is another structure */
export function expectStructure(message: Buffer, at: number, size: number, what: string): void {
  // The low bit of StructureSize stands for the variable part, which may be empty (MS-SMB2 2.2).
  bytesAt(message, at, size & ~1, what);
  const said = message.readUInt16LE(at);
  if (said !== size) throw new Malformed(`${what} has structure size ${said} instead of ${size}`);
}
