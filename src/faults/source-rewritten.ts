import { rewrite, sourceChange } from './source-change.ts';

export const sourceRewritten = sourceChange({
  name: 'source-rewritten',
  summary: 'A file of the source has another content of the same size and with the same time.',
  example: { fault: 'source-rewritten', where: { path: '/one' }, when: { times: 1 } },
  change: (file) => {
    const { mtimeNs } = file.entry;
    return rewrite(file, inverted, mtimeNs === null ? {} : { mtimeNs });
  },
});

async function* inverted(old: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const chunk of old) yield chunk.map((byte) => byte ^ 0xff);
}
