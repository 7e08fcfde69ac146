import type { RelPath } from '../base/path.ts';
import type { Backend, CallOptions, Listed, ReadSmallOptions, SmallFile } from '../storage/backend.ts';
import type { ActiveRule } from './active-rule.ts';
import type { ChunkFilter } from './fault.ts';
import type { StorageCall } from './occasion.ts';
import type { StorageTrouble } from './run-faults.ts';

/**
 * A storage whose calls go past the rules first. As long as there are none it costs next to nothing; a rule that is
 * added while a content goes through strikes in its middle.
 */
export function faultyBackend(inner: Backend, trouble: StorageTrouble): Backend {
  const { makeSymlink, makeHardLink, makeDevice, readSmall } = inner;
  const before = (call: StorageCall, path: RelPath, options: CallOptions | undefined) =>
    ask(inner, trouble, new Set(), { call, path, signal: options?.signal });
  const past = async <Result>(
    call: StorageCall,
    [path, options]: readonly [RelPath, CallOptions | undefined],
    act: () => Promise<Result>,
  ): Promise<Result> => {
    if (trouble.any()) await before(call, path, options);
    return await act();
  };
  return {
    label: inner.label,
    capabilities: inner.capabilities,
    async *list(directory, options): AsyncGenerator<Listed> {
      if (trouble.any()) await before('list', directory, options);
      yield* inner.list(directory, options);
    },
    stat: (path, options) => past('stat', [path, options], () => inner.stat(path, options)),
    read: (path, options) =>
      watched(inner.read(path, options), inner, trouble, { call: 'read', path, signal: options?.signal }),
    async write(path, body, stamp, options) {
      const about = { call: 'write', path, signal: options?.signal } as const;
      const counted = counting(watched(body, inner, trouble, about), trouble);
      const written = await inner.write(path, counted, stamp, options);
      trouble.wroteFile();
      return written;
    },
    makeDirectory: (path, stamp, options) =>
      past('make-directory', [path, options], () => inner.makeDirectory(path, stamp, options)),
    remove: (path, options) => past('remove', [path, options], () => inner.remove(path, options)),
    setMetadata: (path, stamp, options) =>
      past('set-metadata', [path, options], () => inner.setMetadata(path, stamp, options)),
    ...(makeSymlink && {
      makeSymlink: (path, target, stamp, options) =>
        past('link', [path, options], () => makeSymlink.call(inner, path, target, stamp, options)),
    }),
    ...(makeHardLink && {
      makeHardLink: (path, existing, options) =>
        past('link', [path, options], () => makeHardLink.call(inner, path, existing, options)),
    }),
    ...(makeDevice && {
      makeDevice: (path, device, stamp, options) =>
        past('link', [path, options], () => makeDevice.call(inner, path, device, stamp, options)),
    }),
    ...(readSmall && {
      readSmall(path, options) {
        if (!trouble.any()) return readSmall.call(inner, path, options);
        return lookAndRead(this, path, options);
      },
    }),
    [Symbol.asyncDispose]: () => inner[Symbol.asyncDispose](),
  };
}

interface About {
  readonly call: StorageCall;
  readonly path: RelPath;
  readonly signal: AbortSignal | undefined;
}

function ask(
  inner: Backend,
  trouble: StorageTrouble,
  asked: Set<ActiveRule>,
  about: About,
): Promise<readonly ChunkFilter[]> {
  return trouble.strike({ ...about, inner }, asked);
}

/** A content on its way: the rules are asked before its first byte, and at each chunk those that did not hold before. */
async function* watched(
  content: AsyncIterable<Uint8Array>,
  inner: Backend,
  trouble: StorageTrouble,
  about: About,
): AsyncGenerator<Uint8Array> {
  const asked = new Set<ActiveRule>();
  const filters: ChunkFilter[] = [];
  if (trouble.any()) filters.push(...(await ask(inner, trouble, asked, about)));
  for await (const chunk of content) {
    if (trouble.any()) filters.push(...(await ask(inner, trouble, asked, about)));
    const passed = filters.length === 0 ? chunk : await throughAll(chunk, filters);
    if (passed === undefined) return;
    if (passed.length > 0) yield passed;
  }
}

async function throughAll(
  chunk: Uint8Array,
  filters: readonly ChunkFilter[],
): Promise<Uint8Array | undefined> {
  let passed: Uint8Array | undefined = chunk;
  for (const filter of filters) {
    if (passed === undefined) return undefined;
    passed = await filter(passed);
  }
  return passed;
}

async function* counting(
  content: AsyncIterable<Uint8Array>,
  trouble: StorageTrouble,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of content) {
    yield chunk;
    trouble.wrote(chunk.length);
  }
}

/** The two looks that `readSmall` saves, so that rules for either hold. */
async function lookAndRead(backend: Backend, path: RelPath, options: ReadSmallOptions): Promise<SmallFile> {
  const { maxBytes, ...look } = options;
  const entry = await backend.stat(path, look);
  if (entry.kind !== 'file' || entry.sizeBytes > maxBytes) return { entry };
  const chunks: Uint8Array[] = [];
  const signal = options.signal ? { signal: options.signal } : {};
  for await (const chunk of backend.read(path, { ...signal, listedAs: 'file' })) chunks.push(chunk);
  return { entry, content: Buffer.concat(chunks) };
}
