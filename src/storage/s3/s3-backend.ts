import { type RelPath, ROOT } from '../../base/path.ts';
import {
  type Backend,
  type CallOptions,
  type Capabilities,
  type Entry,
  type EntryKind,
  type Listed,
  type ReadOptions,
  type ReadSmallOptions,
  type RemoveOptions,
  type SmallFile,
  type Stamp,
  type StatOptions,
  StorageError,
  type WriteOptions,
  type Written,
} from '../backend.ts';
import { ByteBudget } from './byte-budget.ts';
import { Checksums } from './checksums.ts';
import type { Headers, S3Client } from './client.ts';
import type { S3Config } from './config.ts';
import { copyOntoItself } from './copy.ts';
import { download, downloadSmall } from './download.ts';
import { contentLength, objectEntry } from './entries.ts';
import { Keys } from './keys.ts';
import { firstKeys, listDirectory } from './list.ts';
import { Lookup } from './lookup.ts';
import {
  contentHeaders,
  contentOf,
  storedOf,
  tagHeaders,
  userHeaders,
  userMetadataOf,
} from './object-headers.ts';
import { deleteObject, headObject } from './objects.ts';
import { stampedMetadata } from './posix-metadata.ts';
import { classFor, classHeaders, STANDARD } from './storage-class.ts';
import { putObject, type Uploader, upload } from './upload.ts';

const MIB = 1024 * 1024;
const DEFAULT_PART_BYTES = 8 * MIB;
/** Held in memory at once of all contents that are read, and again of all that are written. */
const BUFFERED_BYTES = 64 * MIB;
/** @source Amazon S3 User Guide, "Amazon S3 multipart upload limits" */
const LARGEST_OBJECT_BYTES = 5 * 1024 ** 4;

/** Objects below a prefix as files, links and directories. */
export class S3Backend implements Backend {
  readonly label: string;
  readonly capabilities: Capabilities;
  readonly #config: S3Config;
  readonly #client: S3Client;
  readonly #keys: Keys;
  readonly #lookup: Lookup;
  readonly #uploader: Uploader;
  readonly #readBudget = new ByteBudget(BUFFERED_BYTES);

  constructor(config: S3Config, client: S3Client) {
    this.label = `s3://${config.bucket}/${config.prefix}`;
    this.#config = config;
    this.#client = client;
    this.#keys = new Keys(config.prefix);
    this.#lookup = new Lookup(client, this.#keys);
    this.capabilities = capabilitiesOf(config, this.#keys.maxPathBytes);
    this.#uploader = {
      client,
      checksums: new Checksums(),
      budget: new ByteBudget(BUFFERED_BYTES),
      partBytes: config.partBytes ?? DEFAULT_PART_BYTES,
    };
  }

  async *list(directory: RelPath, { signal }: CallOptions = {}): AsyncIterable<Listed> {
    let isEmpty = true;
    for await (const item of listDirectory(this.#client, directory, this.#keys.below(directory), signal)) {
      isEmpty = false;
      yield item;
    }
    if (!isEmpty || directory === ROOT || (await this.#lookup.directory(directory, { signal }))) return;
    if (!(await this.#lookup.object(directory, { signal }))) throw this.#notFound(directory);
    const message = `"${directory}" is a file, not a directory, in ${this.label}.`;
    throw new StorageError('NotADirectory', directory, message);
  }

  async stat(path: RelPath, options: StatOptions = {}): Promise<Entry> {
    const entry = await this.#lookup.either(path, options);
    if (!entry) throw this.#notFound(path);
    return entry;
  }

  async *read(path: RelPath, options: ReadOptions = {}): AsyncIterable<Uint8Array> {
    if (path === ROOT) throw this.#isDirectory(path);
    const { offset = 0, length, versionId, signal } = options;
    const key = this.#keys.file(path);
    try {
      yield* download(this.#client, this.#readBudget, { key, path, offset, length, versionId, signal });
    } catch (error) {
      const isMissing = error instanceof StorageError && error.kind === 'NotFound' && versionId === undefined;
      if (isMissing && (await this.#lookup.directory(path, { signal }))) throw this.#isDirectory(path);
      throw error;
    }
  }

  async readSmall(path: RelPath, { maxBytes, ...look }: ReadSmallOptions): Promise<SmallFile> {
    const about = { key: this.#keys.file(path), path, signal: look.signal };
    const { headers, content } = await downloadSmall(this.#client, this.#readBudget, about, maxBytes);
    const entry = await this.#lookup.entryOf(path, headers, look);
    return entry.kind === 'file' && content ? { entry, content } : { entry };
  }

  async write(
    path: RelPath,
    body: AsyncIterable<Uint8Array>,
    stamp: Stamp,
    { sizeBytes, over, signal }: WriteOptions = {},
  ): Promise<Written> {
    if (path === ROOT) throw this.#isDirectory(path);
    const key = this.#keys.file(path);
    const headers = this.#stampHeaders(path, stamp, 'file');
    const headersFor = (size: number) => ({
      ...headers,
      ...classHeaders(classFor(this.#config.storageClass, size, over)),
    });
    return upload(this.#uploader, { key, path, body, expectedBytes: sizeBytes, headersFor, signal });
  }

  async makeDirectory(path: RelPath, stamp: Stamp, { signal }: CallOptions = {}): Promise<void> {
    await this.#stampDirectory(path, stamp, signal);
  }

  async makeSymlink(
    path: RelPath,
    target: string,
    stamp: Stamp,
    { over, signal }: WriteOptions = {},
  ): Promise<void> {
    const body = Buffer.from(target);
    const headers = {
      ...this.#stampHeaders(path, stamp, 'symlink'),
      ...classHeaders(classFor(this.#config.storageClass, body.length, over)),
    };
    await putObject(this.#uploader, { key: this.#keys.file(path), path, body, headers, signal });
  }

  async remove(path: RelPath, { listedAs, signal }: RemoveOptions = {}): Promise<void> {
    const key = this.#keys.file(path);
    const isObject =
      path !== ROOT &&
      (listedAs ? listedAs !== 'directory' : await headObject(this.#client, { key, path, signal }));
    if (isObject) return deleteObject(this.#client, { key, path, signal });
    const marker = this.#keys.marker(path);
    const keys = await firstKeys(this.#client, this.#keys.below(path), path, signal);
    if (keys.some((other) => other !== marker)) {
      const message = `The directory "${path}" in ${this.label} is not empty.`;
      throw new StorageError('DirectoryNotEmpty', path, message);
    }
    if (keys.length > 0) await deleteObject(this.#client, { key: marker, path, signal });
  }

  async setMetadata(path: RelPath, stamp: Stamp, { over, signal }: WriteOptions = {}): Promise<Written> {
    const isDirectory = path === ROOT || over?.kind === 'directory';
    const key = this.#keys.file(path);
    const head = isDirectory ? undefined : await headObject(this.#client, { key, path, signal });
    if (head) return this.#restamp(key, path, objectEntry(path, head).kind, stamp, head, signal);
    if (!(await this.#lookup.directory(path, { signal }))) throw this.#notFound(path);
    return this.#stampDirectory(path, stamp, signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#client.close();
  }

  #stampHeaders(path: RelPath, stamp: Stamp, kind: EntryKind, head: Headers = {}): Headers {
    const user = stampedMetadata(stamp, kind, this.#config.timeForm, userMetadataOf(head));
    return {
      ...userHeaders(user, path),
      ...contentHeaders(stamp.content ?? contentOf(head)),
      ...tagHeaders(stamp.tags),
    };
  }

  #restamp(
    key: string,
    path: RelPath,
    kind: EntryKind,
    stamp: Stamp,
    head: Headers,
    signal: AbortSignal | undefined,
  ): Promise<Written> {
    const { tags, ...rest } = stamp;
    const headers = {
      ...this.#stampHeaders(path, rest, kind, head),
      ...classHeaders(storedOf(head).storageClass ?? STANDARD),
    };
    return copyOntoItself(this.#client, {
      bucket: this.#config.bucket,
      key,
      path,
      head,
      headers,
      tags,
      signal,
    });
  }

  /** Makes the marker, or stamps the one that is there. */
  async #stampDirectory(path: RelPath, stamp: Stamp, signal: AbortSignal | undefined): Promise<Written> {
    const key = this.#keys.marker(path);
    const head = await headObject(this.#client, { key, path, signal });
    if (head && Object.keys(stamp).length === 0) return { sizeBytes: contentLength(head) };
    if (head) return this.#restamp(key, path, 'directory', stamp, head, signal);
    const headers = this.#stampHeaders(path, stamp, 'directory');
    return putObject(this.#uploader, { key, path, body: Buffer.alloc(0), headers, signal });
  }

  #notFound(path: RelPath): StorageError {
    return new StorageError('NotFound', path, `There is no "${path}" in ${this.label}.`, {
      code: 'NoSuchKey',
    });
  }

  #isDirectory(path: RelPath): StorageError {
    return new StorageError('IsADirectory', path, `"${path}" is a directory in ${this.label}, not a file.`);
  }
}

function capabilitiesOf({ timeForm }: S3Config, maxPathBytes: number): Capabilities {
  return {
    mtimePrecisionNs: timeForm === 'ns' ? 1n : 1_000_000n,
    directories: 'implied',
    childrenTouchParent: false,
    caseSensitive: true,
    sparse: false,
    metadata: new Set([
      'mode',
      'uid',
      'gid',
      'atimeNs',
      'linkTarget',
      'user',
      'content',
      'tags',
      'storageClass',
      'archived',
      'versionId',
      'etag',
      'lastModifiedNs',
    ] as const),
    maxFileBytes: LARGEST_OBJECT_BYTES,
    maxNameBytes: maxPathBytes,
    maxPathBytes,
  };
}
