import type { ContentHeaders } from '../storage/backend.ts';
import type { StoredChecksum } from './checksums.ts';

/** Bytes that are stored and never change. */
export interface Content {
  readonly sizeBytes: number;
  /** The bytes from `start` up to, not including, `end`. The chunks belong to the store: never write into them. */
  read(start: number, end: number): Iterable<Buffer> | AsyncIterable<Buffer>;
}

/** Takes in the bytes of one object or part. Nothing can be seen of them before `finish`. */
export interface ContentSink {
  /** Keeps `chunk` itself, not a copy. @throws S3Error InsufficientStorage */
  write(chunk: Buffer): void | Promise<void>;
  finish(): Content | Promise<Content>;
  /** Forgets what was written. */
  abandon(): void;
}

/** Where content is kept. Every content that is received or made has to be released once. */
export interface ContentStore {
  receive(): ContentSink;
  /** One content after the other, as a content of its own; the pieces stay. @throws S3Error InsufficientStorage */
  join(pieces: readonly ContentPiece[]): Content;
  release(content: Content): void;
}

export interface ContentPiece {
  readonly content: Content;
  readonly start: number;
  readonly end: number;
}

/** What the client says about an object, beside its bytes. */
export interface ObjectDraft {
  readonly key: string;
  readonly headers: ObjectHeaders;
  /** Keys in lower case, without `x-amz-meta-`. */
  readonly user: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
  readonly storageClass: string;
}

export interface ObjectHeaders extends ContentHeaders {
  readonly expires?: string;
  readonly websiteRedirectLocation?: string;
  readonly serverSideEncryption?: string;
}

/** A part of an object that was uploaded in parts. */
export interface ObjectPart {
  readonly partNumber: number;
  readonly sizeBytes: number;
  readonly checksum?: string;
}

/** The name of the version that is made where versioning is not on. */
export const NULL_VERSION = 'null';

export interface StoredObject extends ObjectDraft {
  readonly kind: 'object';
  readonly versionId: string;
  /** ms since the epoch; S3 shows whole seconds in headers. */
  readonly lastModifiedAt: number;
  /** Without quotes. */
  readonly etag: string;
  readonly content: Content;
  readonly checksum?: StoredChecksum;
  /** Present when it was uploaded in parts. */
  readonly parts?: readonly ObjectPart[];
  /** Present when an archived object was restored: readable from `fromAt` until `untilAt` (ms since the epoch). */
  readonly restored?: { readonly fromAt: number; readonly untilAt: number };
}

export interface DeleteMarker {
  readonly kind: 'delete-marker';
  readonly key: string;
  readonly versionId: string;
  readonly lastModifiedAt: number;
}

export type Version = StoredObject | DeleteMarker;

/** A version without the id that the bucket will give it. */
export type Unversioned = Omit<StoredObject, 'versionId'> | Omit<DeleteMarker, 'versionId'>;
