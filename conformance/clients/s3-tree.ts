// A tree with what S3 clients treat unlike each other: names, sizes, order.

import { createHash } from 'node:crypto';
import { mkdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Large enough for a multipart upload by every client's own rule. */
const LARGE = 21 * 1024 * 1024 + 13;

const NAMES = [
  'plain.txt',
  'a',
  'a-b',
  'a.d/inside',
  'a.d/b/c/d/e/f/deep',
  'sp ace/two  spaces ',
  'plus+plus',
  'per%20cent%',
  'qu"ote',
  "apo'strophe",
  'a&b<c>d;e',
  'question?mark#hash',
  'equals=and,comma',
  'star*[brackets]{braces}',
  'dollar$(echo)`tick`',
  'at@colon:pipe|tilde~caret^',
  'back\\slash',
  '.hidden/..two dots',
  'ünï-日本-😀',
  'e\u0301 is not \u00e9',
  `${'long'.repeat(50)}/${'longer'.repeat(33)}`,
];

/** Bytes that repeat nowhere, so that a part in a wrong place shows. */
function bytes(size: number): Buffer {
  const content = Buffer.alloc(size);
  for (let at = 0; at < size; at += 64 * 1024) {
    const seed = createHash('sha256').update(String(at)).digest();
    content.fill(seed, at, Math.min(at + 64 * 1024, size));
  }
  return content;
}

/** Some time ago: S3 tells whole seconds, in which a file written just now is newer than its object. */
const PAST = new Date('2024-05-06T07:08:09.123Z');

function write(root: string, name: string, content: string | Buffer): void {
  const path = join(root, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  utimesSync(path, PAST, PAST);
}

/** Fills the directory `root`. */
export function fillTree(root: string): void {
  for (const name of NAMES) write(root, name, `${name}\n`);
  write(root, 'empty', '');
  write(root, 'folder/empty too', '');
  write(root, 'folder/one byte', 'x');
  write(root, 'folder/large.bin', bytes(LARGE));
  write(root, 'gone/after a while', 'to be deleted\n');
}

/** What happens to it before the second sync: a file less, a folder less, one more, two that are others now. */
export function changeTree(root: string): void {
  rmSync(join(root, 'a-b'));
  rmSync(join(root, 'gone'), { recursive: true });
  write(root, 'gone-but-not-this', 'new\n');
  write(root, 'plain.txt', 'longer than it was before\n');
  write(root, 'empty', 'not empty any more\n');
}
