// What goes wrong with a real SMB server, in what words it is told, and how it comes right again.

import type { SmbVersion } from '@aws-sdk/client-datasync';
import t from 'tap';
import { skipWithout } from './container-engine.ts';
import { bindingsTo, smbGround } from './grounds.ts';
import { openWorld } from './s3-world.ts';
import { type SmbServer, startSmbServer } from './smb-server.ts';
import { goneForGood, type Servers, tellTrouble } from './trouble-suite.ts';

const SERVERS: Servers<SmbServer> = {
  start: () => startSmbServer({ smallBytes: 4 * 1024 * 1024 }),
  bindings: (smb) => bindingsTo({ smb }),
  versions: ['AUTOMATIC'],
  ground: (world, server, version) => smbGround(world, server, { Version: version as SmbVersion }),
  refused: /: mount error\(111\): Connection refused \(/,
  silent: /: mount error\(110\): Connection timed out \(/,
};

const skip = skipWithout('samba');
if (skip) {
  t.test('trouble with SMB', { skip }, async () => undefined);
} else {
  t.setTimeout(300_000);
  t.jobs = 2;
  t.test('an SMB server is gone for good', { buffered: true }, async (t) => {
    t.jobs = 4;
    goneForGood(t, SERVERS);
  });
  t.test('trouble with SMB', { buffered: true }, async (t) => {
    const server = await SERVERS.start();
    t.teardown(() => server[Symbol.asyncDispose]());
    const world = await openWorld(undefined, SERVERS.bindings(server), 'manual');
    t.teardown(() => world[Symbol.asyncDispose]());
    await tellTrouble(t, SERVERS, server, world);
  });
}
