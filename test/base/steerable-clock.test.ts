import t from 'tap';
import { SteerableClock } from '../../src/base/steerable-clock.ts';
import { VirtualClock } from '../../src/base/virtual-clock.ts';

const HOUR = 3_600_000;
const atOnce = async () => undefined;

/** Lets what is ready run. */
const turn = () => new Promise((resolve) => setImmediate(resolve));

t.test('an aborted sleep rejects with the reason, before and during, and is forgotten', async (t) => {
  const clock = new SteerableClock(new VirtualClock());
  const reason = new Error('enough');
  await t.rejects(clock.sleep(10, AbortSignal.abort(reason)), reason);
  const stop = new AbortController();
  const sleeping = clock.sleep(10, stop.signal);
  t.equal(clock.state.waiting, 1);
  stop.abort(reason);
  await t.rejects(sleeping, reason);
  t.equal(clock.state.waiting, 0);
});

t.test('what fails while time is moved is told, and the clock goes on', async (t) => {
  const real = new VirtualClock(0);
  const clock = new SteerableClock(real, { mode: 'held' });
  const broken = new Error('broken');
  await t.rejects(
    clock.advance(5, async () => {
      throw broken;
    }),
    broken,
  );
  await clock.advance(7, atOnce);
  t.equal(clock.now(), 7);
});

t.test('it goes as real time goes, and wakes who sleeps', async (t) => {
  const real = new VirtualClock(1000);
  const clock = new SteerableClock(real);
  let woken = false;
  const sleeping = clock.sleep(50).then(() => {
    woken = true;
  });
  await real.advance(49);
  t.equal(woken, false);
  await real.advance(1);
  await sleeping;
  t.equal(clock.now(), 1050);
});

t.test('at a scale of 60 a minute takes a second', async (t) => {
  const real = new VirtualClock(0);
  const clock = new SteerableClock(real, { scale: 60, now: 5 });
  const sleeping = clock.sleep(60_000);
  await real.advance(1000);
  await sleeping;
  t.equal(clock.now(), 60_005);
  clock.steer({ scale: 1 });
  await real.advance(1000);
  t.equal(clock.now(), 61_005, 'a new scale holds from now on');
});

t.test('held, it stands still whatever real time does', async (t) => {
  const real = new VirtualClock(0);
  const clock = new SteerableClock(real);
  let woken = 0;
  const sleeping = clock.sleep(10).then(() => {
    woken += 1;
  });
  clock.steer({ mode: 'held' });
  await real.advance(HOUR);
  t.equal(clock.now(), 0);
  t.equal(woken, 0);
  clock.steer({ mode: 'real' });
  await real.advance(9);
  t.equal(woken, 0, 'the time it stood still does not count');
  await real.advance(1);
  await sleeping;
  t.equal(woken, 1);
});

t.test('advancing wakes one after the other, and waits until the last one has done its work', async (t) => {
  const clock = new SteerableClock(new VirtualClock(), { mode: 'held', now: 0 });
  const seen: string[] = [];
  let working = 0;
  const hourly = async () => {
    for (let count = 0; count < 3; count++) {
      await clock.sleep(HOUR);
      working += 1;
      for (let left = 5; left > 0; left--) await turn();
      seen.push(`${clock.now() / HOUR}`);
      working -= 1;
    }
  };
  const done = hourly();
  await clock.advance(3 * HOUR, async () => {
    do await turn();
    while (working > 0);
  });
  await done;
  t.same(seen, ['1', '2', '3']);
});

t.test('two advances come one after the other', async (t) => {
  const clock = new SteerableClock(new VirtualClock(), { mode: 'held', now: 0 });
  const both = [clock.advance(10, turn as () => Promise<undefined>), clock.advance(5, atOnce)];
  await Promise.all(both);
  t.equal(clock.now(), 15);
});

t.test('set back, everybody waits as long as before', async (t) => {
  const clock = new SteerableClock(new VirtualClock(), { mode: 'held', now: 10 * HOUR });
  let wokenAt: number | undefined;
  const sleeping = clock.sleep(HOUR).then(() => {
    wokenAt = clock.now();
  });
  clock.shiftTo(2 * HOUR);
  await clock.advance(HOUR - 1, turn as () => Promise<undefined>);
  t.equal(wokenAt, undefined);
  await clock.advance(1, turn as () => Promise<undefined>);
  await sleeping;
  t.equal(wokenAt, 3 * HOUR);
});
