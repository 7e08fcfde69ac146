import type { Action } from '../action.ts';
import { findTaggable } from '../taggable.ts';
import { removeTags } from '../tags.ts';

/** A key that is not there is no failure. */
export const untagResource: Action<'UntagResource'> = ({ ResourceArn = '', Keys = [] }, context) => {
  const resource = findTaggable(ResourceArn, context);
  resource.put(removeTags(resource.tags, Keys));
  return {};
};
