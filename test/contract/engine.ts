// The contract of the engine, as a table of stories: what is there before, what is done, what is there and
// what was told afterwards. Every story runs over every pair of storages, as far as they can hold it.

import t, { type Test } from 'tap';
import type { Backend } from '../../src/storage/backend.ts';
import { count, lines, run } from '../transfer/runs.ts';
import { grow, treeOf } from '../transfer/trees.ts';
import { failureStories } from './engine-failures.ts';
import { meanwhileStories } from './engine-meanwhile.ts';
import type { Story } from './engine-story.ts';
import { syncStories } from './engine-syncs.ts';

const stories: Readonly<Record<string, Story>> = { ...failureStories, ...meanwhileStories, ...syncStories };

export interface Places {
  /** Two empty locations that nothing else uses. */
  open(t: Test): Promise<{ source: Backend; destination: Backend }>;
}

/** Tells every story over one pair of storages. */
export function engineContract(name: string, { open }: Places): void {
  t.test(`the engine, ${name}`, async (t) => {
    for (const [title, story] of Object.entries(stories)) {
      await t.test(title, async (t) => {
        await using places = await opened(t, open);
        const { source, destination } = places;
        const reason = story.unless?.(source, destination);
        if (reason) t.pass('applies', { skip: reason });
        else await tell(t, story, source, destination);
      });
    }
  });
}

async function opened(t: Test, open: Places['open']) {
  const { source, destination } = await open(t);
  return {
    source,
    destination,
    async [Symbol.asyncDispose]() {
      await source[Symbol.asyncDispose]();
      await destination[Symbol.asyncDispose]();
    },
  };
}

async function tell(t: Test, story: Story, source: Backend, destination: Backend): Promise<void> {
  await grow(source, story.source);
  if (story.destination) await grow(destination, story.destination);
  await story.before?.(source, destination);
  const from = story.wrapSource?.(source) ?? source;
  const to = story.wrapDestination?.(destination) ?? destination;
  const events = await run(from, to, story);
  t.strictSame(lines(events), [...story.told].sort(), 'what was told');
  t.strictSame(await treeOf(destination), story.tree, 'what is there');
  if (story.verified !== undefined) t.equal(count(events, 'verified'), story.verified, 'verified');
  const phases = events.flatMap((event) =>
    event.type === 'phase-ended' ? [`${event.phase} ${event.ok}`] : [],
  );
  if (story.phases) t.strictSame(phases, story.phases, 'phases');
  await story.after?.(t, source, destination);
}
