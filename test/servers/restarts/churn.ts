// A source tree that changes from round to round, and remembers every content that a path ever had.

import { createHash } from 'node:crypto';
import { lstatSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { type Random, seededRandom } from '../../../src/base/random.ts';

const KIB = 1024;

/** Most files are small, some are not. */
const SIZES = [0, 1, 100, 4 * KIB, 4 * KIB, 40 * KIB, 300 * KIB, 1024 * KIB, 9 * 1024 * KIB];

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Hashes of the files below `root`, by path. */
export function hashesOf(root: string): Map<string, string> {
  const hashes = new Map<string, string>();
  for (const entry of readdirSync(root, { recursive: true, withFileTypes: true })) {
    const at = join(entry.parentPath, entry.name);
    if (entry.isFile()) hashes.set(relative(root, at), sha256(readFileSync(at)));
  }
  return hashes;
}

export class Churn {
  readonly root: string;
  /** Every content that a path ever had. */
  readonly #history = new Map<string, Set<string>>();
  readonly #random: Random;

  constructor(root: string, seed: number) {
    this.root = root;
    this.#random = seededRandom(seed);
    mkdirSync(root, { recursive: true });
  }

  /** Adds, rewrites, renames and removes files. */
  turn(count: number): void {
    const files = [...hashesOf(this.root).keys()];
    for (let done = 0; done < count; done++) {
      const some = files[this.#number(Math.max(files.length, 1))];
      const act = this.#random.next();
      if (!some || act < 0.5) this.#write(`d${this.#number(12)}/e${this.#number(4)}/f${this.#number(400)}`);
      else if (act < 0.75) this.#write(some);
      else if (act < 0.9) this.#rename(some, `d${this.#number(12)}/r${this.#number(400)}`);
      else rmSync(join(this.root, some), { force: true });
    }
  }

  /** Whether `path` ever had this content. */
  had(path: string, hash: string): boolean {
    return this.#history.get(path)?.has(hash) ?? false;
  }

  #write(path: string): void {
    const size = SIZES[this.#number(SIZES.length)] ?? 0;
    const content = Buffer.alloc(size, this.#random.hex(64));
    const at = join(this.root, path);
    mkdirSync(dirname(at), { recursive: true });
    writeFileSync(at, content);
    this.#remember(path, sha256(content));
  }

  #rename(from: string, to: string): void {
    const at = join(this.root, from);
    if (!lstatSync(at, { throwIfNoEntry: false })) return;
    mkdirSync(dirname(join(this.root, to)), { recursive: true });
    const hash = sha256(readFileSync(at));
    renameSync(at, join(this.root, to));
    this.#remember(to, hash);
  }

  #remember(path: string, hash: string): void {
    const known = this.#history.get(path);
    if (known) known.add(hash);
    else this.#history.set(path, new Set([hash]));
  }

  #number(below: number): number {
    return Math.floor(this.#random.next() * below);
  }
}
