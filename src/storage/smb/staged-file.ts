import type { RelPath } from '../../base/path.ts';
import type { CallOptions, Entry, Stamp } from '../backend.ts';
import { dataRuns } from '../files/holes.ts';
import { Window } from '../files/window.ts';
import { ACCESS, DISPOSITION } from './operations/create.ts';
import { flush } from './operations/flush.ts';
import { setSparse } from './operations/ioctl.ts';
import { setEndOfFile } from './operations/set-info.ts';
import { checkWritten, write } from './operations/write.ts';
import { place } from './placing.ts';
import type { Handle, Share } from './share.ts';
import { RELATED_FILE_ID } from './smb-tree.ts';
import { accessFor, giveProperties, requestsOnceMoved, stampRequests } from './stamping.ts';
import { translate } from './translate.ts';
import type { WritePlace } from './writing.ts';

const BLOCK_BYTES = 1024 * 1024;

/** Taken and not yet written, of one file. */
const AHEAD_BYTES = 8 * BLOCK_BYTES;

/** To write, to look at what is there already, to move it, and to give it other rights than the staging folder does. */
const ALWAYS = ACCESS.READ_DATA | ACCESS.WRITE_DATA | ACCESS.DELETE | ACCESS.WRITE_DAC;

export interface StagedAs {
  readonly stamp: Stamp;
  /** The file that is replaced, if it is known. */
  readonly over: Entry | undefined;
  /** Runs of zeros become holes. */
  readonly holes: boolean;
  readonly options: CallOptions;
}

/** A large file in the staging folder that is being written from its beginning to its end, and will be moved to its place. */
export class StagedFile {
  readonly #where: WritePlace;
  readonly #share: Share;
  readonly #handle: Handle;
  readonly #path: RelPath;
  readonly #as: StagedAs;
  readonly #blockBytes: number;
  readonly #window: Window;
  /** What was taken and does not fill a block yet. */
  #held: Uint8Array[] = [];
  #heldBytes = 0;
  /** Where the block that is being filled begins. */
  #position = 0;
  /** Where the last byte that was really written ends. */
  #writtenTo = 0;
  #isSparse = false;

  /** @throws SmbFailure */
  static async make(where: WritePlace, staged: RelPath, path: RelPath, as: StagedAs): Promise<StagedFile> {
    const access = ALWAYS | accessFor(as.stamp);
    const { handle } = await where.share.open(
      staged,
      { access, disposition: DISPOSITION.CREATE },
      [],
      as.options,
    );
    return new StagedFile(where, handle, path, as);
  }

  private constructor(where: WritePlace, handle: Handle, path: RelPath, as: StagedAs) {
    const { share } = where;
    const { writeBytes, inFlight } = share.limits;
    this.#where = where;
    this.#share = share;
    this.#handle = handle;
    this.#path = path;
    this.#as = as;
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

  /** Has everything on the server's disk, stamps the file and moves it to its place. */
  async finish(): Promise<void> {
    const { stamp, over, options } = this.#as;
    const { rights, clock } = this.#where;
    await this.#translated(async () => {
      if (this.#heldBytes > 0) await this.#writeHeld();
      await this.#window.drained();
      const { fileId, path: staged } = this.#handle;
      const all = await rights.complete(this.#path, staged, stamp, over, options);
      const length = this.#writtenTo < this.#position ? [setEndOfFile(RELATED_FILE_ID, this.#position)] : [];
      const requests = [flush(fileId), ...length, ...stampRequests(this.#path, all)];
      await this.#share.askAll(this.#handle, requests, options);
      const after = requestsOnceMoved(all, this.#isSparse);
      await place(this.#share, clock, this.#handle, { path: this.#path, after, access: accessFor(all) });
      await giveProperties(this.#share, this.#path, all);
    });
  }

  /** Ends in the midst. Gives the path of what was written. Never rejected. */
  async abandon(): Promise<RelPath> {
    await this.#window.settled();
    await this.#share.close(this.#handle).catch(() => undefined);
    return this.#handle.path;
  }

  async #writeHeld(): Promise<void> {
    const held = this.#held;
    const start = this.#position;
    const length = this.#heldBytes;
    this.#held = [];
    this.#heldBytes = 0;
    this.#position += length;
    await this.#translated(async () => {
      if (!this.#as.holes) return this.#write(start, held, length);
      const block = Buffer.concat(held, length);
      for (const [from, to] of await this.#runs(block, start))
        await this.#write(start + from, [block.subarray(from, to)], to - from);
    });
  }

  /** What of `block` is no hole; the first hole makes the file sparse. */
  async #runs(block: Buffer, start: number): Promise<readonly (readonly [from: number, to: number])[]> {
    const runs = dataRuns(block, start);
    const [only] = runs;
    const whole = runs.length === 1 && only && only[1] - only[0] === block.length;
    if (whole || this.#isSparse) return runs;
    this.#isSparse = true;
    const request = { ...setSparse(this.#handle.fileId), accepts: 'any' } as const;
    await this.#share.ask(this.#handle, request, this.#as.options);
    return runs;
  }

  async #write(offset: number, data: readonly Uint8Array[], length: number): Promise<void> {
    this.#writtenTo = offset + length;
    const request = write(this.#handle.fileId, offset, data, length);
    await this.#window.start(async () => {
      const { message } = await this.#share.ask(this.#handle, request, this.#as.options);
      checkWritten(message, length);
    });
  }

  /** What goes wrong here is about the file, not about its staged name. */
  async #translated<Result>(work: () => Promise<Result>): Promise<Result> {
    try {
      return await work();
    } catch (error) {
      throw translate(error, this.#path);
    }
  }
}
