import fc from 'fast-check';
import t from 'tap';
import { compareNames } from '../../src/base/path.ts';
import { StorageError } from '../../src/storage/backend.ts';
import { errnoOf, translate } from '../../src/storage/files/errors.ts';
import { decodeName, encodeName, escapeName } from '../../src/storage/files/name-bytes.ts';
import { SortedRuns } from '../../src/storage/files/sorted-runs.ts';
import { Turns } from '../../src/storage/files/turns.ts';

const systemError = (code: string) =>
  Object.assign(new Error(`${code}: words of Node, open '/secret'`), { code });

t.test('each errno has its meaning and the words of libc', async (t) => {
  const table = {
    ENOENT: ['NotFound', 'No such file or directory'],
    EACCES: ['PermissionDenied', 'Permission denied'],
    EPERM: ['PermissionDenied', 'Operation not permitted'],
    EISDIR: ['IsADirectory', 'Is a directory'],
    ENOTDIR: ['NotADirectory', 'Not a directory'],
    EEXIST: ['AlreadyExists', 'File exists'],
    ENOTEMPTY: ['DirectoryNotEmpty', 'Directory not empty'],
    ENOSPC: ['NoSpace', 'No space left on device'],
    EDQUOT: ['NoSpace', 'Disk quota exceeded'],
    EROFS: ['ReadOnly', 'Read-only file system'],
    ENAMETOOLONG: ['NameTooLong', 'File name too long'],
    EBUSY: ['Busy', 'Device or resource busy'],
    ETXTBSY: ['Busy', 'Text file busy'],
    ESTALE: ['Stale', 'Stale file handle'],
    EINVAL: ['InvalidName', 'Invalid argument'],
    EFBIG: ['TooLarge', 'File too large'],
    EIO: ['Io', 'Input/output error'],
    EMFILE: ['Io', 'Too many open files'],
    ERR_INVALID_ARG_VALUE: ['InvalidName', 'Invalid argument'],
  } as const;
  for (const [code, [kind, message]] of Object.entries(table)) {
    const cause = systemError(code);
    t.match(
      translate(cause, 'a/b'),
      { kind, message, path: 'a/b', cause, retryable: kind === 'Stale' },
      code,
    );
  }
});

t.test('an unknown failure is Io and keeps what it said; ours stays as it is', async (t) => {
  t.match(translate(systemError('EWHAT'), 'p'), { kind: 'Io', code: 'EWHAT', message: /words of Node/ });
  t.match(translate('a text', 'p'), { kind: 'Io', code: undefined, message: 'a text' });
  const ours = new StorageError('Busy', 'q', 'Busy');
  t.equal(translate(ours, 'p'), ours);
  t.equal(errnoOf('a text'), undefined);
});

t.test('runs give everything in order, however much there is', async (t) => {
  const sorted = (texts: readonly string[]) => {
    const runs = new SortedRuns(compareNames);
    for (const text of texts) runs.add(text);
    return [...runs.drain()];
  };
  t.strictSame(sorted([]), []);
  const name = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 4 }),
    fc.constantFrom('a', 'a-b', 'a/', '\uff5e'),
  );
  fc.assert(
    fc.property(fc.array(name, { maxLength: 50 }), fc.integer({ min: 1, max: 200 }), (texts, times) => {
      const many = Array.from({ length: times }, (_, index) => texts.map((text) => text + index)).flat();
      t.strictSame(sorted(many), [...many].sort(compareNames));
    }),
    { numRuns: 20, seed: 7 },
  );
});

t.test('bytes that are no UTF-8 are told from those that are, and shown escaped', async (t) => {
  const latin1 = (...bytes: number[]) => Buffer.from(bytes).toString('latin1');
  t.equal(decodeName(encodeName('plain')), 'plain');
  t.equal(decodeName(encodeName('Größe 🦆')), 'Größe 🦆');
  for (const bad of [
    [0xff],
    [0xc3],
    [0xe2, 0x82],
    [0xc0, 0xaf],
    [0xed, 0xa0, 0x80],
    [0xf5, 0x80, 0x80, 0x80],
  ]) {
    t.equal(decodeName(latin1(...bad)), undefined);
  }
  t.equal(escapeName(latin1(0x61, 0xff, 0x0a, 0x7f)), 'a\\xff\\x0a\\x7f');
});

t.test('long work lets the event loop go round', async (t) => {
  const turns = new Turns();
  let rounds = 0;
  let going = true;
  const round = () => {
    rounds++;
    if (going) setImmediate(round);
  };
  setImmediate(round);
  await Promise.all(
    Array.from({ length: 10 }, async () => {
      for (let work = 0; work < 100; work++) await turns.take(30);
    }),
  );
  going = false;
  t.ok(rounds >= 90 && rounds <= 110, `${rounds} rounds for 1,000 times 30 µs`);
});
