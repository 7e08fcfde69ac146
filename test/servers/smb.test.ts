// The contract of every storage over a real SMB server, in each dialect, with signatures and encryption.

import t from 'tap';
import { systemClock } from '../../src/base/system-clock.ts';
import { type SmbConfig, smb } from '../../src/storage/smb.ts';
import { createVolumes } from '../../src/storage/volumes.ts';
import { backendContract } from '../contract/backend.ts';
import { skipWithout } from './container-engine.ts';
import { type SmbSwitches, startSmbServer } from './smb-server.ts';

/** What servers offer at most and require; `automatic` does not go below 2.1. */
const SERVERS: Readonly<Record<string, SmbSwitches & Partial<Pick<SmbConfig, 'version'>>>> = {
  '2.0.2': { newest: 'SMB2_02', version: '2.0.2' },
  '2.1': { newest: 'SMB2_10' },
  '3.0.2': { newest: 'SMB3_02' },
  '3.1.1': {},
  '2.1, signing required (HMAC-SHA256)': { newest: 'SMB2_10', signing: 'mandatory' },
  '3.0.2, signing required (AES-CMAC)': { newest: 'SMB3_02', signing: 'mandatory' },
  '3.1.1, signing required (AES-GMAC)': { signing: 'mandatory' },
  '3.0.2, encryption required (AES-CCM)': { newest: 'SMB3_02', encryption: 'required' },
  '3.1.1, encryption required (AES-GCM)': { encryption: 'required' },
};

/** More than there are clauses. */
const DIRECTORIES = 200;

const skip = skipWithout('samba');
if (skip) {
  t.test('SMB keeps the backend contract', { skip }, async () => undefined);
} else {
  t.setTimeout(300_000);
  for (const [name, switches] of Object.entries(SERVERS)) await contract(name, switches);
}

async function contract(
  name: string,
  { version = 'automatic', ...switches }: SmbSwitches & Partial<Pick<SmbConfig, 'version'>>,
): Promise<void> {
  const server = await startSmbServer(switches);
  t.teardown(() => server[Symbol.asyncDispose]());
  await server.sh(
    'cd /share; seq "$1" | xargs mkdir; chmod 777 *; chown "$2" *',
    `${DIRECTORIES}`,
    server.user,
  );
  const { host, port, user, password, domain } = server;
  const context = { volumes: createVolumes(), clock: systemClock() };
  let count = 0;
  backendContract(`SMB ${name}`, {
    open: () =>
      smb.open({ host, port, user, password, domain, share: 'share', root: `${++count}`, version }, context),
  });
}
