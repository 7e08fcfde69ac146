import { rewrite, sourceChange } from './source-change.ts';

export const sourceShrinks = sourceChange({
  name: 'source-shrinks',
  summary: 'A file of the source has become shorter since it was listed: half of it is gone.',
  example: { fault: 'source-shrinks', where: { path: '/one' }, when: { times: 1 } },
  change: (file) => rewrite(file, (old) => firstHalf(old, Math.floor(file.entry.sizeBytes / 2))),
});

async function* firstHalf(old: AsyncIterable<Uint8Array>, bytes: number): AsyncGenerator<Uint8Array> {
  let left = bytes;
  for await (const chunk of old) {
    if (left <= 0) return;
    yield chunk.subarray(0, left);
    left -= chunk.length;
  }
}
