import { createHash } from 'node:crypto';

/**
 * The hash over the beginning of a conversation that 3.1.1 mixes into its keys, so that whoever changed a byte of it
 * has other keys (MS-SMB2 3.1.4.4.1).
 */
export class PreauthHash {
  #value: Buffer = Buffer.alloc(64);

  get value(): Buffer {
    return this.#value;
  }

  /** @param message whole, header first */
  add(message: Uint8Array): void {
    this.#value = createHash('sha512').update(this.#value).update(message).digest();
  }
}
