import { mkdirSync, readdirSync, rmdirSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { Log } from '../../base/log.ts';
import { S3Error } from '../s3-error.ts';
import { SHARD } from './blobs.ts';
import type { Row, S3Index } from './s3-index.ts';

/** What has another name is not ours. */
const SHARD_NAME = /^[0-9a-f]{6,}$/;
const BLOB_NAME = /^\d+$/;

/**
 * Removes what a process that was killed left behind: rows of content that nobody uses, and files that no row
 * knows, such as those of writes that were never answered.
 * @param directory of the contents; made when it is not there
 */
export function removeLeftovers(index: S3Index, directory: string, log: Log): void {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  removeUnused(index, log);
  const select = index.prepare(
    'SELECT id FROM blobs INDEXED BY blobs_in_files WHERE data IS NULL AND id >= ? AND id < ?',
  );
  let files = 0;
  for (const shard of readdirSync(directory)) {
    if (!SHARD_NAME.test(shard)) continue;
    const first = Number.parseInt(shard, 16) * SHARD;
    const rows = select.all(first, first + SHARD) as Row[];
    const known = new Set(rows.map(([id]) => String(id)));
    files += removeUnknown(join(directory, shard), known);
  }
  if (files > 0) log.info('s3-leftovers-removed', { directory, files });
}

/** A disk that is full is no reason not to start: what is there can still be read, and files be removed. */
function removeUnused(index: S3Index, log: Log): void {
  const unused = index.prepare('DELETE FROM blobs WHERE uses <= 0');
  try {
    index.whole(() => unused.run());
  } catch (error) {
    if (!(error instanceof S3Error)) throw error;
    log.warn('s3-leftovers-not-removed', { cause: error.message });
  }
}

/** Removes the files that are not in `known`, and the directory with the last of them. Returns how many. */
function removeUnknown(directory: string, known: ReadonlySet<string>): number {
  const names = readdirSync(directory);
  const unknown = names.filter((name) => BLOB_NAME.test(name) && !known.has(name));
  for (const name of unknown) unlinkSync(join(directory, name));
  if (unknown.length === names.length) rmdirSync(directory);
  return unknown.length;
}
