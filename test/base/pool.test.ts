import t from 'tap';
import { pool } from '../../src/base/pool.ts';

const collect = async <T>(items: AsyncIterable<T>) => {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
};

const later = (turns: number) =>
  new Promise<void>((resolve) => {
    const tick = (left: number) => (left === 0 ? resolve() : setImmediate(() => tick(left - 1)));
    tick(turns);
  });

t.test('the first failure is thrown after what runs has ended, and nothing more is asked for', async (t) => {
  let asked = 0;
  let ended = 0;
  const items = function* () {
    for (;;) yield asked++;
  };
  const work = async (n: number) => {
    await later(n === 1 ? 1 : 5);
    ended++;
    if (n === 1) throw new Error('broken');
  };
  await t.rejects(collect(pool(items(), 3, work)), { message: 'broken' });
  t.equal(asked, ended);
  t.ok(asked <= 4);
});

t.test('a failing source is thrown after what runs has ended', async (t) => {
  let ended = 0;
  const items = async function* () {
    yield 1;
    throw new Error('no more');
  };
  await t.rejects(
    collect(
      pool(items(), 2, async () => {
        await later(3);
        ended++;
      }),
    ),
    { message: 'no more' },
  );
  t.equal(ended, 1);
});

t.test('a consumer that leaves waits for what runs', async (t) => {
  let running = 0;
  for await (const _ of pool([1, 2, 3, 4], 2, async (n) => {
    running++;
    await later(n);
    running--;
  }))
    break;
  t.equal(running, 0);
});

t.test('never more than the width at once, every result once', async (t) => {
  let running = 0;
  let most = 0;
  const results = await collect(
    pool(
      Array.from({ length: 50 }, (_, i) => i),
      4,
      async (n) => {
        most = Math.max(most, ++running);
        await later(n % 5);
        running--;
        return n;
      },
    ),
  );
  t.equal(most, 4);
  t.same(
    results.sort((a, b) => a - b),
    Array.from({ length: 50 }, (_, i) => i),
  );
});

t.test('nothing in, nothing out', async (t) => {
  t.same(await collect(pool([], 4, async (n) => n)), []);
});
