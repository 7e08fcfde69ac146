import { ServiceError } from '../model/service-error.ts';

/**
 * What the service itself refuses, as a client reads it.
 * @param errorCode AWS shows only `InvalidParameter`; the others are this emulator's own words
 * @source AWS API Reference, InvalidRequestException; the code: terraform-provider-aws issue 20922
 */
export function invalidRequest(message: string, errorCode = 'InvalidRequest'): ServiceError {
  return new ServiceError('InvalidRequestException', 400, message, errorCode);
}

/** A member has a value that the service's own rules refuse. */
export function invalidParameter(message: string): ServiceError {
  return invalidRequest(message, 'InvalidParameter');
}

const notFound = (message: string) => invalidRequest(message, 'NotFound');

/** @source terraform-provider-aws, agent.go: clients look for "does not exist" */
export const agentNotFound = (id: string) => notFound(`Agent ${id} does not exist.`);

/** @source AWS Digital Evidence Archive, tests against the service: exactly this text, with the id */
export const locationNotFound = (id: string) => notFound(`Location ${id} is not found.`);

/** @source terraform-provider-aws, task.go: clients look for "not found"; the frame is that of locations */
export const taskNotFound = (id: string) => notFound(`Task ${id} is not found.`);

/** @source guess: the frame is that of locations */
export const executionNotFound = (id: string) => notFound(`Task execution ${id} is not found.`);

/** @source terraform-provider-aws issue 20922 (the full answer of the service) */
export const foreignAccount = (account: string) =>
  invalidParameter(`Invalid parameter: ARN account (${account}) must match authenticated user.`);

/** @source terraform-provider-aws, agent.go: clients look for "in-use by these location(s)" */
export const agentInUse = (id: string, locationIds: readonly string[]) =>
  invalidRequest(
    `Agent ${id} is in-use by these location(s): ${locationIds.join(', ')}. Delete them or give them another agent.`,
  );

/** @source guess: AWS's own tests delete tasks before locations; the text is this emulator's own */
export const locationInUse = (id: string, taskIds: readonly string[]) =>
  invalidRequest(
    `Location ${id} is in use by task(s): ${taskIds.join(', ')}. Delete the task(s) before the location.`,
  );
