// The configuration of task reports: what is kept of it, and the test of its bucket.

import { StorageError } from '../storage/storage-error.ts';
import { refuseReportBucket } from './access-fault.ts';
import { messageOf } from './access-words.ts';
import type { ControlPlane, Scope } from './control-plane.ts';
import { invalidParameter } from './errors.ts';
import type { TaskRecord } from './records.ts';
import { bucketTestFailed } from './task-errors.ts';

type WireReport = NonNullable<TaskRecord['report']>;

/**
 * The report configuration that a client asks for; `{}` means none.
 * @throws ServiceError when it has no destination, or a level for a summary
 * @source AWS Digital Evidence Archive: with SUMMARY_ONLY the level must be absent; guess for the text
 */
export function reportFrom(given: WireReport): WireReport | undefined {
  const said = Object.values(given).some((value) => value !== undefined && value !== null);
  if (!said) return undefined;
  if (!given.Destination?.S3) {
    throw invalidParameter('TaskReportConfig has no Destination.S3. Say to which bucket the report goes.');
  }
  if (given.OutputType === 'SUMMARY_ONLY' && given.ReportLevel !== undefined) {
    throw invalidParameter(
      'ReportLevel cannot be used with OutputType SUMMARY_ONLY. Leave it out, or use OutputType STANDARD.',
    );
  }
  return withoutEqualOverrides(given);
}

/**
 * The service forgets overrides that say what the report level says anyway.
 * @source terraform-provider-aws issue 36016
 */
function withoutEqualOverrides(report: WireReport): WireReport {
  const { Overrides: overrides, ...rest } = report;
  const level = report.ReportLevel ?? 'ERRORS_ONLY';
  const kept = Object.entries(overrides ?? {}).filter(
    ([, override]) => override?.ReportLevel !== undefined && override.ReportLevel !== level,
  );
  return kept.length === 0 ? rest : { ...rest, Overrides: Object.fromEntries(kept) };
}

/**
 * Writes to the report's bucket, as the service does when the configuration is given.
 * @throws ServiceError when it cannot be written to
 */
export async function testReportBucket(
  plane: Pick<ControlPlane, 'worker' | 'bucketTarget' | 'faults' | 'agents'>,
  report: WireReport,
  scope: Scope,
): Promise<void> {
  const { S3BucketArn: bucketArn = '', Subdirectory: prefix = '' } = report.Destination?.S3 ?? {};
  refuseReportBucket(plane, bucketArn, bucketName(bucketArn));
  try {
    await plane.worker.probe(plane.bucketTarget(bucketArn, prefix, scope), { need: 'write' });
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    const denied = error.kind === 'PermissionDenied' || error.kind === 'CredentialsRefused';
    throw bucketTestFailed(
      bucketName(bucketArn),
      denied ? 'Access denied' : messageOf(error).replace(/\.$/, ''),
    );
  }
}

/** `arn:aws:s3:::bucket` gives `bucket`; an access point's ARN stays as it is. */
function bucketName(bucketArn: string): string {
  return /^arn:[^:]+:s3:::([^/]+)/.exec(bucketArn)?.[1] ?? bucketArn;
}
