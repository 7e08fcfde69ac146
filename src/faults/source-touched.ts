import { sourceChange } from './source-change.ts';

export const sourceTouched = sourceChange({
  name: 'source-touched',
  summary: 'A file of the source has another time than when it was listed.',
  example: { fault: 'source-touched', where: { path: '/one' }, when: { times: 1 } },
  change: ({ storage, path, nowNs }) => storage.setMetadata(path, { mtimeNs: nowNs }).then(() => undefined),
});
