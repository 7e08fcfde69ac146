import type { RelPath } from '../../base/path.ts';
import type { CallOptions } from '../backend.ts';
import { StorageError } from '../storage-error.ts';
import { isAskable, remotePath } from './names.ts';
import { NT_STATUS } from './nt-status.ts';
import { close } from './operations/close.ts';
import { type CreateOptions, create, decodeCreate, type Opened } from './operations/create.ts';
import {
  RELATED_FILE_ID,
  SmbFailure,
  type SmbLimits,
  type SmbRequest,
  type SmbResponse,
  type SmbTree,
} from './smb-tree.ts';
import { failed, translate } from './translate.ts';

/** How often something is begun anew when the connection breaks under it; between tries the connection is waited for. */
const TRIES = 8;

/** A file that is open on the server. */
export interface Handle {
  readonly path: RelPath;
  readonly fileId: Uint8Array;
  /** The connection that it belongs to. */
  readonly generation: number;
}

/** An opened file and what the requests behind its CREATE were answered, in order. */
export interface Answered {
  readonly opened: Opened;
  readonly responses: readonly SmbResponse[];
}

/** A location on a share: paths in, requests out, StorageErrors for whatever a server says. */
export class Share {
  readonly label: string;
  readonly #tree: SmbTree;
  readonly #root: string;

  /** @param root of the location below the share, "/"-separated */
  constructor(tree: SmbTree, root: string, label: string) {
    this.#tree = tree;
    this.#root = root;
    this.label = label;
  }

  get limits(): SmbLimits {
    return this.#tree.limits;
  }

  /** Where `path` is below the share, for a request. */
  address(path: RelPath): string {
    return remotePath(this.#root, path);
  }

  /** Does `work` again when the connection breaks meanwhile. @throws what `work` throws, translated */
  async again<Result>(path: RelPath, options: CallOptions, work: () => Promise<Result>): Promise<Result> {
    for (let tries = 1; ; tries++) {
      options.signal?.throwIfAborted();
      try {
        return await work();
      } catch (error) {
        const failure = translate(error, path);
        if (tries === TRIES || !isInterrupted(failure)) throw failure;
      }
    }
  }

  /**
   * Opens `path`, asks `requests` of it (about RELATED_FILE_ID) and closes it, all in one message.
   * Behind a refusal some servers go on, others do not. @throws SmbFailure of the first; the file is closed all the same
   */
  async withFile(
    path: RelPath,
    how: CreateOptions,
    requests: readonly SmbRequest[],
    options: CallOptions = {},
  ): Promise<Answered> {
    const { answered, handle } = await this.#open(path, how, [...requests, close(RELATED_FILE_ID)], options);
    // A server refuses what comes behind a refusal, the CLOSE too.
    if (answered.responses.at(-1)?.status !== NT_STATUS.SUCCESS) await this.close(handle);
    const responses = answered.responses.slice(0, -1);
    throwRefusal(requests, responses, 1);
    return { opened: answered.opened, responses };
  }

  /**
   * Opens `path` and asks `requests` of it; it stays open.
   * @throws SmbFailure of the first that was refused, and closes it
   */
  async open(
    path: RelPath,
    how: CreateOptions,
    requests: readonly SmbRequest[] = [],
    options: CallOptions = {},
  ): Promise<Answered & { readonly handle: Handle }> {
    options.signal?.throwIfAborted();
    // Not to be aborted: the answer is needed to close it again.
    const { answered, handle } = await this.#open(path, how, requests, {});
    try {
      options.signal?.throwIfAborted();
      throwRefusal(requests, answered.responses, 1);
    } catch (error) {
      await this.close(handle);
      throw error;
    }
    return { ...answered, handle };
  }

  /** Asks something of an open file. @throws SmbFailure; StorageError Interrupted when its connection is gone */
  async ask(handle: Handle, request: SmbRequest, options: CallOptions = {}): Promise<SmbResponse> {
    const [response] = await this.#tree.send([request], { ...options, generation: handle.generation });
    if (!response) throw new TypeError('A request was not answered.');
    return response;
  }

  /**
   * Asks `requests` of an open file in one message. The first names the file by its FileId, the others by
   * RELATED_FILE_ID. Some servers go on behind a refusal, others do not. @throws as `ask`, for the first refusal
   */
  async askAll(handle: Handle, requests: readonly SmbRequest[], options: CallOptions = {}): Promise<void> {
    const all = requests.map(lookedAtHere);
    const responses = await this.#tree.send(all, { ...options, generation: handle.generation });
    throwRefusal(requests, responses, 0);
  }

  /** As `askAll`, and closes the file, refusals or not. */
  async askAndClose(
    handle: Handle,
    requests: readonly SmbRequest[],
    options: CallOptions = {},
  ): Promise<void> {
    const all = [...requests, close(RELATED_FILE_ID)].map(lookedAtHere);
    const responses = await this.#tree.send(all, { ...options, generation: handle.generation });
    if (responses.at(-1)?.status !== NT_STATUS.SUCCESS) await this.close(handle);
    throwRefusal(requests, responses, 0);
  }

  /** Lets go of an open file. What is closed already, with its connection or else, is no failure. */
  async close({ fileId, generation }: Handle): Promise<void> {
    try {
      await this.#tree.send([{ ...close(fileId), accepts: 'any' }], { generation });
    } catch (error) {
      if (!(error instanceof StorageError)) throw error;
    }
  }

  async dispose(): Promise<void> {
    await this.#tree[Symbol.asyncDispose]();
  }

  async #open(path: RelPath, how: CreateOptions, requests: readonly SmbRequest[], options: CallOptions) {
    if (!isAskable(path)) throw failed(NT_STATUS.OBJECT_NAME_NOT_FOUND, path);
    const before = this.#tree.generation;
    const all = [create(this.address(path), how), ...requests.map(lookedAtHere)];
    const [first, ...responses] = await this.#tree.send(all, options);
    const generation = this.#tree.generation;
    // The connection was made anew: whether before this message or after it cannot be told.
    if (!first || generation !== before) throw interrupted(path);
    const opened = decodeCreate(first.message);
    return { answered: { opened, responses }, handle: { path, fileId: opened.fileId, generation } };
  }
}

const lookedAtHere = (request: SmbRequest): SmbRequest => ({ ...request, accepts: 'any' });

function throwRefusal(
  requests: readonly SmbRequest[],
  responses: readonly SmbResponse[],
  firstIndex: number,
): void {
  for (const [index, { command, accepts = [] }] of requests.entries()) {
    const status = responses[index]?.status ?? NT_STATUS.UNSUCCESSFUL;
    if (status === NT_STATUS.SUCCESS || accepts === 'any' || accepts.includes(status)) continue;
    throw new SmbFailure(status, command, firstIndex + index);
  }
}

/** Whether the connection broke under a call, so that it may be begun anew. */
export function isInterrupted(error: unknown): boolean {
  return error instanceof StorageError && error.kind === 'Interrupted';
}

/** The server may have lost what was not flushed. */
export function interrupted(path: RelPath): StorageError {
  const message = 'The connection to the server broke in the middle; it is tried again from the start';
  return new StorageError('Interrupted', path, message);
}
