import type { ManifestSource, Selection, TransferOptions, TransferOrder } from '../transfer/job.ts';
import type { ControlPlane, Scope } from './control-plane.ts';
import { runLabels } from './labels.ts';
import type { LocationPair } from './location-family.ts';
import type { ExecutionRecord, TaskRecord } from './records.ts';
import { type CompleteOptions, posixDefaults } from './task-options.ts';

/** The order that carries out an execution: the border at which AWS's words become our own. */
export function transferOrder(
  plane: Pick<ControlPlane, 'targetOf' | 'bucketTarget' | 'agents'>,
  record: ExecutionRecord,
  pair: LocationPair,
  scope: Scope,
  task: TaskRecord,
): TransferOrder {
  const use = { stagingId: task.id, timeForm: record.mode === 'ENHANCED' ? 'ms' : 'ns' } as const;
  return {
    runId: record.id,
    stagingId: task.id,
    source: plane.targetOf(pair.source, use),
    destination: plane.targetOf(pair.destination, use),
    options: transferOptions(record, pair),
    selection: selectionOf(plane, record, scope),
    ledgerPath: null,
    labels: runLabels(plane, record, task, pair),
  };
}

function transferOptions(record: ExecutionRecord, pair: LocationPair): TransferOptions {
  // Records are made with every option decided.
  const options = record.options as CompleteOptions;
  return {
    order: record.mode === 'ENHANCED' ? 'pipelined' : 'phased',
    compare: options.TransferMode === 'ALL' ? 'all' : 'changed',
    overwrite: options.OverwriteMode === 'ALWAYS',
    removeExtra: options.PreserveDeletedFiles === 'REMOVE' && record.manifest === undefined,
    verify: VERIFY[options.VerifyMode],
    preserve: {
      mtime: options.Mtime === 'PRESERVE',
      atime: options.Atime === 'BEST_EFFORT',
      uid: options.Uid === 'INT_VALUE',
      gid: options.Gid === 'INT_VALUE',
      mode: options.PosixPermissions === 'PRESERVE',
      devices: options.PreserveDevices === 'PRESERVE',
      tags: options.ObjectTags === 'PRESERVE',
      security: SECURITY[options.SecurityDescriptorCopyFlags],
    },
    bytesPerSecond: rateOf(options.BytesPerSecond),
    defaults: posixDefaults(pair),
  };
}

const VERIFY = {
  NONE: 'nothing',
  ONLY_FILES_TRANSFERRED: 'transferred',
  POINT_IN_TIME_CONSISTENT: 'everything',
} as const;

const SECURITY = {
  NONE: 'nothing',
  OWNER_DACL: 'owner-dacl',
  OWNER_DACL_SACL: 'owner-dacl-sacl',
} as const;

/** AWS's -1 is "no limit". */
export function rateOf(bytesPerSecond: number | undefined): number | null {
  return bytesPerSecond === undefined || bytesPerSecond < 0 ? null : bytesPerSecond;
}

function selectionOf(
  plane: Pick<ControlPlane, 'bucketTarget'>,
  record: ExecutionRecord,
  scope: Scope,
): Selection {
  return {
    include: record.includes[0]?.Value ?? null,
    exclude: record.excludes[0]?.Value ?? null,
    manifest: manifestOf(plane, record, scope),
  };
}

function manifestOf(
  plane: Pick<ControlPlane, 'bucketTarget'>,
  record: ExecutionRecord,
  scope: Scope,
): ManifestSource | null {
  const from = record.manifest?.Source?.S3;
  if (!from?.S3BucketArn || !from.ManifestObjectPath) return null;
  return {
    target: plane.bucketTarget(from.S3BucketArn, '', scope),
    path: from.ManifestObjectPath,
    versionId: from.ManifestObjectVersionId ?? null,
  };
}
