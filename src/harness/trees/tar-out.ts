import type { Readable } from 'node:stream';
import { type Header, type Pack, pack } from 'tar-stream';
import type { RelPath } from '../../base/path.ts';
import type { Backend, Entry } from '../../storage/backend.ts';
import { walk } from './walk.ts';

/**
 * A tree as a tar archive (POSIX pax, times with nanoseconds), without the directory itself. What cannot be read
 * breaks the stream: half an archive would pass for a whole one.
 */
export function tarOf(backend: Backend, directory: RelPath): Readable {
  const archive = pack();
  fill(archive, backend, directory).catch((error: unknown) => archive.destroy(error as Error));
  return archive as unknown as Readable;
}

async function fill(archive: Pack, backend: Backend, directory: RelPath): Promise<void> {
  for await (const entry of walk(backend, directory)) {
    const name = entry.path.slice(directory.length).replace(/^\//, '');
    if (name !== '') await add(archive, backend, entry, name);
  }
  archive.finalize();
}

async function add(archive: Pack, backend: Backend, entry: Entry, name: string): Promise<void> {
  const headers = headersOf(entry, name);
  if (!headers) return;
  await new Promise<void>((resolve, reject) => {
    const sink = archive.entry(headers, (error) => (error ? reject(error) : resolve()));
    if (entry.kind === 'file') pour(backend, entry, sink).catch(reject);
    else sink.end(null);
  });
}

async function pour(backend: Backend, { path }: Entry, sink: ReturnType<Pack['entry']>): Promise<void> {
  for await (const chunk of backend.read(path, { listedAs: 'file' })) {
    if (!sink.write(chunk)) await new Promise<void>((resolve) => sink.once('drain', () => resolve()));
  }
  sink.end(null);
}

const TYPES = { file: 'file', directory: 'directory', symlink: 'symlink' } as const;

/** Undefined for sockets and the like. */
function headersOf(
  { kind, sizeBytes, mtimeNs, metadata }: Entry,
  name: string,
): (Partial<Header> & Pick<Header, 'name'>) | undefined {
  if (!(kind in TYPES)) return undefined;
  const type = TYPES[kind as keyof typeof TYPES];
  const { mode, uid, gid, linkTarget } = metadata;
  return {
    name: kind === 'directory' ? `${name}/` : name,
    type,
    size: sizeBytes,
    mode: mode ?? (kind === 'directory' ? 0o755 : 0o644),
    ...(uid !== undefined && { uid }),
    ...(gid !== undefined && { gid }),
    ...(linkTarget !== undefined && { linkname: linkTarget }),
    ...(mtimeNs !== null && {
      mtime: new Date(Number(mtimeNs / 1_000_000n)),
      pax: { mtime: secondsText(mtimeNs) },
    }),
  };
}

const secondsText = (ns: bigint) =>
  `${ns / 1_000_000_000n}.${(ns % 1_000_000_000n).toString().padStart(9, '0')}`;
