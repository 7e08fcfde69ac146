import t from 'tap';
import { VirtualClock } from '../../src/base/virtual-clock.ts';
import { Throttle } from '../../src/transfer/throttle.ts';

const never = new AbortController().signal;

/** Sends `bytes` in chunks and counts what has passed. */
function send(throttle: Throttle, bytes: number, chunk: number) {
  const sent = { bytes: 0, done: false, largest: 0, error: undefined as unknown };
  const all = async () => {
    for (let left = bytes; left > 0; left -= chunk) {
      for await (const piece of throttle.pass(Buffer.alloc(Math.min(chunk, left)))) {
        sent.bytes += piece.length;
        sent.largest = Math.max(sent.largest, piece.length);
      }
    }
    sent.done = true;
  };
  all().catch((error: unknown) => {
    sent.error = error;
  });
  return sent;
}

const seconds = async (clock: VirtualClock, count: number, stepMs = 10) => {
  for (let ms = 0; ms < count * 1000; ms += stepMs) await clock.advance(stepMs);
};

const near = (value: number, wanted: number, share = 0.05) => Math.abs(value - wanted) <= wanted * share;

t.test('an abort ends the waiting', async (t) => {
  const clock = new VirtualClock();
  const stop = new AbortController();
  const sent = send(new Throttle(clock, () => 10, stop.signal), 1_000_000, 1000);
  await seconds(clock, 1);
  stop.abort(new Error('enough'));
  await clock.advance(1);
  t.match(sent.error, { message: 'enough' });
  t.equal(clock.sleeping, 0);
});

t.test('a rate of nothing lets nothing through until it changes', async (t) => {
  const clock = new VirtualClock();
  let rate: number | null = 0;
  const sent = send(new Throttle(clock, () => rate, never), 100, 100);
  await seconds(clock, 5);
  t.equal(sent.bytes, 0);
  rate = null;
  await seconds(clock, 1);
  t.equal(sent.done, true);
});

t.test('after a pause there is no more than a small burst', async (t) => {
  const clock = new VirtualClock();
  const throttle = new Throttle(clock, () => 100_000, never);
  await seconds(clock, 60);
  const sent = send(throttle, 10_000_000, 5000);
  await clock.advance(10);
  t.ok(sent.bytes <= 35_000, String(sent.bytes));
});

t.test('the rate holds within five in a hundred, for large chunks and for small files', async (t) => {
  for (const chunk of [1 << 20, 4096, 7]) {
    const clock = new VirtualClock();
    const rate = chunk === 7 ? 5000 : 500_000;
    const sent = send(new Throttle(clock, () => rate, never), 10 * rate, chunk);
    await seconds(clock, 4);
    t.ok(near(sent.bytes, 4 * rate), `${chunk}: ${sent.bytes}`);
    await seconds(clock, 6.2);
    t.equal(sent.done, true);
  }
});

t.test('one byte a second', async (t) => {
  const clock = new VirtualClock();
  const sent = send(new Throttle(clock, () => 1, never), 100, 100);
  await seconds(clock, 10, 100);
  t.ok(sent.bytes >= 9 && sent.bytes <= 10, String(sent.bytes));
});

t.test('all files share the rate', async (t) => {
  const clock = new VirtualClock();
  const throttle = new Throttle(clock, () => 100_000, never);
  const all = Array.from({ length: 8 }, () => send(throttle, 1_000_000, 65_536));
  await seconds(clock, 10);
  const total = all.reduce((sum, { bytes }) => sum + bytes, 0);
  t.ok(near(total, 1_000_000), String(total));
  for (const { bytes } of all) t.ok(near(bytes, 125_000, 0.2), String(bytes));
});

t.test('a change works within a second', async (t) => {
  const clock = new VirtualClock();
  let rate: number | null = 1000;
  const throttle = new Throttle(clock, () => rate, never);
  const all = Array.from({ length: 16 }, () => send(throttle, 100_000_000, 1 << 20));
  const total = () => all.reduce((sum, { bytes }) => sum + bytes, 0);
  await seconds(clock, 5);
  t.ok(near(total(), 5000, 0.1), String(total()));
  rate = 1_000_000;
  await seconds(clock, 1);
  const before = total();
  await seconds(clock, 2);
  t.ok(near(total() - before, 2_000_000), String(total() - before));
  rate = 1000;
  await seconds(clock, 1);
  const slow = total();
  await seconds(clock, 2);
  t.ok(total() - slow <= 2500, String(total() - slow));
});
