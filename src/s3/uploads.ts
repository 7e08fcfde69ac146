import { compareNames } from '../base/path.ts';
import type { Random } from '../base/random.ts';
import type { ChecksumAlgorithm, ChecksumType } from './checksums.ts';
import type { Content, ContentStore, ObjectDraft } from './object-store.ts';

export interface UploadedPart {
  readonly partNumber: number;
  readonly etag: string;
  readonly content: Content;
  readonly lastModifiedAt: number;
  /** Base64, of the algorithm of the upload or the one the client sent. */
  readonly checksum?: { readonly algorithm: ChecksumAlgorithm; readonly value: string };
}

/** An upload in parts that is under way. */
export interface Upload {
  readonly id: string;
  readonly draft: ObjectDraft;
  readonly startedAt: number;
  readonly checksum?: { readonly algorithm: ChecksumAlgorithm; readonly type: ChecksumType };
  readonly parts: ReadonlyMap<number, UploadedPart>;
}

/** The uploads of one bucket. */
export interface Uploads {
  start(draft: ObjectDraft, startedAt: number, checksum: Upload['checksum']): Upload;
  /** The upload `id`, if it is one of `key`. Its parts are those of now. */
  get(key: string, id: string): Upload | undefined;
  /** Keeps a part, in the place of an earlier one with its number. Returns false when the upload is over. */
  addPart(id: string, part: UploadedPart): boolean;
  /** Ends the upload; what comes back is the content of `parts` in their order. */
  finish(id: string, parts: readonly UploadedPart[]): Content;
  /** Ends the upload and forgets its parts. */
  end(id: string): void;
  clear(): void;
  /** By key, then by start. */
  list(): readonly Upload[];
}

/** The id of the upload with this number: ids that are ordered as the uploads were started. */
export function uploadId(number: number, random: Random): string {
  return `${number.toString(36).padStart(8, '0')}${random.hex(56)}`;
}

interface OpenUpload extends Upload {
  readonly parts: Map<number, UploadedPart>;
}

/** Uploads that end with the process. */
export class MemoryUploads implements Uploads {
  readonly #open = new Map<string, OpenUpload>();
  readonly #contents: ContentStore;
  readonly #random: Random;
  #made = 0;

  constructor(contents: ContentStore, random: Random) {
    this.#contents = contents;
    this.#random = random;
  }

  start(draft: ObjectDraft, startedAt: number, checksum: Upload['checksum']): Upload {
    this.#made += 1;
    const id = uploadId(this.#made, this.#random);
    const upload = { id, draft, startedAt, parts: new Map(), ...(checksum && { checksum }) };
    this.#open.set(id, upload);
    return upload;
  }

  get(key: string, id: string): Upload | undefined {
    const upload = this.#open.get(id);
    return upload?.draft.key === key ? upload : undefined;
  }

  addPart(id: string, part: UploadedPart): boolean {
    const upload = this.#open.get(id);
    if (!upload) return false;
    const replaced = upload.parts.get(part.partNumber);
    if (replaced) this.#contents.release(replaced.content);
    upload.parts.set(part.partNumber, part);
    return true;
  }

  finish(id: string, parts: readonly UploadedPart[]): Content {
    const pieces = parts.map(({ content }) => ({ content, start: 0, end: content.sizeBytes }));
    // The parts go first, or a store that is half full could not take the whole.
    this.end(id);
    return this.#contents.join(pieces);
  }

  end(id: string): void {
    const upload = this.#open.get(id);
    if (!upload) return;
    this.#open.delete(id);
    for (const part of upload.parts.values()) this.#contents.release(part.content);
  }

  clear(): void {
    for (const id of [...this.#open.keys()]) this.end(id);
  }

  list(): readonly Upload[] {
    return [...this.#open.values()].sort(
      (a, b) => compareNames(a.draft.key, b.draft.key) || (a.id < b.id ? -1 : 1),
    );
  }
}
