// Whatever is on both sides: afterwards the destination is what the source is.

import fc from 'fast-check';
import t from 'tap';
import { inMemory } from './places.ts';
import { count, lines, run } from './runs.ts';
import { grow, type Tree, treeOf } from './trees.ts';

const name = fc.constantFrom('a', 'a-', 'a.', 'a0', 'b', 'B', 'ä', '\u{1f600}', '\uffee');
const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((names) => names.join('/'));
const content = fc.constantFrom('', '1', '22', '-> a', '-> b/c');
const leaf = fc.oneof(
  fc.tuple(path, content),
  path.map((at) => [`${at}/`, ''] as const),
);

/** Without files that have something below them. */
const tree: fc.Arbitrary<Tree> = fc.array(leaf, { maxLength: 8 }).map((leaves) => {
  const made: Record<string, string> = {};
  for (const [at, what] of leaves) {
    const bare = at.replace(/\/$/, '');
    const clash = Object.keys(made).some((other) => {
      const there = other.replace(/\/$/, '');
      return there === bare || bare.startsWith(`${there}/`) || there.startsWith(`${bare}/`);
    });
    if (!clash) made[at] = what;
  }
  return made;
});

const same = (a: Tree, b: Tree) =>
  JSON.stringify(Object.entries(a).sort()) === JSON.stringify(Object.entries(b).sort());

async function synchronised(
  source: Tree,
  destination: Tree,
  order: 'phased' | 'pipelined',
): Promise<boolean> {
  const from = await inMemory();
  const to = await inMemory();
  await grow(from, source);
  await grow(to, destination);
  const verify = order === 'phased' ? 'everything' : 'transferred';
  const wishes = { options: { removeExtra: true, order, verify } } as const;
  const first = await run(from, to, wishes);
  const second = await run(from, to, wishes);
  const wrong = count(first, 'failed') + count(first, 'mismatched') + count(second, 'planned');
  return wrong === 0 && same(await treeOf(to), await treeOf(from));
}

t.test('with extras removed both sides are the same, and a second run has nothing to do', async () => {
  const order = fc.constantFrom('phased', 'pipelined');
  await fc.assert(fc.asyncProperty(tree, tree, order, synchronised), { numRuns: 150, seed: 11 });
});

t.test('with extras kept nothing is lost', async (t) => {
  const keeps = async (source: Tree, destination: Tree) => {
    const [from, to] = [await inMemory(), await inMemory()];
    await grow(from, source);
    await grow(to, destination);
    const before = await treeOf(to);
    await run(from, to, { options: { overwrite: false } });
    const after = await treeOf(to);
    return Object.entries(before).every(([at, what]) => at.endsWith('/') || after[at] === what);
  };
  await fc.assert(fc.asyncProperty(tree, tree, keeps), { numRuns: 100, seed: 12 });
  t.ok(lines([]).length === 0);
});
