import type { Input } from '../model/operations.ts';
import { invalidParameter } from './errors.ts';
import type { Tags } from './records.ts';

type TagList = NonNullable<Input<'TagResource'>['Tags']>;

/** User tags of one resource. @source AWS API Reference, InputTagList */
const MAX_TAGS = 50;

/** CloudFormation puts these on what it makes. @source aws-cloudformation-resource-providers-datasync */
const SYSTEM_PREFIX = 'aws:cloudformation:';

/**
 * The tags of a new resource.
 * @throws ServiceError for a key given twice and for the reserved prefix `aws:`
 */
export function newTags(list: TagList | undefined): Tags {
  return addTags({}, list);
}

/**
 * `tags` with those of `list` added or overwritten.
 * @throws ServiceError for a key given twice, the reserved prefix `aws:`, or more than 50 user tags in all
 */
export function addTags(tags: Tags, list: TagList | undefined): Tags {
  const given = new Map<string, string>();
  for (const { Key = '', Value = '' } of list ?? []) {
    if (given.has(Key))
      throw invalidParameter(`The tag key ${Key} is given more than once. Send each key once.`);
    if (isReserved(Key)) {
      throw invalidParameter(
        `The tag key ${Key} begins with "aws:", which is reserved for AWS. Choose another key.`,
      );
    }
    given.set(Key, Value);
  }
  const all = Object.fromEntries([...Object.entries(tags), ...given]);
  const users = Object.keys(all).filter((key) => !key.startsWith(SYSTEM_PREFIX)).length;
  if (users > MAX_TAGS) {
    throw invalidParameter(
      `A resource can have ${MAX_TAGS} tags; with these it would have ${users}. Remove some tags first.`,
    );
  }
  return all;
}

/** `tags` without those keys; a key that is not there is no failure. */
export function removeTags(tags: Tags, keys: readonly string[]): Tags {
  const gone = new Set(keys);
  return Object.fromEntries(Object.entries(tags).filter(([key]) => !gone.has(key)));
}

/** As answered, ordered by key. */
export function tagList(tags: Tags): { Key: string; Value: string }[] {
  return Object.entries(tags)
    .map(([Key, Value]) => ({ Key, Value }))
    .sort((a, b) => (a.Key < b.Key ? -1 : 1));
}

function isReserved(key: string): boolean {
  return key.toLowerCase().startsWith('aws:') && !key.startsWith(SYSTEM_PREFIX);
}
