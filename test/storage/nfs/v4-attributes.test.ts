import fc from 'fast-check';
import t from 'tap';
import { nodeAttributes, readAttributes } from '../../../src/storage/nfs/v4/attributes.ts';
import { bitmapOf, hasBit, isWithin, readBitmap, writeBitmap } from '../../../src/storage/nfs/v4/bitmap.ts';
import { limitsOf } from '../../../src/storage/nfs/v4/limits.ts';
import { writeNewAttributes } from '../../../src/storage/nfs/v4/new-attributes.ts';
import { idOf } from '../../../src/storage/nfs/v4/owner.ts';
import { XdrReader, XdrWriter } from '../../../src/storage/nfs/xdr.ts';
import { fattr4, type Shape } from './nfs4-attributes.ts';

const readerOf = (writer: XdrWriter) => new XdrReader(Buffer.from(writer.bytes()));
const told = (shape: Shape = {}, without: readonly number[] = []) =>
  readAttributes(readerOf(fattr4(new XdrWriter(), 'listed', shape, without)));

/** A fattr4 of any bitmap and any values. */
const raw = (bits: readonly number[], values: XdrWriter, length = values.size) => {
  const writer = new XdrWriter();
  writeBitmap(writer, bitmapOf(bits));
  return readerOf(writer.uint32(length).fixed(values.bytes()));
};

t.test('bitmaps and values that do not agree', async (t) => {
  const cases: readonly [string, XdrReader, RegExp][] = [
    ['promises more than it holds', raw([1, 4], new XdrWriter().uint32(1)), /too early/],
    ['holds more than it promises', raw([1], new XdrWriter().uint32(1).uint32(1)), /not 8 bytes long/],
    [
      'a length beyond the message',
      raw([1], new XdrWriter().uint32(1), 4000),
      /4000 bytes, where 4 are left/,
    ],
    ['a length that is too short', raw([1, 4], new XdrWriter().uint32(1).uint64(1), 4), /not 4 bytes long/],
    ['what was not asked for', raw([1, 13], new XdrWriter().uint32(1).uint32(1)), /not asked for/],
    ['beyond all known', raw([95], new XdrWriter()), /not asked for/],
    ['a type that is none', raw([1], new XdrWriter().uint32(12)), /type 12/],
    ['a size that cannot be', raw([4], new XdrWriter().uint64(2n ** 60n)), /size/],
    ['too many nanoseconds', raw([53], new XdrWriter().int64(1n).uint32(1_000_000_000)), /1000000000 ns/],
    ['a handle that is too long', raw([19], new XdrWriter().opaque(Buffer.alloc(129))), /129 bytes/],
    ['an endless bitmap', readerOf(new XdrWriter().uint32(0xffff_ffff)), /bitmap of 4294967295 words/],
  ];
  for (const [name, reader, message] of cases)
    t.throws(() => readAttributes(reader), { name: 'XdrError', message }, name);
});

t.test('what a server leaves out', async (t) => {
  for (const bit of [1, 4, 33, 36, 37, 53]) {
    t.throws(() => nodeAttributes(told({}, [bit])), {
      name: 'XdrError',
      message: /no \w+ among the attributes/,
    });
  }
  const least = nodeAttributes(told({}, [3, 8, 20, 35, 41, 45, 47]));
  t.match(least, { linkCount: 1, usedBytes: 5, change: 3_000_000_004n, atimeNs: 3_000_000_004n });
});

t.test('owners by name', async (t) => {
  for (const owner of [
    'root@localdomain',
    'nobody',
    '',
    '-1',
    '01',
    '4294967296',
    '1e3',
    ' 5',
    'x'.repeat(900),
  ]) {
    t.throws(() => told({ owner }), {
      kind: 'Unsupported',
      code: 'FsNfsIdMappingEnabled',
      message: /^DataSync currently does not support server-side NFSv4 ID mapping/,
    });
  }
  t.throws(() => told({ owner: 'x'.repeat(2000) }), { name: 'XdrError' });
  t.equal(idOf('0'), 0);
  t.equal(idOf('4294967295'), 4_294_967_295);
});

t.test('times before 1970, and all else of a node', async (t) => {
  t.match(nodeAttributes(told({ type: 5, mtime: [-2n, 500_000_000] })), {
    type: 'symlink',
    mode: 0o644,
    uid: 11,
    gid: 22,
    mtimeNs: -1_500_000_000n,
    atimeNs: 1_000_000_002n,
    change: 9n,
    fileSystemId: '1:2',
    fileId: 5n,
  });
  t.same(nodeAttributes(told({ type: 3, device: [8, 1] })).device, { major: 8, minor: 1 });
});

t.test('what is set travels as a server reads it', async () => {
  const time = fc.bigInt({ min: -(2n ** 62n), max: 2n ** 62n });
  fc.assert(
    fc.property(time, fc.nat(0xffff_ffff), (mtimeNs, uid) => {
      const writer = new XdrWriter();
      writeNewAttributes(writer, { mtimeNs, uid, mode: 0o640 });
      const reader = readerOf(writer);
      const bitmap = readBitmap(reader);
      reader.uint32();
      const mode = reader.uint32();
      const owner = reader.string(20);
      reader.uint32();
      const [seconds, nanoseconds] = [reader.int64(), reader.uint32()];
      return (
        [33, 36, 54].every((bit) => hasBit(bitmap, bit)) &&
        isWithin(bitmap, bitmapOf([33, 36, 54])) &&
        mode === 0o640 &&
        owner === String(uid) &&
        nanoseconds < 1_000_000_000 &&
        seconds * 1_000_000_000n + BigInt(nanoseconds) === mtimeNs &&
        reader.left === 0
      );
    }),
  );
});

t.test('limits that make no sense are not taken at their word', async (t) => {
  const conversation = { inFlight: 8, requestBytes: 2 << 20, responseBytes: 65_536, operations: 8 };
  t.match(limitsOf({ maxReadBytes: 0n, maxNameBytes: 0, timeStepNs: 0n }, conversation), {
    readBytes: 65_536 - 4096,
    writeBytes: 1 << 20,
    maxNameBytes: 255,
    timeStepNs: 1n,
    maxFileBytes: Number.MAX_SAFE_INTEGER,
  });
  t.match(limitsOf({ maxWriteBytes: 1n, maxNameBytes: 1024, maxFileBytes: 99n }, conversation), {
    writeBytes: 4096,
    maxNameBytes: 255,
    maxFileBytes: 99,
  });
});
