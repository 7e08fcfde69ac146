// The trouble that every file server may have, whatever it speaks: told over NFS and over SMB.

import type t from 'tap';
import type { ServerContainer } from './container.ts';
import { bucketGround, type Ground } from './grounds.ts';
import { openWorld, type World } from './s3-world.ts';
import type { Tap } from './task-steps.ts';
import { startProxy } from './tcp-proxy.ts';
import { changedBeforeTransfer, changedWhileRead, keepsAppending, type Sides } from './trouble-changes.ts';
import {
  destinationComesBack,
  destinationComesBackMidFile,
  destinationGoneForGood,
  slowServer,
  sourceComesBack,
  sourceComesBackMidFile,
  sourceGoneForGood,
} from './trouble-outages.ts';

/** A test of tap that tests are added to. */
export type Suite = Pick<typeof t, 'test'>;

/** How servers of one protocol are started and reached. */
export interface Servers<Server extends ServerContainer & { readonly port: number }> {
  start(): Promise<Server>;
  bindings(server: Server): readonly string[];
  /** Each version of the protocol that is told of, the newest first; "" is what the service takes by itself. */
  readonly versions: readonly string[];
  ground(world: World, server: Server, version: string): Ground;
  /** What the error detail says of a server that refuses connections, and of one that is silent. */
  readonly refused: RegExp;
  readonly silent: RegExp;
}

const WHILE_READ: Readonly<Record<string, string>> = {
  'is deleted': 'rm big',
  grows: 'printf more >> big',
  'is replaced': 'head -c 30000000 /dev/zero > new; chown --reference=big new; mv new big',
  shrinks: 'truncate -s 1000 big',
};

/** Changes of the source, outages for a moment, slow answers, with a server that runs. */
export async function tellTrouble<Server extends ServerContainer & { readonly port: number }>(
  test: Suite,
  servers: Servers<Server>,
  server: Server,
  world: World,
): Promise<void> {
  const buckets = bucketGround(world);
  for (const [index, version] of servers.versions.entries()) {
    const sides: Sides = { world, server, files: servers.ground(world, server, version), buckets };
    const tell = (name: string, story: Story) => test.test([version, name].filter(Boolean).join(': '), story);
    await tell('files that change between listing and transfer', (t) => changedBeforeTransfer(t, sides));
    await tell('a file that is written to all the time', (t) => keepsAppending(t, sides));
    // What becomes of an open file that is deleted depends on the version, the others do not.
    const happenings = Object.entries(WHILE_READ).slice(0, index === 0 ? undefined : 1);
    for (const [happens, script] of happenings)
      await tell(`a file that ${happens} while it is read`, (t) => changedWhileRead(t, sides, script));
    await tell('the source is killed in mid-file, and started again', (t) =>
      sourceComesBackMidFile(t, sides),
    );
    await tell('the destination is killed in mid-file, and started again', (t) =>
      destinationComesBackMidFile(t, sides),
    );
    await tell('looked at on the wire', (t) => throughProxy(t, servers, server, version));
  }
}

type Story = (t: Tap & Suite) => Promise<void>;

/** What has to be seen on the wire, or slowed down there. */
async function throughProxy<Server extends ServerContainer & { readonly port: number }>(
  test: Suite,
  servers: Servers<Server>,
  server: Server,
  version: string,
): Promise<void> {
  await using proxy = await startProxy(server);
  const { host, port } = proxy;
  await using world = await openWorld(undefined, servers.bindings({ ...server, host, port }), 'manual');
  const files = servers.ground(world, server, version);
  const sides: Sides = { world, server, files, buckets: bucketGround(world) };
  await test.test('the source is gone for a moment in each phase', (t) => sourceComesBack(t, sides, proxy));
  await test.test('the destination is gone for a moment in each phase', (t) =>
    destinationComesBack(t, sides, proxy),
  );
  await test.test('a server that answers slowly', (t) => slowServer(t, sides, proxy));
}

/** Each with a server of its own, all at once: most of this is waiting until a client gives up. */
export function goneForGood<Server extends ServerContainer & { readonly port: number }>(
  test: Suite,
  servers: Servers<Server>,
): void {
  const { refused, silent, versions } = servers;
  const [newest = '', , oldest = newest] = versions;
  const tell = (name: string, version: string, story: (t: Tap, sides: Sides) => Promise<void>) =>
    test.test(name, { buffered: true }, async (t) => {
      await using server = await servers.start();
      await using world = await openWorld(undefined, servers.bindings(server), 'manual');
      const files = servers.ground(world, server, version);
      await story(t, { world, server, files, buckets: bucketGround(world) });
    });
  tell('a source that is gone in PREPARING', newest, (t, sides) =>
    sourceGoneForGood(t, sides, { phase: 'PREPARING', mount: refused }),
  );
  tell('a source that is gone in TRANSFERRING', oldest, (t, sides) =>
    sourceGoneForGood(t, sides, { phase: 'TRANSFERRING', mount: refused }),
  );
  tell('a source that is gone in VERIFYING', newest, (t, sides) =>
    sourceGoneForGood(t, sides, { phase: 'VERIFYING', mount: refused }),
  );
  tell('a destination that is silent from the middle of a file on', newest, (t, sides) =>
    destinationGoneForGood(t, sides, silent),
  );
}
