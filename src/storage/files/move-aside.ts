import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { join, parentOf, type RelPath } from '../../base/path.ts';
import { attempt, translate } from './errors.ts';
import { type PosixStamp, stampOpen } from './stamping.ts';
import type { Tree } from './tree.ts';

const CHUNK_BYTES = 1024 * 1024;
const CHUNK_US = 100;

/** A helper name in the directory of `path`. */
export const nameBeside = (path: RelPath) => join(parentOf(path), `.aws-datasync-${randomUUID()}`);

/**
 * Moves a staged file to a place on another file system: something is mounted inside the location. It is copied
 * to a helper name beside `path` first, so that readers of `path` never see half of it.
 */
export async function moveAside(
  tree: Tree,
  staged: RelPath,
  path: RelPath,
  stamp: PosixStamp,
): Promise<void> {
  const { ground, staging } = tree;
  const { fs } = ground;
  const beside = nameBeside(path);
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
  const source = attempt(path, () =>
    fs.openSync(ground.address(staged), constants.O_RDONLY | constants.O_NOFOLLOW),
  );
  try {
    const target = attempt(path, () => fs.openSync(ground.address(beside), flags, 0o600));
    try {
      await copy(tree, source, target);
      stampOpen(ground, target, stamp);
      fs.renameSync(ground.address(beside), ground.address(path));
    } catch (error) {
      attempt(path, () => staging.discard(beside));
      throw translate(error, path);
    } finally {
      fs.closeSync(target);
    }
  } finally {
    fs.closeSync(source);
  }
  attempt(path, () => staging.discard(staged));
}

/** Holes are filled: which parts of the file were holes is not known any more. */
async function copy({ ground, turns }: Tree, source: number, target: number): Promise<void> {
  const buffer = Buffer.allocUnsafeSlow(CHUNK_BYTES);
  for (let position = 0; ; ) {
    await turns.take(CHUNK_US);
    const read = await ground.readAt(source, buffer, position);
    if (read === 0) return;
    for (let done = 0; done < read; ) {
      done += await ground.writeAt(target, buffer.subarray(done, read), position + done);
    }
    position += read;
  }
}
