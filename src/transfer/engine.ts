import { setMaxListeners } from 'node:events';
import { tmpdir } from 'node:os';
import { type Backend, StorageError } from '../storage/backend.ts';
import { Channel } from './channel.ts';
import { type TransferControl, type TransferEvent, TransferFailed, type TransferOptions } from './job.ts';
import { Ledger } from './ledger.ts';
import { readManifest } from './manifest.ts';
import { runPhased } from './phased.ts';
import { Run } from './run.ts';
import { EVERYTHING, makeView } from './select.ts';
import { runStreamed } from './streamed.ts';

/** A transfer order with everything opened. */
export interface TransferJob {
  readonly source: Backend;
  readonly destination: Backend;
  readonly options: TransferOptions;
  readonly include: string | null;
  readonly exclude: string | null;
  /** The bytes of the manifest, when there is one. Filters are not used then. */
  readonly manifest: AsyncIterable<Uint8Array> | null;
  /** Where the ledger is kept; null: it vanishes with the run. */
  readonly ledgerPath: string | null;
  readonly control: TransferControl;
}

/**
 * Carries a job out and tells all that happens. Items that fail are events. A consumer that leaves early
 * stops the run.
 * @throws TransferFailed when the run as a whole cannot go on; the signal's reason when it was aborted
 */
export async function* transfer(job: TransferJob): AsyncGenerator<TransferEvent> {
  const stop = new AbortController();
  const signal = AbortSignal.any([job.control.signal, stop.signal]);
  // Every request and wait under way listens to it; that many is no leak.
  setMaxListeners(0, signal);
  const events = new Channel<TransferEvent>();
  const work = carryOutJob(job, events, signal).then(
    () => events.end(),
    (error: unknown) => events.end({ error: signal.aborted ? signal.reason : explained(error) }),
  );
  try {
    for await (const event of events) yield event;
  } finally {
    stop.abort();
    events.end();
    await work;
  }
}

/** A ledger that cannot be written is the machine's trouble: people are told where. */
function explained(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof StorageError || !('code' in error)) return error;
  if (!/^(E[A-Z]+$|SQLITE_(FULL|IOERR|CANTOPEN|READONLY))/.test(String(error.code))) return error;
  const message = `The notes of the run cannot be kept in ${tmpdir()}: ${error.message}. Make room there, or let TMPDIR name another directory.`;
  return new TransferFailed('internal', message, { cause: error });
}

async function carryOutJob(
  job: TransferJob,
  events: Channel<TransferEvent>,
  signal: AbortSignal,
): Promise<void> {
  const { source, destination, options, manifest, control } = job;
  signal.throwIfAborted();
  refuseTags(job);
  using ledger = new Ledger(job.ledgerPath);
  const view = manifest ? EVERYTHING : makeView(job.include, job.exclude);
  const listed = manifest !== null;
  if (manifest) await readManifest(manifest, ledger, source.capabilities.metadata.has('versionId'), signal);
  const fixed = listed ? { ...options, removeExtra: false } : options;
  const run = new Run({ source, destination, options: fixed, view, listed, ledger, control, events, signal });
  const isPhased = options.order === 'phased' || removesAhead(run);
  if (isPhased && options.compare === 'changed') await runPhased(run);
  else await runStreamed(run);
}

/**
 * Whether what only the destination has must go before anything comes: where `readme` and `README` are one file,
 * the removal of the one would take away the other.
 */
const removesAhead = ({ options, destination }: Run) =>
  options.removeExtra && !destination.capabilities.caseSensitive;

/** @source AWS user guide, "Choosing a task mode": an Enhanced task fails at once where object tags cannot be kept */
function refuseTags({ source, destination, options }: TransferJob): void {
  if (options.order !== 'pipelined' || !options.preserve.tags) return;
  const sides = [source, destination];
  if (!sides.every(({ capabilities }) => capabilities.metadata.has('user'))) return;
  const without = sides.find(({ capabilities }) => !capabilities.metadata.has('tags'));
  if (!without) return;
  const message = `${without.label} does not support object tags. Do not preserve object tags for this transfer.`;
  throw new TransferFailed('tags-unsupported', message);
}
