import { rewrite, sourceChange } from './source-change.ts';

export const sourceGrows = sourceChange({
  name: 'source-grows',
  summary: 'A file of the source has become longer since it was listed.',
  example: { fault: 'source-grows', where: { path: '/one' }, when: { times: 1 } },
  change: (file) =>
    rewrite(file, async function* (old) {
      yield* old;
      yield Buffer.from('More has been written to this file.\n');
    }),
});
