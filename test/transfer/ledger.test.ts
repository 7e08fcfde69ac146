import { existsSync, readdirSync } from 'node:fs';
import t from 'tap';
import type { RelPath } from '../../src/base/path.ts';
import type { Entry } from '../../src/storage/backend.ts';
import { Ledger } from '../../src/transfer/ledger.ts';

const path = (text: string) => text as RelPath;
const entry = (at: string): Entry => ({
  path: path(at),
  kind: 'file',
  sizeBytes: 2 ** 52,
  mtimeNs: -1_234_567_890_123_456_789n,
  metadata: { mode: 0o4755, atimeNs: 5n, lastModifiedNs: 6n, user: { ä: '"' }, sparse: true },
  token: 'x',
});
const fullest: Entry = { ...entry('d/ü"\n'), implied: true, kind: 'directory', mtimeNs: null, metadata: {} };

t.test('a ledger that is not kept leaves nothing behind', async (t) => {
  const directory = t.testdir();
  const before = process.env['TMPDIR'];
  process.env['TMPDIR'] = directory;
  t.teardown(() => {
    delete process.env['TMPDIR'];
    if (before !== undefined) process.env['TMPDIR'] = before;
  });
  {
    using ledger = new Ledger(null);
    if (process.platform !== 'win32') t.strictSame(readdirSync(directory), [], 'not even when it is killed');
    const count = 5000;
    for (let at = 0; at < count; at++) ledger.plan({ lane: 'file', action: 'copy', entry: entry(`a${at}`) });
    t.equal([...ledger.steps('file', 'planned')].length, count);
  }
  t.strictSame(readdirSync(directory), []);
});

t.test('one that is kept is there afterwards, and a new run begins a new one', async (t) => {
  const file = `${t.testdir()}/runs/exec-1/ledger.db`;
  for (const round of [1, 2]) {
    using ledger = new Ledger(file);
    t.equal([...ledger.steps('file', 'planned')].length, 0, `round ${round}`);
    ledger.plan({ lane: 'file', action: 'copy', entry: entry('a') });
  }
  t.ok(existsSync(file));
});

t.test('steps come back as they were planned, in order, both ways', async (t) => {
  using ledger = new Ledger(null);
  const step = {
    lane: 'file',
    action: 'copy',
    entry: fullest,
    over: entry('o'),
    versionId: 'v',
    linkTo: path('l'),
  } as const;
  t.strictSame([...ledger.steps('file', 'planned')], []);
  ledger.plan(step);
  t.strictSame(
    [...ledger.steps('file', 'planned')],
    [{ ...step, over: { ...step.over, path: fullest.path }, seq: 0 }],
  );
  for (let n = 0; n < 1000; n++) ledger.plan({ lane: 'directory', action: 'copy', entry: entry(`d${n}`) });
  const names = [...ledger.steps('directory', 'planned')].map((one) => one.entry.path);
  t.equal(names.length, 1000);
  t.strictSame(
    [...ledger.stepsBackwards('directory', 'planned')].map((one) => one.entry.path),
    names.reverse(),
  );
  t.equal(ledger.count('directory'), 1000);
});

t.test('steps may be finished while they are read, each comes once', async (t) => {
  using ledger = new Ledger(null);
  for (let n = 0; n < 600; n++) ledger.plan({ lane: 'file', action: 'copy', entry: entry(`f${n}`) });
  let seen = 0;
  for (const step of ledger.steps('file', 'planned')) {
    ledger.finish(step, seen++ % 2 === 0 ? 'done' : 'failed', 'ab');
  }
  t.equal(seen, 600);
  t.equal([...ledger.steps('file', 'planned')].length, 0);
  t.equal([...ledger.steps('file', 'done')].length, 300);
  ledger.indexDone();
  t.match(ledger.done(path('f0')), { sha256: 'ab', seq: 0, lane: 'file' });
  t.equal(ledger.done(path('f1')), undefined, 'it failed');
  t.equal(ledger.done(path('nowhere')), undefined);
});

t.test('touched directories are known once, the root among them', async (t) => {
  using ledger = new Ledger(null);
  for (const one of ['', 'a', 'a', 'b', '', 'b/c', 'ä']) ledger.touch(path(one));
  ledger.untouch(path('b'));
  t.strictSame([...ledger.touchedDirectories()], ['', 'a', 'b/c', 'ä']);
  for (let n = 0; n < 600; n++) ledger.touch(path(`n${n}`));
  t.equal(new Set(ledger.touchedDirectories()).size, 604);
});

t.test('first names, items set aside, lines of a manifest', async (t) => {
  using ledger = new Ledger(null);
  t.equal(ledger.firstName('1:2'), undefined);
  ledger.setFirstName('1:2', path('a'), undefined);
  ledger.setFirstName('1:2', path('b'), '9');
  ledger.breakFirstName('1:2', path('b'));
  t.strictSame(ledger.firstName('1:2'), { path: 'a', destinationId: undefined, broken: false });
  ledger.breakFirstName('1:2', path('a'));
  t.equal(ledger.firstName('1:2')?.broken, true);
  t.equal(ledger.isAside(path('x')), false);
  ledger.setAside('x', 'failed');
  ledger.setAside('x', 'exists');
  t.equal(ledger.isAside(path('x')), true);
  t.equal(ledger.addManifestEntry({ path: 'p', versionId: 'v' }), true);
  t.equal(ledger.addManifestEntry({ path: 'p', versionId: undefined }), false);
  t.strictSame([...ledger.manifest()], [{ path: 'p', versionId: 'v' }]);
});
