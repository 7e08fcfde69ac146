import { type Stamp, StorageError } from '../storage/backend.ts';
import { again } from './again.ts';
import type { Side } from './job.ts';
import type { Planned } from './ledger.ts';
import type { Run } from './run.ts';
import { Sha256 } from './sha256.ts';
import { unchanged } from './verify.ts';

/** How often progress within one file is told at most, ms. */
const TELL_EVERY_MS = 50;

/** Content that came to the destination. */
export interface Copied {
  readonly bytes: number;
  /** Of what was read, lower-case hex. */
  readonly sha256: string;
  readonly versionId?: string;
}

/** A copy that failed, and on which side. */
export class CopyFailed extends Error {
  readonly side: Side;

  constructor(side: Side, cause: unknown) {
    super('The copy failed.', { cause });
    this.side = side;
  }
}

/**
 * Copies the content of one file, through the run's throttle; from its start again when a server broke off. Bytes
 * that had to go once more are told as moved once more. @throws CopyFailed
 */
export function copyContent(run: Run, step: Planned, stamp: Stamp): Promise<Copied> {
  return again(run, () => copyOnce(run, step, stamp));
}

async function copyOnce(run: Run, step: Planned, stamp: Stamp): Promise<Copied> {
  const { entry, over, versionId } = step;
  const meter = new Meter(run, (bytes) => assureWhole(run, step, bytes));
  const read = { signal: run.signal, listedAs: entry.kind, ...(versionId !== undefined && { versionId }) };
  const body = meter.pass(run.source.read(entry.path, read));
  const sparse = entry.metadata.sparse === true && run.destination.capabilities.sparse;
  try {
    const written = await run.destination.write(entry.path, body, stamp, {
      signal: run.signal,
      sizeBytes: entry.sizeBytes,
      ...(sparse && { sparse }),
      ...(over && { over }),
    });
    meter.tell();
    if (written.sizeBytes !== meter.bytes) throw lost(step, meter.bytes, written.sizeBytes);
    const made = { bytes: meter.bytes, sha256: meter.digest() };
    return written.versionId === undefined ? made : { ...made, versionId: written.versionId };
  } catch (error) {
    meter.tell();
    throw new CopyFailed(meter.failed ? 'source' : 'destination', error);
  }
}

/**
 * A content may end early because the file has become shorter, and then that is what is copied. Else the storage has
 * stopped in its middle.
 * @throws StorageError Io
 */
async function assureWhole(run: Run, { entry, versionId }: Planned, bytes: number): Promise<void> {
  if (entry.kind !== 'file' || bytes >= entry.sizeBytes) return;
  const version = versionId === undefined ? {} : { versionId };
  const now = await run.source.stat(entry.path, { signal: run.signal, listedAs: 'file', ...version });
  if (!unchanged(entry, now)) return;
  const message = `Input/output error: only ${bytes} of its ${entry.sizeBytes} bytes could be read, although the file has not changed.`;
  throw new StorageError('Io', entry.path, message);
}

const lost = ({ entry }: Planned, read: number, written: number) =>
  new StorageError(
    'ChecksumMismatch',
    entry.path,
    `Data was lost on the way: ${read} bytes were read and ${written} written.`,
  );

/** Counts and hashes what passes, tells the progress and keeps to the rate. */
class Meter {
  bytes = 0;
  /** It was the reading that failed. */
  failed = false;
  readonly #run: Run;
  readonly #atEnd: (bytes: number) => Promise<void>;
  readonly #hash = new Sha256();
  #untold = 0;
  #toldAt: number;

  /** @param atEnd called when all has been read; what it throws counts as a failure of the reading */
  constructor(run: Run, atEnd: (bytes: number) => Promise<void>) {
    this.#run = run;
    this.#atEnd = atEnd;
    this.#toldAt = run.ioClock.now();
  }

  async *pass(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    const { throttle } = this.#run;
    for await (const chunk of this.#read(chunks)) {
      this.#hash.update(chunk);
      if (!throttle.limited) {
        yield this.#count(chunk);
        continue;
      }
      for await (const piece of throttle.pass(chunk)) yield this.#count(piece);
    }
  }

  digest(): string {
    return this.#hash.digest();
  }

  tell(): void {
    if (this.#untold > 0) this.#run.emit({ type: 'moved', bytes: this.#untold });
    this.#untold = 0;
  }

  async *#read(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    try {
      yield* chunks;
      await this.#atEnd(this.bytes);
    } catch (error) {
      this.failed = true;
      throw error;
    }
  }

  #count(chunk: Uint8Array): Uint8Array {
    this.bytes += chunk.length;
    this.#untold += chunk.length;
    const now = this.#run.ioClock.now();
    if (now - this.#toldAt >= TELL_EVERY_MS) {
      this.#toldAt = now;
      this.tell();
    }
    return chunk;
  }
}
