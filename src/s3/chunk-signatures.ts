import { createHash, type Hash, timingSafeEqual } from 'node:crypto';
import { hmac, type SigningScope, scopeText, sha256Hex } from '../base/sigv4.ts';
import { s3Error } from './s3-error.ts';

/** What the first signature of a chunked body hangs on. */
export interface ChunkSeed {
  readonly signingKey: Uint8Array;
  readonly scope: SigningScope;
  readonly amzDate: string;
  /** Of the request's headers. */
  readonly signature: string;
}

const EMPTY_SHA256 = sha256Hex('');

/**
 * Follows the chain of signatures in a body of STREAMING-AWS4-HMAC-SHA256-PAYLOAD(-TRAILER).
 * @source Amazon S3 API Reference, "Signature calculations for the Authorization header: Transferring payload in multiple chunks"
 */
export class ChunkSignatures {
  readonly #seed: ChunkSeed;
  #previous: string;
  #expected = '';
  #hash: Hash | undefined;
  #trailers = '';
  #trailerSignature: string | undefined;

  constructor(seed: ChunkSeed) {
    this.#seed = seed;
    this.#previous = seed.signature;
  }

  /** A new chunk begins; the one before it is checked. @throws S3Error SignatureDoesNotMatch */
  chunk(sizeBytes: number, extension: string): void {
    this.#finishChunk();
    const [name, value] = extension.split('=');
    this.#expected = name?.trim() === 'chunk-signature' ? (value?.trim() ?? '') : '';
    this.#hash = createHash('sha256');
    if (sizeBytes === 0) this.#finishChunk();
  }

  data(bytes: Uint8Array): void {
    this.#hash?.update(bytes);
  }

  trailer(name: string, value: string): void {
    if (name === 'x-amz-trailer-signature') this.#trailerSignature = value;
    else this.#trailers += `${name}:${value}\n`;
  }

  /** The body is over. @throws S3Error SignatureDoesNotMatch */
  end(): void {
    this.#finishChunk();
    if (this.#trailers === '') return;
    const text = this.#textToSign('AWS4-HMAC-SHA256-TRAILER', sha256Hex(this.#trailers));
    this.#check(text, this.#trailerSignature ?? '');
  }

  #finishChunk(): void {
    if (!this.#hash) return;
    const text = this.#textToSign('AWS4-HMAC-SHA256-PAYLOAD', `${EMPTY_SHA256}\n${this.#hash.digest('hex')}`);
    this.#hash = undefined;
    this.#previous = this.#check(text, this.#expected);
  }

  #textToSign(algorithm: string, hashes: string): string {
    const { amzDate, scope } = this.#seed;
    return [algorithm, amzDate, scopeText(scope), this.#previous, hashes].join('\n');
  }

  #check(text: string, given: string): string {
    const right = Buffer.from(hmac(this.#seed.signingKey, text).toString('hex'));
    const claimed = Buffer.from(given);
    const same = right.length === claimed.length && timingSafeEqual(right, claimed);
    if (!same) throw s3Error('SignatureDoesNotMatch');
    return given;
  }
}
