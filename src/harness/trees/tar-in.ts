import type { Readable } from 'node:stream';
import { extract, type Header } from 'tar-stream';
import { join, pathProblem, type RelPath, ROOT, relPath } from '../../base/path.ts';
import { type Backend, type Stamp, StorageError } from '../../storage/backend.ts';
import { instantOf } from './shown-entry.ts';

/** What an archive brought. */
export interface Brought {
  readonly files: number;
  readonly directories: number;
  readonly links: number;
  /** Names of entries that were left out, because they are neither files, directories nor links. */
  readonly leftOut: readonly string[];
}

/** An archive that cannot be taken. What came before the fault is there. */
export class BadArchive extends Error {
  override readonly name = 'BadArchive';
}

/**
 * Puts what is in a tar archive below `directory`, over what is there.
 * @throws BadArchive, StorageError
 */
export async function untar(archive: Readable, backend: Backend, directory: RelPath): Promise<Brought> {
  const brought = { files: 0, directories: 0, links: 0, leftOut: [] as string[] };
  const directories: [path: RelPath, stamp: Stamp][] = [];
  const entries = archive.pipe(extract());
  archive.once('error', (error) => entries.destroy(error));
  try {
    for await (const entry of entries) {
      const { header } = entry;
      const path = placeOf(directory, header.name);
      const stamp = stampOf(header);
      if (header.type === 'directory') directories.push([path, stamp]);
      await put(
        backend,
        path,
        stamp,
        header,
        entry as AsyncIterable<unknown> as AsyncIterable<Uint8Array>,
        brought,
      );
      entry.resume();
    }
  } catch (error) {
    if (error instanceof StorageError || error instanceof BadArchive) throw error;
    throw new BadArchive(`The archive cannot be read: ${(error as Error).message}. Send a tar archive.`, {
      cause: error,
    });
  }
  // Children have changed the times of their directories.
  for (const [path, stamp] of directories.reverse()) await backend.setMetadata(path, stamp);
  return brought;
}

async function put(
  backend: Backend,
  path: RelPath,
  stamp: Stamp,
  header: Header,
  body: AsyncIterable<Uint8Array>,
  brought: { files: number; directories: number; links: number; leftOut: string[] },
): Promise<void> {
  switch (header.type) {
    case 'directory':
      await backend.makeDirectory(path, stamp);
      brought.directories += 1;
      return;
    case 'file':
    case 'contiguous-file':
      await backend.write(path, body, stamp);
      brought.files += 1;
      return;
    case 'symlink':
      await backend.makeSymlink?.(path, header.linkname ?? '', stamp);
      brought.links += 1;
      return;
    case 'link':
      await backend.makeHardLink?.(path, placeOf(ROOT, header.linkname ?? ''));
      brought.links += 1;
      return;
    default:
      brought.leftOut.push(header.name);
  }
}

/** @throws BadArchive for a name that leads out of the tree, or nowhere */
function placeOf(directory: RelPath, name: string): RelPath {
  const clean = name.replace(/^(\.\/)+/, '').replace(/\/+$/, '');
  if (clean === '' || clean === '.') return directory;
  const problem = clean.startsWith('/') ? 'it begins with "/"' : pathProblem(clean);
  if (problem)
    throw new BadArchive(
      `The archive holds ${JSON.stringify(name)}, which is no place in a volume: ${problem}.`,
    );
  return clean.split('/').reduce(join, directory === ROOT ? ROOT : relPath(directory));
}

function stampOf({ mode, uid, gid, mtime, pax }: Header): Stamp {
  const mtimeNs =
    instantOf((pax as { readonly mtime?: string } | null | undefined)?.mtime ?? '') ??
    (mtime && BigInt(mtime.getTime()) * 1_000_000n);
  return {
    ...(mode !== undefined && { mode: mode & 0o7777 }),
    ...(uid !== undefined && { uid }),
    ...(gid !== undefined && { gid }),
    ...(mtimeNs !== undefined && { mtimeNs }),
  };
}
