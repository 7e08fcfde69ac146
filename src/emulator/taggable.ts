import type { CallContext } from './action.ts';
import { parseArn } from './arn.ts';
import type { Collection } from './collection.ts';
import { invalidParameter } from './errors.ts';
import { findAgent, findExecution, findLocation, findTask } from './find.ts';
import type { Kept, Tags } from './records.ts';

/** A resource seen only as something that has tags. */
export interface Taggable {
  readonly tags: Tags;
  /** Replaces them all. */
  put(tags: Tags): void;
}

/** An agent, location, task or execution. @throws ServiceError when there is no such resource */
export function findTaggable(arn: string, context: CallContext): Taggable {
  const { plane } = context;
  const resource = parseArn(arn)?.resource ?? '';
  if (resource.startsWith('agent/')) return taggable(plane.agents, findAgent(arn, context));
  if (resource.startsWith('location/')) return taggable(plane.locations, findLocation(arn, context));
  if (/^task\/[^/]+$/.test(resource)) return taggable(plane.tasks, findTask(arn, context));
  if (/^task\/[^/]+\/execution\/[^/]+$/.test(resource)) {
    return taggable(plane.executions, findExecution(arn, context));
  }
  throw invalidParameter(
    `${arn} is nothing that has tags. Give the ARN of an agent, location, task or task execution.`,
  );
}

function taggable<Record extends Kept>(collection: Collection<Record>, record: Record): Taggable {
  return { tags: record.tags, put: (tags) => collection.put({ ...record, tags }) };
}
