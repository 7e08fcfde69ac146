import { mkdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/**
 * Makes `directory` and what is missing above it. Node's own way never comes back below /proc, and says of a disk that
 * is read-only that the directory does not exist.
 * @throws the system's error, that of the first directory that cannot be made
 */
export function makeDirectories(directory: string, mode = 0o777): void {
  const path = resolve(directory);
  if (isDirectory(path)) return;
  if (!isDirectory(dirname(path))) makeDirectories(dirname(path), mode);
  try {
    mkdirSync(path, mode);
  } catch (error) {
    // Somebody else may have made it meanwhile.
    if (!isDirectory(path)) throw error;
  }
}

const isDirectory = (path: string) => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
