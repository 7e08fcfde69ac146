import { type RelPath, ROOT } from '../../base/path.ts';
import type { Backend, Entry } from '../../storage/backend.ts';

/** Everything below `directory`, itself first, parents before their children, in the order of listings. */
export async function* walk(backend: Backend, directory: RelPath = ROOT): AsyncGenerator<Entry> {
  yield await backend.stat(directory);
  yield* below(backend, directory);
}

/** @throws StorageError for what cannot be looked at: a picture with holes would be no picture */
async function* below(backend: Backend, directory: RelPath): AsyncGenerator<Entry> {
  for await (const item of backend.list(directory)) {
    if (item.kind === 'unusable') throw item.error;
    const entry = item.partial ? await backend.stat(item.path, { listedAs: item.kind }) : item;
    yield entry;
    if (entry.kind === 'directory') yield* below(backend, entry.path);
  }
}
