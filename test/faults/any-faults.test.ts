// Whatever goes wrong: nothing comes to the destination that the source never had, what is told is true, and a clean
// run afterwards makes both sides equal. FAULT_RUNS says how many runs; each is made from its number.

import t from 'tap';
import { silentLog } from '../../src/base/log.ts';
import { type Random, seededRandom } from '../../src/base/random.ts';
import { systemClock } from '../../src/base/system-clock.ts';
import { outcomeOf } from '../../src/emulator/execution-outcome.ts';
import { addToTally, EMPTY_TALLY, sum } from '../../src/emulator/tally.ts';
import { Faults } from '../../src/faults/faults.ts';
import { FAULTS, faultTable } from '../../src/faults/index.ts';
import type { FaultRule, When } from '../../src/faults/rule.ts';
import { type Backend, StorageError } from '../../src/storage/backend.ts';
import { wrap } from '../../src/storage/wrap.ts';
import { transfer } from '../../src/transfer/engine.ts';
import { type TransferEvent, TransferFailed, type TransferOptions } from '../../src/transfer/job.ts';
import { inMemory } from '../transfer/places.ts';
import { job, OPTIONS, run } from '../transfer/runs.ts';
import { grow, type Tree, text, treeOf } from '../transfer/trees.ts';

const RUNS = Number(process.env['FAULT_RUNS'] ?? 150);

/** A second of waiting takes a millisecond. */
const clock = systemClock(1000);

const pick = <Item>(random: Random, items: readonly Item[]): Item =>
  items[Math.floor(random.next() * items.length)] as Item;

const often = (random: Random, chance: number) => random.next() < chance;

/** Those that act on a run; the others are about what is before and around it. */
const NAMES = FAULTS.filter(({ kind, name }) => kind === 'storage' || name === 'execution-ends')
  .map(({ name }) => name)
  .toSorted();

const PATHS = ['a', 'b', 'c', 'dir/a', 'dir/b', 'dir/deep/a', 'empty', 'long'];

/** @param more bytes in each file: equal sizes and times would be taken for equal files */
function someTree(random: Random, more = 0): Tree {
  const tree: Record<string, string> = {};
  for (const path of PATHS) {
    if (often(random, 0.3)) continue;
    const length =
      path === 'empty' ? more : more + (path === 'long' ? 1_200_000 : 1 + Math.floor(random.next() * 50));
    tree[path] = random.hex(8).padEnd(length, random.hex(1)).slice(0, length);
  }
  return tree;
}

function someWhen(random: Random): When {
  return pick(random, [
    { probability: random.next() },
    { times: 1 + Math.floor(random.next() * 3) },
    { nth: 1 + Math.floor(random.next() * 5) },
    { afterFiles: Math.floor(random.next() * 4), times: 2 },
    { afterBytes: Math.floor(random.next() * 60), probability: 0.5 },
    { afterPart: random.next() },
  ]);
}

const WITH: Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>> = {
  'execution-ends': [{ errorCode: 'NoMem' }],
  slow: [{ latencyMs: 5 }, { bytesPerSecond: 1000 }],
  'short-read': [{}, { bytes: 3 }],
  'source-grows': [{}, { afterBytes: 1 }],
  'source-deleted': [{}, { afterBytes: 1 }],
  'io-error': [{}, { afterBytes: 5 }],
  'no-space': [{}, { afterBytes: 10 }],
};

function someRule(random: Random): FaultRule {
  const fault = pick(random, NAMES);
  const isEnd = fault === 'execution-ends';
  const path = often(random, 0.5) && !isEnd ? { path: `/${pick(random, PATHS)}` } : {};
  const hasSide = !isEnd && !fault.startsWith('source-');
  const side = often(random, 0.3) && hasSide ? { side: pick(random, ['source', 'destination']) } : {};
  const when = fault === 'stalled' ? { ...someWhen(random), forMs: 2000 } : someWhen(random);
  const given = often(random, 0.7) ? WITH[fault] : WITH[fault]?.slice(0, 1);
  return { fault, where: { ...path, ...side }, when, ...(given && { with: pick(random, given) }) };
}

function someOptions(random: Random): Partial<TransferOptions> {
  return {
    order: pick(random, ['phased', 'pipelined']),
    compare: pick(random, ['changed', 'changed', 'all']),
    verify: pick(random, ['transferred', 'everything']),
    removeExtra: often(random, 0.3),
  };
}

/** Remembers every content that a file ever had. */
async function remembering(inner: Backend, history: Map<string, Set<string>>): Promise<Backend> {
  const note = async (path: string) => {
    const contents = history.get(path) ?? new Set();
    history.set(path, contents.add(await text(inner, path)));
  };
  for (const [path, content] of Object.entries(await treeOf(inner))) {
    if (!path.endsWith('/') && !content.startsWith('-> ')) await note(path);
  }
  return wrap(inner, {
    async write(path, body, stamp, options) {
      const written = await inner.write(path, body, stamp, options);
      await note(path);
      return written;
    },
  });
}

interface Story {
  readonly events: readonly TransferEvent[];
  readonly failure: unknown;
  readonly before: Tree;
  readonly after: Tree;
  readonly source: Tree;
  readonly history: ReadonlyMap<string, ReadonlySet<string>>;
}

/** One run with faults, and one without them afterwards. */
async function story(seed: number): Promise<Story & { readonly healed: boolean; readonly rules: unknown }> {
  const random = seededRandom(seed);
  const [from, to] = [await inMemory(), await inMemory()];
  await grow(from, someTree(random));
  if (often(random, 0.5)) await grow(to, someTree(random, 100));
  const before = await treeOf(to);
  const history = new Map<string, Set<string>>();
  const faults = new Faults({ clock, log: silentLog, table: faultTable, seed });
  faults.add(...Array.from({ length: 1 + Math.floor(random.next() * 3) }, () => someRule(random)));
  const options = someOptions(random);
  const { events, failure } = await faultyRun(from, to, options, faults, history);
  const after = await treeOf(to);
  const rules = faults.list();
  faults.clear();
  await run(from, to, { options: { compare: 'all', verify: 'everything' } });
  await run(from, to, { options: { removeExtra: true } });
  const source = await treeOf(from);
  const healed = JSON.stringify(sorted(await treeOf(to))) === JSON.stringify(sorted(source));
  return { events, failure, before, after, source, history, healed, rules: { options, rules } };
}

const sorted = (tree: Tree) => Object.entries(tree).toSorted();

async function faultyRun(
  from: Backend,
  to: Backend,
  options: Partial<TransferOptions>,
  faults: Faults,
  history: Map<string, Set<string>>,
) {
  const { signal } = new AbortController();
  const its = faults.ofRun({}, { signal });
  const events: TransferEvent[] = [];
  try {
    const source = await its.open('source', () => remembering(from, history));
    const destination = await its.open('destination', async () => to);
    const beforePhase = async (phase: 'prepare' | 'transfer' | 'verify') => its.beginPhase(phase);
    const wishes = {
      options: { ...OPTIONS, ...options },
      control: { clock, ioClock: clock, signal, beforePhase },
    };
    for await (const event of transfer(job(source, destination, wishes))) {
      its.saw(event);
      events.push(event);
    }
    return { events, failure: undefined };
  } catch (failure) {
    return { events, failure };
  }
}

type Told = Story & { readonly healed: boolean };

/** What is wrong with a story, if anything. */
function wrongs(told: Told): readonly string[] {
  const { failure, healed } = told;
  const found = healed ? [] : ['a clean run afterwards does not make both sides equal'];
  if (failure === undefined)
    return [...found, ...wrongContents(told), ...wrongCounters(told), ...wrongSuccess(told)];
  const isHonest = failure instanceof TransferFailed || failure instanceof StorageError;
  return isHonest ? found : [...found, `it broke: ${failure}`];
}

const filesOf = (tree: Tree) =>
  Object.entries(tree).filter(([path, content]) => !path.endsWith('/') && !content.startsWith('-> '));

/** What the source never had is told by verification. */
function wrongContents({ events, before, after, history }: Told): readonly string[] {
  const told = new Set(events.flatMap((event) => (wentWrong(event) && 'path' in event ? [event.path] : [])));
  return filesOf(after)
    .filter(
      ([path, content]) => !history.get(path)?.has(content) && before[path] !== content && !told.has(path),
    )
    .map(([path]) => `${path} has a content that the source never had, and nobody says so`);
}

const wentWrong = ({ type }: TransferEvent) => type === 'failed' || type === 'mismatched';

function wrongCounters({ events }: Told): readonly string[] {
  const { toTransfer, transferred, failed, skipped } = events.reduce(addToTally, EMPTY_TALLY);
  const [planned, done] = [sum(toTransfer), sum(transferred)];
  const ended = done + sum(failed.transfer) + sum(skipped);
  return done > planned || ended < planned
    ? [`${planned} were planned, ${done} transferred, ${ended} ended`]
    : [];
}

/** After a success everything is there. */
function wrongSuccess({ events, after, history, source }: Told): readonly string[] {
  if (outcomeOf(events.reduce(addToTally, EMPTY_TALLY)) !== undefined) return [];
  return filesOf(source)
    .filter(([path]) => !history.get(path)?.has(after[path] ?? 'nothing'))
    .map(([path]) => `it was a success, and ${path} is not there`);
}

t.test('whatever goes wrong, what is told is true', { timeout: 600_000 }, async (t) => {
  const first = Number(process.env['FAULT_FIRST'] ?? 1);
  let struck = 0;
  for (let seed = first; seed < first + RUNS; seed += 1) {
    const one = await story(seed);
    const found = wrongs(one);
    if (found.length > 0) t.strictSame(found, [], `run ${seed}: ${JSON.stringify(one.rules)}`);
    if (one.failure !== undefined || one.events.some(wentWrong)) struck += 1;
  }
  t.ok(struck > RUNS / 4, `${struck} of ${RUNS} runs did not go well`);
});
