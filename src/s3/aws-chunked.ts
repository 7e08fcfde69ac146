import { s3Error } from './s3-error.ts';

/** What the decoder hands on, in the order of the body. */
export interface ChunkedEvents {
  /** The line before a chunk. The last chunk has no bytes. @param extension after the ";", such as `chunk-signature=…` */
  chunk(sizeBytes: number, extension: string): void;
  data(bytes: Buffer): void | Promise<void>;
  trailer(name: string, value: string): void;
}

const LONGEST_LINE = 8192;
const SIZE = /^[0-9a-fA-F]{1,12}$/;
const NEWLINE = 10;

type State = 'size' | 'data' | 'data-end' | 'trailers' | 'done';

/**
 * Takes the `aws-chunked` coding off a body. Bytes are handed on as slices of what came in.
 * @source Amazon S3 API Reference, "Signature calculations ... transferring a payload in multiple chunks"
 */
export class AwsChunkedDecoder {
  readonly #events: ChunkedEvents;
  #state: State = 'size';
  #line = '';
  #leftBytes = 0;

  constructor(events: ChunkedEvents) {
    this.#events = events;
  }

  /** @throws S3Error InvalidRequest when the framing is broken */
  write(bytes: Buffer): void | Promise<void> {
    return this.#take(bytes, 0);
  }

  /** @throws S3Error IncompleteBody when the last chunk is missing */
  end(): void {
    // Some clients leave out the empty line after the last chunk or trailer.
    if (this.#state === 'trailers' && this.#line.trim() === '') this.#state = 'done';
    if (this.#state !== 'done') throw s3Error('IncompleteBody', 'The request body terminated unexpectedly');
  }

  #take(bytes: Buffer, from: number): void | Promise<void> {
    let at = from;
    while (at < bytes.length) {
      if (this.#state !== 'data') {
        at = this.#takeLine(bytes, at);
        continue;
      }
      const end = Math.min(bytes.length, at + this.#leftBytes);
      const slice = at === 0 && end === bytes.length ? bytes : bytes.subarray(at, end);
      this.#leftBytes -= end - at;
      if (this.#leftBytes === 0) this.#state = 'data-end';
      at = end;
      const wait = this.#events.data(slice);
      if (wait) return wait.then(() => this.#take(bytes, end));
    }
  }

  #takeLine(bytes: Buffer, from: number): number {
    const newline = bytes.indexOf(NEWLINE, from);
    const end = newline < 0 ? bytes.length : newline;
    this.#line += bytes.toString('latin1', from, end);
    if (this.#line.length > LONGEST_LINE) throw broken('a line of it is too long');
    if (newline < 0) return bytes.length;
    const line = this.#line.endsWith('\r') ? this.#line.slice(0, -1) : this.#line;
    this.#line = '';
    this.#endOfLine(line);
    return newline + 1;
  }

  #endOfLine(line: string): void {
    if (this.#state === 'size') this.#startChunk(line);
    else if (this.#state === 'data-end') {
      if (line !== '') throw broken('a chunk is longer than it says');
      this.#state = 'size';
    } else if (this.#state === 'trailers') this.#takeTrailer(line);
    else if (line !== '') throw broken('something follows its end');
  }

  #startChunk(line: string): void {
    const semicolon = line.indexOf(';');
    const size = (semicolon < 0 ? line : line.slice(0, semicolon)).trim();
    if (!SIZE.test(size)) throw broken('the size of a chunk is no hexadecimal number');
    this.#leftBytes = Number.parseInt(size, 16);
    this.#state = this.#leftBytes === 0 ? 'trailers' : 'data';
    this.#events.chunk(this.#leftBytes, semicolon < 0 ? '' : line.slice(semicolon + 1));
  }

  #takeTrailer(line: string): void {
    if (line === '') {
      this.#state = 'done';
      return;
    }
    const colon = line.indexOf(':');
    if (colon <= 0) throw broken('a trailer has no name');
    this.#events.trailer(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
  }
}

function broken(why: string) {
  return s3Error('InvalidRequest', `The aws-chunked body is malformed: ${why}.`);
}
