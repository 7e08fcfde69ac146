// What HTTP headers say of an object, both ways.

import type { ContentHeaders, Metadata } from '../backend.ts';
import { StorageError } from '../backend.ts';
import type { Headers } from './client.ts';
import type { UserMetadata } from './posix-metadata.ts';

const USER_PREFIX = 'x-amz-meta-';

/** @source Amazon S3 User Guide, "Working with object metadata": 2 KB, counted as UTF-8 of keys and values */
const MAX_USER_BYTES = 2048;

const CONTENT: readonly (readonly [keyof ContentHeaders, string])[] = [
  ['contentType', 'content-type'],
  ['contentEncoding', 'content-encoding'],
  ['contentLanguage', 'content-language'],
  ['contentDisposition', 'content-disposition'],
  ['cacheControl', 'cache-control'],
];

/** Classes whose objects must be restored before they can be read. */
const ARCHIVES = new Set(['GLACIER', 'DEEP_ARCHIVE']);

export function userMetadataOf(headers: Headers): UserMetadata {
  const user: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (name.startsWith(USER_PREFIX)) user[name.slice(USER_PREFIX.length)] = decodeWords(value);
  }
  return user;
}

/** @throws TooLarge for more than 2 KB, Unsupported for a key that no HTTP header can have */
export function userHeaders(user: UserMetadata, path: string): Headers {
  const headers: Record<string, string> = {};
  let bytes = 0;
  for (const [key, value] of Object.entries(user)) {
    bytes += Buffer.byteLength(key) + Buffer.byteLength(value);
    if (!/^[\w!#$%&'*+.^`|~-]+$/.test(key)) throw unsendable(key, path);
    headers[USER_PREFIX + key.toLowerCase()] = encodeWords(value);
  }
  if (bytes > MAX_USER_BYTES) throw tooMuch(bytes, path);
  return headers;
}

export function contentOf(headers: Headers): ContentHeaders {
  const found = CONTENT.flatMap(([member, name]) => (headers[name] ? [[member, headers[name]]] : []));
  return Object.fromEntries(found);
}

export function contentHeaders(content: ContentHeaders | undefined): Headers {
  const found = CONTENT.flatMap(([member, name]) => (content?.[member] ? [[name, content[member]]] : []));
  return Object.fromEntries(found);
}

/** `a=1&b=2`, percent-encoded; a space as well, for Ceph keeps a "+" as it is. */
export function tagHeaders(tags: Readonly<Record<string, string>> | undefined): Headers {
  return tags ? { 'x-amz-tagging': new URLSearchParams(tags).toString().replaceAll('+', '%20') } : {};
}

/** What S3 alone knows of an object, in the answers of HEAD and GET. */
export function storedOf(headers: Headers): Metadata {
  const storageClass = headers['x-amz-storage-class'] ?? 'STANDARD';
  const restored = headers['x-amz-restore']?.includes('ongoing-request="false"') ?? false;
  const archived = headers['x-amz-archive-status'] !== undefined || ARCHIVES.has(storageClass);
  const lastModifiedNs = instantNs(headers['last-modified']);
  return {
    storageClass,
    ...(archived && !restored ? { archived: true } : {}),
    ...(lastModifiedNs === undefined ? {} : { lastModifiedNs }),
    ...(headers['etag'] ? { etag: bareEtag(headers['etag']) } : {}),
    ...versionOf(headers),
  };
}

export function isArchive(storageClass: string): boolean {
  return ARCHIVES.has(storageClass);
}

/** `null` is the version of what was stored before a bucket kept versions. */
export function versionOf(headers: Headers): { readonly versionId?: string } {
  const versionId = headers['x-amz-version-id'];
  return versionId ? { versionId } : {};
}

export function bareEtag(etag: string): string {
  return etag.replaceAll('"', '');
}

/** An HTTP or ISO date as ns since the epoch, in whole seconds: listings know more of it than HEAD does. */
export function instantNs(date: string | undefined): bigint | undefined {
  const at = Date.parse(date ?? '');
  return Number.isNaN(at) ? undefined : BigInt(Math.floor(at / 1000)) * 1_000_000_000n;
}

/** Changes with the content and, within a second, with the metadata. */
export function tokenOf({ etag, lastModifiedNs }: Metadata): string {
  return `${etag ?? ''} ${lastModifiedNs ?? ''}`;
}

const SENDABLE = /^(?:[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?)?$/;

/** @source Amazon S3 User Guide, "Working with object metadata": values beyond US-ASCII travel as RFC 2047 words */
function encodeWords(value: string): string {
  return SENDABLE.test(value) ? value : `=?UTF-8?B?${Buffer.from(value).toString('base64')}?=`;
}

const WORD = /=\?utf-8\?([bq])\?([^?]*)\?=(?:\s+(?==\?))?/gi;

function decodeWords(value: string): string {
  return value.replaceAll(WORD, (_word, form: string, text: string) =>
    form.toLowerCase() === 'b' ? Buffer.from(text, 'base64').toString() : unquote(text),
  );
}

function unquote(text: string): string {
  const bytes = text
    .replaceAll('_', ' ')
    .replaceAll(/=([0-9a-f]{2})/gi, (_found, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString();
}

function tooMuch(bytes: number, path: string): StorageError {
  const message = `"${path}" has ${bytes} bytes of user metadata; S3 takes ${MAX_USER_BYTES}. Shorten or remove some.`;
  return new StorageError('TooLarge', path, message, { code: 'MetadataTooLarge' });
}

function unsendable(key: string, path: string): StorageError {
  const message = `"${path}" has a user metadata key that S3 cannot keep: ${JSON.stringify(key)}. Rename it.`;
  return new StorageError('Unsupported', path, message, { code: 'InvalidArgument' });
}
