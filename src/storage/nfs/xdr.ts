// XDR, the external data representation (RFC 4506): big-endian, everything in units of four bytes.

/** The bytes do not say what they should: too short, or a length that cannot be. */
export class XdrError extends Error {
  override readonly name = 'XdrError';
}

const FIRST_SIZE = 256;

/** Writes XDR. Numbers that do not fit throw what Buffer throws: that is our mistake, not the server's. */
export class XdrWriter {
  #buffer: Buffer;
  #size = 0;

  constructor(size = FIRST_SIZE) {
    this.#buffer = Buffer.allocUnsafe(size);
  }

  get size(): number {
    return this.#size;
  }

  uint32(value: number): this {
    this.#room(4);
    this.#size = this.#buffer.writeUInt32BE(value, this.#size);
    return this;
  }

  bool(value: boolean): this {
    return this.uint32(value ? 1 : 0);
  }

  /** @param value from 0 to 2^64 - 1; a number is a whole one */
  uint64(value: bigint | number): this {
    this.#room(8);
    this.#size = this.#buffer.writeBigUInt64BE(BigInt(value), this.#size);
    return this;
  }

  int64(value: bigint): this {
    this.#room(8);
    this.#size = this.#buffer.writeBigInt64BE(value, this.#size);
    return this;
  }

  /** Opaque data of a length that both sides know. */
  fixed(bytes: Uint8Array): this {
    const padding = -bytes.length & 3;
    this.#room(bytes.length + padding);
    this.#buffer.set(bytes, this.#size);
    this.#buffer.fill(0, this.#size + bytes.length, this.#size + bytes.length + padding);
    this.#size += bytes.length + padding;
    return this;
  }

  /** Opaque data behind its length. */
  opaque(bytes: Uint8Array): this {
    return this.uint32(bytes.length).fixed(bytes);
  }

  string(text: string): this {
    return this.opaque(Buffer.from(text));
  }

  /** Writes over a number that was written at `offset`. */
  patchUint32(offset: number, value: number): void {
    this.#buffer.writeUInt32BE(value, offset);
  }

  /** What was written. It shares memory with the writer. */
  bytes(): Buffer {
    return this.#buffer.subarray(0, this.#size);
  }

  #room(bytes: number): void {
    if (this.#size + bytes <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.#buffer.length * 2, this.#size + bytes));
    this.#buffer.copy(larger, 0, 0, this.#size);
    this.#buffer = larger;
  }
}

/** Reads XDR that came from somebody else: every length is checked before it is used. @throws XdrError */
export class XdrReader {
  readonly #buffer: Buffer;
  #at = 0;

  constructor(buffer: Buffer) {
    this.#buffer = buffer;
  }

  /** Bytes that were not read yet. */
  get left(): number {
    return this.#buffer.length - this.#at;
  }

  uint32(): number {
    return this.#buffer.readUInt32BE(this.#take(4));
  }

  bool(): boolean {
    const value = this.uint32();
    if (value > 1) throw new XdrError(`a boolean is ${value}`);
    return value === 1;
  }

  uint64(): bigint {
    return this.#buffer.readBigUInt64BE(this.#take(8));
  }

  int64(): bigint {
    return this.#buffer.readBigInt64BE(this.#take(8));
  }

  /** A uint64 that has to be a safe integer, such as a size. */
  size64(): number {
    const value = this.uint64();
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw new XdrError(`a size is ${value}`);
    return Number(value);
  }

  /** Shares memory with the message. */
  fixed(length: number): Buffer {
    const start = this.#take(length + (-length & 3));
    return this.#buffer.subarray(start, start + length);
  }

  /** Shares memory with the message. @param atMost bytes */
  opaque(atMost: number): Buffer {
    const length = this.uint32();
    if (length > atMost) throw new XdrError(`data of ${length} bytes, where ${atMost} are allowed`);
    return this.fixed(length);
  }

  /** Bytes that are not UTF-8 become replacement characters: for texts of the protocol, not for names. */
  string(atMost: number): string {
    return this.opaque(atMost).toString();
  }

  #take(bytes: number): number {
    const at = this.#at;
    if (bytes > this.#buffer.length - at) {
      throw new XdrError(`the message ends ${bytes - (this.#buffer.length - at)} bytes too early`);
    }
    this.#at = at + bytes;
    return at;
  }
}
