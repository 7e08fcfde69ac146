import { realpathSync } from 'node:fs';
import { relPath } from '../base/path.ts';
import { type Driver, StorageError } from './backend.ts';
import { fileTree } from './file-tree.ts';
import { checkedPlaces } from './files/checked-paths.ts';
import { DirectoryHandles } from './files/directory-handles.ts';
import { attempt } from './files/errors.ts';
import { localGround } from './files/local-ground.ts';
import { loadLibc } from './local-times.ts';

export interface LocalConfig {
  /** The directory that stands for the export or share; absolute. */
  readonly directory: string;
  /** Below it, relative, "/"-separated; "" for the directory itself. */
  readonly root: string;
  /** Names the helper folder of unfinished writes, `.aws-datasync/<stagingId>`. */
  readonly stagingId?: string;
}

/**
 * A directory of this machine. No path leads out of it, by ".." or by a symbolic link, also not by one that is put
 * there while it is open. Links on the way to `directory` itself are the user's own and are followed.
 */
export const local: Driver<LocalConfig> = {
  async open({ directory, root, stagingId }, _context, options) {
    options?.signal?.throwIfAborted();
    const label = root === '' ? directory : `${directory}/${root}`;
    if (process.platform === 'win32') {
      const message = 'Directories of Windows cannot be opened yet; use Linux, macOS or WSL';
      throw new StorageError('Unsupported', label, message);
    }
    const below = relPath(root);
    const libc = await loadLibc();
    const places = attempt(label, () => {
      const real = realpathSync(directory);
      return DirectoryHandles.available(real)
        ? new DirectoryHandles(real, below)
        : checkedPlaces(real, below);
    });
    try {
      return fileTree(localGround({ label, places, libc, root: process.geteuid?.() === 0 }), stagingId);
    } catch (error) {
      places.close();
      throw error;
    }
  },
};
