import type { Action } from '../action.ts';
import { page } from '../paging.ts';
import { findTaggable } from '../taggable.ts';
import { tagList } from '../tags.ts';

/** Ordered by key. */
export const listTagsForResource: Action<'ListTagsForResource'> = (input, context) => {
  const { ResourceArn = '' } = input;
  const { items, next } = page(input, {
    operation: 'ListTagsForResource',
    scope: context.scope,
    narrowedBy: ResourceArn,
    items: tagList(findTaggable(ResourceArn, context).tags),
    keyOf: (tag) => tag.Key,
  });
  return { Tags: items, ...next };
};
