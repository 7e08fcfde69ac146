// What the suites about trouble with file servers share.

import { CreateTaskCommand, DescribeTaskCommand } from '@aws-sdk/client-datasync';
import { bucketGround } from './grounds.ts';
import { until, type World } from './s3-world.ts';

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
