import type { Action } from '../action.ts';
import { findTaggable } from '../taggable.ts';
import { addTags } from '../tags.ts';

/** Adds tags, or overwrites those of the same key. */
export const tagResource: Action<'TagResource'> = ({ ResourceArn = '', Tags }, context) => {
  const resource = findTaggable(ResourceArn, context);
  resource.put(addTags(resource.tags, Tags));
  return {};
};
