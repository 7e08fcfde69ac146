import { createHash } from 'node:crypto';
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A directory that goes away at the end. */
export function scratch(): { readonly path: string } & Disposable {
  const path = mkdtempSync(join(tmpdir(), 'datasync-local-bench-'));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

/** `count` files of `bytes` each, 200 to a directory, no two alike. */
export function manyFiles(root: string, count: number, bytes: number): void {
  for (let i = 0; i < count; i++) {
    const directory = join(root, `d${String(Math.floor(i / 200)).padStart(4, '0')}`);
    if (i % 200 === 0) mkdirSync(directory, { recursive: true });
    writeFileSync(join(directory, `file-${i}.bin`), block(i, bytes));
  }
}

/** One file of `bytes`, written in chunks that differ. */
export function oneFile(root: string, bytes: number): void {
  mkdirSync(root, { recursive: true });
  const file = openSync(join(root, 'large.bin'), 'w');
  const step = 8 * 1024 * 1024;
  for (let at = 0; at < bytes; at += step) writeSync(file, block(at, Math.min(step, bytes - at)));
  closeSync(file);
}

function block(seed: number, bytes: number): Buffer {
  const beginning = createHash('sha256').update(String(seed)).digest();
  return Buffer.alloc(bytes, beginning);
}
