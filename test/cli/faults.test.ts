import t from 'tap';
import { command, started } from './command.ts';

t.test('rules that make no sense are told', async (t) => {
  const emulator = await started();
  t.teardown(() => emulator.end('SIGTERM'));
  const at = ['--endpoint', emulator.ready.endpoint];
  const wrong: [readonly string[], number, RegExp][] = [
    [['add', ...at], 2, /Name one fault, or give one --scenario, or one --rule/],
    [['add', 'slow', '--where', 'path', ...at], 2, /--where cannot be "path"\. Write it as member=value/],
    [['add', 'slo', ...at], 1, /Did you mean slow\?/],
    [['remove', ...at], 2, /Say which rules by their ids, or --all/],
    [['remove', 'rule-7', ...at], 1, /There is no rule rule-7/],
    [['hits'], 2, /missing required argument/],
  ];
  for (const [args, code, message] of wrong) {
    const ended = await command(['faults', ...args]);
    t.equal(ended.code, code, args.join(' '));
    t.match(ended.stderr, message);
    t.equal(ended.stdout, '');
  }
});

t.test('rules are added, listed, asked for their hits and removed', async (t) => {
  const emulator = await started();
  t.teardown(() => emulator.end('SIGTERM'));
  const env = { AWS_ENDPOINT_URL_DATASYNC: emulator.ready.endpoint };
  const faults = async (...args: string[]) => (await command(['faults', ...args], { env })).stdout;
  const where = ['--where', 'operation=ListTasks', '--where', 'operation=ListAgents'];
  t.equal(
    await faults('add', 'api-error', '--id', 'mine', ...where, '--when', 'times=2', '--with', 'code=Own'),
    'mine  api-error  active, 0 hits  where {"operation":["ListTasks","ListAgents"]} when {"times":2} with {"code":"Own"}\n',
  );
  const response = await fetch(emulator.ready.endpoint, {
    method: 'POST',
    headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'FmrsService.ListTasks' },
    body: '{}',
  });
  t.match(await response.json(), { __type: 'Own' });
  t.match(await faults('list'), /^mine {2}api-error {2}active, 1 hit /);
  t.match(await faults('hits', 'mine'), /^\d{4}-\S+ {2}api-error {2}operation=ListTasks\n$/);
  t.match(JSON.parse(await faults('hits', 'mine', '--json')), {
    rule: 'mine',
    hits: [{ fault: 'api-error' }],
  });
  t.match(await faults('add', '--scenario', 'disk full'), /^rule-1 {2}no-space {2}active/);
  t.match(
    await faults('add', '--rule', '[{"fault":"slow"},{"fault":"stalled"}]'),
    /^rule-2 {2}slow.*\nrule-3 {2}stalled/,
  );
  t.equal(await faults('remove', 'mine', 'rule-1'), 'Removed: 2.\n');
  t.equal(await faults('remove', '--all', '--json'), '{"removed":2}\n');
  t.match(await faults('scenarios'), /^open file +Somebody has a file/);
});
