// Which key stands for which path.

import { pathProblem, type RelPath } from '../../base/path.ts';
import { StorageError } from '../backend.ts';

/** S3's limit on a key, in UTF-8 bytes. @source Amazon S3 User Guide, "Naming Amazon S3 objects" */
export const MAX_KEY_BYTES = 1024;

/** Carries the metadata of a bucket's root, which has no key of its own. @source observed, AWS DataSync migration workshop, listing of a destination bucket */
export const ROOT_MARKER = '.aws-datasync-metadata';

/** Keys of one location: below `prefix`, which is "" or ends in "/". */
export class Keys {
  readonly #prefix: string;

  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  get maxPathBytes(): number {
    return MAX_KEY_BYTES - Buffer.byteLength(this.#prefix);
  }

  /** @throws NameTooLong */
  file(path: RelPath): string {
    return fitting(this.#prefix + path, path);
  }

  isTooLongForDirectory(path: RelPath): boolean {
    return Buffer.byteLength(this.below(path)) > MAX_KEY_BYTES;
  }

  /** The zero-byte object that carries a directory's metadata. @throws NameTooLong */
  marker(path: RelPath): string {
    return fitting(this.below(path), path) || ROOT_MARKER;
  }

  /** What the keys in a directory begin with. */
  below(directory: RelPath): string {
    return directory === '' ? this.#prefix : `${this.#prefix}${directory}/`;
  }
}

function fitting(key: string, path: RelPath): string {
  const bytes = Buffer.byteLength(key);
  if (bytes <= MAX_KEY_BYTES) return key;
  const message = `The key of "${path}" would have ${bytes} bytes; S3 takes ${MAX_KEY_BYTES}. Shorten its names.`;
  throw new StorageError('NameTooLong', path, message, { code: 'KeyTooLongError' });
}

/**
 * Bytes of a key that are no UTF-8 are kept as U+DC80 to U+DCFF, which no proper text holds, so that the key
 * can be shown and is never taken for another.
 */
export function fromBytes(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => String.fromCharCode(byte < 0x80 ? byte : 0xdc00 + byte)).join('');
}

/** Why a key's rest after its directory is no name that can be transferred, or undefined when it is one. */
export function nameProblem(name: string): string | undefined {
  if (name === '') return 'it holds an empty name ("//", or "/" at an end)';
  return name.isWellFormed() ? pathProblem(name) : 'it is no UTF-8';
}

const UNPRINTABLE = /[\p{Cc}\p{Cs}]/gu;

/** For people: what cannot be printed is escaped. */
export function shown(text: string): string {
  return text.replaceAll(UNPRINTABLE, (found) => {
    const byte = found.charCodeAt(0) & 0xff;
    return `\\x${byte.toString(16).padStart(2, '0')}`;
  });
}
