import t from 'tap';
import { machineRandom, resourceId, seededRandom } from '../../src/base/random.ts';

t.test('the same seed gives the same run, another seed another', async (t) => {
  const run = (seed: number) => {
    const random = seededRandom(seed);
    return [random.hex(16), random.next(), random.hex(3)];
  };
  t.same(run(7), run(7));
  t.notSame(run(7), run(8));
});

t.test('numbers stay between 0 and 1', async (t) => {
  const random = seededRandom(1);
  for (let i = 0; i < 10_000; i++) {
    const next = random.next();
    if (next < 0 || next >= 1) t.fail(`${next}`);
  }
});

t.test('ids look like those of the service', async (t) => {
  for (const random of [seededRandom(3), machineRandom()]) {
    t.match(resourceId('task', random), /^task-0[0-9a-f]{16}$/);
    t.match(resourceId('agent', random), /^agent-0[0-9a-f]{16}$/);
  }
});
