import { inProcessAgent } from '../agent/in-process-agent.ts';
import { refuseOverlap } from '../agent/overlap.ts';
import type { Clock } from '../base/clock.ts';
import type { StorageTarget } from '../storage/index.ts';
import { createVolumes } from '../storage/volumes.ts';
import type { Selection, TransferEvent, TransferOptions } from '../transfer/job.ts';
import { silenceSdkWarning } from './config.ts';
import { clearDeadStaging, isStaged, ownStagingId } from './own-staging.ts';

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

/** @throws TransferFailed when one of the two places lies inside the other */
export function oneShot({ from, to, options, selection }: OneShotOrder, clock: Clock): OneShot {
  silenceSdkWarning();
  refuseOverlap({ source: from, destination: to, selection });
  const context = { volumes: createVolumes(), clock };
  const worker = inProcessAgent(context);
  const stagingId = ownStagingId();
  const order = {
    runId: 'once',
    stagingId,
    source: from,
    destination: isStaged(to) ? { ...to, stagingId } : to,
    options,
    selection,
    ledgerPath: null,
  };
  return {
    probeSource: () => worker.probe(from, { need: 'read' }),
    probeDestination: () => worker.probe(to, { need: 'write' }),
    async *events(signal) {
      if (isStaged(to)) await clearDeadStaging(to, context);
      yield* worker.run(order, { clock, signal, bytesPerSecond: () => options.bytesPerSecond });
    },
  };
}
