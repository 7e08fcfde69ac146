import type { ServiceError } from '../model/service-error.ts';
import type { CallContext } from './action.ts';
import { idOf, parseArn } from './arn.ts';
import type { Collection } from './collection.ts';
import type { Scope } from './control-plane.ts';
import {
  agentNotFound,
  executionNotFound,
  foreignAccount,
  locationNotFound,
  taskNotFound,
} from './errors.ts';
import type { AgentRecord, ExecutionRecord, Kept, LocationRecord, TaskRecord } from './records.ts';

type Asker = Pick<CallContext, 'plane' | 'scope'>;

/** @throws ServiceError when it is not there, or is another account's or Region's */
export function findAgent(arn: string, { plane, scope }: Asker): AgentRecord {
  return find(plane.agents, arn, scope, agentNotFound);
}

/** @throws ServiceError when it is not there, or is another account's or Region's */
export function findLocation(arn: string, { plane, scope }: Asker): LocationRecord {
  return find(plane.locations, arn, scope, locationNotFound);
}

/** @throws ServiceError when it is not there, or is another account's or Region's */
export function findTask(arn: string, { plane, scope }: Asker): TaskRecord {
  return find(plane.tasks, arn, scope, taskNotFound);
}

/** @throws ServiceError when it is not there, or is another account's or Region's */
export function findExecution(arn: string, { plane, scope }: Asker): ExecutionRecord {
  return find(plane.executions, arn, scope, executionNotFound);
}

function find<Record extends Kept>(
  collection: Collection<Record>,
  arn: string,
  scope: Scope,
  notFound: (id: string) => ServiceError,
): Record {
  const parsed = parseArn(arn);
  if (parsed && parsed.account !== scope.account) throw foreignAccount(parsed.account);
  const here = parsed?.partition === scope.partition && parsed.region === scope.region;
  const record = here ? collection.get(arn) : undefined;
  if (!record) throw notFound(idOf(arn));
  return record;
}
