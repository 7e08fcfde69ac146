// The rate of a whole run, in virtual time.

import t from 'tap';
import { VirtualClock } from '../../src/base/virtual-clock.ts';
import { transfer } from '../../src/transfer/engine.ts';
import type { TransferEvent } from '../../src/transfer/job.ts';
import { inMemory } from './places.ts';
import { job } from './runs.ts';
import { grow, type Tree } from './trees.ts';

const MS = 20;

/** Runs in virtual time and notes how many bytes had moved after each step of it. */
async function paced(tree: Tree, bytesPerSecond: (ms: number) => number | null) {
  const [source, destination] = [await inMemory(), await inMemory()];
  await grow(source, tree);
  const clock = new VirtualClock(0);
  const control = { clock, bytesPerSecond: () => bytesPerSecond(clock.now()) };
  const moved: number[] = [];
  let events = 0;
  let total = 0;
  let done = false;
  const take = (event: TransferEvent) => {
    if (event.type !== 'moved') return;
    events++;
    total += event.bytes;
  };
  const all = (async () => {
    for await (const event of transfer(job(source, destination, { control }))) take(event);
    done = true;
  })();
  while (!done) {
    moved.push(total);
    await clock.advance(MS);
    // What the machine does between two waits takes no virtual time.
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
  }
  await all;
  return {
    moved,
    total,
    events,
    seconds: clock.now() / 1000,
    at: (second: number) => moved[(second * 1000) / MS] ?? total,
  };
}

const near = (value: number, wanted: number) => Math.abs(value - wanted) <= wanted * 0.05;

t.test('one large file keeps to the rate', async (t) => {
  const { seconds, total, events, at } = await paced({ big: 'x'.repeat(1_000_000) }, () => 100_000);
  t.equal(total, 1_000_000);
  t.ok(near(seconds, 10), `${seconds} s`);
  t.ok(near(at(5), 500_000), `${at(5)} after 5 s`);
  t.ok(events <= 20 * seconds + 1, `${events} events`);
});

t.test('many small files keep to it together', async (t) => {
  const tree = Object.fromEntries(
    Array.from({ length: 500 }, (_, n) => [`d${n % 7}/f${n}`, 'x'.repeat(1000)]),
  );
  const { seconds, total } = await paced(tree, () => 100_000);
  t.equal(total, 500_000);
  t.ok(near(seconds, 5), `${seconds} s`);
});

t.test('a change under way works within a second', async (t) => {
  const tree = Object.fromEntries(Array.from({ length: 20 }, (_, n) => [`f${n}`, 'x'.repeat(100_000)]));
  const { at, seconds } = await paced(tree, (ms) => (ms < 3000 ? 10_000 : 500_000));
  t.ok(near(at(2.9), 29_000), `${at(2.9)} after 2.9 s`);
  t.ok(seconds <= 3 + 1 + 4.2, `${seconds} s`);
});
