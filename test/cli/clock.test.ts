import t from 'tap';
import { command, started } from './command.ts';

t.test('a clock that is not to be reached, and wishes that make no sense, are told', async (t) => {
  const emulator = await started();
  t.teardown(() => emulator.end('SIGTERM'));
  const at = ['--endpoint', emulator.ready.endpoint];
  const wrong: [readonly string[], number, RegExp][] = [
    [['--endpoint', 'http://127.0.0.1:9'], 1, /Nothing answers at http:\/\/127\.0\.0\.1:9\. Start it with/],
    [['--endpoint', 'here'], 2, /here is no URL/],
    [[...at, '--hold', '--real'], 2, /--hold and --real do not go together/],
    [[...at, '--advance', 'soon'], 2, /--advance soon: write it as a number and s, m, h or d/],
    [[...at, '--scale', '-1'], 1, /scale must be > 0/],
    [[...at, '--set', 'tomorrow'], 1, /setTo is no instant: "tomorrow"/],
  ];
  for (const [args, code, message] of wrong) {
    const ended = await command(['clock', ...args]);
    t.equal(ended.code, code, args.join(' '));
    t.match(ended.stderr, message);
    t.equal(ended.stdout, '');
  }
});

t.test('the clock of a running emulator is looked at, held, set and advanced', async (t) => {
  const emulator = await started();
  t.teardown(() => emulator.end('SIGTERM'));
  const env = { AWS_ENDPOINT_URL_DATASYNC: emulator.ready.endpoint };
  const clock = async (...args: string[]) => (await command(['clock', ...args], { env })).stdout;
  t.match(await clock(), /^\d{4}-\d\d-\d\dT[\d:.]+Z\n$/);
  t.equal(await clock('--hold', '--set', '2026-01-01T00:00:00Z'), '2026-01-01T00:00:00.000Z, held\n');
  t.equal(await clock('--advance', '1.5h'), '2026-01-01T01:30:00.000Z, held\n');
  t.match(JSON.parse(await clock('--json')), { mode: 'held', now: '2026-01-01T01:30:00.000Z' });
  t.match(await clock('--real', '--scale', '60'), /, 60 times as fast\n$/);
});
