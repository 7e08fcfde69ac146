import t from 'tap';
import { Window } from '../../../src/storage/files/window.ts';
import { failure, gate } from '../../contract/backend-tools.ts';

t.test('no more than promised is under way', async (t) => {
  const window = new Window(3);
  let running = 0;
  let most = 0;
  for (let index = 0; index < 20; index++) {
    await window.start(async () => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
    });
  }
  await window.drained();
  t.equal(most, 3);
  t.equal(running, 0);
});

t.test('the first failure is told by what comes after it, and nothing more is begun', async (t) => {
  const window = new Window(2);
  const first = new Error('first');
  const goOn = gate();
  await window.start(() => goOn.opened);
  await window.start(async () => {
    throw first;
  });
  await new Promise((resolve) => setImmediate(resolve));
  let begun = false;
  const next = window.start(async () => {
    begun = true;
  });
  t.equal(await failure(next), first);
  t.notOk(begun);
  goOn.open();
  t.equal(await failure(window.drained()), first);
  await window.settled();
});
