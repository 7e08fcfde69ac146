// A server that is gone while a task runs: for a moment, or for good.

import { contentsOf, inPlace, leftovers } from './contents.ts';
import { endOf, type HeldRun, runHeld, startHeld, WENT_WELL } from './held-runs.ts';
import type { Ended } from './s3-world.ts';
import type { Tap } from './task-steps.ts';
import type { TcpProxy } from './tcp-proxy.ts';
import { fromServer, MIB, repaired, type Sides, sameContents } from './trouble-changes.ts';

const TREE = { a: { text: 'a' }, big: { zeros: 24 * MIB }, 'dir/': {}, 'dir/z': { text: 'z' } };

/** A bucket with what TREE has, and a task that copies it to the server. */
async function toServer({ world, files, buckets }: Sides) {
  const [from, to] = [await buckets.make(), await files.make()];
  await world.put(from, 'a', 'a');
  await world.put(from, 'big', Buffer.alloc(24 * MIB, 7));
  await world.put(from, 'dir/z', 'z');
  const task = await world.task(await buckets.location(from), await files.location(to));
  return { from, to, task };
}

/** All that the bucket has is on the server, and nothing else. */
async function allOnServer(
  t: Tap,
  sides: Sides,
  { from, to }: { readonly from: string; readonly to: string },
) {
  const there = await sides.files.tree(to);
  t.same(contentsOf(there), contentsOf(await sides.buckets.tree(from)), 'all contents');
  t.same(leftovers(there), [], 'no helper folder');
}

/** `big` is on its way, slowly. */
async function midFile({ world }: Sides, task: string): Promise<HeldRun> {
  const run = await startHeld(world, task, { BytesPerSecond: MIB / 2 });
  await run.to('TRANSFERRING');
  await run.step();
  await run.moving();
  return run;
}

/** Killed before, and silent while something is asked, stopped: each in another phase, and none of them hurts. */
export async function sourceComesBack(t: Tap, sides: Sides, proxy: TcpProxy): Promise<void> {
  const { world, server } = sides;
  const way = await fromServer(sides, TREE);
  const run = await startHeld(world, way.task);
  await run.to('PREPARING');
  await server.kill();
  await run.step();
  await server.start();
  await run.to('TRANSFERRING');
  await server.pause();
  const asked = proxy.asked();
  await run.step();
  await asked;
  await server.unpause();
  await run.to('VERIFYING');
  await server.stop();
  await run.step();
  await server.start();
  t.same(endOf(world, await run.finish()), WENT_WELL);
  await sameContents(t, sides, way);
}

/** The same as a destination, in other phases. */
export async function destinationComesBack(t: Tap, sides: Sides, proxy: TcpProxy): Promise<void> {
  const { world, server } = sides;
  const way = await toServer(sides);
  const run = await startHeld(world, way.task);
  await run.to('PREPARING');
  await server.pause();
  const asked = proxy.asked();
  await run.step();
  await asked;
  await server.unpause();
  await run.to('TRANSFERRING');
  await server.stop();
  await run.step();
  await server.start();
  await run.to('VERIFYING');
  await server.kill();
  await run.step();
  await server.start();
  t.same(endOf(world, await run.finish()), WENT_WELL);
  await allOnServer(t, sides, way);
}

/** Killed in the middle of a file that is read, and started again. */
export async function sourceComesBackMidFile(t: Tap, sides: Sides): Promise<void> {
  const way = await fromServer(sides, TREE);
  const run = await midFile(sides, way.task);
  await sides.server.kill();
  await run.pace();
  await sides.server.start();
  t.same(endOf(sides.world, await run.finish()), WENT_WELL);
  await sameContents(t, sides, way);
}

/** Killed in the middle of a file that is written, and started again. */
export async function destinationComesBackMidFile(t: Tap, sides: Sides): Promise<void> {
  const way = await toServer(sides);
  const run = await midFile(sides, way.task);
  await sides.server.kill();
  await run.pace();
  await sides.server.start();
  t.same(endOf(sides.world, await run.finish()), WENT_WELL);
  await allOnServer(t, sides, way);
}

/** In ERROR, with a code and a text that name the place and say what to do. */
function toldClearly(t: Tap, ended: Ended, code: string, mount: RegExp): void {
  t.match(ended, { Status: 'ERROR', Result: { ErrorCode: code } });
  const detail = ended.Result?.ErrorDetail ?? '';
  t.match(detail, /^Task failed to access location loc-[0-9a-f]{17}: x40016: mount/);
  t.match(detail, mount);
  t.match(detail, / \(No answer from \S+:\d+.* Check that the server runs and can be reached\.\)$/);
}

/** Gone when the run begins to prepare, to verify …, and not back until it has ended. */
export async function sourceGoneForGood(
  t: Tap,
  sides: Sides,
  { phase, mount }: { readonly phase: 'PREPARING' | 'TRANSFERRING' | 'VERIFYING'; readonly mount: RegExp },
): Promise<void> {
  const { world, server, buckets } = sides;
  const way = await fromServer(sides, TREE);
  const run = await startHeld(world, way.task);
  await run.to(phase);
  await server.kill();
  toldClearly(t, await run.finish(), 'SrcLocHitAccess', mount);
  await server.start();
  const there = contentsOf(await buckets.tree(way.to));
  const whole = contentsOf(await sides.files.tree(way.from));
  t.same(there, phase === 'VERIFYING' ? whole : [], 'nothing else came');
  await repaired(t, sides, way);
}

/** Silent from the middle of a file on, until the run has ended. */
export async function destinationGoneForGood(t: Tap, sides: Sides, mount: RegExp): Promise<void> {
  const { world, server, files } = sides;
  const way = await toServer(sides);
  const run = await midFile(sides, way.task);
  await server.pause();
  await run.pace();
  toldClearly(t, await run.finish(), 'DstLocHitAccess', mount);
  await server.unpause();
  const whole = contentsOf(await sides.buckets.tree(way.from));
  const there = contentsOf(inPlace(await files.tree(way.to)));
  t.same(
    there.filter((line) => !whole.includes(line)),
    [],
    'nothing is half-written',
  );
  t.notOk(there.some((line) => line.endsWith(' big')));
  t.same(endOf(world, await runHeld(world, way.task)), WENT_WELL, 'the next run repairs');
  await allOnServer(t, sides, way);
}

/** Answers come a few bytes at a time. */
export async function slowServer(t: Tap, sides: Sides, proxy: TcpProxy): Promise<void> {
  proxy.slow(4096, 2);
  const way = await fromServer(sides, { ...TREE, big: { zeros: MIB } });
  t.same(endOf(sides.world, await runHeld(sides.world, way.task)), WENT_WELL);
  await sameContents(t, sides, way);
  const back = await sides.files.make();
  const { world, buckets, files } = sides;
  const task = await world.task(await buckets.location(way.to), await files.location(back));
  t.same(endOf(world, await runHeld(world, task)), WENT_WELL);
  await allOnServer(t, sides, { from: way.to, to: back });
}
