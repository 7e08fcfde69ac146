import { SingleBar } from 'cli-progress';
import type { Tally } from '../emulator/records.ts';
import { addToTally, EMPTY_TALLY, sum } from '../emulator/tally.ts';
import type { TransferEvent } from '../transfer/job.ts';
import { readableBytes } from './readable.ts';

/** Something that did not arrive as it should have, and why. */
export interface RunProblem {
  readonly path: string;
  readonly step: string;
  readonly message: string;
}

/** What is wrong, when this event tells of something wrong. */
export function problemOf(event: TransferEvent): RunProblem | undefined {
  const path = 'path' in event ? `/${event.path}` : '';
  switch (event.type) {
    case 'failed':
      return { path, step: event.step, message: event.error.message };
    case 'mismatched':
      return { path, step: 'verify', message: mismatch(event.difference) };
    default:
      return undefined;
  }
}

function mismatch({ only, members }: Extract<TransferEvent, { type: 'mismatched' }>['difference']): string {
  if (only !== undefined) return `It is only at the ${only}.`;
  return `Source and destination differ in ${members.join(', ')}.`;
}

/** Folds a run's events into what people want to know at its end. */
export class RunReport {
  #tally: Tally = EMPTY_TALLY;
  #problems = 0;
  readonly #onProblem: (problem: RunProblem) => void;

  constructor(onProblem: (problem: RunProblem) => void) {
    this.#onProblem = onProblem;
  }

  add(event: TransferEvent): void {
    this.#tally = addToTally(this.#tally, event);
    const problem = problemOf(event);
    if (!problem) return;
    this.#problems += 1;
    this.#onProblem(problem);
  }

  get problems(): number {
    return this.#problems;
  }

  /** Counters of files and folders together; bytes. */
  counters(): Readonly<Record<string, number>> {
    const tally = this.#tally;
    return {
      toTransfer: sum(tally.toTransfer),
      transferred: sum(tally.transferred),
      skipped: sum(tally.skipped),
      deleted: sum(tally.deleted),
      verified: sum(tally.verified),
      bytesToTransfer: tally.bytesToTransfer,
      bytesTransferred: tally.bytesTransferred,
      problems: this.#problems,
    };
  }

  /** One sentence. */
  summary(elapsedMs: number): string {
    const { transferred = 0, skipped, deleted, verified, bytesTransferred = 0 } = this.counters();
    const seconds = Math.max(elapsedMs, 1) / 1000;
    const speed = readableBytes(bytesTransferred / seconds);
    return `${transferred} items (${readableBytes(bytesTransferred)}) transferred in ${seconds.toFixed(1)} s, ${speed}/s; ${skipped} skipped, ${deleted} deleted, ${verified} verified, ${this.#problems} failed.`;
  }
}

/** A bar on a terminal; nothing where nobody looks. */
export class RunProgress {
  readonly #bar: SingleBar | undefined;
  readonly #report: RunReport;

  constructor(report: RunReport, stream: NodeJS.WriteStream) {
    this.#report = report;
    if (!stream.isTTY) return;
    this.#bar = new SingleBar({
      format: '{bar} {value}/{total} items  {bytes}',
      stream,
      hideCursor: true,
      clearOnComplete: true,
    });
    this.#bar.start(0, 0, { bytes: '' });
  }

  /** Shows how things are now. */
  update(): void {
    if (!this.#bar) return;
    const { toTransfer = 0, transferred = 0, bytesTransferred = 0 } = this.#report.counters();
    this.#bar.setTotal(Math.max(toTransfer, transferred));
    this.#bar.update(transferred, { bytes: readableBytes(bytesTransferred) });
  }

  stop(): void {
    this.#bar?.stop();
  }
}
