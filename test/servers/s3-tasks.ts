// Runs stories over a server: whole tasks through the API, their counters, and the trees they leave.

import type { CreateLocationS3CommandInput, Options } from '@aws-sdk/client-datasync';
import t from 'tap';
import { problems, type World } from './s3-world.ts';
import { type Counts, countsOf, type Step, type Tap, takeStep } from './task-steps.ts';
import { bucketTree, directoryTree } from './trees.ts';

export type ServerName = 'embedded' | 'minio' | 'radosgw';

/** Where a story takes place. */
export interface Place {
  readonly world: World;
  /** A directory's path, or a bucket's name. */
  readonly source: string;
  readonly destination: string;
}

export interface Story {
  readonly name: string;
  readonly pair: 'directory to bucket' | 'bucket to directory' | 'bucket to bucket';
  readonly mode?: 'ENHANCED';
  readonly options?: Options;
  readonly at?: Partial<CreateLocationS3CommandInput>;
  /** Source bucket and destination bucket keep versions. */
  readonly versioned?: boolean;
  /** At the end all comes back into another directory, whose tree is that of the bucket. */
  readonly back?: Counts;
  readonly steps: readonly Step<Place>[];
  /** Servers on which a step has another end, each with its reason in docs/differences.md. */
  readonly elsewhere?: { readonly [server in ServerName]?: readonly Step<Place>[] };
  /** Servers that cannot tell this story, and why. */
  readonly not?: { readonly [server in ServerName]?: string };
}

export function tellStories(server: ServerName, stories: readonly Story[], open: () => Promise<World>): void {
  t.test(`tasks over ${server}`, async (t) => {
    await using world = await open();
    for (const story of stories) {
      const skip = story.not?.[server];
      await t.test(story.name, skip === undefined ? {} : { skip }, (t) => tell(t, server, story, world));
    }
  });
}

async function tell(t: Tap, server: ServerName, story: Story, world: World): Promise<void> {
  const [from = '', to = ''] = story.pair.split(' to ');
  const { versioned = false, at = {}, options, mode } = story;
  const open = async (kind: string) => (kind === 'bucket' ? world.bucket({ versioned }) : world.directory());
  const place = { world, source: await open(from), destination: await open(to) };
  const prefix = at.Subdirectory?.slice(1) ?? '';
  const source = await locationOf(world, from, place.source);
  const destination = await locationOf(world, to, place.destination, at);
  const task = await world.task(source, destination, {
    ...(mode && { TaskMode: mode }),
    ...(options && { Options: options }),
  });
  const tree = async () =>
    to === 'bucket' ? bucketTree(world.s3, place.destination, prefix) : directoryTree(place.destination);
  for (const step of story.elsewhere?.[server] ?? story.steps) {
    await takeStep(t, world, task, place, step, tree);
  }
  if (story.back) await comeBack(t, story.back, world, destination, await tree());
}

function locationOf(world: World, kind: string, name: string, at: Story['at'] = {}): Promise<string> {
  return kind === 'bucket' ? world.bucketLocation(name, at) : world.locationOf(name);
}

async function comeBack(t: Tap, counts: Counts, world: World, from: string, tree: readonly string[]) {
  const directory = world.directory();
  const ended = await world.run(await world.task(from, await world.locationOf(directory)));
  t.same(problems(world, ended), [], 'back: problems');
  t.equal(ended.Status, 'SUCCESS', `back: ${ended.Result?.ErrorDetail}`);
  t.same(countsOf(ended), counts, 'back: counters');
  t.same(directoryTree(directory), tree, 'back: tree');
}
