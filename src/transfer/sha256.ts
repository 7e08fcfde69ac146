import { createHash, type Hash, hash } from 'node:crypto';

/** SHA-256 of chunks. One chunk alone, as small files have it, is hashed in one call, which costs half. */
export class Sha256 {
  #first: Uint8Array | undefined;
  #hash: Hash | undefined;

  /** Takes the next chunk; it must not change any more. */
  update(chunk: Uint8Array): void {
    if (this.#hash) this.#hash.update(chunk);
    else if (this.#first) this.#hash = createHash('sha256').update(this.#first).update(chunk);
    else this.#first = chunk;
  }

  /** Lower-case hex. Call it once. */
  digest(): string {
    return this.#hash ? this.#hash.digest('hex') : sha256Of(this.#first ?? NOTHING);
  }
}

const NOTHING = new Uint8Array(0);

/** Lower-case hex. */
export function sha256Of(bytes: Uint8Array): string {
  return hash('sha256', bytes, 'hex');
}
