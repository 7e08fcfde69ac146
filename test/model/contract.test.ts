import t from 'tap';
import { dataSyncProtocol } from '../../src/api/json-protocol.ts';
import { silentLog } from '../../src/base/log.ts';
import type { ActionTable } from '../../src/emulator/action.ts';
import type { ControlPlane } from '../../src/emulator/control-plane.ts';
import { operations } from '../../src/model/service.ts';
import { actionContract, countRefusals } from '../contract/action.ts';

// The checks alone, before actions that answer nothing.
const nothing = Object.fromEntries([...operations.keys()].map((name) => [name, () => ({})]));
const protocol = dataSyncProtocol({
  actions: nothing as unknown as ActionTable,
  plane: {} as ControlPlane,
  log: silentLog,
  defaults: { account: '000000000000', region: 'us-east-1' },
});

actionContract('checks', async (operation, body) => {
  const answer = await protocol(
    {
      method: 'POST',
      path: '/',
      query: '',
      headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': `FmrsService.${operation}` },
      body: Buffer.from(JSON.stringify(body)),
    },
    'request',
  );
  return { status: answer.status, json: JSON.parse(answer.body) };
});

t.test('the contract covers the model', async (t) => {
  t.equal(operations.size, 53);
  t.ok(countRefusals() > 2500, `${countRefusals()} refusals`);
});
