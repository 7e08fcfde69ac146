// What happens to a file server, or to a file on it, while a task is on its way between it and a bucket.

import type { ServerContainer } from './container.ts';
import type { Ground } from './grounds.ts';
import { problems, type World } from './s3-world.ts';
import { fillServer, keepingTimes } from './server-files.ts';
import type { Tap } from './task-steps.ts';

const MIB = 1024 * 1024;
const BIG = 32 * MIB;
/** So much a second that the run is still going when a part of it has been seen. */
const SLOWLY = { OverrideOptions: { BytesPerSecond: 12 * MIB } };
/** A client gives up after half a minute. */
const BOUND_MS = 90_000;

/** The ground of the server and that of the other side. */
export interface Sides {
  readonly server: ServerContainer;
  readonly files: Ground;
  readonly buckets: Ground;
}

const TREE = { big: { zeros: BIG }, small: { text: 'hello' } };

/** Starts a task and resolves when some of `big` is on its way. */
async function underWay(world: World, task: string): Promise<string> {
  const execution = await world.start(task, SLOWLY);
  await world.seen(execution, ({ BytesTransferred = 0 }) => BytesTransferred > 4 * MIB);
  return execution;
}

async function source(world: World, { server, files, buckets }: Sides) {
  const from = await files.make();
  await fillServer(server, from, TREE);
  const task = await world.task(await files.location(from), await buckets.location(await buckets.make()));
  return { from, task };
}

/** Killed and not started again within the client's patience; the next run makes everything good. */
export async function killedForGood(t: Tap, world: World, sides: Sides): Promise<void> {
  const { task } = await source(world, sides);
  const execution = await underWay(world, task);
  await sides.server.kill();
  const ended = await world.ended(execution, BOUND_MS);
  t.equal(ended.Status, 'ERROR');
  t.match(
    ended.Result?.ErrorDetail,
    /^Task failed to access location loc-[0-9a-f]{17}: x40016: mount.*\(No answer from .*Check that the server runs/,
  );
  await sides.server.start();
  const next = await world.run(task);
  t.same([problems(world, next), next.Status], [[], 'SUCCESS']);
}

/** Something happens to the server, and the task does not notice. */
export async function comesBack(
  t: Tap,
  world: World,
  sides: Sides,
  happens: (server: ServerContainer) => Promise<void>,
): Promise<void> {
  const { task } = await source(world, sides);
  const execution = await underWay(world, task);
  await happens(sides.server);
  const ended = await world.ended(execution, BOUND_MS);
  t.same([problems(world, ended), ended.Status], [[], 'SUCCESS'], ended.Result?.ErrorDetail ?? '');
  t.equal(ended.FilesTransferred, 3);
}

/** The same, with the server as the destination: no part of a file is ever seen there. */
export async function comesBackAsDestination(
  t: Tap,
  world: World,
  sides: Sides,
  happens: (server: ServerContainer) => Promise<void>,
): Promise<void> {
  const { server, files, buckets } = sides;
  const [from, to] = [await buckets.make(), await files.make()];
  await world.put(from, 'big', Buffer.alloc(BIG, 7));
  await world.put(from, 'small', 'hello');
  const task = await world.task(await buckets.location(from), await files.location(to));
  const execution = await underWay(world, task);
  await happens(server);
  t.notOk(
    (await files.tree(to)).some((line) => line.endsWith(' big')),
    'nothing partial',
  );
  const ended = await world.ended(execution, BOUND_MS);
  t.same([problems(world, ended), ended.Status], [[], 'SUCCESS'], ended.Result?.ErrorDetail ?? '');
  const names = (await files.tree(to)).map((line) => line.replace(/^.* /, ''));
  t.same(
    names.sort(),
    ['./', '.aws-datasync/', 'big', 'small'].filter((name) => names.includes(name)),
  );
}

/** What somebody does to `big` while it is read. */
export async function changedMeanwhile(
  t: Tap,
  world: World,
  sides: Sides,
  { script, told }: { readonly script: string; readonly told: readonly RegExp[] },
): Promise<void> {
  const { from, task } = await source(world, sides);
  const execution = await underWay(world, task);
  await keepingTimes(sides.server, from, script);
  const ended = await world.ended(execution, BOUND_MS);
  const all = problems(world, ended);
  t.match(all, told);
  t.equal(all.length, told.length, String(all));
  t.equal(ended.Status, 'ERROR');
  const next = await world.run(task);
  t.same([problems(world, next), next.Status], [[], 'SUCCESS'], 'the next run repairs it');
}
