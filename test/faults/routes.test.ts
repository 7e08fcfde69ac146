import t from 'tap';
import { bench } from './bench.ts';

t.test('a rule over HTTP makes one file fail, and tells that it did', async (t) => {
  const { ask, run, copied, emulator } = await bench(t);
  const rule = { fault: 'permission-denied', where: { side: 'source', call: 'read', path: '/one' } };
  const added = await ask('POST', 'faults', rule);
  t.equal(added.status, 201);
  t.strictSame(added.json, { rules: [{ ...rule, id: 'rule-1', state: 'active', hits: 0 }] });
  const execution = await run();
  t.equal(execution.Status, 'ERROR');
  t.match(execution.Result?.ErrorDetail, /files skipped due to errors/);
  t.equal(copied('one'), undefined, 'it did not get there');
  t.equal(copied('two'), 'second content', 'the others did');
  const [problem] = emulator.problemsOf(execution.TaskExecutionArn ?? '');
  t.match(problem?.message, /Permission denied.*\/one.*made by the fault rule-1/);
  t.match(problem?.line, /Failed to open source file \/one: Permission denied/);
  const { json } = await ask('GET', 'faults/rule-1/hits');
  const on = {
    call: 'read',
    path: '/one',
    side: 'source',
    phase: 'transfer',
    location: 'nfs://nas.memory/export/',
  };
  t.match(json, { rule: 'rule-1', hits: [{ rule: 'rule-1', fault: 'permission-denied', on }] });
  t.match((await ask('GET', 'faults')).json, { rules: [{ id: 'rule-1', hits: 1 }] });
});
