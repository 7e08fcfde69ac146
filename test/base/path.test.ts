import t from 'tap';
import { compareNames, depthOf, join, nameOf, parentOf, ROOT, relPath } from '../../src/base/path.ts';

t.test('a path that would leave its root is refused', async (t) => {
  for (const text of ['..', 'a/../b', '/a', 'a//b', 'a/', './a', 'a/.', 'a\0b', 'a/\ud800']) {
    t.throws(() => relPath(text), TypeError, JSON.stringify(text));
  }
  t.throws(() => join(ROOT, 'a/b'), TypeError);
  t.throws(() => join(ROOT, '..'), TypeError);
});

t.test('odd but clean names are paths', async (t) => {
  for (const text of ['', 'a', 'a/b', '...', ' ', 'a b/+%/ü', '\u{1f600}', 'a\nb'])
    t.equal(relPath(text), text);
});

t.test('parts', async (t) => {
  const path = join(join(ROOT, 'a'), 'b');
  t.equal(path, 'a/b');
  t.equal(parentOf(path), 'a');
  t.equal(parentOf(ROOT), ROOT);
  t.equal(nameOf(path), 'b');
  t.equal(depthOf(path), 2);
  t.equal(depthOf(ROOT), 0);
});

t.test('names are ordered as their UTF-8 bytes', async (t) => {
  const names = ['\u{1f600}', '\uffee', 'a/', 'a-b', 'a', 'ü', 'B'];
  const byBytes = [...names].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  t.same([...names].sort(compareNames), byBytes);
});
