import type { CallOptions } from '../backend.ts';
import { dataRuns } from '../files/holes.ts';
import { Window } from '../files/window.ts';
import type { NfsClient, OpenFile } from './nfs-client.ts';
import { type PosixStamp, stampNode } from './stamping.ts';

const BLOCK_BYTES = 1024 * 1024;
/** Taken and not yet written, of one file. */
const AHEAD_BYTES = 8 * BLOCK_BYTES;
/** Equal to no time that is set. */
const NEVER = -(2n ** 63n);

/** Writes a new file from its beginning to its end, with many WRITEs in flight. */
export class FileWriter {
  readonly #client: NfsClient;
  readonly #file: OpenFile;
  readonly #sparse: boolean;
  readonly #options: CallOptions;
  readonly #blockBytes: number;
  readonly #window: Window;
  /** What was taken and does not fill a block yet. */
  #held: Uint8Array[] = [];
  #heldBytes = 0;
  /** Where the block that is being filled begins. */
  #position = 0;
  /** Where the last byte that was really written ends. */
  #writtenTo = 0;
  #open = true;

  /** @param file just made and empty @param sparse runs of zeros become holes */
  constructor(client: NfsClient, file: OpenFile, sparse: boolean, options: CallOptions) {
    const { writeBytes, inFlight } = client.limits;
    this.#client = client;
    this.#file = file;
    this.#sparse = sparse;
    this.#options = options;
    this.#blockBytes = Math.min(BLOCK_BYTES, writeBytes);
    this.#window = new Window(Math.max(1, Math.min(inFlight, Math.ceil(AHEAD_BYTES / this.#blockBytes))));
  }

  /** Takes `chunk` to be appended; resolves when there is room for more. A failure shows in a later call. */
  async take(chunk: Uint8Array): Promise<void> {
    for (let at = 0; at < chunk.length; ) {
      const part = chunk.subarray(at, at + this.#blockBytes - this.#heldBytes);
      this.#held.push(part);
      this.#heldBytes += part.length;
      at += part.length;
      if (this.#heldBytes === this.#blockBytes) await this.#writeHeld();
    }
  }

  /** Everything is on the server's disk and stamped when this resolves; the file is closed. */
  async finish(stamp: PosixStamp): Promise<void> {
    if (this.#heldBytes > 0) await this.#writeHeld();
    await this.#window.drained();
    const { handle } = this.#file.node;
    if (this.#writtenTo < this.#position) {
      await this.#client.setAttributes(handle, { sizeBytes: this.#position }, this.#options);
    }
    await this.#file.commit(this.#options);
    // Whatever its times were when it was made, writing has changed them.
    const attributes = { ...this.#file.node.attributes, atimeNs: NEVER, mtimeNs: NEVER };
    await stampNode(this.#client, { handle, attributes }, stamp, this.#options);
    this.#open = false;
    await this.#file.close();
  }

  /** Ends in the midst; what was written stays. Never rejected. */
  async abandon(): Promise<void> {
    await this.#window.settled();
    if (this.#open) await this.#file.close().catch(() => undefined);
    this.#open = false;
  }

  async #writeHeld(): Promise<void> {
    const [only] = this.#held;
    const block = only && this.#held.length === 1 ? only : Buffer.concat(this.#held, this.#heldBytes);
    const start = this.#position;
    this.#held = [];
    this.#heldBytes = 0;
    this.#position += block.length;
    for (const [from, to] of this.#sparse ? dataRuns(block, start) : [[0, block.length] as const]) {
      this.#writtenTo = start + to;
      await this.#window.start(() => this.#file.write(start + from, block.subarray(from, to), this.#options));
    }
  }
}
