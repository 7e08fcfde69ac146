import fc from 'fast-check';
import t from 'tap';
import { AttributeTable } from '../../../src/storage/nfs/attribute-table.ts';
import type { NfsAttributes } from '../../../src/storage/nfs/nfs-client.ts';

const uint32 = fc.integer({ min: 0, max: 2 ** 32 - 1 });
const time = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const uint64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });

const attributes: fc.Arbitrary<NfsAttributes> = fc.record(
  {
    type: fc.constantFrom('file', 'directory', 'symlink', 'block', 'character', 'socket', 'fifo'),
    mode: fc.integer({ min: 0, max: 0o7777 }),
    linkCount: uint32,
    uid: uint32,
    gid: uint32,
    sizeBytes: fc.maxSafeNat(),
    usedBytes: fc.maxSafeNat(),
    device: fc.record({ major: uint32, minor: uint32 }, { noNullPrototype: true }),
    fileSystemId: fc.constantFrom('fe', 'fe:0', 'a:b'),
    fileId: uint64,
    atimeNs: time,
    mtimeNs: time,
    change: uint64,
  },
  { noNullPrototype: true },
);

t.test('what was put into a row comes out of it', async (t) => {
  fc.assert(
    fc.property(fc.array(attributes, { maxLength: 20 }), fc.integer({ min: 0, max: 5_000 }), (all, more) => {
      const table = new AttributeTable();
      const [first] = all;
      for (let index = 0; first && index < more; index++) table.add(first);
      const rows = all.map((one) => table.add(one));
      t.strictSame(
        rows.map((row) => table.get(row)),
        all,
      );
    }),
    { numRuns: 50, seed: 11 },
  );
});
