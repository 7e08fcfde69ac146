// Runs stories over a server: whole tasks through the API, their counters, and the trees they leave.

import type {
  CreateLocationS3CommandInput,
  Options,
  StartTaskExecutionCommandInput,
} from '@aws-sdk/client-datasync';
import t from 'tap';
import { type Ended, problems, type World } from './s3-world.ts';
import { bucketTree, directoryTree } from './trees.ts';

export type ServerName = 'embedded' | 'minio' | 'radosgw';

/** Where a story takes place. */
export interface Place {
  readonly world: World;
  /** A directory's path, or a bucket's name. */
  readonly source: string;
  readonly destination: string;
}

/** Counters of an execution by the names of the API; what is not named is 0. */
export type Counts = Readonly<Record<string, number>>;

/** One run of the task. */
export interface Step {
  readonly name: string;
  readonly before?: (place: Place) => unknown;
  readonly start?: (place: Place) => Promise<Partial<StartTaskExecutionCommandInput>>;
  /** The error code it ends with; absent: it succeeds. */
  readonly ends?: string;
  /** Without its beginning: counters of DescribeTaskExecution. */
  readonly counts: Counts;
  /** Lines of `problems`. */
  readonly problems?: readonly (string | RegExp)[];
  /** What the destination holds then, NOBODY for the owner of what has none; a pattern where a line has the time of an upload in it. */
  readonly tree: readonly (string | RegExp)[];
  readonly check?: (t: Tap, place: Place, ended: Ended) => Promise<unknown>;
}

export type Tap = Pick<typeof t, 'same' | 'equal' | 'match' | 'ok'>;

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
  readonly steps: readonly Step[];
  /** Servers on which a step has another end, each with its reason in docs/differences.md. */
  readonly elsewhere?: { readonly [server in ServerName]?: readonly Step[] };
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
    await step.before?.(place);
    const ended = await world.run(task, await step.start?.(place));
    await checkStep(t, step, ended, problems(world, ended), await tree());
    await step.check?.(t, place, ended);
  }
  if (story.back) await comeBack(t, story.back, world, destination, await tree());
}

function locationOf(world: World, kind: string, name: string, at: Story['at'] = {}): Promise<string> {
  return kind === 'bucket' ? world.bucketLocation(name, at) : world.locationOf(name);
}

async function checkStep(t: Tap, step: Step, ended: Ended, told: readonly string[], tree: readonly string[]) {
  const { name, ends, counts, problems: expected = [] } = step;
  t.match(told, expected, `${name}: problems`);
  t.equal(told.length, expected.length, `${name}: no other problems`);
  t.equal(ended.Result?.ErrorCode, ends, `${name}: ${ended.Result?.ErrorDetail ?? ended.Status}`);
  t.same(countsOf(ended), counts, `${name}: counters`);
  t.same(blurred(tree, step.tree), step.tree.map(forThisUser), `${name}: tree`);
}

async function comeBack(t: Tap, counts: Counts, world: World, from: string, tree: readonly string[]) {
  const directory = world.directory();
  const ended = await world.run(await world.task(from, await world.locationOf(directory)));
  t.same(problems(world, ended), [], 'back: problems');
  t.equal(ended.Status, 'SUCCESS', `back: ${ended.Result?.ErrorDetail}`);
  t.same(countsOf(ended), counts, 'back: counters');
  t.same(directoryTree(directory), tree, 'back: tree');
}

/** What DataSync takes for the owner of what has none. Only root may give files to somebody else. */
const NOBODY = process.getuid?.() === 0 ? '65534:65534' : 'me:me';

/** Lines that fit a pattern in the same place become that pattern. */
const blurred = (tree: readonly string[], expected: Step['tree']) =>
  tree.map((line, index) => {
    const pattern = expected[index];
    if (!(pattern instanceof RegExp)) return line;
    return new RegExp(pattern.source.replace('NOBODY', NOBODY)).test(line) ? pattern : line;
  });

const forThisUser = (line: string | RegExp) =>
  line instanceof RegExp ? line : line.replace('NOBODY', NOBODY);

const NOT_COUNTERS = new Set(['BytesCompressed']);

/** All counters that are not 0; `FilesFailed.Verify` for those in groups. */
function countsOf(ended: Ended): Counts {
  const counts: Record<string, number> = {};
  const add = (name: string, value: unknown) => {
    if (typeof value === 'number' && value !== 0 && !NOT_COUNTERS.has(name)) counts[name] = value;
  };
  for (const [name, value] of Object.entries(ended)) {
    if (!/^(Bytes|Estimated|Files|Folders)/.test(name)) continue;
    add(name, value);
    if (typeof value === 'object')
      for (const [part, number] of Object.entries(value)) add(`${name}.${part}`, number);
  }
  return counts;
}
