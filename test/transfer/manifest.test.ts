import t from 'tap';
import { StorageError } from '../../src/storage/backend.ts';
import { TransferFailed } from '../../src/transfer/job.ts';
import { Ledger } from '../../src/transfer/ledger.ts';
import { readManifest } from '../../src/transfer/manifest.ts';

type Content = string | Uint8Array;

async function* cut(content: Content, size: number): AsyncGenerator<Uint8Array> {
  const all = typeof content === 'string' ? Buffer.from(content) : content;
  for (let at = 0; at < all.length; at += size) yield all.subarray(at, at + size);
}

async function entries(content: Content, { versions = true, size = 7 } = {}) {
  using ledger = new Ledger(null);
  await readManifest(cut(content, size), ledger, versions, new AbortController().signal);
  return [...ledger.manifest()].map(({ path, versionId }) =>
    versionId === undefined ? path : [path, versionId],
  );
}

async function refusal(content: Content, versions = true): Promise<string> {
  try {
    await entries(content, { versions });
  } catch (error) {
    if (error instanceof TransferFailed && error.code === 'manifest-unusable') return error.message;
    throw error;
  }
  return 'not refused';
}

t.test('what is no manifest is refused, with the line', async (t) => {
  t.match(await refusal('a\nb,v,more\n'), /line 2 has 3 fields/);
  t.match(await refusal('a\nb\na\n'), /line 3 names "a" a second time/);
  t.match(await refusal('a,1\na,2\n'), /line 2 names "a" a second time/);
  t.match(await refusal('a\n,v\n'), /line 2 names no file/);
  t.match(await refusal(`${'x'.repeat(4097)}\n`), /line 1 has a path of more than 4096 characters/);
  t.match(await refusal(`a,${'x'.repeat(1025)}\n`), /line 1 has a version of more than 1024 bytes/);
  t.match(await refusal('a,v1\n', false), /line 1 names a version, and the source keeps no versions/);
  t.match(await refusal('a\n"never closed\n'), /manifest cannot be used/);
  t.match(await refusal(`"${'x'.repeat(200_000)}`), /manifest cannot be used/);
});

t.test('what is no UTF-8 is refused, at the end too', async (t) => {
  t.match(await refusal(Buffer.from([0x61, 0x0a, 0xff, 0x0a])), /not UTF-8/);
  t.match(await refusal(Buffer.from('ä').subarray(0, 1)), /not UTF-8/);
});

t.test('a manifest that cannot be read is told so, an abort is not', async (t) => {
  using ledger = new Ledger(null);
  const failing = async function* () {
    yield Buffer.from('a\n');
    throw new StorageError('NotFound', 'm.csv', 'No such key');
  };
  const stop = new AbortController();
  await t.rejects(readManifest(failing(), ledger, true, stop.signal), {
    code: 'manifest-unusable',
    message: /cannot be read: No such key/,
  });
  stop.abort(new Error('stopped'));
  await t.rejects(readManifest(failing(), ledger, true, stop.signal), { message: 'stopped' });
});

t.test('paths, versions, quotes and line ends', async (t) => {
  const sample = 'reports/2024/q1.pdf\n"odd,name.txt",3HL4kqtJlcpXroDTDmJ\n"he said ""hi"".txt"\n';
  t.same(await entries(sample), [
    'reports/2024/q1.pdf',
    ['odd,name.txt', '3HL4kqtJlcpXroDTDmJ'],
    'he said "hi".txt',
  ]);
  t.same(await entries('a\r\nb\rc\n\nd'), ['a', 'b', 'c', 'd']);
  t.same(await entries('say ""hi"".txt\n'), ['say "hi".txt'], 'the example of the guide');
  t.same(await entries('\ufeffa\n/b/c\nd/\ne,\n'), ['a', 'b/c', 'd', 'e']);
  t.same(await entries('ä ö/ü 漢字.txt\n', { size: 1 }), ['ä ö/ü 漢字.txt']);
  t.same(await entries(''), []);
});
