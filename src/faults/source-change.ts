import { parentOf, type RelPath, relPath } from '../base/path.ts';
import { type Backend, type Entry, type Stamp, StorageError } from '../storage/backend.ts';
import { type ChunkFilter, defineFault, type Fault, type StorageStrike } from './fault.ts';
import { wholeNumber } from './members.ts';

/** What is done to a file of the source while a run goes. */
export interface SourceChange extends Pick<Fault, 'name' | 'summary' | 'example'> {
  change(file: ChangedFile): Promise<void>;
}

/** The file as it is now, and its storage without faults. */
export interface ChangedFile {
  readonly storage: Backend;
  readonly path: RelPath;
  readonly entry: Entry;
  /** ns since the epoch, by the emulator's clock. */
  readonly nowNs: bigint;
}

/** Makes the fault: the change is done by the source's own storage, before a file is read or in the middle of it. */
export function sourceChange({ change, ...about }: SourceChange): Fault {
  return defineFault({
    ...about,
    kind: 'storage',
    calls: ['read'],
    side: 'source',
    onlySide: true,
    with: {
      afterBytes: wholeNumber(
        'In mid-read, after so many bytes. Default: after the listing, before the read',
        {
          from: 1,
        },
      ),
    },
    seams: ({ afterBytes }) => ({
      async storage(strike) {
        if (afterBytes !== undefined) return afterBytesOf(afterBytes, () => doChange(strike, change));
        await doChange(strike, change);
        return undefined;
      },
    }),
  });
}

async function doChange(strike: StorageStrike, change: SourceChange['change']): Promise<void> {
  const { inner, rule } = strike;
  if (!inner) return;
  const path = relPath(strike.path);
  try {
    await change({
      storage: inner,
      path,
      entry: await inner.stat(path),
      nowNs: BigInt(Math.round(strike.now() * 1e6)),
    });
  } catch (error) {
    // Gone already: there is nothing left to be changed.
    if (error instanceof StorageError && error.kind === 'NotFound') return;
    if (!(error instanceof StorageError)) throw error;
    const message = `The fault ${rule} cannot change /${path}: ${error.message}`;
    throw new StorageError(error.kind, path, message, { cause: error });
  }
}

/** Does it once, when so many bytes have passed. */
function afterBytesOf(bytes: number, act: () => Promise<void>): ChunkFilter {
  let left = bytes;
  return async (chunk) => {
    const was = left;
    left -= chunk.length;
    if (was > 0 && left <= 0) await act();
    return chunk;
  };
}

/** Writes the file anew with what it had beside its content. */
export async function rewrite(
  { storage, path, entry, nowNs }: ChangedFile,
  content: (old: AsyncIterable<Uint8Array>) => AsyncIterable<Uint8Array>,
  stamp: Stamp = { mtimeNs: nowNs },
): Promise<void> {
  const { mode, uid, gid } = entry.metadata;
  const kept = {
    ...(mode !== undefined && { mode }),
    ...(uid !== undefined && { uid }),
    ...(gid !== undefined && { gid }),
  };
  const folder = await storage.stat(parentOf(path));
  await storage.write(path, content(storage.read(path)), { ...kept, ...stamp });
  // As an editor that writes in place: the directory is left as it was.
  if (folder.mtimeNs !== null && storage.capabilities.childrenTouchParent) {
    await storage.setMetadata(folder.path, { mtimeNs: folder.mtimeNs });
  }
}
