import type { Output } from '../model/operations.ts';
import type { ExecutionRecord, ExecutionResult } from './records.ts';
import { sum } from './tally.ts';

type Described = Output<'DescribeTaskExecution'>;

/** An execution as DescribeTaskExecution shows it. */
export function describeExecution(record: ExecutionRecord): Described {
  return {
    TaskExecutionArn: record.arn,
    Status: record.status,
    Options: { ...record.options },
    Excludes: [...record.excludes],
    Includes: [...record.includes],
    ...(record.manifest ? { ManifestConfig: record.manifest } : {}),
    StartTime: new Date(record.startedAt),
    ...(record.launchedAt === undefined ? {} : { LaunchTime: new Date(record.launchedAt) }),
    ...(record.endedAt === undefined ? {} : { EndTime: new Date(record.endedAt) }),
    ...bytes(record),
    ...(record.mode === 'ENHANCED' ? enhancedCounters(record) : basicCounters(record)),
    Result: result(record.result),
    ...(record.report ? { TaskReportConfig: record.report } : {}),
    ...reportResult(record),
    TaskMode: record.mode,
  };
}

/** Nothing is compressed here: as many bytes go over the wire as were read. */
function bytes({ tally }: ExecutionRecord): Described {
  return {
    EstimatedBytesToTransfer: tally.bytesToTransfer,
    BytesWritten: tally.bytesWritten,
    BytesTransferred: tally.bytesTransferred,
    BytesCompressed: tally.bytesTransferred,
  };
}

/**
 * Files and folders are one number, and what is to be deleted counts as work too.
 * @source AWS API Reference, DescribeTaskExecution
 */
function basicCounters({ tally }: ExecutionRecord): Described {
  return {
    EstimatedFilesToTransfer: sum(tally.toTransfer) + sum(tally.toDelete),
    FilesTransferred: sum(tally.transferred),
    FilesDeleted: sum(tally.deleted),
    FilesSkipped: sum(tally.skipped),
    FilesVerified: sum(tally.verified),
    EstimatedFilesToDelete: sum(tally.toDelete),
  };
}

/** @source AWS API Reference, DescribeTaskExecution: folders apart, and counters that Basic mode has not */
function enhancedCounters(record: ExecutionRecord): Described {
  return { ...enhancedFiles(record), ...enhancedFolders(record) };
}

function enhancedFiles({ tally, options }: ExecutionRecord): Described {
  const { failed } = tally;
  return {
    EstimatedFilesToTransfer: tally.toTransfer.files,
    FilesTransferred: tally.transferred.files,
    FilesDeleted: tally.deleted.files,
    FilesSkipped: tally.skipped.files,
    FilesVerified: tally.verified.files,
    EstimatedFilesToDelete: tally.toDelete.files,
    FilesPrepared: options.TransferMode === 'ALL' ? 0 : tally.toTransfer.files,
    FilesListed: {
      AtSource: tally.listedAtSource.files,
      AtDestinationForDelete: tally.listedAtDestination.files,
    },
    FilesFailed: {
      Prepare: failed.prepare.files + failed.list.files,
      Transfer: failed.transfer.files,
      Verify: failed.verify.files + tally.mismatched.files,
      Delete: failed.delete.files,
    },
  };
}

function enhancedFolders({ tally, options }: ExecutionRecord): Described {
  const { failed } = tally;
  return {
    EstimatedFoldersToTransfer: tally.toTransfer.folders,
    EstimatedFoldersToDelete: tally.toDelete.folders,
    FoldersTransferred: tally.transferred.folders,
    FoldersDeleted: tally.deleted.folders,
    FoldersSkipped: tally.skipped.folders,
    FoldersVerified: tally.verified.folders,
    FoldersPrepared: options.TransferMode === 'ALL' ? 0 : tally.toTransfer.folders,
    FoldersListed: {
      AtSource: tally.listedAtSource.folders,
      AtDestinationForDelete: tally.listedAtDestination.folders,
    },
    FoldersFailed: {
      List: failed.list.folders,
      Prepare: failed.prepare.folders,
      Transfer: failed.transfer.folders,
      Verify: failed.verify.folders + tally.mismatched.folders,
      Delete: failed.delete.folders,
    },
  };
}

function result({ errorCode, errorDetail, ...rest }: ExecutionResult): Described['Result'] {
  return {
    PrepareDuration: rest.prepareMs,
    PrepareStatus: rest.prepareStatus,
    TotalDuration: rest.totalMs,
    TransferDuration: rest.transferMs,
    TransferStatus: rest.transferStatus,
    VerifyDuration: rest.verifyMs,
    VerifyStatus: rest.verifyStatus,
    ...(errorCode === undefined ? {} : { ErrorCode: errorCode }),
    ...(errorDetail === undefined ? {} : { ErrorDetail: errorDetail }),
  };
}

function reportResult({ reportResult: report }: ExecutionRecord): Pick<Described, 'ReportResult'> {
  if (!report) return {};
  const { status, errorCode, errorDetail } = report;
  return {
    ReportResult: {
      Status: status,
      ...(errorCode === undefined ? {} : { ErrorCode: errorCode }),
      ...(errorDetail === undefined ? {} : { ErrorDetail: errorDetail }),
    },
  };
}
