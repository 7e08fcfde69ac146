import { relPath } from '../../base/path.ts';
import { pool } from '../../base/pool.ts';
import { walk } from '../../harness/trees/walk.ts';
import type { Backend, Entry, StorageContext } from '../../storage/backend.ts';
import { openBackend } from '../../storage/index.ts';
import type { DemoVolume } from './tree.ts';

/** Where the demo's tree is, for whoever works in it while the emulator looks on. Paths begin with "/". */
export interface DemoPlace {
  /** A file that is changed is replaced by another one, which changes its folder too. */
  readonly replaces: boolean;
  read(path: string): Promise<Buffer>;
  write(path: string, content: string | Uint8Array): Promise<void>;
  append(path: string, text: string): Promise<void>;
}

/** In an in-memory volume, below `root`. */
export function placeInMemory(volume: DemoVolume, root: string): DemoPlace {
  return {
    replaces: false,
    read: async (path) => volume.readFileSync(`${root}${path}`) as Buffer,
    write: async (path, content) => volume.writeFileSync(`${root}${path}`, content),
    append: async (path, text) => volume.appendFileSync(`${root}${path}`, text),
  };
}

/** At a server. */
export function placeAt(backend: Backend): DemoPlace {
  const at = (path: string) => relPath(path.slice(1));
  const read = async (path: string) => {
    const chunks: Uint8Array[] = [];
    for await (const chunk of backend.read(at(path))) chunks.push(chunk);
    return Buffer.concat(chunks);
  };
  const write = async (path: string, content: string | Uint8Array) =>
    void (await backend.write(at(path), once(Buffer.from(content)), {}));
  return {
    replaces: true,
    read,
    write,
    append: async (path, text) => write(path, Buffer.concat([await read(path), Buffer.from(text)])),
  };
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

/** Files that are under way at once. */
const WIDTH = 16;

/** Copies a volume's directory to a server, directories first. */
export async function copyTo(
  backend: Backend,
  volume: string,
  root: string,
  context: StorageContext,
): Promise<void> {
  await using from = await openBackend({ driver: 'memory', volume, root }, context);
  const others: Entry[] = [];
  for await (const entry of walk(from)) {
    if (entry.kind === 'directory') await backend.makeDirectory(entry.path, {});
    else others.push(entry);
  }
  for await (const _ of pool(others, WIDTH, (entry) => copy(from, backend, entry)));
}

async function copy(from: Backend, to: Backend, { kind, path, sizeBytes, metadata }: Entry): Promise<void> {
  if (kind === 'symlink') await to.makeSymlink?.(path, metadata.linkTarget ?? '', {});
  else await to.write(path, from.read(path), {}, { sizeBytes, sparse: true });
}

/** Removes all that is in the location, but not the location itself. */
export async function clear(backend: Backend): Promise<void> {
  const found: Entry[] = [];
  for await (const entry of walk(backend)) if (entry.path !== '') found.push(entry);
  for (const entry of found.reverse()) await backend.remove(entry.path, { listedAs: entry.kind });
}
