import { isUtf8 } from 'node:buffer';
import { compareNames } from '../../base/path.ts';
import { escapeName } from '../files/name-bytes.ts';
import { SortedRuns } from '../files/sorted-runs.ts';
import { StorageError } from '../storage-error.ts';
import { AttributeTable } from './attribute-table.ts';
import type { FileHandle, NameBytes, NfsAttributes, Node } from './nfs-client.ts';

/** A directory with more names is refused: somebody plays with us, or memory would not do. */
const MOST_NAMES = 10_000_000;

/** Stands between a listing key and the number of what it is about. No name holds it, and it sorts before all else. */
const END_OF_KEY = '\0';

/** A thing of a listing with what is known of it; or why it is of no use. */
export type Found =
  | { readonly key: string; readonly attributes: NfsAttributes; readonly handle?: FileHandle }
  | { readonly key: string; readonly problem: StorageError };

/** The names of one directory in the server's order; they come out in the order of their listing keys. */
export class Gathered {
  /** Of the directory, for messages. */
  readonly #path: string;
  readonly #keys = new SortedRuns(compareNames);
  readonly #table = new AttributeTable();
  /** Only of symbolic links, by their rows. */
  readonly #handles = new Map<number, FileHandle>();
  readonly #problems: StorageError[] = [];
  #names = 0;

  constructor(path: string) {
    this.#path = path;
  }

  /** Takes what the server told of a name. @throws StorageError Io for more names than any directory has */
  add(name: string, { handle, attributes }: Node): void {
    const row = this.#table.add(attributes);
    if (attributes.type === 'symlink') this.#handles.set(row, Buffer.from(handle));
    this.#push(attributes.type === 'directory' ? `${name}/` : name, row);
  }

  /** Takes a name that is of no use. */
  addProblem(shown: string, problem: StorageError): void {
    this.#push(shown, -this.#problems.push(problem));
  }

  /** Everything in order, each key once. What is read is forgotten. */
  *drain(): Generator<Found> {
    let before: string | undefined;
    for (const text of this.#keys.drain()) {
      const end = text.indexOf(END_OF_KEY);
      const key = text.slice(0, end);
      if (key !== before) yield this.#found(key, Number(text.slice(end + 1)));
      before = key;
    }
  }

  #push(key: string, number: number): void {
    this.#names += 1;
    if (this.#names > MOST_NAMES) {
      const message = `The server lists more than ${MOST_NAMES} names in one directory`;
      throw new StorageError('Io', this.#path, message);
    }
    this.#keys.add(`${key}${END_OF_KEY}${number}`);
  }

  #found(key: string, number: number): Found {
    const problem = number < 0 ? this.#problems[-number - 1] : undefined;
    if (problem) return { key, problem };
    const handle = this.#handles.get(number);
    this.#handles.delete(number);
    return { key, attributes: this.#table.get(number), ...(handle && { handle }) };
  }
}

/** The text of a name, or how it is shown to people and why it cannot be used. */
export function readName(
  name: NameBytes,
): { readonly text: string } | { readonly shown: string; readonly why: string } {
  const bytes = Buffer.from(name.buffer, name.byteOffset, name.byteLength);
  const shown = () => escapeName(bytes.toString('latin1')).replaceAll('/', '\\x2f');
  if (!isUtf8(bytes)) {
    return { shown: shown(), why: 'The name is not valid UTF-8; rename it to have it transferred' };
  }
  const text = bytes.toString();
  if (text === '' || text === '.' || text === '..' || text.includes('/') || text.includes('\0')) {
    return { shown: shown(), why: 'The server lists a name that no file can have' };
  }
  return { text };
}
