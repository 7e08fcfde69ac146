// Metadata of Windows on its way through the engine.

import t from 'tap';
import { ROOT, relPath } from '../../src/base/path.ts';
import { StorageError } from '../../src/storage/backend.ts';
import { pieces } from '../contract/backend-tools.ts';
import { inMemory } from './places.ts';
import { count, lines, OPTIONS, type RunWishes, run } from './runs.ts';
import { grow, T0, treeOf } from './trees.ts';
import { type WindowsSide, type WindowsWishes, windowsPlace } from './windows-place.ts';

const OWNER = 'S-1-5-21-1-2-3-1000';
const SIDE: WindowsSide = {
  createdNs: T0 - 1_000_000_000n,
  windowsAttributes: 0x2,
  security: { owner: OWNER, dacl: 'D:PAI(A;;FA;;;S-1-1-0)', sacl: 'S:(AU;SA;FA;;;S-1-1-0)' },
};
const TIMES = { mtimeNs: T0, atimeNs: T0 };

/** A file in a directory, both with all that Windows has, and an empty place. */
async function places(wishes: WindowsWishes = {}) {
  const source = await windowsPlace();
  await source.backend.write(relPath('d/f'), pieces(Buffer.from('content')), TIMES);
  await source.backend.makeDirectory(relPath('d'), TIMES);
  await source.backend.makeDirectory(ROOT, TIMES);
  for (const path of ['d', 'd/f']) source.kept.set(path, SIDE);
  return { source, destination: await windowsPlace(wishes) };
}

const preserving = (security: (typeof OPTIONS)['preserve']['security'], rest: RunWishes['options'] = {}) => ({
  options: { ...rest, preserve: { ...OPTIONS.preserve, security } },
});

t.test('what was not asked for is not read, not copied and not compared', async (t) => {
  const { source, destination } = await places();
  const none = preserving('nothing', { verify: 'everything' });
  const first = await run(source.backend, destination.backend, none);
  t.equal(count(first, 'failed') + count(first, 'mismatched'), 0);
  t.strictSame([...source.asked, ...destination.asked], [undefined, undefined]);
  t.strictSame(destination.kept.get('d/f'), { createdNs: SIDE.createdNs, windowsAttributes: 0x2 });
  const again = await run(source.backend, destination.backend, none);
  t.equal(count(again, 'transferred'), 0);
  const noTimes = {
    options: { preserve: { ...OPTIONS.preserve, mtime: false, security: 'nothing' as const } },
  };
  const other = await windowsPlace();
  await run(source.backend, other.backend, noTimes);
  t.strictSame(other.kept.get('d/f'), { windowsAttributes: 0x2 }, 'the time of creation is a time');
});

t.test('the auditing part goes along only when it is wanted', async (t) => {
  const { source, destination } = await places();
  await run(source.backend, destination.backend, preserving('owner-dacl'));
  t.strictSame(destination.kept.get('d/f')?.security, { owner: OWNER, dacl: SIDE.security?.dacl });
  t.strictSame([...destination.asked], ['owner-dacl']);
  const whole = await run(source.backend, destination.backend, preserving('owner-dacl-sacl'));
  t.strictSame(
    lines(whole),
    ['skipped unchanged /', 'stamped d/f', 'transferred d/'],
    'what is missing is brought, without content',
  );
  t.strictSame(destination.kept.get('d/f'), SIDE);
});

for (const order of ['phased', 'pipelined'] as const) {
  t.test(`all of it arrives, is verified, and again only what changed: ${order}`, async (t) => {
    const { source, destination } = await places();
    const all = preserving('owner-dacl-sacl', { order });
    const first = await run(source.backend, destination.backend, all);
    t.equal(count(first, 'verified'), 3);
    t.equal(count(first, 'mismatched') + count(first, 'failed'), 0);
    for (const path of ['d', 'd/f']) t.strictSame(destination.kept.get(path), SIDE, path);
    t.ok(source.asked.has('owner-dacl-sacl') && destination.asked.has('owner-dacl-sacl'));
    t.equal(count(await run(source.backend, destination.backend, all), 'transferred'), 0);
    const changes: readonly Partial<WindowsSide>[] = [
      { createdNs: T0 },
      { windowsAttributes: 0x1 },
      { security: { ...SIDE.security, owner: 'S-1-5-18' } },
      { security: { ...SIDE.security, dacl: 'D:(A;;FR;;;S-1-1-0)' } },
      { security: { ...SIDE.security, sacl: 'S:' } },
    ];
    for (const change of changes) {
      source.kept.set('d/f', { ...SIDE, ...change });
      const told = lines(await run(source.backend, destination.backend, all));
      t.strictSame(
        told.filter((line) => !line.startsWith('skipped')),
        ['stamped d/f'],
      );
      t.strictSame(destination.kept.get('d/f'), { ...SIDE, ...change });
    }
  });
}

t.test('a destination that does not take it is told by verification', async (t) => {
  const { source, destination } = await places();
  const { backend, kept } = destination;
  const all = preserving('owner-dacl-sacl', { verify: 'everything' });
  const events = await run(source.backend, backend, all, (event) => {
    if (event.type !== 'phase-started' || event.phase !== 'verify') return;
    kept.set('d/f', { createdNs: 5n, windowsAttributes: 0, security: { owner: 'S-1-5-18' } });
  });
  t.strictSame(
    lines(events).filter((line) => line.startsWith('mismatched')),
    ['mismatched attributes,created,dacl,owner,sacl d/f'],
  );
  const mismatch = events.find((event) => event.type === 'mismatched');
  t.match(mismatch, {
    difference: {
      source: { ...SIDE },
      destination: { createdNs: 5n, windowsAttributes: 0, security: { owner: 'S-1-5-18' } },
    },
  });
});

t.test('attributes that are best effort make no difference', async (t) => {
  const { source, destination } = await places({ lacks: 0x20 | 0x100 | 0x200 | 0x800 | 0x2000 });
  source.kept.set('d/f', { ...SIDE, windowsAttributes: 0x2 | 0x20 | 0x100 | 0x200 | 0x800 | 0x2000 });
  const first = await run(source.backend, destination.backend, preserving('owner-dacl'));
  t.equal(count(first, 'mismatched'), 0);
  t.equal(destination.kept.get('d/f')?.windowsAttributes, 0x2);
  t.equal(count(await run(source.backend, destination.backend, preserving('owner-dacl')), 'transferred'), 0);
});

t.test('rights that may not be set fail the item, and the rest arrives', async (t) => {
  const refusal = new StorageError('PermissionDenied', 'd/f', 'Permission denied');
  const { source, destination } = await places({
    refuses: ({ security }) => (security?.owner === 'S-1-5-18' ? refusal : undefined),
  });
  source.kept.set('d/f', { ...SIDE, security: { owner: 'S-1-5-18' } });
  const events = await run(source.backend, destination.backend, preserving('owner-dacl'));
  t.strictSame(
    lines(events).filter((line) => line.startsWith('failed')),
    ['failed transfer destination PermissionDenied d/f'],
  );
  t.ok(destination.kept.get('d')?.security);
});

t.test('with a manifest and without comparing, security is asked for too', async (t) => {
  for (const wishes of [{ manifest: 'd/f\n' }, { options: { compare: 'all' as const } }]) {
    const { source, destination } = await places();
    const { options } = preserving('owner-dacl', 'options' in wishes ? wishes.options : {});
    await run(source.backend, destination.backend, { ...wishes, options });
    t.strictSame(destination.kept.get('d/f')?.security, { owner: OWNER, dacl: SIDE.security?.dacl });
  }
});

t.test('names that Windows cannot hold fail before anything is sent, and the rest arrives', async (t) => {
  const source = await inMemory();
  await grow(source, { 'a:b': '1', c: '2', 'd*/e': '3' });
  const { backend } = await windowsPlace();
  const events = await run(source, backend);
  t.ok(lines(events).includes('failed prepare destination InvalidName a:b'));
  t.ok(lines(events).includes('failed prepare destination InvalidName d*/'));
  t.match(await treeOf(backend), { c: '2' });
});

t.test('toward and from storages without it, nothing of it is asked for', async (t) => {
  const { source } = await places();
  const posix = await inMemory();
  const defaults = { always: true, fileMode: 0o644, directoryMode: 0o755, uid: 65_534, gid: 65_534 };
  const plain = { ...OPTIONS.preserve, uid: false, gid: false, mode: false };
  const out = await run(source.backend, posix, { options: { defaults, preserve: plain } });
  t.equal(count(out, 'failed') + count(out, 'mismatched'), 0);
  t.strictSame([...source.asked], [undefined]);
  const owned = { uid: 65_534, gid: 65_534 };
  t.match(await posix.stat(relPath('d/f')), { mtimeNs: T0, metadata: { ...owned, mode: 0o644 } });
  t.match((await posix.stat(relPath('d'))).metadata, { ...owned, mode: 0o755 });
  t.equal(
    count(await run(source.backend, posix, { options: { defaults, preserve: plain } }), 'transferred'),
    0,
  );

  const posixSource = await inMemory();
  await grow(posixSource, { 'd/f': 'content' });
  const windows = await windowsPlace();
  const back = await run(posixSource, windows.backend, { options: { preserve: plain } });
  t.equal(count(back, 'failed') + count(back, 'mismatched'), 0);
  t.strictSame([...windows.asked], [undefined]);
  t.strictSame(windows.kept.get('d/f'), {}, 'times only; the rest is as Windows makes it');
  t.equal((await windows.backend.stat(relPath('d/f'))).mtimeNs, T0);
});
