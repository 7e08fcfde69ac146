import type { TransferEvent } from '../transfer/job.ts';
import type { Count, Tally } from './records.ts';

const NONE: Count = { files: 0, folders: 0 };

/** Nothing done yet. */
export const EMPTY_TALLY: Tally = {
  listedAtSource: NONE,
  listedAtDestination: NONE,
  toTransfer: NONE,
  bytesToTransfer: 0,
  toDelete: NONE,
  skipped: NONE,
  transferred: NONE,
  bytesTransferred: 0,
  bytesWritten: 0,
  verified: NONE,
  deleted: NONE,
  failed: { list: NONE, prepare: NONE, transfer: NONE, verify: NONE, delete: NONE },
  mismatched: NONE,
};

type About = Extract<TransferEvent, { kind: unknown }>;

function plusOne(count: Count, event: About): Count {
  return event.kind === 'directory'
    ? { files: count.files, folders: count.folders + 1 }
    : { files: count.files + 1, folders: count.folders };
}

function listed(tally: Tally, event: Extract<TransferEvent, { type: 'listed' }>): Tally {
  return event.side === 'source'
    ? { ...tally, listedAtSource: plusOne(tally.listedAtSource, event) }
    : { ...tally, listedAtDestination: plusOne(tally.listedAtDestination, event) };
}

function planned(tally: Tally, event: Extract<TransferEvent, { type: 'planned' }>): Tally {
  if (event.action === 'delete') return { ...tally, toDelete: plusOne(tally.toDelete, event) };
  const bytes = event.action === 'copy' ? event.sizeBytes : 0;
  return {
    ...tally,
    toTransfer: plusOne(tally.toTransfer, event),
    bytesToTransfer: tally.bytesToTransfer + bytes,
  };
}

function transferred(tally: Tally, event: Extract<TransferEvent, { type: 'transferred' }>): Tally {
  const bytes = event.action === 'copy' ? event.sizeBytes : 0;
  return {
    ...tally,
    transferred: plusOne(tally.transferred, event),
    bytesWritten: tally.bytesWritten + bytes,
  };
}

/**
 * What was excluded counts nowhere but in the listing.
 * @source recorded runs: files that a filter excludes are in none of the file counts
 */
function skipped(tally: Tally, event: Extract<TransferEvent, { type: 'skipped' }>): Tally {
  if (event.because === 'excluded') return tally;
  return { ...tally, skipped: plusOne(tally.skipped, event) };
}

/** The counters after one more event. No counter ever falls. */
export function addToTally(tally: Tally, event: TransferEvent): Tally {
  switch (event.type) {
    case 'listed':
      return listed(tally, event);
    case 'planned':
      return planned(tally, event);
    case 'skipped':
      return skipped(tally, event);
    case 'moved':
      return { ...tally, bytesTransferred: tally.bytesTransferred + event.bytes };
    case 'transferred':
      return transferred(tally, event);
    case 'deleted':
      return { ...tally, deleted: plusOne(tally.deleted, event) };
    case 'verified':
      return { ...tally, verified: plusOne(tally.verified, event) };
    case 'mismatched':
      return { ...tally, mismatched: plusOne(tally.mismatched, event) };
    case 'failed': {
      const failed = { ...tally.failed, [event.step]: plusOne(tally.failed[event.step], event) };
      return { ...tally, failed };
    }
    case 'phase-started':
    case 'phase-ended':
    case 'warned':
      return tally;
  }
}

/** Files and folders together, as Basic mode counts them. */
export function sum(count: Count): number {
  return count.files + count.folders;
}
