// Runs stories between two grounds: whole tasks through the API, their counters, and what they leave on the servers.

import type { Options } from '@aws-sdk/client-datasync';
import t from 'tap';
import type { Ground } from './grounds.ts';
import type { World } from './s3-world.ts';
import { type Step, takeStep } from './task-steps.ts';

/** Where a story takes place: names of the two grounds. */
export interface PairPlace {
  readonly world: World;
  readonly source: string;
  readonly destination: string;
}

export interface PairStory<Name extends string> {
  readonly name: string;
  readonly from: Name;
  readonly to: Name;
  readonly options?: Options;
  /** Of the source, before the locations are made. */
  readonly fill: (place: PairPlace) => Promise<unknown>;
  readonly steps: readonly Step<PairPlace>[];
}

/** Each story has a source and a destination of its own. */
export async function tellPairs<Name extends string>(
  world: World,
  grounds: Readonly<Record<Name, Ground>>,
  stories: readonly PairStory<Name>[],
): Promise<void> {
  for (const story of stories) {
    await t.test(`${story.from} to ${story.to}: ${story.name}`, async (t) => {
      const [from, to] = [grounds[story.from], grounds[story.to]];
      const place = { world, source: await from.make(), destination: await to.make() };
      await story.fill(place);
      const task = await world.task(await from.location(place.source), await to.location(place.destination), {
        ...(story.options && { Options: story.options }),
      });
      const tree = () => to.tree(place.destination);
      for (const step of story.steps) await takeStep(t, world, task, place, step, tree);
    });
  }
}
