// Puts agents into a store and says each ARN once its put has returned, until somebody kills it.
import { writeSync } from 'node:fs';
import { machineRandom } from '../../src/base/random.ts';
import { newArn } from '../../src/emulator/arn.ts';
import { openStore } from '../../src/emulator/store.ts';
import { scope } from './fixture.ts';

const [, , dataDir = ''] = process.argv;
const { agents } = openStore(dataDir);
const random = machineRandom();

for (;;) {
  const { arn, id } = newArn('agent', scope, random);
  agents.put({
    arn,
    id,
    createdAt: 0,
    tags: {},
    status: 'ONLINE',
    activationKey: 'AAAAA-BBBBB-CCCCC-DDDDD-EEEEE',
    endpointType: 'PUBLIC',
    lastConnectionAt: 0,
    platformVersion: 'x'.repeat(200),
  });
  writeSync(1, `${arn}\n`);
}
