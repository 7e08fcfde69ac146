import type { RelPath } from '../../base/path.ts';
import {
  type CallOptions,
  type Entry,
  type ReadOptions,
  type ReadSmallOptions,
  type SmallFile,
  StorageError,
} from '../backend.ts';
import { entryOf, type Facts } from './entry.ts';
import { lookAt, questions, rightsToRead, told } from './looking.ts';
import { ATTRIBUTE } from './operations/attributes.ts';
import { ACCESS, OPTION, type Opened } from './operations/create.ts';
import { decodeRead, read } from './operations/read.ts';
import { type Handle, isInterrupted, type Share } from './share.ts';
import { RELATED_FILE_ID } from './smb-tree.ts';
import { translate } from './translate.ts';

/** Up to here a file is opened, read and closed in one message. */
const SMALL_BYTES = 64 * 1024;
const CHUNK_BYTES = 1024 * 1024;

/** Asked for and not yet taken, of one file. */
const AHEAD_BYTES = 8 * CHUNK_BYTES;

/** How often a connection may break without a byte between. */
const TRIES = 8;

/** Symbolic links are not opened themselves: a server refuses to read through them. */
const HOW = {
  access: ACCESS.READ_DATA | ACCESS.READ_ATTRIBUTES,
  options: OPTION.NON_DIRECTORY_FILE | OPTION.OPEN_FOR_BACKUP_INTENT,
};

/** From the first byte that is wanted to behind the last one. */
interface Range {
  readonly from: number;
  readonly to: number;
}

/** See `Backend.read`. */
export async function* readContent(
  share: Share,
  path: RelPath,
  { signal, offset = 0, length = Number.MAX_SAFE_INTEGER }: ReadOptions = {},
): AsyncGenerator<Uint8Array> {
  const options = signal ? { signal } : {};
  const range = { from: offset, to: Math.min(offset + length, Number.MAX_SAFE_INTEGER) };
  const small = await share.again(path, options, () => readAtOnce(share, path, range, options));
  if (small === undefined) yield* readChunks(share, path, range, options);
  else if (small.length > 0) yield small;
}

/** What `range` has of a small file; undefined when there is more than fits into one message. */
async function readAtOnce(
  share: Share,
  path: RelPath,
  { from, to }: Range,
  options: CallOptions,
): Promise<Uint8Array | undefined> {
  const asked = Math.min(to - from, SMALL_BYTES);
  const requests = asked === 0 ? [] : [read(RELATED_FILE_ID, from, asked)];
  const { opened, responses } = await share.withFile(path, HOW, requests, options);
  const data = responses[0] ? decodeRead(responses[0], asked) : new Uint8Array();
  const wanted = Math.min(to, Number(opened.sizeBytes)) - from;
  return wanted <= data.length ? data : undefined;
}

/** See `Backend.readSmall`. */
export async function readSmall(
  share: Share,
  path: RelPath,
  { maxBytes, security, signal }: ReadSmallOptions,
): Promise<SmallFile> {
  const options = { ...(signal && { signal }), ...(security && { security }) };
  const most = Math.min(maxBytes, share.limits.readBytes);
  try {
    return await share.again(path, options, async () => {
      // The content last: of an empty file nothing can be read, and what stands behind a refusal is refused.
      const requests = [...questions(share, security), read(RELATED_FILE_ID, 0, most)];
      const how = { ...HOW, access: HOW.access | rightsToRead(security) };
      const { responses } = await share.withFile(path, how, requests, options);
      const content = responses.at(-1);
      if (!content) throw new TypeError('READ was not answered.');
      const { facts, rights } = told(responses.slice(0, -1), security);
      const entry = entryOf(path, facts, rights);
      const data = decodeRead(content, most);
      return isWhole(data, entry, facts) ? { entry, content: data } : { entry };
    });
  } catch (error) {
    if (!(error instanceof StorageError) || !NO_FILE.has(error.kind)) throw error;
    return { entry: await lookAt(share, path, options) };
  }
}

/** How opening fails where a file has given way to a directory or a link. */
const NO_FILE: ReadonlySet<StorageError['kind']> = new Set(['IsADirectory', 'Unsupported']);

const isWhole = (data: Uint8Array, { sizeBytes }: Entry, facts: Facts) =>
  data.length === sizeBytes && !isReparsePoint(facts);

const isReparsePoint = ({ attributes }: { attributes: number }) =>
  (attributes & ATTRIBUTE.REPARSE_POINT) !== 0;

/** A connection that breaks is made again, and the file read on from there if it is still the same. */
async function* readChunks(
  share: Share,
  path: RelPath,
  { from, to }: Range,
  options: CallOptions,
): AsyncGenerator<Uint8Array> {
  let first: Opened | undefined;
  let position = from;
  for (let tries = 1; ; tries++) {
    const { opened, handle } = await share.again(path, options, () => share.open(path, HOW, [], options));
    try {
      first ??= opened;
      if (!isSame(first, opened)) throw changed(path);
      const known = Number(opened.sizeBytes);
      for await (const chunk of chunksOf(share, handle, { from: position, to, known }, options)) {
        position += chunk.length;
        tries = 0;
        yield chunk;
        options.signal?.throwIfAborted();
      }
      return;
    } catch (error) {
      const failure = translate(error, path);
      if (tries >= TRIES || !isInterrupted(failure)) throw failure;
    } finally {
      await share.close(handle);
    }
  }
}

function isSame(before: Opened, now: Opened): boolean {
  return (
    before.sizeBytes === now.sizeBytes &&
    before.mtimeNs === now.mtimeNs &&
    before.changedNs === now.changedNs &&
    before.createdNs === now.createdNs
  );
}

const changed = (path: RelPath) =>
  new StorageError('Stale', path, 'The file changed while it was read, and the connection broke meanwhile');

interface Wanted extends Range {
  /** The file's size when it was opened; one that has grown is read to its end all the same. */
  readonly known: number;
}

/** Chunks in their order, several READs in flight. */
async function* chunksOf(
  share: Share,
  handle: Handle,
  { from, to, known }: Wanted,
  options: CallOptions,
): AsyncGenerator<Uint8Array> {
  const chunkBytes = Math.min(CHUNK_BYTES, share.limits.readBytes);
  const width = Math.max(1, Math.min(share.limits.inFlight, Math.ceil(AHEAD_BYTES / chunkBytes)));
  const ahead: Promise<Piece>[] = [];
  let next = from;
  let end = Math.min(to, known);
  const ask = () => {
    while (ahead.length < width && next < end) {
      const length = Math.min(chunkBytes, end - next);
      const piece = readPiece(share, handle, next, length, options);
      // Looked at when its turn comes.
      piece.catch(() => undefined);
      ahead.push(piece);
      next += length;
    }
  };
  try {
    // Of a file that was empty when it was opened too.
    if (end <= from) end = Math.min(to, from + chunkBytes);
    ask();
    for (let piece = await ahead.shift(); piece; piece = await ahead.shift()) {
      const { data, length } = piece;
      // Behind its end a file that shrank has nothing more for us.
      if (data.length < length) {
        if (data.length > 0) yield data;
        return;
      }
      if (ahead.length === 0 && next === end) end = Math.min(to, end + chunkBytes);
      ask();
      yield data;
    }
  } finally {
    await Promise.allSettled(ahead);
  }
}

interface Piece {
  readonly data: Uint8Array;
  /** What was asked for. */
  readonly length: number;
}

/** Up to `length` bytes; fewer at the end of the file only, even when a server gives them by and by. */
async function readPiece(
  share: Share,
  { fileId, ...handle }: Handle,
  offset: number,
  length: number,
  options: CallOptions,
): Promise<Piece> {
  const parts: Uint8Array[] = [];
  for (let size = 0; ; ) {
    const asked = length - size;
    const response = await share.ask({ fileId, ...handle }, read(fileId, offset + size, asked), options);
    const data = decodeRead(response, asked);
    if (data.length === asked && size === 0) return { data, length };
    parts.push(data);
    size += data.length;
    if (data.length === 0 || size === length) return { data: Buffer.concat(parts, size), length };
  }
}
