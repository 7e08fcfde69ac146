// What the suites about trouble with file servers share.

import { CreateTaskCommand, DescribeTaskCommand, UpdateTaskCommand } from '@aws-sdk/client-datasync';
import { freePort } from './container.ts';
import { bucketGround, type Ground } from './grounds.ts';
import { type Ended, openWorld, problems, until, type World } from './s3-world.ts';
import type { Tap } from './task-steps.ts';
import { startProxy } from './tcp-proxy.ts';

/** What DescribeTask says of a task from a location that cannot be had to a bucket. */
export async function unavailable(world: World, SourceLocationArn: string) {
  const buckets = bucketGround(world);
  const DestinationLocationArn = await buckets.location(await buckets.make());
  const { TaskArn } = await world.datasync.send(
    new CreateTaskCommand({ SourceLocationArn, DestinationLocationArn }),
  );
  return until(async () => {
    const task = await world.datasync.send(new DescribeTaskCommand({ TaskArn }));
    return task.Status === 'UNAVAILABLE' ? task : undefined;
  });
}

/** A location in a bucket that has objects of these sizes. */
export async function filledBucket(world: World, sizes: Readonly<Record<string, number>>): Promise<string> {
  const buckets = bucketGround(world);
  const bucket = await buckets.make();
  for (const [key, size] of Object.entries(sizes)) await world.put(bucket, key, Buffer.alloc(size, 7));
  return buckets.location(bucket);
}

const SKIPPED =
  /^Transfer and verification completed. Selected files transferred except for files skipped due to errors/;

/** It ended in ERROR with `code`, and told these problems and no others, in the order of their words. */
export function notAllWell(t: Tap, world: World, ended: Ended, code: string, told: readonly RegExp[]): void {
  const all = [...problems(world, ended)].sort();
  t.match(all, told);
  t.equal(all.length, told.length, `no other problems: ${all.join('; ')}`);
  t.match(ended, { Status: 'ERROR', Result: { ErrorCode: code } });
}

/** Some items failed, each told in these words, and all the others went well. */
export function someFailed(t: Tap, world: World, ended: Ended, told: readonly RegExp[]): void {
  notAllWell(t, world, ended, 'FilesSkipped', told);
  t.match(ended.Result?.ErrorDetail, SKIPPED);
}

/** A run that makes all good. */
export async function goesWell(t: Tap, world: World, task: string): Promise<void> {
  const ended = await world.run(task);
  t.same([problems(world, ended), ended.Status], [[], 'SUCCESS'], 'the next run repairs');
}

/** Nobody listens on the port of the server, and then it does. `bindings` are those to a server at an address. */
export async function refusedPort(
  t: Tap,
  server: { readonly host: string; readonly port: number },
  bindings: (address: { readonly host: string; readonly port: number }) => readonly string[],
  { ground, told }: { readonly ground: (world: World) => Ground; readonly told: RegExp },
): Promise<void> {
  const address = { host: '127.0.0.1', port: await freePort() };
  await using world = await openWorld(undefined, bindings(address));
  const files = ground(world);
  const location = await files.location(await files.make());
  const { ErrorCode, ErrorDetail, TaskArn } = await unavailable(world, location);
  t.equal(ErrorCode, 'SyncTaskErrorLocationNotAdded');
  t.match(ErrorDetail, told);
  t.match(
    ErrorDetail,
    `(127.0.0.1:${address.port} refused the connection. Check that the server runs and listens on this port.)`,
  );
  await using _ = await startProxy(server, address.port);
  // An update tests at once; by itself it would take half a minute.
  await world.datasync.send(new UpdateTaskCommand({ TaskArn, Name: 'again' }));
  const healed = await until(async () => {
    const task = await world.datasync.send(new DescribeTaskCommand({ TaskArn }));
    return task.Status === 'AVAILABLE' ? task : undefined;
  });
  t.equal(healed.ErrorDetail, undefined);
  await goesWell(t, world, TaskArn ?? '');
}
