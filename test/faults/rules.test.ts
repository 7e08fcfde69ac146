// Rules by themselves: what is refused, when they hold, what chance does.

import t from 'tap';
import { silentLog } from '../../src/base/log.ts';
import { VirtualClock } from '../../src/base/virtual-clock.ts';
import { Faults } from '../../src/faults/faults.ts';
import { faultTable } from '../../src/faults/index.ts';
import { FaultRuleError } from '../../src/faults/members.ts';
import type { Occasion } from '../../src/faults/occasion.ts';
import type { FaultRule } from '../../src/faults/rule.ts';
import { SCENARIOS } from '../../src/faults/scenarios.ts';

function someFaults(seed = 1) {
  const clock = new VirtualClock();
  return { clock, faults: new Faults({ clock, log: silentLog, table: faultTable, seed }) };
}

function refusal(...rules: readonly unknown[]): string {
  try {
    someFaults().faults.add(...(rules as FaultRule[]));
  } catch (error) {
    if (error instanceof FaultRuleError) return error.message;
    throw error;
  }
  return 'it was taken';
}

/** Whether a call is refused by an api-error. */
async function strikes(faults: Faults, occasion: Occasion = { operation: 'ListTasks' }): Promise<boolean> {
  try {
    await faults.atCall(occasion);
    return false;
  } catch {
    return true;
  }
}

async function pattern(faults: Faults, calls: number, occasion?: Occasion): Promise<string> {
  let text = '';
  for (let call = 0; call < calls; call += 1) text += (await strikes(faults, occasion)) ? 'x' : '.';
  return text;
}

t.test('bad rules are refused, the member named and the nearest name told', async (t) => {
  const cases: readonly (readonly [unknown, RegExp])[] = [
    [null, /^rule cannot be null\./],
    ['permission-denied', /^rule cannot be "permission-denied"\. Give an object/],
    [{}, /^rule\.fault is missing\. Give the name of a fault/],
    [{ fault: 7 }, /^rule\.fault cannot be 7\./],
    [
      { fault: 'permision-denied' },
      /^rule\.fault cannot be "permision-denied": .* Did you mean permission-denied\?/,
    ],
    [
      { fault: 'report-upload-fails' },
      /^rule\.fault report-upload-fails is not built: this version writes no task reports/,
    ],
    [{ fault: 'slow', id: 'a b' }, /^rule\.id cannot be "a b"\./],
    [{ fault: 'slow', wher: {} }, /^rule\.wher is nothing that this rule takes\. Did you mean rule\.where\?/],
    [{ fault: 'slow', where: { sid: 'source' } }, /^where\.sid .* Did you mean where\.side\?/],
    [{ fault: 'slow', where: { side: 'sourse' } }, /^where\.side cannot be "sourse"\. Did you mean source\?/],
    [
      { fault: 'source-grows', where: { side: 'destination' } },
      /^where\.side cannot be "destination": source-grows is about the source only/,
    ],
    [{ fault: 'slow', where: { side: [] } }, /^where\.side cannot be \[\]\./],
    [
      { fault: 'slow', where: { operation: 'ListTasks' } },
      /^where\.operation is nothing that this rule takes/,
    ],
    [
      { fault: 'slow', when: { probability: 1.5 } },
      /^when\.probability cannot be 1\.5\. Give a number from 0 to 1\./,
    ],
    [{ fault: 'slow', when: { nth: 0 } }, /^when\.nth cannot be 0\. Give a whole number from 1 up\./],
    [{ fault: 'slow', with: { latencyMs: 1e9 } }, /^with\.latencyMs cannot be 1000000000\./],
    [
      { fault: 'api-error', where: { operation: 'CreateTsk' } },
      /^where\.operation cannot be "CreateTsk"\. Did you mean CreateTask\?/,
    ],
    [{ fault: 'api-latency' }, /^with\.ms is missing\. Give milliseconds/],
    [
      { fault: 'agent-offline', when: { nth: 1 } },
      /^when\.nth is nothing that this rule takes\. There are: afterMs, forMs\./,
    ],
    [
      { fault: 'access-test-fails', with: { text: 'x' } },
      /^with\.text cannot be "x"\. Give one of connection-timed-out/,
    ],
  ];
  for (const [rule, message] of cases) t.match(refusal(rule), message);
  t.equal(refusal({ fault: 'constructor' }).slice(0, 40), 'rule.fault cannot be "constructor": ther');
  t.match(refusal({ fault: 'slow', where: { constructor: 'x' } }), /^where\.constructor is nothing/);
});

t.test('of several rules all are added or none, and ids are unique', async (t) => {
  t.match(refusal({ fault: 'slow' }, { fault: 'nonsense' }), /^rule\.fault cannot be "nonsense"/);
  const { faults } = someFaults();
  t.throws(() => faults.add({ fault: 'slow' }, { fault: 'slo' }), FaultRuleError);
  t.strictSame(faults.list(), []);
  t.strictSame(
    faults.add({ fault: 'slow', id: 'rule-1' }, { fault: 'slow' }).map(({ id }) => id),
    ['rule-1', 'rule-2'],
  );
  t.throws(() => faults.add({ fault: 'slow', id: 'rule-2' }), /a rule has it already/);
});

t.test('nth, times', async (t) => {
  const { faults } = someFaults();
  faults.add({ id: 'third', fault: 'api-error', when: { nth: 3 } });
  t.equal(await pattern(faults, 6), '..x...');
  t.match(faults.get('third'), { state: 'over', hits: 1 });
  faults.clear();
  faults.add({ id: 'twice', fault: 'api-error', when: { times: 2 } });
  t.equal(await pattern(faults, 5), 'xx...');
  t.match(faults.get('twice'), { state: 'over', hits: 2 });
});

t.test('afterMs, forMs: by the clock', async (t) => {
  const { clock, faults } = someFaults();
  let changes = 0;
  faults.onChange(() => {
    changes += 1;
  });
  faults.add({ id: 'timed', fault: 'api-error', when: { afterMs: 1000, forMs: 500 } });
  t.equal(faults.get('timed')?.state, 'waiting');
  t.notOk(await strikes(faults));
  await clock.advance(1000);
  t.equal(faults.get('timed')?.state, 'active');
  t.ok(await strikes(faults));
  await clock.advance(500);
  t.equal(faults.get('timed')?.state, 'over');
  t.notOk(await strikes(faults));
  t.equal(changes, 3, 'added, begun, over');
  t.equal(clock.sleeping, 0, 'nothing waits any more');
});

t.test('chance depends on the seed, the rule and what it is about, and on nothing else', async (t) => {
  const rule: FaultRule = { id: 'chance', fault: 'api-error', when: { probability: 0.4 } };
  const one = someFaults(5).faults;
  one.add(rule);
  const rolls = await pattern(one, 40);
  t.match(rolls, /x/);
  t.match(rolls, /\./);

  const other = someFaults(5).faults;
  other.add(
    { id: 'more', fault: 'api-error', where: { operation: 'CreateTask' }, when: { probability: 0.5 } },
    rule,
  );
  const mixed = [];
  for (let call = 0; call < 40; call += 1) {
    await strikes(other, { operation: 'CreateTask' });
    mixed.push((await strikes(other)) ? 'x' : '.');
  }
  t.equal(mixed.join(''), rolls, 'rolls of other rules, and for other calls, move none');

  const another = someFaults(6).faults;
  another.add(rule);
  t.not(await pattern(another, 40), rolls, 'another seed, another run');
  const never = someFaults().faults;
  never.add({ fault: 'api-error', when: { probability: 0 } });
  t.equal(await pattern(never, 20), '.'.repeat(20));
});

t.test('where: texts are any, members are all', async (t) => {
  const { faults } = someFaults();
  faults.add({ fault: 'api-error', where: { operation: ['ListTasks', 'ListAgents'], task: 'nightly' } });
  const task = ['arn:aws:datasync:us-east-1:1:task/task-1', 'task-1', 'nightly'];
  t.ok(await strikes(faults, { operation: 'ListAgents', task }));
  t.notOk(await strikes(faults, { operation: 'ListAgents', task: ['task-2'] }));
  t.notOk(await strikes(faults, { operation: 'CreateTask', task }));
  t.notOk(await strikes(faults, { operation: 'ListAgents' }));
  faults.clear();
  const locations = [{ names: ['arn', 'loc-1'], uri: 'nfs://nas.memory/export/', agents: [] }];
  faults.add({ fault: 'api-error', where: { location: 'nfs://nas.memory/ex' } });
  t.ok(await strikes(faults, { locations }), 'the beginning of a URI');
  t.notOk(await strikes(faults, { locations: [] }));
});

t.test(
  'a changed rule begins anew, in its place; a removed one can still be asked for its hits',
  async (t) => {
    const { faults } = someFaults();
    faults.add({ fault: 'api-error', when: { times: 1 } }, { fault: 'slow' });
    await strikes(faults);
    const changed = faults.change('rule-1', { with: { code: 'ThrottlingException' } });
    t.match(changed, { id: 'rule-1', state: 'active', hits: 0, when: { times: 1 } });
    t.strictSame(
      faults.list().map(({ id }) => id),
      ['rule-1', 'rule-2'],
    );
    t.throws(() => faults.change('rule-1', { with: { cod: 'x' } }), /^FaultRuleError: with\.cod|with\.cod/);
    t.throws(() => faults.change('rule-1', { id: 'other' }), /rule\.id cannot be changed/);
    t.equal(faults.change('rule-9', {}), undefined);
    await strikes(faults);
    t.ok(faults.remove('rule-1'));
    t.notOk(faults.remove('rule-1'));
    t.ok(faults.has('rule-1'));
    t.match(faults.hits('rule-1'), [{ on: { operation: 'ListTasks' } }, { on: { operation: 'ListTasks' } }]);
    faults.clear();
    t.notOk(faults.has('rule-1'), 'a reset forgets');
    t.equal(faults.add({ fault: 'slow' })[0]?.id, 'rule-1', 'and counts from 1 again');
  },
);

t.test('hits are counted all and remembered to the last thousand', async (t) => {
  const { faults } = someFaults();
  faults.add({ fault: 'api-error' });
  await pattern(faults, 1005);
  t.equal(faults.get('rule-1')?.hits, 1005);
  t.equal(faults.hits('rule-1').length, 1000);
});

t.test('what waits because of a rule goes on when it is removed', async (t) => {
  const { clock, faults } = someFaults();
  faults.add({ fault: 'api-latency', with: { ms: 60_000 } });
  const call = strikes(faults);
  faults.removeAll();
  t.notOk(await call);
  t.equal(clock.sleeping, 0);
});

t.test('every scenario can be added, narrowed to a place', async (t) => {
  for (const { name, rules } of SCENARIOS) {
    const { faults } = someFaults();
    t.equal(faults.addScenario(name).length, rules.length, name);
  }
  const { faults } = someFaults();
  const [rule] = faults.addScenario('Open File', { where: { path: '/one' }, when: { times: 2 } });
  t.match(rule, { where: { side: 'source', call: 'read', path: '/one' }, when: { times: 2 } });
  t.throws(() => faults.addScenario('disk ful'), /Did you mean "disk full"\? There are: "open file", /);
});

t.test('rules can be carried over to another emulator', async (t) => {
  const { faults } = someFaults();
  faults.addScenario('flaky bucket');
  const other = someFaults().faults;
  other.add(...faults.rules());
  t.strictSame(other.list(), faults.list());
});
