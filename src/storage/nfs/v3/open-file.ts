import type { CallOptions } from '../../backend.ts';
import { StorageError } from '../../storage-error.ts';
import type { Node, OpenFile } from '../nfs-client.ts';
import type { Nfs3Calls } from './calls.ts';
import { commit, readBytes, STABLE, writeBytes } from './content.ts';

/** A file of version 3, which knows no opening and closing. */
export class OpenFile3 implements OpenFile {
  readonly node: Node;
  readonly #calls: Nfs3Calls;
  /** Of the writes that are not committed; undefined: there are none. RFC 1813 section 3.3.7, "verf" */
  #verifier: bigint | undefined;

  constructor(calls: Nfs3Calls, node: Node) {
    this.#calls = calls;
    this.node = node;
  }

  async read(offset: number, length: number, options?: CallOptions) {
    const first = await readBytes(this.#calls, this.node.handle, offset, length, options);
    if (first.eof || first.data.length === length) return first;
    return this.#readOn(offset, length, first.data, options);
  }

  async write(offset: number, data: Uint8Array, options?: CallOptions): Promise<void> {
    const { handle } = this.node;
    for (let done = 0; done < data.length; ) {
      const part = data.subarray(done);
      const answer = await writeBytes(this.#calls, handle, offset + done, part, STABLE.UNSTABLE, options);
      if (!answer.isStable) this.#check(answer.verifier);
      done += answer.count;
    }
  }

  async commit(options?: CallOptions): Promise<void> {
    if (this.#verifier === undefined) return;
    this.#check(await commit(this.#calls, this.node.handle, options));
    this.#verifier = undefined;
  }

  async close(): Promise<void> {}

  #check(verifier: bigint): void {
    this.#verifier ??= verifier;
    if (verifier === this.#verifier) return;
    const message =
      'The server began anew before everything was on its disk; the file is to be written again.';
    throw new StorageError('Interrupted', '', message);
  }

  /** For servers that give less than they were asked for, with more to come. */
  async #readOn(offset: number, length: number, first: Uint8Array, options?: CallOptions) {
    const parts = [first];
    let size = first.length;
    for (;;) {
      const { data, eof } = await readBytes(
        this.#calls,
        this.node.handle,
        offset + size,
        length - size,
        options,
      );
      if (data.length === 0 && !eof) throw noProgress();
      parts.push(data);
      size += data.length;
      if (eof || size === length) return { data: Buffer.concat(parts, size), eof };
    }
  }
}

function noProgress(): StorageError {
  return new StorageError('Io', '', 'The server gives no bytes and no end of the file.');
}
