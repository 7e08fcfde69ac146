// What goes wrong with a real NFS server, in what words it is told, and how it comes right again.

import t from 'tap';
import { skipWithout } from './container-engine.ts';
import { bindingsTo, bucketGround, nfsGround } from './grounds.ts';
import { startNfsServer } from './nfs-server.ts';
import { openWorld } from './s3-world.ts';
import { changedBeforeTransfer, changedWhileRead, keepsAppending } from './trouble-changes.ts';

const MIB = 1024 * 1024;
const skip = skipWithout('nfs');
if (skip) {
  t.test('trouble with NFS', { skip }, async () => undefined);
} else {
  t.setTimeout(300_000);
  const server = await startNfsServer({
    exports: ['/export/given:ro', '/export/squashed:root_squash'],
    small: { path: '/small', bytes: 4 * MIB },
  });
  t.teardown(() => server[Symbol.asyncDispose]());
  const world = await openWorld(undefined, bindingsTo({ nfs: server }), 'manual');
  t.teardown(() => world[Symbol.asyncDispose]());
  const buckets = bucketGround(world);
  for (const version of ['NFS3', 'NFS4_1'] as const) {
    const sides = { world, server, files: nfsGround(world, server, version), buckets };
    t.test(`${version}: files that change between listing and transfer`, (t) =>
      changedBeforeTransfer(t, sides),
    );
    t.test(`${version}: a file that is written to all the time`, (t) => keepsAppending(t, sides));
    for (const [name, script] of Object.entries({
      grows: 'printf more >> big',
      'is deleted': 'rm big',
      'is replaced': 'head -c 30000000 /dev/zero > new; mv new big',
      shrinks: 'truncate -s 1000 big',
    }))
      t.test(`${version}: a file that ${name} while it is read`, (t) =>
        changedWhileRead(t, sides, { script, told: /^mismatched \/big: /, code: 'VerificationMismatches' }),
      );
  }
}
