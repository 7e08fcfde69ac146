import fc from 'fast-check';
import t from 'tap';
import { XdrError, XdrReader, XdrWriter } from '../../../src/storage/nfs/xdr.ts';

const reader = (...bytes: readonly number[]) => new XdrReader(Buffer.from(bytes));

t.test('a message that ends too early', async (t) => {
  t.throws(() => reader(0, 0, 1).uint32(), new XdrError('the message ends 1 bytes too early'));
  t.throws(() => reader(0, 0, 0, 0).uint64(), XdrError);
  t.throws(() => reader().bool(), XdrError);
  t.throws(() => reader(0, 0, 0, 4, 1, 2, 3).opaque(100), XdrError);
});

t.test('padding that is not there', async (t) => {
  t.throws(() => reader(0, 0, 0, 1, 7).opaque(100), XdrError);
  t.throws(() => reader(7, 0, 0).fixed(1), XdrError);
});

t.test('lengths that lie', async (t) => {
  t.throws(
    () => reader(0xff, 0xff, 0xff, 0xff, 1, 2, 3, 4).opaque(1 << 20),
    new XdrError('data of 4294967295 bytes, where 1048576 are allowed'),
  );
  t.throws(() => reader(0xff, 0xff, 0xff, 0xff, 1, 2, 3, 4).opaque(0xffff_ffff), XdrError);
  t.throws(() => reader(0, 0, 0, 9, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 0, 0).string(8), XdrError);
});

t.test('values that cannot be', async (t) => {
  t.throws(() => reader(0, 0, 0, 2).bool(), new XdrError('a boolean is 2'));
  t.throws(() => reader(0, 0x20, 0, 0, 0, 0, 0, 0).size64(), new XdrError('a size is 9007199254740992'));
});

t.test('numbers of ours that do not fit', async (t) => {
  t.throws(() => new XdrWriter().uint32(-1), RangeError);
  t.throws(() => new XdrWriter().uint32(2 ** 32), RangeError);
  t.throws(() => new XdrWriter().uint64(-1n), RangeError);
  t.throws(() => new XdrWriter().uint64(0.5), RangeError);
});

t.test('garbage is read, or refused, but never past its end', async () => {
  const reads = fc.constantFrom(
    (r: XdrReader) => r.uint32(),
    (r: XdrReader) => r.uint64(),
    (r: XdrReader) => r.bool(),
    (r: XdrReader) => r.size64(),
    (r: XdrReader) => r.opaque(1 << 16),
    (r: XdrReader) => r.string(64),
    (r: XdrReader) => r.fixed(3),
  );
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), fc.array(reads, { maxLength: 12 }), (bytes, steps) => {
      const subject = new XdrReader(Buffer.from(bytes));
      try {
        for (const step of steps) {
          const before = subject.left;
          step(subject);
          if (subject.left < 0 || subject.left > before) return false;
        }
      } catch (error) {
        return error instanceof XdrError;
      }
      return true;
    }),
  );
});

t.test('the examples of RFC 4506', async (t) => {
  const bytes = new XdrWriter(4).string('sillyprog').uint32(2).bool(true).int64(-2n).bytes();
  t.equal(
    bytes.toString('hex'),
    `00000009${Buffer.from('sillyprog').toString('hex')}000000${'00000002'}${'00000001'}fffffffffffffffe`,
  );
});

t.test('a number written over', async (t) => {
  const writer = new XdrWriter().uint32(0).uint32(7);
  writer.patchUint32(0, 9);
  t.same([...writer.bytes()], [0, 0, 0, 9, 0, 0, 0, 7]);
  t.equal(writer.size, 8);
});

t.test('what was written is read again', async () => {
  const value = fc.record({
    number: fc.nat(),
    large: fc.bigInt(0n, 2n ** 64n - 1n),
    signed: fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n),
    yes: fc.boolean(),
    bytes: fc.uint8Array({ maxLength: 700 }),
    text: fc.string({ unit: 'grapheme' }),
  });
  fc.assert(
    fc.property(value, ({ number, large, signed, yes, bytes, text }) => {
      const writer = new XdrWriter(8).uint32(number).uint64(large).int64(signed).bool(yes);
      const subject = new XdrReader(writer.opaque(bytes).fixed(bytes).string(text).bytes());
      return (
        subject.uint32() === number &&
        subject.uint64() === large &&
        subject.int64() === signed &&
        subject.bool() === yes &&
        subject.opaque(700).equals(bytes) &&
        subject.fixed(bytes.length).equals(bytes) &&
        subject.string(9999) === text &&
        subject.left === 0
      );
    }),
  );
});
