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

/** Why a key's rest after its directory is no name that can be transferred, or undefined when it is one. */
export function nameProblem(name: string): string | undefined {
  return name === '' ? 'it holds an empty name ("//", or "/" at an end)' : pathProblem(name);
}

const UNPRINTABLE = /[\p{Cc}\p{Cs}\ufffd]/gu;

/** For people: what cannot be printed is escaped. */
export function shown(text: string): string {
  return text.replaceAll(UNPRINTABLE, (found) => {
    const hex = found.charCodeAt(0).toString(16);
    return hex.length > 2 ? `\\u${hex}` : `\\x${hex.padStart(2, '0')}`;
  });
}
