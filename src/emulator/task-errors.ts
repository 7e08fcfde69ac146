// What the service refuses about tasks and executions. Texts without a better source are the emulator's own.

import { ServiceError } from '../model/service-error.ts';
import { idOf } from './arn.ts';
import { invalidParameter, invalidRequest } from './errors.ts';
import type { ExecutionStatus, TaskRecord } from './records.ts';

/** @source AWS user guide, "Quotas"; guess for the text */
export const tooManyTasks = (most: number) =>
  invalidRequest(
    `The quota of ${most} tasks in this account and Region is reached. Delete tasks, or raise the quota.`,
  );

/** @source recollection of the service's text, without a document */
export const sameFilters = (taskId: string, executionArn: string) => {
  const execution = idOf(executionArn);
  return invalidRequest(
    `Unable to queue the task execution for task ${taskId}. The task already has another task execution ${execution} in progress with the same include, exclude filters. Please modify include, exclude filters or wait for the task execution ${execution} to complete.`,
  );
};

/** @source guess: the rule is documented, its text is not */
export const queueingDisabled = (taskId: string, executionArn: string) =>
  invalidRequest(
    `Unable to start the task execution for task ${taskId}. Task execution ${idOf(executionArn)} uses the same task or agent, and TaskQueueing is DISABLED. Wait for it to complete, or set TaskQueueing to ENABLED.`,
  );

/** @source AWS user guide, "Quotas"; guess for the text */
export const tooManyQueued = (taskId: string, most: number) =>
  invalidRequest(
    `Unable to queue the task execution for task ${taskId}. It already has ${most} queued task executions, which is the quota. Wait for some of them to complete.`,
  );

/** @source guess: AWS documents the status, not the answer */
export const taskNotReady = ({ id, status, errorDetail }: TaskRecord) =>
  invalidRequest(
    status === 'CREATING'
      ? `Task ${id} cannot be started in its current status: CREATING. Wait until it is AVAILABLE.`
      : `Task ${id} cannot be started in its current status: ${status}. ${errorDetail ?? ''}`.trimEnd(),
  );

/** @source guess: AWS's own tests try DeleteTask several times, which suggests a refusal */
export const taskBusy = (taskId: string, executionArn: string) =>
  invalidRequest(
    `Task ${taskId} cannot be deleted while its task execution ${idOf(executionArn)} is in progress. Cancel the execution or wait for it to complete.`,
  );

/** @source moto's text; the service's is not known */
export const cannotCancel = (status: ExecutionStatus) =>
  invalidRequest(`Sync task cannot be cancelled in its current status: ${status}`);

/** @source guess: AWS documents that running and queued executions can be updated */
export const cannotUpdate = (id: string, status: ExecutionStatus) =>
  invalidRequest(
    `Task execution ${id} cannot be updated in its current status: ${status}. Only queued and running executions can.`,
  );

/** @source AWS API Reference, UpdateTaskExecution: only BytesPerSecond; guess for the text */
export const onlyBandwidth = (name: string) =>
  invalidParameter(
    `The option ${name} cannot be changed while a task execution is in progress. Only BytesPerSecond can.`,
  );

/** @source AWS API Reference, ManifestConfig: without Source it is a 400 ValidationException about the role */
export const manifestWithoutSource = () =>
  new ServiceError(
    'ValidationException',
    400,
    "1 validation error detected: Value null at 'manifestConfig.source.s3.bucketAccessRoleArn' failed to satisfy constraint: Member must not be null",
  );

/**
 * @param cause without a full stop at its end
 * @source terraform-provider-aws and AWS Digital Evidence Archive for the frame of such texts
 */
export const bucketTestFailed = (bucket: string, cause: string) =>
  invalidRequest(
    `DataSync bucket access test failed: could not perform s3:PutObject in bucket ${bucket}. ${cause}. Ensure bucket access role has s3:PutObject permission.`,
  );
