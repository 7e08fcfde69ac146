// How POSIX metadata is written into and read from the user metadata of objects; names, classes, parts.

import fc from 'fast-check';
import t from 'tap';
import { ROOT, relPath } from '../../src/base/path.ts';
import type { Entry } from '../../src/storage/backend.ts';
import { ByteBudget } from '../../src/storage/s3/byte-budget.ts';
import { Keys, shown } from '../../src/storage/s3/keys.ts';
import { tagHeaders, userHeaders, userMetadataOf } from '../../src/storage/s3/object-headers.ts';
import { cutIntoParts } from '../../src/storage/s3/parts.ts';
import {
  readPosixMetadata,
  readTime,
  stampedMetadata,
  writeTime,
} from '../../src/storage/s3/posix-metadata.ts';
import { classFor } from '../../src/storage/s3/storage-class.ts';
import { partBytesFor } from '../../src/storage/s3/upload.ts';
import { failure, kindOf } from '../contract/backend-tools.ts';

t.test('times are read in every form', async (t) => {
  const forms: [string, bigint][] = [
    ['1700000000123456789ns', 1_700_000_000_123_456_789n],
    ['1700000000123ms', 1_700_000_000_123_000_000n],
    ['1734968895000', 1_734_968_895_000_000_000n],
    ['1602647222/222919600', 1_602_647_222_222_919_600n],
    ['1602647222/5', 1_602_647_222_000_000_005n],
    ['0', 0n],
    ['-1500ns', -1500n],
  ];
  for (const [text, ns] of forms) t.equal(readTime(text), ns, text);
});

t.test('times that are none are left out', async (t) => {
  const rubbish = [
    '',
    ' 1',
    '1 ',
    'ns',
    '1s',
    '1.5',
    '0x10',
    '1e3',
    '1/',
    '/1',
    '1/1234567890',
    '١',
    '1ns2',
    '99999999999999999999',
    '9223372036854775808ns',
    '9223372036854775807',
    '-',
  ];
  for (const text of rubbish) t.equal(readTime(text), undefined, JSON.stringify(text));
});

t.test('times are written exactly, or rounded down to ms', async (t) => {
  t.equal(writeTime(1_700_000_000_123_456_789n, 'ns'), '1700000000123456789ns');
  t.equal(writeTime(1_700_000_000_123_999_999n, 'ms'), '1700000000123');
  t.equal(writeTime(-1n, 'ms'), '-1');
  t.equal(writeTime(-1_000_000n, 'ms'), '-1');
  t.equal(writeTime(0n, 'ms'), '0');
});

t.test('whatever is written is read back', async (t) => {
  const stamps = fc.record({
    mode: fc.integer({ min: 0, max: 0o7777 }),
    uid: fc.integer({ min: 0, max: 0xffff_ffff }),
    gid: fc.integer({ min: 0, max: 0xffff_ffff }),
    mtimeNs: fc.bigInt({ min: -(2n ** 62n), max: 2n ** 63n - 1n }),
    atimeNs: fc.bigInt({ min: -(2n ** 62n), max: 2n ** 63n - 1n }),
  });
  const kinds = fc.constantFrom('file', 'directory', 'symlink');
  fc.assert(
    fc.property(stamps, kinds, (stamp, kind) => {
      const read = readPosixMetadata(stampedMetadata(stamp, kind, 'ns'));
      t.strictSame(read, { kind, ...stamp });
    }),
    { numRuns: 50, seed: 7 },
  );
});

t.test('permissions are read with type bits and without', async (t) => {
  const forms: [string, object][] = [
    ['0100644', { kind: 'file', mode: 0o644 }],
    ['0040755', { kind: 'directory', mode: 0o755 }],
    ['0120777', { kind: 'symlink', mode: 0o777 }],
    ['100640', { kind: 'file', mode: 0o640 }],
    ['0644', { mode: 0o644 }],
    ['755', { mode: 0o755 }],
    ['1777', { mode: 0o1777 }],
  ];
  for (const [text, read] of forms) t.strictSame(readPosixMetadata({ 'file-permissions': text }), read, text);
});

t.test('rubbish in one member leaves the others', async (t) => {
  for (const text of ['', '0o644', '888', 'rw-r--r--', '64', '01234567', '-644', '0644 ']) {
    const user = { 'file-permissions': text, 'file-owner': 'root', 'file-group': '20', 'file-mtime': 'now' };
    t.strictSame(readPosixMetadata(user), { gid: 20 }, JSON.stringify(text));
  }
  for (const owner of ['', '-1', '4294967296', '1.0', '0x1', '12345678901']) {
    t.strictSame(readPosixMetadata({ 'file-owner': owner }), {}, owner);
  }
});

t.test('only what a stamp gives is written, a link always says what it is', async (t) => {
  t.strictSame(stampedMetadata({}, 'file', 'ns'), {});
  t.strictSame(stampedMetadata({ uid: 0 }, 'directory', 'ns'), { 'file-owner': '0' });
  t.strictSame(stampedMetadata({}, 'symlink', 'ns'), { 'file-permissions': '0120777' });
  t.strictSame(stampedMetadata({ mode: 0 }, 'file', 'ns'), { 'file-permissions': '0100000' });
});

t.test('user metadata of a stamp is all of it, else what was there stays', async (t) => {
  const existing = { colour: 'red', 'file-mtime': '1', 'file-permissions': '0120755' };
  t.strictSame(stampedMetadata({ user: { a: 'b' } }, 'file', 'ms', existing), { a: 'b' });
  t.strictSame(stampedMetadata({ user: { a: 'b' }, mtimeNs: 2_000_000n }, 'file', 'ms', existing), {
    a: 'b',
    'file-mtime': '2',
  });
  t.strictSame(stampedMetadata({ uid: 1 }, 'symlink', 'ms', existing), { ...existing, 'file-owner': '1' });
});

t.test('any text survives as user metadata', async (t) => {
  for (const value of ['', 'plain', 'grün 文字 🦆', ' edges ', 'new\nline', 'a=b?_c', '=?odd', 'a  b']) {
    const headers = userHeaders({ Key: value }, 'f');
    t.match(headers['x-amz-meta-key'], /^[\x20-\x7e]*$/);
    t.equal(userMetadataOf(headers)['key'], value, JSON.stringify(value));
  }
  const quoted = { 'x-amz-meta-a': '=?UTF-8?Q?gr=C3=BCn_x?=', etag: 'no' };
  t.strictSame(userMetadataOf(quoted), { a: 'grün x' });
  t.strictSame(tagHeaders({ 'a b': 'c/d=ü+' }), { 'x-amz-tagging': 'a%20b=c%2Fd%3D%C3%BC%2B' });
});

t.test('keys of paths', async (t) => {
  const keys = new Keys('pre/fix/');
  t.equal(keys.file(relPath('a/b')), 'pre/fix/a/b');
  t.equal(keys.marker(relPath('a')), 'pre/fix/a/');
  t.equal(keys.marker(ROOT), 'pre/fix/');
  t.equal(new Keys('').marker(ROOT), '.aws-datasync-metadata');
  t.equal(keys.maxPathBytes, 1024 - 8);
  t.equal(keys.file(relPath('x'.repeat(1016))).length, 1024);
  t.equal(await kindOf((async () => keys.file(relPath('x'.repeat(1017))))()), 'NameTooLong');
  t.equal(await kindOf((async () => keys.marker(relPath('ü'.repeat(508))))()), 'NameTooLong');
  t.equal(shown('a\n\x7f\u{dcff}ü'), 'a\\x0a\\x7f\\xffü');
});

t.test('which class an object goes to', async (t) => {
  const KIB = 1024;
  const rules: [string | undefined, number, string][] = [
    [undefined, 0, 'STANDARD'],
    ['STANDARD_IA', 128 * KIB - 1, 'STANDARD'],
    ['STANDARD_IA', 128 * KIB, 'STANDARD_IA'],
    ['ONEZONE_IA', 128 * KIB - 1, 'STANDARD'],
    ['GLACIER_INSTANT_RETRIEVAL', 128 * KIB, 'GLACIER_IR'],
    ['GLACIER', 40 * KIB - 1, 'STANDARD'],
    ['GLACIER', 40 * KIB, 'GLACIER'],
    ['DEEP_ARCHIVE', 0, 'STANDARD'],
    ['INTELLIGENT_TIERING', 0, 'INTELLIGENT_TIERING'],
  ];
  for (const [wanted, size, got] of rules) t.equal(classFor(wanted, size), got, `${wanted} ${size}`);
  const over: Entry = {
    path: relPath('f'),
    kind: 'file',
    sizeBytes: 1,
    mtimeNs: null,
    metadata: { storageClass: 'ONEZONE_IA' },
  };
  t.equal(classFor('GLACIER', 1, over), 'ONEZONE_IA');
  t.equal(classFor('GLACIER', 40 * KIB, { ...over, metadata: {} }), 'STANDARD');
  t.equal(classFor('GLACIER', 40 * KIB, { ...over, kind: 'directory' }), 'GLACIER');
});

t.test('parts grow so that 10,000 hold the whole', async (t) => {
  const MIB = 1024 ** 2;
  t.equal(partBytesFor(0, 8 * MIB), 8 * MIB);
  t.equal(partBytesFor(80_000 * MIB, 8 * MIB), 8 * MIB);
  t.equal(partBytesFor(80_000 * MIB + 1, 8 * MIB), 9 * MIB);
  const largest = 5 * 1024 ** 4;
  t.ok(Math.ceil(largest / partBytesFor(largest, 8 * MIB)) <= 10_000);
});

async function* chunks(...sizes: number[]): AsyncGenerator<Uint8Array> {
  for (const size of sizes) yield Buffer.alloc(size, size);
}

t.test('a body is cut into parts of one size, whatever its chunks are', async (t) => {
  const cases: [number[], number[]][] = [
    [[], [0]],
    [[0, 0], [0]],
    [[5], [5]],
    [[10], [10]],
    [[10, 0], [10]],
    [[11], [10, 1]],
    [
      [3, 3, 3, 3],
      [10, 2],
    ],
    [
      [25, 5],
      [10, 10, 10],
    ],
  ];
  for (const [sizes, wanted] of cases) {
    const budget = new ByteBudget(10);
    const parts: number[] = [];
    const last: boolean[] = [];
    for await (const part of cutIntoParts(chunks(...sizes), {
      partBytes: 10,
      expectedBytes: undefined,
      budget,
      signal: undefined,
    })) {
      parts.push(part.bytes.length);
      last.push(part.isLast);
      part.release();
    }
    t.strictSame(parts, wanted, JSON.stringify(sizes));
    t.equal(last.indexOf(true), wanted.length - 1);
    t.ok(budget.tryTake(10), 'all was given back');
  }
});

t.test('parts wait for room, and a body that fails gives its room back', async (t) => {
  const budget = new ByteBudget(10);
  const cut = { partBytes: 10, expectedBytes: undefined, budget, signal: undefined };
  const failing = async function* () {
    yield Buffer.alloc(3);
    throw new Error('broke');
  };
  t.match(await failure(cutIntoParts(failing(), cut).next()), { message: 'broke' });
  const parts = cutIntoParts(chunks(25), cut);
  const first = await parts.next();
  const second = parts.next();
  let isThere = false;
  second.then(() => {
    isThere = true;
  });
  await new Promise((resolve) => setImmediate(resolve));
  t.notOk(isThere, 'no room yet');
  first.value?.release();
  first.value?.release();
  t.equal((await second).value?.number, 2);
});

t.test('a budget serves in order, lets a giant in alone, and forgets who gave up', async (t) => {
  const budget = new ByteBudget(10);
  await budget.take(6);
  const stop = new AbortController();
  const order: string[] = [];
  const giant = budget.take(100).then(() => order.push('giant'));
  const impatient = failure(budget.take(1, stop.signal));
  const small = budget.take(4).then(() => order.push('small'));
  t.notOk(budget.tryTake(1), 'nobody overtakes');
  stop.abort(new Error('gave up'));
  t.match(await impatient, { message: 'gave up' });
  budget.giveBack(6);
  await giant;
  budget.giveBack(100);
  await small;
  t.strictSame(order, ['giant', 'small']);
  t.match(await failure(budget.take(1, stop.signal)), { message: 'gave up' });
});
