import type { Framing } from './framing.ts';

/** The bytes that came are no records of this protocol, or larger ones than we take. */
export class FramingError extends Error {
  override readonly name = 'FramingError';
}

const HEADER_BYTES = 4;

/** A record in more pieces is somebody's attempt to fill our memory with small buffers. */
const MOST_PIECES = 4096;

/** Puts records together from the chunks of a stream. Nothing is allocated before its length was judged. */
export class RecordReader {
  readonly #framing: Framing;
  readonly #maxRecordBytes: number;
  readonly #onRecord: (record: Buffer) => void;
  readonly #header = Buffer.alloc(HEADER_BYTES);
  #headerBytes = 0;
  #piece: Buffer | undefined;
  #pieceBytes = 0;
  #pieceIsLast = false;
  /** Finished pieces of a record that has more. */
  #earlier: Buffer[] = [];
  #earlierBytes = 0;

  /** @param onRecord is given memory of its own */
  constructor(framing: Framing, maxRecordBytes: number, onRecord: (record: Buffer) => void) {
    this.#framing = framing;
    this.#maxRecordBytes = maxRecordBytes;
    this.#onRecord = onRecord;
  }

  /** Takes the next bytes of the stream; `chunk` may be used anew afterwards. @throws FramingError */
  feed(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length) {
      at += this.#piece === undefined ? this.#takeHeader(chunk, at) : this.#fill(this.#piece, chunk, at);
    }
  }

  #takeHeader(chunk: Buffer, at: number): number {
    const taken = chunk.copy(this.#header, this.#headerBytes, at);
    this.#headerBytes += taken;
    if (this.#headerBytes === HEADER_BYTES) {
      this.#headerBytes = 0;
      this.#startPiece(this.#header.readUInt32BE(0));
    }
    return taken;
  }

  #startPiece(header: number): void {
    const piece = this.#framing.piece(header);
    if (piece === undefined) {
      throw new FramingError(`it sent 0x${header.toString(16).padStart(8, '0')}, which begins no record`);
    }
    const recordBytes = this.#earlierBytes + piece.bytes;
    if (recordBytes > this.#maxRecordBytes) {
      throw new FramingError(
        `it sent a record of ${recordBytes} bytes or more; ${this.#maxRecordBytes} are taken`,
      );
    }
    if (this.#earlier.length >= MOST_PIECES) {
      throw new FramingError(`it sent a record in more than ${MOST_PIECES} pieces`);
    }
    this.#piece = Buffer.allocUnsafe(piece.bytes);
    this.#pieceBytes = 0;
    this.#pieceIsLast = piece.last;
    if (piece.bytes === 0) this.#endPiece(this.#piece);
  }

  #fill(piece: Buffer, chunk: Buffer, at: number): number {
    const taken = chunk.copy(piece, this.#pieceBytes, at);
    this.#pieceBytes += taken;
    if (this.#pieceBytes === piece.length) this.#endPiece(piece);
    return taken;
  }

  #endPiece(piece: Buffer): void {
    this.#piece = undefined;
    if (!this.#pieceIsLast) {
      this.#earlier.push(piece);
      this.#earlierBytes += piece.length;
      return;
    }
    this.#onRecord(this.#earlier.length === 0 ? piece : this.#joined(piece));
  }

  #joined(last: Buffer): Buffer {
    const record = Buffer.concat([...this.#earlier, last]);
    this.#earlier = [];
    this.#earlierBytes = 0;
    return record;
  }
}
