import t from 'tap';
import { systemClock } from '../../src/base/system-clock.ts';
import { VirtualClock } from '../../src/base/virtual-clock.ts';

t.test('an aborted sleep rejects with the reason, before and during', async (t) => {
  for (const clock of [systemClock(), new VirtualClock()]) {
    const reason = new Error('enough');
    await t.rejects(clock.sleep(60_000, AbortSignal.abort(reason)), reason);
    const stop = new AbortController();
    const sleeping = clock.sleep(60_000, stop.signal);
    stop.abort(reason);
    await t.rejects(sleeping, reason);
  }
});

t.test('an aborted sleeper is forgotten', async (t) => {
  const clock = new VirtualClock();
  const stop = new AbortController();
  const sleeping = clock.sleep(10, stop.signal);
  t.equal(clock.sleeping, 1);
  stop.abort();
  await t.rejects(sleeping);
  t.equal(clock.sleeping, 0);
});

t.test('virtual time stands still until it is advanced', async (t) => {
  const clock = new VirtualClock(1000);
  let woken = false;
  const sleeping = clock.sleep(5).then(() => {
    woken = true;
  });
  await clock.advance(4);
  t.equal(woken, false);
  t.equal(clock.now(), 1004);
  await clock.advance(1);
  await sleeping;
  t.equal(woken, true);
  t.equal(clock.now(), 1005);
});

t.test('sleepers wake in the order of their times, and what they start runs in between', async (t) => {
  const clock = new VirtualClock(0);
  const seen: string[] = [];
  const every = async (name: string, ms: number, times: number) => {
    for (let left = times; left > 0; left--) {
      await clock.sleep(ms);
      seen.push(`${name}@${clock.now()}`);
    }
  };
  const both = Promise.all([every('a', 10, 3), every('b', 15, 2)]);
  await clock.advance(30);
  await both;
  t.same(seen, ['a@10', 'b@15', 'a@20', 'b@30', 'a@30']);
});

t.test('nothing to wait for is no wait', async (t) => {
  await new VirtualClock().sleep(0);
  await systemClock().sleep(0);
  t.pass('both returned');
});

t.test('a scaled clock runs ahead of real time', async (t) => {
  const clock = systemClock(100_000);
  const before = clock.now();
  await clock.sleep(1_000_000);
  t.ok(clock.now() - before >= 500_000, 'its own time has passed');
});
