import type { FileHandle } from 'node:fs/promises';
import type { Content, ContentPiece, ContentSink, ContentStore } from '../object-store.ts';
import type { Blobs } from './blobs.ts';
import { explainedWrite } from './s3-index.ts';

/** Content up to this size lives in the index: one write instead of three, see docs/decisions/0005. */
const SMALL_BYTES = 32 * 1024;
/** Written and read in pieces of this size. */
const CHUNK_BYTES = 1024 ** 2;

/** A stretch of a blob: its id, the first byte, the byte behind the last. */
export type Stretch = readonly [id: number, start: number, end: number];

/** Stretches of blobs, one after the other. */
export class FileContent implements Content {
  readonly stretches: readonly Stretch[];
  readonly sizeBytes: number;
  /** Of no version or part yet: it pins its blobs. */
  isLoose: boolean;
  readonly #blobs: Blobs;

  constructor(blobs: Blobs, stretches: readonly Stretch[], isLoose: boolean) {
    this.#blobs = blobs;
    this.stretches = stretches;
    this.sizeBytes = stretches.reduce((sum, [, start, end]) => sum + end - start, 0);
    this.isLoose = isLoose;
  }

  async *read(start: number, end: number): AsyncGenerator<Buffer> {
    const wanted = cut(this.stretches, start, end);
    for (const [id] of wanted) this.#blobs.pin(id);
    try {
      for (const stretch of wanted) yield* this.#readStretch(stretch);
    } finally {
      for (const [id] of wanted) this.#blobs.unpin(id);
    }
  }

  async *#readStretch([id, start, end]: Stretch): AsyncGenerator<Buffer> {
    const bytes = this.#blobs.bytes(id);
    if (bytes) {
      yield bytes.subarray(start, end);
      return;
    }
    const handle = await this.#blobs.openFile(id);
    try {
      yield* readHandle(handle, id, start, end);
    } finally {
      await handle.close();
    }
  }
}

async function* readHandle(
  handle: FileHandle,
  id: number,
  start: number,
  end: number,
): AsyncGenerator<Buffer> {
  for (let at = start; at < end; ) {
    // A new buffer each time: whoever got the last one may still be sending it.
    const buffer = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, end - at));
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, at);
    if (bytesRead === 0) throw new Error(`The file of content ${id} is shorter than it was.`);
    at += bytesRead;
    yield bytesRead === buffer.length ? buffer : buffer.subarray(0, bytesRead);
  }
}

/** The bytes from `start` to `end` of `stretches` together. */
function cut(stretches: readonly Stretch[], start: number, end: number): readonly Stretch[] {
  const found: Stretch[] = [];
  let at = 0;
  for (const [id, from, to] of stretches) {
    const first = Math.max(from, from + start - at);
    const behind = Math.min(to, from + end - at);
    if (first < behind) found.push([id, first, behind]);
    at += to - from;
  }
  return found;
}

/** Takes in one body: in memory while it is small, then in a file. */
class FileSink implements ContentSink {
  readonly #blobs: Blobs;
  readonly #directory: string;
  #chunks: Buffer[] = [];
  #heldBytes = 0;
  #sizeBytes = 0;
  #file: { readonly id: number; readonly handle: FileHandle } | undefined;
  #writing: Promise<void> = Promise.resolve();

  constructor(blobs: Blobs, directory: string) {
    this.#blobs = blobs;
    this.#directory = directory;
  }

  write(chunk: Buffer): void | Promise<void> {
    this.#chunks.push(chunk);
    this.#heldBytes += chunk.length;
    this.#sizeBytes += chunk.length;
    if (this.#heldBytes < CHUNK_BYTES) return;
    // One write is under way while the next bytes come in; what it throws is heard of then.
    const before = this.#writing;
    void this.#flush();
    return before;
  }

  finish(): Content | Promise<Content> {
    if (this.#sizeBytes > SMALL_BYTES) return this.#finishFile();
    if (this.#sizeBytes === 0) return new FileContent(this.#blobs, [], true);
    const id = this.#blobs.addBytes(Buffer.concat(this.#chunks));
    return new FileContent(this.#blobs, [[id, 0, this.#sizeBytes]], true);
  }

  abandon(): void {
    this.#chunks = [];
    void this.#writing
      .catch(() => undefined)
      .then(() => {
        if (this.#file) this.#blobs.discard(this.#file.id, this.#file.handle);
        this.#file = undefined;
      });
  }

  async #finishFile(): Promise<Content> {
    await this.#flush();
    const file = this.#file;
    if (!file) throw new Error('A body that is not small was written to no file.');
    await file.handle.close();
    this.#file = undefined;
    this.#blobs.addFile(file.id);
    return new FileContent(this.#blobs, [[file.id, 0, this.#sizeBytes]], true);
  }

  #flush(): Promise<void> {
    const chunks = this.#chunks;
    this.#chunks = [];
    this.#heldBytes = 0;
    this.#writing = this.#writing.then(() => this.#append(chunks));
    this.#writing.catch(() => undefined);
    return this.#writing;
  }

  async #append(chunks: Buffer[]): Promise<void> {
    try {
      this.#file ??= await this.#blobs.createFile();
      let left = chunks.filter((chunk) => chunk.length > 0);
      while (left.length > 0) {
        const { bytesWritten } = await this.#file.handle.writev(left);
        left = behind(left, bytesWritten);
      }
    } catch (error) {
      throw explainedWrite(error, this.#directory);
    }
  }
}

/** What is left of `chunks` behind the first `bytes`: a disk that fills up takes a part of them. */
function behind(chunks: readonly Buffer[], bytes: number): Buffer[] {
  const left: Buffer[] = [];
  let skip = bytes;
  for (const chunk of chunks) {
    if (skip < chunk.length) left.push(chunk.subarray(skip));
    skip = Math.max(0, skip - chunk.length);
  }
  return left;
}

/** Content in files, and in the index while it is small. What shares bytes shares them on the disk too. */
export interface FileContents extends ContentStore {
  /** Within a whole: a version or part has it from now on. */
  keep(content: Content, onUndo: (undo: () => void) => void): void;
  /** As it is written in the index. */
  known(stretches: readonly Stretch[]): FileContent;
}

/** The content as what this store gave out. */
export function stretchesOf(content: Content): readonly Stretch[] {
  return ours(content).stretches;
}

function ours(content: Content): FileContent {
  if (content instanceof FileContent) return content;
  throw new TypeError('This content is of another store.');
}

/** @param whole makes a release one change of the index */
export function fileContents(
  blobs: Blobs,
  directory: string,
  whole: (act: () => void) => void,
): FileContents {
  return {
    receive: () => new FileSink(blobs, directory),
    join(pieces: readonly ContentPiece[]) {
      const stretches = pieces.flatMap(({ content, start, end }) => cut(ours(content).stretches, start, end));
      for (const [id] of stretches) blobs.pin(id);
      return new FileContent(blobs, stretches, true);
    },
    release(content) {
      const { stretches, isLoose } = ours(content);
      if (isLoose) for (const [id] of stretches) blobs.unpin(id);
      else
        whole(() => {
          for (const [id] of stretches) blobs.use(id, -1);
        });
    },
    keep(content, onUndo) {
      const kept = ours(content);
      if (!kept.isLoose) throw new TypeError('This content is kept already.');
      for (const [id] of kept.stretches) {
        blobs.use(id, 1);
        blobs.unpin(id);
      }
      kept.isLoose = false;
      onUndo(() => {
        kept.isLoose = true;
        for (const [id] of kept.stretches) blobs.pin(id);
      });
    },
    known: (stretches) => new FileContent(blobs, stretches, false),
  };
}
