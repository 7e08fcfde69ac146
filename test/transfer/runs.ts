// Runs of the engine over two open backends, and their events as lines.

import { systemClock } from '../../src/base/system-clock.ts';
import type { Backend } from '../../src/storage/backend.ts';
import { type TransferJob, transfer } from '../../src/transfer/engine.ts';
import type { TransferControl, TransferEvent, TransferOptions } from '../../src/transfer/job.ts';

export const OPTIONS: TransferOptions = {
  order: 'phased',
  compare: 'changed',
  overwrite: true,
  removeExtra: false,
  verify: 'transferred',
  preserve: {
    mtime: true,
    atime: true,
    uid: true,
    gid: true,
    mode: true,
    devices: false,
    tags: true,
    security: 'owner-dacl',
  },
  bytesPerSecond: null,
  defaults: { always: false, fileMode: 0o755, directoryMode: 0o755, uid: 65534, gid: 65534 },
};

export interface RunWishes {
  readonly options?: Partial<TransferOptions>;
  readonly include?: string;
  readonly exclude?: string;
  readonly manifest?: string | Uint8Array;
  readonly ledgerPath?: string;
  readonly control?: Partial<TransferControl>;
}

async function* once(content: string | Uint8Array): AsyncGenerator<Uint8Array> {
  yield typeof content === 'string' ? Buffer.from(content) : content;
}

export function job(source: Backend, destination: Backend, wishes: RunWishes = {}): TransferJob {
  return {
    source,
    destination,
    options: { ...OPTIONS, ...wishes.options },
    include: wishes.include ?? null,
    exclude: wishes.exclude ?? null,
    manifest: wishes.manifest === undefined ? null : once(wishes.manifest),
    ledgerPath: wishes.ledgerPath ?? null,
    control: {
      clock: systemClock(),
      signal: new AbortController().signal,
      bytesPerSecond: () => null,
      ...wishes.control,
    },
  };
}

/** All events of a run that goes to its end. */
export async function run(
  source: Backend,
  destination: Backend,
  wishes: RunWishes = {},
  onEvent: (event: TransferEvent) => Promise<void> | void = () => undefined,
): Promise<TransferEvent[]> {
  const events: TransferEvent[] = [];
  for await (const event of transfer(job(source, destination, wishes))) {
    events.push(event);
    await onEvent(event);
  }
  return events;
}

const shown = ({ path, kind }: { path: string; kind: string }) => (kind === 'directory' ? `${path}/` : path);

/** What a person would want to know of an event; undefined for the rest. */
export function line(event: TransferEvent): string | undefined {
  switch (event.type) {
    case 'transferred':
      return `${event.kind !== 'directory' && event.action === 'set-metadata' ? 'stamped' : 'transferred'} ${shown(event)}`;
    case 'deleted':
      return `deleted ${shown(event)}`;
    case 'skipped':
      return `skipped ${event.because} ${shown(event)}`;
    case 'failed':
      return `failed ${event.step} ${event.side} ${event.error.kind} ${shown(event)}`;
    case 'mismatched': {
      const { only, members } = event.difference;
      return `mismatched ${only ? `only ${only}` : [...members].sort().join(',')} ${shown(event)}`;
    }
    case 'warned':
      return `warned ${event.path}`;
    default:
      return undefined;
  }
}

/** The lines in no order: items go side by side. */
export function lines(events: readonly TransferEvent[]): string[] {
  return events.flatMap((event) => line(event) ?? []).sort();
}

/** How many events of a type there are. */
export function count(events: readonly TransferEvent[], type: TransferEvent['type']): number {
  return events.filter((event) => event.type === type).length;
}
