// What somebody does to the files of a source while a task copies them to a bucket.

import type { ServerContainer } from './container.ts';
import { contentsOf } from './contents.ts';
import type { Ground } from './grounds.ts';
import { endOf, runHeld, startHeld, WENT_WELL } from './held-runs.ts';
import { until, type World } from './s3-world.ts';
import { fillServer, keepingTimes, type ServerItem } from './server-files.ts';
import type { Tap } from './task-steps.ts';
import { notAllWell, someFailed } from './trouble.ts';

/** The server under test, and both grounds. */
export interface Sides {
  readonly world: World;
  readonly server: ServerContainer;
  readonly files: Ground;
  readonly buckets: Ground;
}

export const MIB = 1024 * 1024;

/** A tree on the server and a task that copies it to a bucket. */
export async function fromServer(sides: Sides, tree: Readonly<Record<string, ServerItem>>) {
  const { world, server, files, buckets } = sides;
  const from = await files.make();
  await fillServer(server, from, tree);
  const to = await buckets.make();
  const task = await world.task(await files.location(from), await buckets.location(to));
  return { from, to, task };
}

/** The bucket has the same contents as the server, but for `others`. */
export async function sameContents(
  t: Tap,
  { files, buckets }: Sides,
  { from, to }: { readonly from: string; readonly to: string },
  others: readonly string[] = [],
): Promise<void> {
  const without = (lines: readonly string[]) =>
    contentsOf(lines).filter((line) => !others.some((other) => line.endsWith(` ${other}`)));
  t.same(without(await buckets.tree(to)), without(await files.tree(from)), 'the other contents');
}

/** The next run makes good what was missing. */
export async function repaired(
  t: Tap,
  sides: Sides,
  way: { readonly from: string; readonly to: string; readonly task: string },
  others: readonly string[] = [],
): Promise<void> {
  t.same(endOf(sides.world, await runHeld(sides.world, way.task)), WENT_WELL, 'the next run repairs');
  await sameContents(t, sides, way, others);
}

/** Between listing and transfer: deleted, renamed, replaced, truncated, grown; a directory with all in it, too. */
export async function changedBeforeTransfer(t: Tap, sides: Sides): Promise<void> {
  const { world, server } = sides;
  const way = await fromServer(sides, {
    'dir/': {},
    'dir/in it': { text: 'in it' },
    cut: { text: 'a longer text' },
    gone: { text: 'gone' },
    grown: { text: 'short' },
    kept: { text: 'kept' },
    moved: { text: 'moved' },
    replaced: { text: 'before' },
  });
  const run = await startHeld(world, way.task);
  await run.to('TRANSFERRING');
  await keepingTimes(
    server,
    way.from,
    `rm gone; mv moved elsewhere; printf 'and after' > new; mv new replaced; truncate -s 1 cut; printf er >> grown
    rm -r dir`,
  );
  const ended = await run.finish();
  someFailed(t, world, ended, [
    /^failed \/dir\/in it: .*No such file or directory/,
    /^failed \/gone: .*No such file or directory/,
    /^failed \/moved: .*No such file or directory/,
    /^mismatched \/cut: Source and destination differ in /,
    /^mismatched \/dir: It is at the destination only/,
    /^mismatched \/elsewhere: It is at the source only/,
    /^mismatched \/grown: Source and destination differ in /,
    /^mismatched \/replaced: Source and destination differ in /,
  ]);
  // What was copied is what was there when it was read.
  await sameContents(t, sides, way, ['elsewhere']);
  await server.sh('cd "$1"; mkdir dir; printf "in it" > "dir/in it"; chown -R --reference=. .', way.from);
  await repaired(t, sides, way);
}

/** A program that writes to a log all the time. */
export async function keepsAppending(t: Tap, sides: Sides): Promise<void> {
  const { world, server } = sides;
  const way = await fromServer(sides, { 'b.txt': { text: 'hello' }, log: { text: 'first line' } });
  const log = `${way.from}/log`;
  await server.sh(
    '(trap "exit 0" TERM; while :; do echo line >> "$1"; sleep 0.05; done) > /dev/null 2>&1 & echo $! > /tmp/writer',
    log,
  );
  const size = async () => Number(await server.sh('stat -c %s "$1"', log));
  const grown = async () => {
    const before = await size();
    await until(async () => ((await size()) > before ? true : undefined));
  };
  const run = await startHeld(world, way.task);
  await run.to('TRANSFERRING');
  await grown();
  await run.to('VERIFYING');
  await grown();
  notAllWell(t, world, await run.finish(), 'VerificationMismatches', [
    /^mismatched \/log: Source and destination differ in /,
  ]);
  await sameContents(t, sides, way, ['log']);
  await server.sh(
    'kill "$(cat /tmp/writer)"; while kill -0 "$(cat /tmp/writer)" 2> /dev/null; do sleep 0.05; done',
  );
  await repaired(t, sides, way);
}

/** What is done to a large file while it is on its way is found by verification. */
export async function changedWhileRead(t: Tap, sides: Sides, script: string): Promise<void> {
  const { world, server } = sides;
  const way = await fromServer(sides, { a: { text: 'a' }, big: { zeros: 24 * MIB }, z: { text: 'z' } });
  const run = await startHeld(world, way.task, { BytesPerSecond: MIB / 2 });
  await run.to('TRANSFERRING');
  await run.step();
  await run.moving();
  await keepingTimes(server, way.from, script);
  await run.pace();
  notAllWell(t, world, await run.finish(), 'VerificationMismatches', [/^mismatched \/big: /]);
  await sameContents(t, sides, way, ['big']);
  // What is gone at the source stays at the destination.
  await repaired(t, sides, way, script.startsWith('rm ') ? ['big'] : []);
}
