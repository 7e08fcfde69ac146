import { Readable } from 'node:stream';
import { type CastingContext, parse } from 'csv-parse';
import { pathProblem, type RelPath } from '../base/path.ts';
import { type Entry, StorageError } from '../storage/backend.ts';
import { isMissing, itemFailure } from './failure.ts';
import { TransferFailed } from './job.ts';
import type { Ledger, ManifestEntry } from './ledger.ts';
import type { Known } from './plan.ts';
import type { Run } from './run.ts';

/** @source AWS user guide, "Transferring specific files or objects by using a manifest": characters of a path */
const MOST_PATH_CHARACTERS = 4096;
/** @source the same page: bytes of a version id */
const MOST_VERSION_BYTES = 1024;

interface Field {
  readonly text: string;
  readonly line: number;
}

/**
 * Reads a manifest into the ledger: CSV, one entry per line, `path` or `path,version`.
 * @param versions whether the source keeps versions that a line may name
 * @throws TransferFailed `manifest-unusable`, saying in which line, before anything is transferred
 */
export async function readManifest(
  body: AsyncIterable<Uint8Array>,
  ledger: Ledger,
  versions: boolean,
  signal: AbortSignal,
): Promise<void> {
  try {
    for await (const fields of recordsOf(body)) addRecord(fields, ledger, versions);
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof TransferFailed) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw unusable(error instanceof StorageError ? `it cannot be read: ${why}` : why, error);
  }
}

const unusable = (why: string, cause?: unknown) =>
  new TransferFailed('manifest-unusable', `The manifest cannot be used: ${why}`, { cause });

async function* recordsOf(body: AsyncIterable<Uint8Array>): AsyncGenerator<Field[]> {
  const parser = parse({
    bom: true,
    record_delimiter: ['\r\n', '\n', '\r'],
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
    max_record_size: 64 * 1024,
    cast: (text, { quoting, lines }: CastingContext) => ({
      text: quoting ? text : text.replaceAll('""', '"'),
      line: lines,
    }),
  });
  const text = Readable.from(decoded(body));
  text.on('error', (error) => parser.destroy(error));
  text.pipe(parser);
  try {
    for await (const record of parser) yield record as Field[];
  } finally {
    text.destroy();
  }
}

async function* decoded(body: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  const decode = (chunk?: Uint8Array) => {
    try {
      return decoder.decode(chunk, { stream: chunk !== undefined });
    } catch (cause) {
      throw unusable('it is not UTF-8 text.', cause);
    }
  };
  for await (const chunk of body) yield decode(chunk);
  yield decode();
}

function addRecord(fields: readonly Field[], ledger: Ledger, versions: boolean): void {
  const [first, second] = fields;
  if (!first) return;
  const { line } = first;
  const path = first.text.replace(/^\/+|\/+$/g, '');
  const versionId = second?.text === '' ? undefined : second?.text;
  const refuse = (why: string) => {
    throw unusable(`line ${line} ${why}`);
  };
  if (fields.length > 2) refuse(`has ${fields.length} fields; a path and a version are all that is allowed.`);
  if (path === '') refuse('names no file.');
  if (path.length > MOST_PATH_CHARACTERS)
    refuse(`has a path of more than ${MOST_PATH_CHARACTERS} characters.`);
  if (versionId !== undefined && !versions) refuse('names a version, and the source keeps no versions.');
  if (Buffer.byteLength(versionId ?? '') > MOST_VERSION_BYTES)
    refuse(`has a version of more than ${MOST_VERSION_BYTES} bytes.`);
  const entry = { path, versionId };
  if (!ledger.addManifestEntry(entry)) refuse(`names "${path}" a second time.`);
}

/** Finds out about one line of the manifest; a folder stands for itself only. */
export async function inspectNamed(run: Run, named: ManifestEntry): Promise<Known> {
  const problem = pathProblem(named.path);
  if (problem !== undefined) {
    const error = new StorageError('InvalidName', named.path, `No path inside a location: ${problem}.`);
    return { type: 'untold', path: named.path, kind: 'file', side: 'source', error };
  }
  const path = named.path as RelPath;
  const { versionId } = named;
  const version = versionId === undefined ? {} : { versionId };
  try {
    const source = await run.source.stat(path, { signal: run.signal, ...run.asks.source, ...version });
    return { type: 'known', source, destination: await atDestination(run, path), ...version };
  } catch (error) {
    const failure = itemFailure(error, path, run.signal);
    return {
      type: 'untold',
      path,
      kind: 'file',
      side: 'source',
      error: isMissing(failure) ? absent(path, failure) : failure,
    };
  }
}

/** @source AWS user guide, "Troubleshooting manifests": the error of an entry that is not at the source */
const absent = (path: RelPath, cause: StorageError) =>
  new StorageError('NotFound', path, 'The manifest names a file that is not at the source.', {
    cause,
    code: 'ManifestFileDoesNotExist',
  });

async function atDestination(
  { options, destination, asks, signal }: Run,
  path: RelPath,
): Promise<Entry | undefined> {
  if (options.compare === 'all' && options.overwrite) return undefined;
  try {
    return await destination.stat(path, { signal, ...asks.destination });
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}
