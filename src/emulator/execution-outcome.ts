// How an execution ends, in the words of the service.

import { ToldToEnd } from '../faults/told-to-end.ts';
import { StorageError } from '../storage/storage-error.ts';
import { TransferFailed } from '../transfer/job.ts';
import { accessDetail, messageOf, serviceCode } from './access-words.ts';
import type { LocationPair } from './location-family.ts';
import type { Count, ExecutionRecord, LocationRecord, Tally } from './records.ts';
import { sum } from './tally.ts';

/** Absent members: it went well. */
export interface Outcome {
  readonly errorCode: string;
  readonly errorDetail: string;
}

/** Why an execution was stopped from outside; the reason of its signal. */
export class ExecutionStopped extends Error {
  override readonly name = 'ExecutionStopped';
  readonly outcome: Outcome;

  constructor(outcome: Outcome) {
    super(outcome.errorDetail);
    this.outcome = outcome;
  }
}

/** @source guess: AWS has no state for it and shows no code */
export const CANCELLED: Outcome = {
  errorCode: 'Cancelled',
  errorDetail: 'The task execution was cancelled.',
};

/** The emulator's own: AWS has no such end. */
export const INTERRUPTED: Outcome = {
  errorCode: 'Interrupted',
  errorDetail:
    'The emulator was stopped while the task execution was in progress. Start the task again to complete the transfer.',
};

/** @source AWS user guide, "Troubleshooting tasks"; guess for the code */
const SKIPPED: Outcome = {
  errorCode: 'FilesSkipped',
  errorDetail:
    'Transfer and verification completed. Selected files transferred except for files skipped due to errors. If no skipped files are listed in Cloud Watch Logs, please contact AWS Support for further assistance.',
};

/** @source AWS user guide, "Troubleshooting task verification"; guess for the code */
const MISMATCHED: Outcome = {
  errorCode: 'VerificationMismatches',
  errorDetail:
    'Transfer and verification completed. Verification detected mismatches. Files with mismatches are listed in Cloud Watch Logs',
};

const none = (count: Count) => sum(count) === 0;

/** How a run that went to its end has ended; undefined: successfully. */
export function outcomeOf(tally: Tally): Outcome | undefined {
  const { list, prepare, transfer, verify, delete: deleted } = tally.failed;
  if (![list, prepare, transfer, deleted].every(none)) return SKIPPED;
  if (![verify, tally.mismatched].every(none)) return MISMATCHED;
  return undefined;
}

/** How a run that threw `error` has ended. */
export function outcomeOfFailure(error: unknown, pair: LocationPair | undefined): Outcome {
  if (error instanceof ExecutionStopped) return error.outcome;
  if (!(error instanceof TransferFailed)) return internal(error);
  switch (error.code) {
    case 'source-unreachable':
      return unreachable(pair?.source, 'SrcLocHitAccess', error);
    case 'destination-unreachable':
      return unreachable(pair?.destination, 'DstLocHitAccess', error);
    case 'locations-overlap':
      return { errorCode: 'LocationsOverlap', errorDetail: error.message };
    case 'manifest-entry-missing':
      return { errorCode: 'ManifestFileDoesNotExist', errorDetail: error.message };
    case 'manifest-unusable':
      return { errorCode: 'ManifestUnusable', errorDetail: error.message };
    case 'tags-unsupported':
      return { errorCode: 'ObjectTagsUnsupported', errorDetail: error.message };
    case 'agent-lost':
      return { errorCode: 'AgentLost', errorDetail: error.message };
    case 'told-to-end':
      return error.cause instanceof ToldToEnd ? error.cause.outcome : internal(error);
    case 'internal':
      return internal(error);
  }
}

function internal(error: unknown): Outcome {
  return {
    errorCode: 'InternalError',
    errorDetail: `The transfer stopped for a reason of the emulator's own: ${messageOf(error)}`,
  };
}

/**
 * @source AWS user guide, "Troubleshooting storage issues", for the codes of S3, Azure Blob and the
 *   source; guess: its twin for the destination
 */
function unreachable(
  location: LocationRecord | undefined,
  code: 'SrcLocHitAccess' | 'DstLocHitAccess',
  error: TransferFailed,
): Outcome {
  if (!location) return { errorCode: code, errorDetail: error.message };
  const cause = error.cause ?? error;
  return {
    errorCode: serviceCode(cause) ?? storageCode(location, cause) ?? code,
    errorDetail: accessDetail(location, cause),
  };
}

function storageCode(location: LocationRecord, cause: unknown): string | undefined {
  if (location.type === 'AzureBlob') return 'FsAzureBlobVolRootListBlobsFailed';
  if (location.type !== 'S3' || !(cause instanceof StorageError)) return undefined;
  return cause.kind === 'Unreachable' ? 'FsS3UnableToConnectToEndpoint' : 'FsS3HeadBucketFailed';
}

/**
 * What became of the report that was asked for, at the end of an execution.
 * @source the emulator's own: it does not write task reports yet, and says so
 */
export function endOfReport({ reportResult }: ExecutionRecord): Pick<ExecutionRecord, 'reportResult'> {
  if (reportResult?.status !== 'PENDING') return {};
  return {
    reportResult: {
      status: 'ERROR',
      errorCode: 'ReportNotBuilt',
      errorDetail: 'This version of the emulator does not write task reports. The transfer is not affected.',
    },
  };
}
