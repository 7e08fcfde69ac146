import { parentOf, type RelPath, ROOT } from '../base/path.ts';
import type { Backend, CallOptions, Stamp, WriteOptions } from './backend.ts';
import { entryOf } from './files/entry.ts';
import { attempt, errnoOf, failed } from './files/errors.ts';
import type { Device, Ground } from './files/ground.ts';
import { listDirectory } from './files/listing.ts';
import { nameBeside } from './files/move-aside.ts';
import { readContent, readSmallFile } from './files/reading.ts';
import { place } from './files/staged-file.ts';
import { Staging } from './files/staging.ts';
import { posixStamp, stampAt } from './files/stamping.ts';
import { checkLength, ensureDirectory, lstat, lstatIfThere, type Tree } from './files/tree.ts';
import { Turns } from './files/turns.ts';
import { writeContent } from './files/writing.ts';

const LOOK_US = 10;
const CHANGE_US = 50;
const SMALL_US = 25;

/**
 * Any Node-like file system as a `Backend`. Calls about names are made synchronously, in short goes; only the
 * content of large files is read and written asynchronously.
 * @param stagingId names the helper folder of unfinished writes; what is in it already is taken away
 * @throws StorageError
 */
export function fileTree(ground: Ground, stagingId: string | undefined): Backend {
  const staging = attempt(ground.label, () => new Staging(ground, stagingId));
  const tree: Tree = { ground, turns: new Turns(), staging };
  const { makeDevice } = ground;

  /** One short synchronous go about `path`. */
  const go = async <Result>(path: RelPath, options: CallOptions, costUs: number, calls: () => Result) => {
    options.signal?.throwIfAborted();
    await tree.turns.take(costUs);
    options.signal?.throwIfAborted();
    return attempt(path, calls);
  };

  /** Makes something under a staged name, stamps it there and moves it to `path`. */
  const replace = (path: RelPath, stamp: Stamp, make: (address: string) => void) => {
    if (path === ROOT) throw failed('EISDIR', path);
    checkLength(ground, path);
    const through = (staged: RelPath) => {
      try {
        stampAt(ground, staged, posixStamp(ground, stamp));
        place(ground, staged, path);
      } finally {
        // Of two names of one file, the move leaves both.
        staging.discard(staged);
      }
    };
    try {
      through(staging.create((at) => make(ground.address(at))).path);
    } catch (error) {
      if (errnoOf(error) !== 'EXDEV') throw error;
      // Something is mounted inside the location: only what is beside `path` can be moved there.
      ensureDirectory(ground, parentOf(path));
      const beside = nameBeside(path);
      make(ground.address(beside));
      through(beside);
    }
  };

  return {
    label: ground.label,
    capabilities: ground.capabilities,

    list: (directory, options) => listDirectory(tree, directory, options),

    stat: (path, options = {}) =>
      go(path, options, LOOK_US, () => entryOf(ground, path, ground.address(path), lstat(ground, path))),

    read: (path, options) => readContent(tree, path, options),

    readSmall: (path, options) =>
      go(path, options, SMALL_US, () => readSmallFile(ground, path, options.maxBytes)),

    write: (path, body, stamp, options) => writeContent(tree, path, body, stamp, options),

    makeDirectory: (path, stamp, options = {}) =>
      go(path, options, CHANGE_US, () => makeDirectory(ground, path, stamp)),

    remove: (path, options = {}) => go(path, options, CHANGE_US, () => remove(ground, path)),

    setMetadata: (path, stamp, options = {}) =>
      go(path, options, LOOK_US, () => {
        stampAt(ground, path, posixStamp(ground, stamp));
        return undefined;
      }),

    makeSymlink: (path, target, stamp, options: WriteOptions = {}) =>
      go(path, options, CHANGE_US, () =>
        replace(path, stamp, (address) => ground.fs.symlinkSync(target, address)),
      ),

    makeHardLink: (path, existing, options = {}) =>
      go(path, options, CHANGE_US, () => {
        if (lstat(ground, existing).isDirectory()) throw failed('EPERM', existing);
        replace(path, {}, (address) => ground.fs.linkSync(ground.address(existing), address));
      }),

    ...(makeDevice && {
      makeDevice: (path: RelPath, device: Device, stamp: Stamp, options: CallOptions = {}) =>
        go(path, options, CHANGE_US, () =>
          replace(path, stamp, (address) => makeDevice(address, device, stamp.mode ?? 0o600)),
        ),
    }),

    async [Symbol.asyncDispose]() {
      try {
        staging.dispose();
      } finally {
        ground.close();
      }
    },
  };
}

function makeDirectory(ground: Ground, path: RelPath, stamp: Stamp): void {
  checkLength(ground, path);
  ensureDirectory(ground, parentOf(path));
  const there = lstatIfThere(ground, path);
  if (there && !there.isDirectory()) throw failed('EEXIST', path);
  if (!there) ensureDirectory(ground, path);
  stampAt(ground, path, posixStamp(ground, stamp));
}

function remove(ground: Ground, path: RelPath): void {
  if (path === ROOT) throw failed('EBUSY', path);
  try {
    const isDirectory = lstat(ground, path).isDirectory();
    if (isDirectory) ground.fs.rmdirSync(ground.address(path));
    else ground.fs.unlinkSync(ground.address(path));
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === 'EEXIST') throw failed('ENOTEMPTY', path, error);
    if (errno !== 'ENOENT' && errno !== 'ENOTDIR') throw error;
  }
}
