// What goes wrong with a real NFS server, in what words it is told, and how it comes right again.

import type { NfsVersion } from '@aws-sdk/client-datasync';
import t from 'tap';
import { skipWithout } from './container-engine.ts';
import { bindingsTo, nfsGround } from './grounds.ts';
import { type NfsServer, startNfsServer } from './nfs-server.ts';
import { openWorld } from './s3-world.ts';
import { goneForGood, type Servers, tellTrouble } from './trouble-suite.ts';

const SERVERS: Servers<NfsServer> = {
  start: () => startNfsServer(),
  bindings: (nfs) => bindingsTo({ nfs }),
  versions: ['NFS4_1', 'NFS4_0', 'NFS3'],
  ground: (world, server, version) => nfsGround(world, server, version as NfsVersion),
  refused: /: mount\.nfs: Connection refused \(/,
  silent: /: mount\.nfs: Connection timed out \(/,
};

const skip = skipWithout('nfs');
if (skip) {
  t.test('trouble with NFS', { skip }, async () => undefined);
} else {
  t.setTimeout(300_000);
  t.jobs = 2;
  t.test('an NFS server is gone for good', { buffered: true }, async (t) => {
    t.jobs = 4;
    goneForGood(t, SERVERS);
  });
  t.test('trouble with NFS', { buffered: true }, async (t) => {
    const server = await SERVERS.start();
    t.teardown(() => server[Symbol.asyncDispose]());
    const world = await openWorld(undefined, SERVERS.bindings(server), 'manual');
    t.teardown(() => world[Symbol.asyncDispose]());
    await tellTrouble(t, SERVERS, server, world);
  });
}
