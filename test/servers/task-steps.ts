// One run of a task, and all that is to be seen of it afterwards.

import type { StartTaskExecutionCommandInput } from '@aws-sdk/client-datasync';
import type t from 'tap';
import { type Ended, problems, type World } from './s3-world.ts';

/** Counters of an execution by the names of the API; what is not named is 0. */
export type Counts = Readonly<Record<string, number>>;

export type Tap = Pick<typeof t, 'same' | 'equal' | 'match' | 'notMatch' | 'ok' | 'notOk'>;

/** One run of the task. `Place` is where the story takes place. */
export interface Step<Place> {
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

/** Prepares and runs the step, and compares all of it. `tree` looks at the destination. */
export async function takeStep<Place>(
  t: Tap,
  world: World,
  task: string,
  place: Place,
  step: Step<Place>,
  tree: () => Promise<readonly string[]>,
): Promise<void> {
  await step.before?.(place);
  const ended = await world.run(task, await step.start?.(place));
  checkStep(t, step, ended, problems(world, ended), await tree());
  await step.check?.(t, place, ended);
}

function checkStep<Place>(
  t: Tap,
  step: Step<Place>,
  ended: Ended,
  told: readonly string[],
  tree: readonly string[],
): void {
  const { name, ends, counts, problems: expected = [] } = step;
  t.match(told, expected, `${name}: problems`);
  t.equal(told.length, expected.length, `${name}: no other problems`);
  t.equal(ended.Result?.ErrorCode, ends, `${name}: ${ended.Result?.ErrorDetail ?? ended.Status}`);
  t.same(countsOf(ended), counts, `${name}: counters`);
  t.same(blurred(tree, step.tree), step.tree.map(forThisUser), `${name}: tree`);
}

/** What DataSync takes for the owner of what has none. Only root may give files to somebody else. */
const NOBODY = process.getuid?.() === 0 ? '65534:65534' : 'me:me';

/** Lines that fit a pattern in the same place become that pattern. */
const blurred = (tree: readonly string[], expected: Step<never>['tree']) =>
  tree.map((line, index) => {
    const pattern = expected[index];
    if (!(pattern instanceof RegExp)) return line;
    return new RegExp(pattern.source.replace('NOBODY', NOBODY)).test(line) ? pattern : line;
  });

const forThisUser = (line: string | RegExp) =>
  line instanceof RegExp ? line : line.replace('NOBODY', NOBODY);

const NOT_COUNTERS = new Set(['BytesCompressed']);

/** All counters that are not 0; `FilesFailed.Verify` for those in groups. */
export function countsOf(ended: Ended): Counts {
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
