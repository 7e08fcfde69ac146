import { ListAgentsCommand, ListTasksCommand } from '@aws-sdk/client-datasync';
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

t.test('rules are looked at, changed and removed; bad ones are refused with a message', async (t) => {
  const { ask } = await bench(t);
  const rules = [
    { id: 'a', fault: 'slow', with: { latencyMs: 1 } },
    { id: 'b', fault: 'stalled', where: { path: '/nothing' } },
  ];
  t.equal((await ask('POST', 'faults', rules)).status, 201);
  t.match(await ask('GET', 'faults/a'), { status: 200, json: { id: 'a', fault: 'slow', hits: 0 } });
  t.match(await ask('GET', 'faults'), { json: { seed: 1, rules: [{ id: 'a' }, { id: 'b' }], chaos: [] } });
  t.match(await ask('PATCH', 'faults/a', { with: { latencyMs: 2 } }), {
    json: { id: 'a', with: { latencyMs: 2 } },
  });
  t.match(await ask('PATCH', 'faults', { id: 'a', when: { times: 1 } }), { json: { when: { times: 1 } } });
  t.match(await ask('DELETE', 'faults/b'), { status: 200, json: { removed: 1 } });
  t.match(await ask('GET', 'faults/b/hits'), { status: 200, json: { hits: [] } });
  t.match(await ask('DELETE', 'faults', ['a', 'nobody']), { json: { removed: 1 } });
  t.strictSame((await ask('GET', 'faults')).json['rules'], []);

  t.match(await ask('POST', 'faults', { fault: 'slo' }), {
    status: 400,
    json: { message: /Did you mean slow\?/ },
  });
  t.match(await ask('POST', 'faults', '"text"'), { status: 400, json: { message: /^rule cannot be/ } });
  t.match(await ask('POST', 'faults', { scenario: 'nonsense' }), {
    status: 400,
    json: { message: /^scenario cannot be/ },
  });
  t.match(await ask('POST', 'faults', { scenario: 'disk full', wher: {} }), {
    status: 400,
    json: { message: /^body\.wher is nothing that this rule takes\. Did you mean body\.where\?/ },
  });
  t.match(await ask('PATCH', 'faults', {}), { status: 400, json: { message: /^rule\.id is missing/ } });
  t.match(await ask('PATCH', 'faults/a', {}), { status: 404, json: { message: /There is no rule a\./ } });
  t.match(await ask('DELETE', 'faults/a'), { status: 404 });
  t.match(await ask('GET', 'faults/a'), { status: 404 });
  t.match(await ask('GET', 'faults/nobody/hits'), { status: 404 });
  t.match(await ask('DELETE', 'faults', { id: 'a' }), { status: 400, json: { message: /list of ids/ } });
  t.match(await ask('PUT', 'faults'), {
    status: 404,
    json: { message: /There are: .*faults \(GET, POST, PATCH, DELETE\)/ },
  });
  const broken = await fetch(`${(await bench(t)).emulator.endpoint}/_datasync/faults`, {
    method: 'POST',
    body: '{',
  });
  t.equal(broken.status, 400);
});

t.test('scenarios by name', async (t) => {
  const { ask } = await bench(t);
  const { json } = await ask('GET', 'faults/scenarios');
  const names = (json['scenarios'] as { name: string }[]).map(({ name }) => name);
  for (const name of ['open file', 'flaky bucket', 'agent drops at 50 %', 'disk full', 'throttled API'])
    t.ok(names.includes(name), name);
  const added = await ask('POST', 'faults', { scenario: 'disk full', where: { path: '/one' } });
  t.match(added, {
    status: 201,
    json: { rules: [{ fault: 'no-space', where: { side: 'destination', path: '/one' } }] },
  });
  t.match(await ask('DELETE', 'faults'), { json: { removed: 1 } });
});

t.test("LocalStack's bodies are taken as they are", async (t) => {
  const { ask, datasync } = await bench(t);
  const listTasks = () =>
    datasync.send(new ListTasksCommand({})).then(
      () => 'ok',
      (error: Error) => error.name,
    );
  const throttling = {
    region: 'us-east-1',
    service: 'datasync',
    operation: 'ListTasks',
    probability: 1,
    error: { statusCode: 400, code: 'ThrottlingException' },
  };
  const kinesis = { service: 'kinesis', operation: 'PutRecord' };
  const posted = await ask('POST', 'faults', [throttling, kinesis]);
  t.equal(posted.status, 201);
  const [own, other] = posted.json['chaos'] as Record<string, unknown>[];
  t.match(own, throttling);
  t.match(other, { ...kinesis, note: /kept and never struck/ });
  t.equal(await listTasks(), 'ThrottlingException');

  await ask('PATCH', 'faults', [{ service: 'datasync', operation: 'ListAgents' }]);
  t.equal(((await ask('GET', 'faults')).json['chaos'] as unknown[]).length, 3, 'PATCH adds');
  await t.rejects(datasync.send(new ListAgentsCommand({})), {
    name: 'ServiceUnavailable',
    $metadata: { httpStatusCode: 503 },
  });
  await ask('DELETE', 'faults', [throttling]);
  t.equal(await listTasks(), 'ok', 'DELETE removes those that are equal');
  await ask('POST', 'faults', [{}]);
  t.strictSame(((await ask('GET', 'faults')).json['chaos'] as unknown[]).length, 1, 'POST replaces');
  t.equal(await listTasks(), 'ServiceUnavailable', 'an empty rule is every call');
  await ask('POST', 'faults', []);
  t.strictSame((await ask('GET', 'faults')).json['chaos'], []);
  t.equal(await listTasks(), 'ok');
  const bad = await ask('POST', 'faults', [{ service: 'datasync', probability: 2 }]);
  t.match(bad, { status: 400, json: { message: /^rule\.probability cannot be 2/ } });
  t.match(await ask('POST', 'faults', [{ error: { statusCode: 200 } }]), {
    status: 400,
    json: { message: /^rule\.error\.statusCode/ },
  });
  t.match(await ask('POST', 'faults', [{ error: null }]), {
    status: 400,
    json: { message: /^rule\.error cannot be null/ },
  });
});
