// The contract of every storage over a real NFS server, in each version.

import t from 'tap';
import { systemClock } from '../../src/base/system-clock.ts';
import { type NfsConfig, nfs } from '../../src/storage/nfs.ts';
import { createVolumes } from '../../src/storage/volumes.ts';
import { backendContract } from '../contract/backend.ts';
import { skipWithout } from './container-engine.ts';
import { type NfsServer, startNfsServer } from './nfs-server.ts';

const VERSIONS: readonly NfsConfig['version'][] = ['3', '4.0', '4.1', 'automatic'];

/** More than there are clauses. */
const DIRECTORIES = 200;

const skip = skipWithout('nfs');
if (skip) {
  t.test('NFS keeps the backend contract', { skip }, async () => undefined);
} else {
  t.setTimeout(300_000);
  const server = await startNfsServer();
  t.teardown(() => server[Symbol.asyncDispose]());
  for (const version of VERSIONS) await contract(server, version);
}

async function contract(server: NfsServer, version: NfsConfig['version']): Promise<void> {
  const { host, port, mountPort } = server;
  const context = { volumes: createVolumes(), clock: systemClock() };
  await server.sh('mkdir "/export/$1"; cd "/export/$1"; seq "$2" | xargs mkdir', version, `${DIRECTORIES}`);
  let count = 0;
  backendContract(`NFS ${version}`, {
    open: () => nfs.open({ host, port, mountPort, version, path: `/export/${version}/${++count}` }, context),
  });
}
