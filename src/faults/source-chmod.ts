import { sourceChange } from './source-change.ts';

export const sourceChmod = sourceChange({
  name: 'source-chmod',
  summary: 'A file of the source has another mode than when it was listed.',
  example: { fault: 'source-chmod', where: { path: '/one' }, when: { times: 1 } },
  change: ({ storage, path, entry }) =>
    storage.setMetadata(path, { mode: (entry.metadata.mode ?? 0o644) ^ 0o111 }).then(() => undefined),
});
