import type * as nodeFs from 'node:fs';
import { createFsFromVolume, type Volume } from 'memfs';
import type { Volumes } from '../storage/volumes.ts';

type FsMember = Exclude<
  Extract<keyof typeof nodeFs, keyof Volume>,
  'promises' | 'ReadStream' | 'WriteStream'
>;
type PromisesMember = Extract<keyof typeof nodeFs.promises, keyof Volume['promises']>;

/** Contents by path: texts, bytes, or null for an empty directory. */
export type FilesByPath = Readonly<Record<string, string | Uint8Array | null>>;

/** An in-memory volume as `node:fs` shows a file system: callbacks, `…Sync` and `promises`. Its root is `/`. */
export interface VolumeFs extends Pick<typeof nodeFs, FsMember> {
  readonly constants: typeof nodeFs.constants;
  readonly promises: Pick<typeof nodeFs.promises, PromisesMember>;
  /** Writes many files, with the directories that they need. A path without a beginning `/` begins at the root. */
  fromJSON(files: FilesByPath): void;
  /** All files as texts, and empty directories as null. Links are followed. */
  toJSON(): Record<string, string | null>;
}

/**
 * The volume of that name. It stays good when the volume is removed, such as by a reset: it is then a new, empty
 * one. All of its functions may be taken apart from it.
 */
export function volumeFs(volumes: Volumes, name: string): VolumeFs {
  const current = () => volumes.get(name);
  let shown: { readonly of: Volume; readonly fs: object } | undefined;
  const own: Pick<VolumeFs, 'promises' | 'fromJSON' | 'toJSON'> = {
    promises: late(() => current().promises) as VolumeFs['promises'],
    fromJSON: (files) => current().fromJSON(withBuffers(files), '/'),
    toJSON: () => current().toJSON() as Record<string, string | null>,
  };
  const fs = late(() => {
    const volume = current();
    if (shown?.of !== volume) shown = { of: volume, fs: { ...createFsFromVolume(volume), ...own } };
    return shown.fs;
  });
  return fs as VolumeFs;
}

/** Whatever is asked of it, it asks of `current()` at that moment. */
function late(current: () => object): object {
  return new Proxy(
    {},
    {
      get(_none, member) {
        const value: unknown = Reflect.get(current(), member);
        if (typeof value !== 'function') return value;
        const call = (...given: unknown[]): unknown => {
          const now = current();
          return Reflect.apply(Reflect.get(now, member) as typeof value, now, given);
        };
        return Object.assign(call, value);
      },
    },
  );
}

const withBuffers = (files: FilesByPath) =>
  Object.fromEntries(
    Object.entries(files).map(([path, content]) => [
      path,
      content instanceof Uint8Array ? Buffer.from(content) : content,
    ]),
  );
