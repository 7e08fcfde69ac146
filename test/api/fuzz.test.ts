import t from 'tap';
import { streamLog } from '../../src/base/log.ts';
import { systemClock } from '../../src/base/system-clock.ts';
import { startEmulator } from '../../src/harness/start.ts';
import { fuzzApi } from '../contract/fuzz.ts';
import { minimal, misfit, model } from '../contract/samples.ts';
import { post } from './fake-emulator.ts';

// The whole emulator, with what it says. Its executions take their time, so that some are met while they run.
const lines: Record<string, unknown>[] = [];
const log = streamLog({ write: (line) => lines.push(JSON.parse(line)) }, systemClock(), 'json', 'debug');
const emulator = await startEmulator({ port: 0, seed: 1, pacing: 'scaled:100' }, { log });
t.teardown(() => emulator.close());
for (const bucket of ['bucket', 'other']) await fetch(`${emulator.endpoint}/${bucket}`, { method: 'PUT' });

const operations = Object.entries(model.operations);
const bugs = () => lines.filter((line) => line['level'] === 'error');

t.test('the least input of each operation passes the checks; answers fit the model', async (t) => {
  for (const [operation, { input, output }] of operations) {
    const { status, json, text } = await post(emulator.endpoint, operation, minimal(input.shape));
    if (status === 200) t.equal(misfit(output.shape, json), '', operation);
    else t.equal(json['__type'], 'InvalidRequestException', `${operation}: ${text.slice(0, 300)}`);
  }
  t.same(bugs(), []);
});

t.test('thousands of calls, good and broken: nothing but documented answers', async (t) => {
  const report = await fuzzApi(emulator.endpoint, { seed: 20260101, runs: 1200 }).catch((error: unknown) => {
    t.same(bugs().slice(-3), []);
    throw error;
  });
  const counts = [...report].sort().map(([key, count]) => `${key}: ${count}`);
  const missing = operations.map(([name]) => name).filter((name) => !report.has(`${name} 200`));
  t.ok(missing.length < 4, `these never succeeded: ${missing}\n${counts.join('\n')}`);
  t.same(bugs(), []);
  t.notMatch(JSON.stringify(lines), /"password"|sv=2024/, 'no secret of the calls is in the log');
});
