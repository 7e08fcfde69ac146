import fc from 'fast-check';
import t from 'tap';
import type { RelPath } from '../../src/base/path.ts';
import { covers, parsePatterns } from '../../src/transfer/pattern.ts';
import { includeProblem, makeView, type Verdict } from '../../src/transfer/select.ts';

const judged = (include: string | null, exclude: string | null, paths: Record<string, Verdict>) => {
  const view = makeView(include, exclude);
  const found = Object.fromEntries(Object.keys(paths).map((path) => [path, view.judge(path as RelPath)]));
  return [found, paths] as const;
};

t.test('a star in the middle of an include is refused', async (t) => {
  for (const include of ['*.txt', '/a*b', '/a|*x', '/a**']) {
    t.match(includeProblem(include), /not its last character/, include);
    t.throws(() => makeView(include, null), { name: 'RangeError' });
  }
  for (const include of ['/a*', '/a', '', '/a\\*b', '*', '/a*|/b/*'])
    t.equal(includeProblem(include), undefined, include);
});

t.test('a pattern that is not anchored and has no star matches nothing', async (t) => {
  t.same(...judged(null, 'x', { x: 'taken', 'a/x': 'taken' }));
  t.same(...judged('x', null, { x: 'outside', 'a/x': 'outside', '': 'above' }));
});

t.test('other wild cards mean themselves, and case counts', async (t) => {
  t.same(
    ...judged(null, '/a?|/[b]|/C', {
      a1: 'taken',
      'a?': 'excluded',
      b: 'taken',
      '[b]': 'excluded',
      c: 'taken',
    }),
  );
});

t.test('empty patterns are no patterns', async (t) => {
  t.same(...judged(null, '/a||', { a: 'excluded', b: 'taken' }));
  t.same(...judged('', '|', { a: 'taken' }));
});

t.test('what AWS never transfers takes no part, and nothing below it', async (t) => {
  t.same(
    ...judged(null, null, {
      '.snapshot': 'hidden',
      'a/.snapshot': 'hidden',
      'a/.snapshot/hourly.0/x': 'hidden',
      'db.snapshot': 'hidden',
      'db.snapshots': 'taken',
      '.aws-datasync': 'hidden',
      '.aws-datasync/task-1/x': 'hidden',
      'a/.aws-datasync': 'taken',
      '.aws-datasync-metadata': 'taken',
      '.awssync': 'hidden',
      '.zfs/x': 'hidden',
    }),
  );
});

t.test('the examples of the guide', async (t) => {
  t.same(...judged(null, '*.tmp|*.temp', { 'a.tmp': 'excluded', 'b/c.temp': 'excluded', 'd.tmpx': 'taken' }));
  t.same(
    ...judged(null, '*/temp|*/tmp', {
      temp: 'excluded',
      'a/tmp': 'excluded',
      'a/tmp/x': 'excluded',
      mytemp: 'taken',
    }),
  );
  t.same(
    ...judged(null, '/reports*', {
      reports2021: 'excluded',
      'reports2022/x': 'excluded',
      'a/reports': 'taken',
    }),
  );
  t.same(
    ...judged(null, '*/.htaccess|*/index.html', {
      '.htaccess': 'excluded',
      'a/b/index.html': 'excluded',
      'a/xindex.html': 'taken',
    }),
  );
  t.same(
    ...judged('/transfer_this/', null, {
      transfer_this: 'taken',
      'transfer_this/a': 'taken',
      transfer_this2: 'outside',
      '': 'above',
    }),
  );
  t.same(
    ...judged('/folder-to-transfer/*', null, {
      'folder-to-transfer': 'above',
      'folder-to-transfer/a/b': 'taken',
      x: 'outside',
    }),
  );
  t.same(
    ...judged('/documents*|/code*', null, {
      documents: 'taken',
      documents2: 'taken',
      'code/x': 'taken',
      doc: 'outside',
    }),
  );
  t.same(
    ...judged('/f/s/file1.txt|/f/s/file2.txt', null, {
      f: 'above',
      'f/s': 'above',
      'f/s/file1.txt': 'taken',
      'f/s/file3.txt': 'outside',
      'f/t': 'outside',
    }),
  );
});

t.test('an exclude beats an include, and an escape is the character itself', async (t) => {
  t.same(...judged('/a', '*/b', { a: 'taken', 'a/b': 'excluded', b: 'excluded', c: 'outside' }));
  t.same(
    ...judged(null, '/a\\*|/b\\|c|/d\\\\|/e\\f|/g\\', {
      'a*': 'excluded',
      ab: 'taken',
      'b|c': 'excluded',
      'd\\': 'excluded',
      ef: 'excluded',
      g: 'excluded',
    }),
  );
});

t.test('everything may be named, the root is never left out', async (t) => {
  t.same(...judged('/*', null, { '': 'above', a: 'taken' }));
  t.same(...judged('/', null, { '': 'taken', a: 'taken' }));
  t.same(...judged(null, '*', { '': 'taken', a: 'excluded' }));
});

t.test('agrees with a plain expression on any pattern and path', async () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', '/', '*'), maxLength: 8 });
  fc.assert(
    fc.property(text, text, (filter, tail) => {
      const path = `/${tail.replaceAll('*', 'a')}`;
      const expected = parsePatterns(filter).some(({ parts }) =>
        new RegExp(`^${parts.join('[^]*')}(/[^]*)?$`).test(path),
      );
      return parsePatterns(filter).some((pattern) => covers(pattern, path)) === expected;
    }),
    { numRuns: 2000, seed: 7 },
  );
});

t.test('a pattern made to be slow is not', async (t) => {
  const [pattern] = parsePatterns(`${'*a'.repeat(200)}*b`);
  t.ok(pattern);
  if (pattern) t.equal(covers(pattern, `/${'a'.repeat(4000)}`), false);
});
