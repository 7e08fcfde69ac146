import t from 'tap';
import { VirtualClock } from '../../../src/base/virtual-clock.ts';
import { NO_PATIENCE, persist, RECONNECTING, Tries } from '../../../src/storage/wire/patience.ts';
import { watchSilence } from '../../../src/storage/wire/silence.ts';

/** A clock whose sleeps pass at once, and are written down. */
function hasty() {
  const slept: number[] = [];
  let now = 0;
  const sleep = async (ms: number, signal?: AbortSignal) => {
    signal?.throwIfAborted();
    slept.push(ms);
    now += ms;
  };
  return { slept, clock: { now: () => now, sleep } };
}

const patience = { firstPauseMs: 100, longestPauseMs: 400, limitMs: 2_000 };
const always = () => true;

t.test('in vain: pauses grow, and it ends with the last failure', async (t) => {
  const { clock, slept } = hasty();
  let tries = 0;
  const fail = async () => {
    tries += 1;
    throw new Error(`try ${tries}`);
  };
  await t.rejects(persist(fail, { patience, clock, isWorthAnotherTry: always }), new Error('try 7'));
  t.same(slept, [100, 200, 400, 400, 400, 400]);
});

t.test('a failure that does not get better is the last one', async (t) => {
  const { clock, slept } = hasty();
  const fail = async () => {
    throw new Error('for good');
  };
  await t.rejects(persist(fail, { patience, clock, isWorthAnotherTry: () => false }), new Error('for good'));
  t.same(slept, []);
});

t.test('an abort', async (t) => {
  const { clock } = hasty();
  const abort = new AbortController();
  const reason = new Error('enough');
  const fail = async () => {
    abort.abort(reason);
    throw new Error('try 1');
  };
  const { signal } = abort;
  await t.rejects(persist(fail, { patience, clock, signal, isWorthAnotherTry: always }), reason);
});

t.test('no patience is one try', async (t) => {
  const { clock, slept } = hasty();
  const tries = new Tries(NO_PATIENCE, clock);
  t.same([await tries.next(), await tries.next()], [true, false]);
  t.same(slept, []);
});

t.test('success after some tries', async (t) => {
  const { clock } = hasty();
  let left = Number.POSITIVE_INFINITY;
  const attempt = async (leftMs: number) => {
    left = leftMs;
    if (leftMs > 25_000) throw new Error('not yet');
    return 'done';
  };
  const result = await persist(attempt, { patience: RECONNECTING, clock, isWorthAnotherTry: always });
  t.equal(result, 'done');
  t.ok(left > 20_000);
});

/** What becomes of a watch, as `act` tells the seconds what happens. */
async function watching(act: (second: number) => { moves?: boolean; expects?: boolean; overdue?: boolean }) {
  const clock = new VirtualClock();
  const end = new AbortController();
  let second = 0;
  let moved = 0;
  let asked = 0;
  let silentAt: number | undefined;
  watchSilence({
    limitMs: 20_000,
    clock,
    signal: end.signal,
    activity: () => moved,
    isExpecting: () => act(second).expects ?? true,
    isOverdue: () => act(second).overdue ?? false,
    onQuiet: () => {
      asked += 1;
    },
    onSilence: () => {
      silentAt ??= second;
    },
  });
  for (second = 1; second <= 100; second += 1) {
    if (act(second).moves) moved += 1;
    await clock.advance(1_000);
  }
  end.abort();
  return { asked, silentAt };
}

t.test('silence', async (t) => {
  t.same(await watching(() => ({})), { asked: 1, silentAt: 20 }, 'from the start');
  t.match(
    await watching((second) => ({ moves: second < 33 })),
    { silentAt: 55 },
    'later, within a quarter more',
  );
  t.match(await watching((second) => ({ moves: true, overdue: second > 61 })), { silentAt: 65 }, 'overdue');
});

t.test('no silence', async (t) => {
  t.same(await watching(() => ({ moves: true })), { asked: 0, silentAt: undefined });
  t.same(await watching(() => ({ expects: false })), { asked: 0, silentAt: undefined });
  t.same(await watching((second) => ({ moves: second % 14 === 0 })), { asked: 6, silentAt: undefined });
});
