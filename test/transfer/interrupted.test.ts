// Servers that break off in the middle, and ask for another try from the start.

import t from 'tap';
import type { Clock } from '../../src/base/clock.ts';
import { VirtualClock } from '../../src/base/virtual-clock.ts';
import { addToTally, EMPTY_TALLY } from '../../src/emulator/tally.ts';
import { type Backend, StorageError } from '../../src/storage/backend.ts';
import { wrap } from '../../src/storage/wrap.ts';
import { transfer } from '../../src/transfer/engine.ts';
import type { TransferEvent } from '../../src/transfer/job.ts';
import { failure } from '../contract/backend-tools.ts';
import { inMemory } from './places.ts';
import { count, job, lines, run } from './runs.ts';
import { grow, type Tree, treeOf } from './trees.ts';

const TREE: Tree = { 'a.txt': 'one', 'd/b.txt': 'two', 'd/c.txt': 'three', 'z.txt': 'last' };

const broke = (path: string) => new StorageError('Interrupted', path, 'The server began anew.');

/** Time that passes at once, and the pauses that were made. */
function quickClock(): Clock & { readonly pauses: number[] } {
  const pauses: number[] = [];
  let now = 0;
  return {
    pauses,
    now: () => now,
    async sleep(ms, signal) {
      signal?.throwIfAborted();
      pauses.push(ms);
      now += ms;
    },
  };
}

/** Breaks off the first `times` calls on each of the `paths`. */
function breaker(times: number, paths: readonly string[]) {
  const left = new Map(paths.map((path) => [path, times]));
  return (path: string) => {
    const more = left.get(path) ?? 0;
    left.set(path, more - 1);
    if (more > 0) throw broke(path);
  };
}

async function places() {
  const [source, destination] = [await inMemory(), await inMemory()];
  await grow(source, TREE);
  return { source, destination };
}

/** Takes all of the body, and is broken off before it is stored. */
const breakingWrites = (inner: Backend, check: (path: string) => void) =>
  wrap(inner, {
    write: async (path, body, stamp, options) => {
      const chunks: Uint8Array[] = [];
      for await (const chunk of body) chunks.push(chunk);
      check(path);
      return await inner.write(
        path,
        (async function* () {
          yield* chunks;
        })(),
        stamp,
        options,
      );
    },
  });

/** Gives some of the content, and is broken off then. */
const breakingReads = (inner: Backend, check: (path: string) => void) =>
  wrap(inner, {
    async *read(path, options) {
      yield* inner.read(path, { ...options, length: 1 });
      check(path);
      yield* inner.read(path, { ...options, offset: 1 });
    },
  });

t.test('an item that is broken off every time fails, and the rest arrives', async (t) => {
  for (const side of ['source', 'destination'] as const) {
    const { source, destination } = await places();
    const check = breaker(Number.POSITIVE_INFINITY, ['d/b.txt']);
    const clock = quickClock();
    const events = await run(
      side === 'source' ? breakingReads(source, check) : source,
      side === 'destination' ? breakingWrites(destination, check) : destination,
      { control: { clock } },
    );
    t.strictSame(
      lines(events).filter((line) => line.startsWith('failed')),
      [`failed transfer ${side} Interrupted d/b.txt`],
    );
    const { 'd/b.txt': _gone, ...rest } = TREE;
    t.strictSame(await treeOf(destination), rest, 'nothing half is left');
    t.strictSame(clock.pauses, [500, 1000, 2000, 4000], 'a few tries, with growing pauses');
  }
});

t.test('a server that is gone for good then ends the run', async (t) => {
  const { source, destination } = await places();
  const gone = new StorageError('Unreachable', '', 'No answer.');
  let away = false;
  const dying = wrap(
    breakingWrites(destination, (path) => {
      away ||= path === 'd/b.txt';
      if (away) throw broke(path);
    }),
    {
      stat: async (path, options) => {
        if (away) throw gone;
        return await destination.stat(path, options);
      },
    },
  );
  const events: TransferEvent[] = [];
  const error = await failure(
    (async () => {
      const wishes = { control: { clock: quickClock() } };
      for await (const event of transfer(job(source, dying, wishes))) events.push(event);
    })(),
  );
  t.match(error, { name: 'TransferFailed', code: 'destination-unreachable', message: 'No answer.' });
});

t.test('a stop does not wait for the next try', async (t) => {
  const { source, destination } = await places();
  const check = breaker(Number.POSITIVE_INFINITY, ['a.txt']);
  const stop = new AbortController();
  const clock = new VirtualClock();
  const ended = failure(
    run(source, breakingWrites(destination, check), { control: { clock, signal: stop.signal } }),
  );
  while (clock.sleeping === 0) await new Promise((resolve) => setImmediate(resolve));
  stop.abort(new Error('Enough.'));
  t.match(await ended, { message: 'Enough.' });
});

t.test('what is broken off is begun anew, on both sides, in each order of work', async (t) => {
  for (const order of ['phased', 'pipelined'] as const) {
    const { source, destination } = await places();
    const events = await run(
      breakingReads(source, breaker(2, ['a.txt', 'z.txt'])),
      breakingWrites(destination, breaker(2, ['d/b.txt', 'z.txt'])),
      { options: { order }, control: { clock: quickClock() } },
    );
    t.strictSame(await treeOf(destination), TREE, order);
    t.equal(count(events, 'failed') + count(events, 'mismatched'), 0);
    t.equal(count(events, 'verified'), 6);
  }
});

t.test('bytes that went twice were transferred twice, and written once', async (t) => {
  const { source, destination } = await places();
  const events = await run(source, breakingWrites(destination, breaker(2, ['d/c.txt'])), {
    control: { clock: quickClock() },
  });
  const tally = events.reduce(addToTally, EMPTY_TALLY);
  const whole = Object.values(TREE).join('').length;
  t.equal(tally.bytesToTransfer, whole);
  t.equal(tally.bytesWritten, whole);
  t.equal(tally.bytesTransferred, whole + 2 * 'three'.length);
  t.equal(tally.transferred.files, 4);
});

t.test('a listing that is broken off goes on where it was', async (t) => {
  for (const side of ['source', 'destination'] as const) {
    const { source, destination } = await places();
    await run(source, destination);
    await grow(destination, { ...TREE, 'extra.txt': 'x' });
    const check = breaker(1, ['0', '1', '2', '3']);
    const listings: string[] = [];
    const breaking = (inner: Backend) =>
      wrap(inner, {
        async *list(path, options) {
          listings.push(path);
          let at = 0;
          for await (const item of inner.list(path, options)) {
            if (path === '') check(String(at++));
            yield item;
          }
        },
      });
    const events = await run(
      side === 'source' ? breaking(source) : source,
      side === 'destination' ? breaking(destination) : destination,
      { options: { removeExtra: true, verify: 'nothing' }, control: { clock: quickClock() } },
    );
    t.strictSame(
      lines(events).filter((line) => !line.startsWith('skipped unchanged')),
      ['deleted extra.txt', ...lines(events).filter((line) => line.startsWith('transferred'))],
      side,
    );
    t.ok(listings.filter((path) => path === '').length > 3, 'it was listed again');
    t.strictSame(await treeOf(destination), TREE);
  }
});

t.test('a listing that never comes to its end is told, and nothing is removed', async (t) => {
  const { source, destination } = await places();
  await grow(destination, { 'd/extra.txt': 'x' });
  const broken = wrap(source, {
    async *list(path, options) {
      if (path === 'd') throw broke(path);
      yield* source.list(path, options);
    },
  });
  const events = await run(broken, destination, {
    options: { removeExtra: true },
    control: { clock: quickClock() },
  });
  t.ok(lines(events).includes('failed list source Interrupted d/'));
  t.equal(count(events, 'deleted'), 0);
});

t.test('verification looks again, and reads again from the start', async (t) => {
  for (const verify of ['transferred', 'everything'] as const) {
    const { source, destination } = await places();
    const statChecks = breaker(2, ['z.txt', 'd/b.txt']);
    const breaking = wrap(breakingReads(destination, breaker(3, ['a.txt', 'd/c.txt'])), {
      stat: async (path, options) => {
        statChecks(path);
        return await destination.stat(path, options);
      },
    });
    const events = await run(source, breaking, {
      options: { verify },
      control: { clock: quickClock() },
    });
    t.equal(count(events, 'failed') + count(events, 'mismatched'), 0);
    t.equal(count(events, 'verified'), 6);
  }
});
