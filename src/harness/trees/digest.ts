import { createHash } from 'node:crypto';
import type { RelPath } from '../../base/path.ts';
import type { Backend, Entry } from '../../storage/backend.ts';
import { shownEntry } from './shown-entry.ts';
import { walk } from './walk.ts';

/** A tree in one line, for assertions. */
export interface TreeDigest {
  /** SHA-256 over all paths, kinds and contents, in lower-case hex: equal trees, equal digests. */
  readonly content: string;
  /** The same, over modes, owners and times of last change too. */
  readonly all: string;
  readonly files: number;
  readonly directories: number;
  readonly links: number;
  readonly bytes: number;
}

/** @throws StorageError when part of the tree cannot be read */
export async function digestOf(backend: Backend, directory: RelPath): Promise<TreeDigest> {
  const [content, all] = [createHash('sha256'), createHash('sha256')];
  const counts = { file: 0, directory: 0, symlink: 0, bytes: 0 };
  for await (const entry of walk(backend, directory)) {
    if (entry.kind in counts) counts[entry.kind as 'file' | 'directory' | 'symlink'] += 1;
    counts.bytes += entry.sizeBytes;
    const path = entry.path.slice(directory.length).replace(/^\//, '');
    const line = `${entry.kind} ${JSON.stringify(path)} ${await whatItHolds(backend, entry)}\n`;
    content.update(line);
    const { mode, uid, gid, mtime } = shownEntry(entry);
    all.update(`${mode} ${uid}:${gid} ${mtime} ${line}`);
  }
  const { file: files, directory: directories, symlink: links, bytes } = counts;
  return { content: content.digest('hex'), all: all.digest('hex'), files, directories, links, bytes };
}

async function whatItHolds(backend: Backend, { kind, path, metadata }: Entry): Promise<string> {
  if (kind === 'symlink') return JSON.stringify(metadata.linkTarget ?? '');
  if (kind !== 'file') return '';
  const hash = createHash('sha256');
  for await (const chunk of backend.read(path, { listedAs: 'file' })) hash.update(chunk);
  return hash.digest('hex');
}
