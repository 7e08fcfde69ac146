// A server that is killed while a task runs, as its destination and as its source.

import t from 'tap';
import { type Ended, type Endpoint, fill, openWorld, problems, until, type World } from './s3-world.ts';
import { bucketTree, directoryTree } from './trees.ts';

/** A server that can be ended at once and started again at the same address. */
export interface Mortal extends Endpoint {
  kill(): Promise<void>;
  revive(): Promise<void>;
}

const MIB = 1024 * 1024;
const SMALL = Array.from({ length: 10 }, (_none, index) => `small-${index}`);

const TREE = [
  'd 0755 me:me 1600000000 ./',
  'f 0644 me:me 1700000000 209715210 88b09491 big',
  ...SMALL.map((name) => `f 0644 me:me 1700000000 5 2cf24dba ${name}`),
];

/** So soon an execution has ended when its server is gone. */
const BOUND_MS = 30_000;

/** So much a second that the run is still going when a part of it has been seen. */
const SLOWLY = { OverrideOptions: { BytesPerSecond: 60 * MIB } };

/** Runs until some of `big` is on its way, kills the server, and says how the execution ended. */
async function killedInRun(world: World, server: Mortal, task: string) {
  const execution = await world.start(task, SLOWLY);
  await world.seen(execution, ({ BytesTransferred = 0 }) => BytesTransferred > 24 * MIB);
  await server.kill();
  return world.ended(execution, BOUND_MS);
}

async function revived(world: World, server: Mortal, bucket: string): Promise<void> {
  await server.revive();
  // Also where nothing outlives the server.
  await until(async () => {
    try {
      return await world.bucket({ name: bucket });
    } catch (error) {
      return error instanceof Error && /^BucketAlready/.test(error.name) ? bucket : undefined;
    }
  });
}

type Tap = Pick<typeof t, 'same' | 'equal' | 'match' | 'ok'>;

/** In ERROR, with a code and a text that name the place and say what to do. */
function toldClearly(t: Tap, ended: Ended, { endpoint }: Mortal): void {
  t.match(ended, { Status: 'ERROR', Result: { ErrorCode: 'FsS3UnableToConnectToEndpoint' } });
  t.match(
    ended.Result?.ErrorDetail,
    /^Task failed to access location loc-[0-9a-f]{17}: x40016: Connection (refused|timed out) \(/,
  );
  t.match(ended.Result?.ErrorDetail, `No answer from ${endpoint} `);
  t.match(ended.Result?.ErrorDetail, 'Check that the server runs');
  t.equal(ended.Result?.TransferStatus, 'ERROR');
}

/** What came there came whole: each line is one of the whole tree, and the large file is not there. */
function nothingPartial(t: Tap, tree: readonly string[]): void {
  t.same(
    tree.filter((line) => !line.endsWith(' ./') && !TREE.includes(line)),
    [],
    'no partial item',
  );
  t.same(
    tree.filter((line) => line.endsWith(' big')),
    [],
    'not the one that was under way',
  );
}

export function survivesKill(name: string, server: Mortal): void {
  t.test(`${name} is killed in mid-transfer`, async (t) => {
    const { endpoint, accessKeyId, secretAccessKey } = server;
    await using world = await openWorld({ endpoint, accessKeyId, secretAccessKey });
    const [directory, bucket, back] = [world.directory(), await world.bucket(), world.directory()];
    fill(directory, { big: { end: 'at the end', after: 200 * MIB } });
    for (const small of SMALL) fill(directory, { [small]: { text: 'hello' } });
    const location = await world.bucketLocation(bucket);
    const there = await world.task(await world.locationOf(directory), location);
    await t.test('as the destination', async (t) => {
      toldClearly(t, await killedInRun(world, server, there), server);
      await revived(world, server, bucket);
      nothingPartial(t, await bucketTree(world.s3, bucket));
      const next = await world.run(there);
      t.same(problems(world, next), []);
      t.match(next, { Status: 'SUCCESS', FilesVerified: 12 });
      t.same(await bucketTree(world.s3, bucket), TREE);
    });
    await t.test('as the source', async (t) => {
      const task = await world.task(location, await world.locationOf(back));
      toldClearly(t, await killedInRun(world, server, task), server);
      nothingPartial(t, directoryTree(back));
      await revived(world, server, bucket);
      // For those that lost everything.
      await world.run(there, { OverrideOptions: { VerifyMode: 'NONE' } });
      const next = await world.run(task);
      t.same(problems(world, next), []);
      t.match(next, { Status: 'SUCCESS', FilesVerified: 12 });
      t.same(directoryTree(back), TREE);
    });
  });
}
