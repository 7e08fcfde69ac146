import type { RelPath } from '../../base/path.ts';
import type { Stamp, WriteOptions, Written } from '../backend.ts';
import { dataRuns } from '../files/holes.ts';
import { StorageError } from '../storage-error.ts';
import { attempt } from './failures.ts';
import { FileWriter } from './file-writer.ts';
import { checkPlace, placeFile } from './placing.ts';
import { inheriting, type PosixStamp, posixStamp, stampNode } from './stamping.ts';
import { NEW_FILE_MODE, type NfsTree, type Place } from './tree.ts';

/** Up to here a content is gathered and written in one go. */
const SMALL_BYTES = 256 * 1024;

/** See `Backend.write`. */
export async function writeContent(
  tree: NfsTree,
  path: RelPath,
  body: AsyncIterable<Uint8Array>,
  stamp: Stamp,
  options: WriteOptions = {},
): Promise<Written> {
  options.signal?.throwIfAborted();
  checkPlace(tree, path);
  const upload = new Upload(tree, path, posixStamp(stamp), options);
  try {
    for await (const chunk of body) {
      options.signal?.throwIfAborted();
      await upload.take(chunk);
    }
    return await upload.finish();
  } catch (error) {
    await upload.discard();
    throw error;
  }
}

/** One file on its way through the staging folder. A small content is held until its end is seen. */
class Upload {
  readonly #tree: NfsTree;
  readonly #path: RelPath;
  readonly #stamp: PosixStamp;
  readonly #options: WriteOptions;
  readonly #held: Uint8Array[] = [];
  #sizeBytes = 0;
  #staged: Place | undefined;
  #writer: FileWriter | undefined;
  #full: PosixStamp | undefined;
  #discarded = false;

  constructor(tree: NfsTree, path: RelPath, stamp: PosixStamp, options: WriteOptions) {
    this.#tree = tree;
    this.#path = path;
    this.#stamp = stamp;
    this.#options = options;
  }

  async take(chunk: Uint8Array): Promise<void> {
    const { capabilities, client, label } = this.#tree;
    this.#sizeBytes += chunk.length;
    if (this.#sizeBytes > capabilities.maxFileBytes) {
      const message = `File too large: ${label} takes up to ${capabilities.maxFileBytes} bytes`;
      throw new StorageError('TooLarge', this.#path, message, { code: 'EFBIG' });
    }
    this.#held.push(chunk);
    if (this.#sizeBytes <= Math.min(SMALL_BYTES, client.limits.writeBytes)) return;
    await this.#ask(() => this.#writeHeld());
  }

  async finish(): Promise<Written> {
    await this.#ask(async () => {
      const stamp = await this.#fullStamp();
      if (!this.#writer && this.#hasNoHoles()) await this.#writeWhole(stamp);
      else await (await this.#writeHeld()).finish(stamp);
      if (this.#staged) await placeFile(this.#tree, this.#staged, this.#path, stamp, this.#options);
    });
    return { sizeBytes: this.#sizeBytes };
  }

  /** Leaves nothing of it. Never rejected: what led here is told. */
  async discard(): Promise<void> {
    this.#discarded = true;
    await this.#writer?.abandon();
    if (this.#staged) await this.#tree.staging.discard(this.#staged);
  }

  #ask<Result>(calls: () => Promise<Result>): Promise<Result> {
    return attempt(this.#path, this.#options, calls);
  }

  async #fullStamp(): Promise<PosixStamp> {
    this.#full ??= await inheriting(this.#tree, this.#path, this.#stamp, this.#options);
    return this.#full;
  }

  async #writeHeld(): Promise<FileWriter> {
    this.#writer ??= await this.#begin();
    for (const chunk of this.#held.splice(0)) await this.#writer.take(chunk);
    return this.#writer;
  }

  /** The owner is set at once: what is refused is refused before bytes are sent. */
  async #begin(): Promise<FileWriter> {
    const { staging, client } = this.#tree;
    const { mode: _mode, atimeNs: _atime, mtimeNs: _mtime, ...owner } = await this.#fullStamp();
    const { place, made } = await staging.create(({ directory, name }) =>
      client.create(directory, name, { ...owner, mode: 0o600 }, this.#options),
    );
    await this.#keep(place);
    return new FileWriter(client, made, this.#options.sparse ?? false, this.#options);
  }

  async #writeWhole(stamp: PosixStamp): Promise<void> {
    const { staging, client } = this.#tree;
    const [only] = this.#held;
    const content = only && this.#held.length === 1 ? only : Buffer.concat(this.#held);
    const attributes = { mode: NEW_FILE_MODE, ...stamp };
    const { place, made } = await staging.create(({ directory, name }) =>
      client.createWhole(directory, name, content, attributes, this.#options),
    );
    await this.#keep(place);
    await stampNode(client, made, stamp, this.#options);
  }

  /** What was made after the caller had gone, goes too. */
  async #keep(place: Place): Promise<void> {
    this.#staged = place;
    if (this.#discarded) await this.#tree.staging.discard(place);
  }

  #hasNoHoles(): boolean {
    if (!this.#options.sparse || this.#sizeBytes === 0) return true;
    const [first] = dataRuns(Buffer.concat(this.#held), 0);
    return first?.[0] === 0 && first[1] === this.#sizeBytes;
  }
}
