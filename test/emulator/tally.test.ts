import fc from 'fast-check';
import t from 'tap';
import { addToTally, EMPTY_TALLY, sum } from '../../src/emulator/tally.ts';
import { StorageError } from '../../src/storage/storage-error.ts';
import type { TransferEvent } from '../../src/transfer/job.ts';

const error = new StorageError('Io', 'a', 'It broke.');
const file = { path: 'd/a', kind: 'file' } as const;
const folder = { path: 'd', kind: 'directory' } as const;

const after = (...events: TransferEvent[]) => events.reduce(addToTally, EMPTY_TALLY);

t.test('what is told of the run as a whole counts nothing', async (t) => {
  const tally = after(
    { type: 'phase-started', phase: 'prepare', at: 1 },
    { type: 'warned', path: 'a', message: 'odd' },
    { type: 'phase-ended', phase: 'prepare', at: 2, ok: false },
  );
  t.strictSame(tally, EMPTY_TALLY);
});

t.test('a failed item counts in its step only', async (t) => {
  const steps = ['list', 'prepare', 'transfer', 'verify', 'delete'] as const;
  for (const step of steps) {
    const { failed, ...rest } = after({ type: 'failed', step, side: 'source', error, ...folder });
    const { failed: _none, ...empty } = EMPTY_TALLY;
    t.strictSame(rest, empty);
    t.strictSame(failed, { ...EMPTY_TALLY.failed, [step]: { files: 0, folders: 1 } });
  }
});

t.test('what was excluded is in the listing and in no other count', async (t) => {
  const tally = after(
    { type: 'listed', side: 'source', ...file },
    { type: 'skipped', because: 'excluded', ...file },
  );
  t.strictSame(tally.listedAtSource, { files: 1, folders: 0 });
  t.equal(sum(tally.skipped), 0);
});

t.test('bytes count for what has content, not for metadata alone', async (t) => {
  const item = { sizeBytes: 5, ...file } as const;
  const tally = after(
    { type: 'planned', action: 'copy', ...item },
    { type: 'planned', action: 'set-metadata', ...item },
    { type: 'planned', action: 'delete', ...item },
    { type: 'moved', bytes: 3 },
    { type: 'moved', bytes: 2 },
    { type: 'transferred', action: 'copy', overwrote: false, ...item },
    { type: 'transferred', action: 'set-metadata', overwrote: true, ...item },
  );
  t.equal(tally.bytesToTransfer, 5);
  t.equal(tally.bytesTransferred, 5);
  t.equal(tally.bytesWritten, 5);
  t.strictSame(tally.toTransfer, { files: 2, folders: 0 });
  t.strictSame(tally.toDelete, { files: 1, folders: 0 });
  t.strictSame(tally.transferred, { files: 2, folders: 0 });
});

t.test('directories count apart from files, and links and devices are files', async (t) => {
  const tally = after(
    { type: 'verified', sizeBytes: 0, ...folder },
    { type: 'verified', sizeBytes: 0, path: 'l', kind: 'symlink' },
    { type: 'deleted', ...folder },
    { type: 'mismatched', difference: { members: ['content'] }, ...file },
    { type: 'skipped', because: 'unchanged', ...folder },
    { type: 'listed', side: 'destination', ...folder },
  );
  t.strictSame(tally.verified, { files: 1, folders: 1 });
  t.strictSame(tally.deleted, { files: 0, folders: 1 });
  t.strictSame(tally.mismatched, { files: 1, folders: 0 });
  t.strictSame(tally.skipped, { files: 0, folders: 1 });
  t.strictSame(tally.listedAtDestination, { files: 0, folders: 1 });
});

const about = {
  path: fc.string(),
  kind: fc.constantFrom('file' as const, 'directory' as const, 'symlink' as const),
};
const sizeBytes = fc.nat();

const anyEvent: fc.Arbitrary<TransferEvent> = fc.oneof(
  fc.record({
    type: fc.constant('listed' as const),
    side: fc.constantFrom('source' as const, 'destination' as const),
    ...about,
  }),
  fc.record({
    type: fc.constant('planned' as const),
    action: fc.constantFrom('copy' as const, 'set-metadata' as const, 'delete' as const),
    sizeBytes,
    ...about,
  }),
  fc.record({
    type: fc.constant('skipped' as const),
    because: fc.constantFrom('unchanged' as const, 'excluded' as const),
    ...about,
  }),
  fc.record({ type: fc.constant('moved' as const), bytes: fc.nat() }),
  fc.record({
    type: fc.constant('transferred' as const),
    action: fc.constantFrom('copy' as const, 'set-metadata' as const),
    sizeBytes,
    overwrote: fc.boolean(),
    ...about,
  }),
  fc.record({ type: fc.constant('deleted' as const), ...about }),
  fc.record({ type: fc.constant('verified' as const), sizeBytes, ...about }),
  fc.record({
    type: fc.constant('mismatched' as const),
    difference: fc.constant({ members: ['size'] }),
    ...about,
  }),
  fc.record({
    type: fc.constant('failed' as const),
    step: fc.constantFrom('list' as const, 'transfer' as const),
    side: fc.constant('source' as const),
    error: fc.constant(error),
    ...about,
  }),
);

/** All numbers inside, with the way to each. */
function numbers(value: object, at = ''): [string, number][] {
  return Object.entries(value).flatMap(([key, inner]: [string, unknown]): [string, number][] =>
    typeof inner === 'number' ? [[`${at}.${key}`, inner]] : numbers(inner as object, `${at}.${key}`),
  );
}

t.test('no counter ever falls, and the tally that was given stays as it was', async (t) => {
  fc.assert(
    fc.property(fc.array(anyEvent, { maxLength: 60 }), (events) => {
      let tally = EMPTY_TALLY;
      for (const event of events) {
        const before = structuredClone(tally);
        const next = addToTally(tally, event);
        if (JSON.stringify(before) !== JSON.stringify(tally)) return false;
        const now = new Map(numbers(next));
        if (numbers(before).some(([at, value]) => (now.get(at) ?? -1) < value)) return false;
        tally = next;
      }
      return true;
    }),
    { seed: 11, numRuns: 200 },
  );
  t.pass('200 journals');
});
