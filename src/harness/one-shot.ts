import { inProcessAgent } from '../agent/in-process-agent.ts';
import type { Clock } from '../base/clock.ts';
import type { StorageTarget } from '../storage/index.ts';
import { createVolumes } from '../storage/volumes.ts';
import type { Selection, TransferEvent, TransferOptions } from '../transfer/job.ts';
import { silenceSdkWarning } from './config.ts';

/** What is to be transferred once. */
export interface OneShotOrder {
  readonly from: StorageTarget;
  readonly to: StorageTarget;
  readonly options: TransferOptions;
  readonly selection: Selection;
}

/** One transfer, without a control plane. */
export interface OneShot {
  /** @throws StorageError when the source cannot be read */
  probeSource(): Promise<void>;
  /** @throws StorageError when the destination cannot be written */
  probeDestination(): Promise<void>;
  /** Runs it. Call it once. @throws TransferFailed, or the signal's reason */
  events(signal: AbortSignal): AsyncIterable<TransferEvent>;
}

export function oneShot({ from, to, options, selection }: OneShotOrder, clock: Clock): OneShot {
  silenceSdkWarning();
  const worker = inProcessAgent({ volumes: createVolumes(), clock });
  return {
    probeSource: () => worker.probe(from, { need: 'read' }),
    probeDestination: () => worker.probe(to, { need: 'write' }),
    events: (signal) =>
      worker.run(
        {
          runId: 'once',
          stagingId: 'once',
          source: from,
          destination: to,
          options,
          selection,
          ledgerPath: null,
        },
        { clock, signal, bytesPerSecond: () => options.bytesPerSecond },
      ),
  };
}
