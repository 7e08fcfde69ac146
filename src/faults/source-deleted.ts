import { sourceChange } from './source-change.ts';

export const sourceDeleted = sourceChange({
  name: 'source-deleted',
  summary: 'A file of the source is deleted after it was listed.',
  example: { fault: 'source-deleted', where: { path: '/one' }, when: { times: 1 } },
  change: ({ storage, path }) => storage.remove(path),
});
