import fc from 'fast-check';
import t from 'tap';
import { directTcp, recordMarking } from '../../../src/storage/wire/framing.ts';
import { FramingError, RecordReader } from '../../../src/storage/wire/record-reader.ts';

const MAX_BYTES = 300;

t.test('garbage gives records of allowed sizes or a FramingError', async () => {
  const framing = fc.constantFrom(recordMarking, directTcp);
  fc.assert(
    fc.property(framing, fc.array(fc.uint8Array({ maxLength: 40 })), (framing, chunks) => {
      const sizes: number[] = [];
      const reader = new RecordReader(framing, MAX_BYTES, (record) => sizes.push(record.length));
      try {
        for (const chunk of chunks) reader.feed(Buffer.from(chunk));
      } catch (error) {
        if (!(error instanceof FramingError)) return false;
      }
      return sizes.every((size) => size <= MAX_BYTES);
    }),
  );
});

t.test('records come out as they went in, in whatever chunks and pieces', async () => {
  const records = fc.array(fc.array(fc.uint8Array({ maxLength: 30 }), { minLength: 1, maxLength: 4 }));
  fc.assert(
    fc.property(records, fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1 }), (records, cuts) => {
      const stream = Buffer.concat(
        records.flatMap((pieces) =>
          pieces.flatMap((piece, index) => {
            const header = Buffer.alloc(4);
            header.writeUInt32BE(piece.length + (index === pieces.length - 1 ? 0x8000_0000 : 0));
            return [header, piece];
          }),
        ),
      );
      const seen: Buffer[] = [];
      const reader = new RecordReader(recordMarking, MAX_BYTES, (record) => seen.push(record));
      // One buffer for all chunks, as a socket has it.
      const shared = Buffer.alloc(20);
      for (let at = 0, turn = 0; at < stream.length; turn += 1) {
        const bytes = stream.copy(shared, 0, at, at + (cuts[turn % cuts.length] ?? 1));
        reader.feed(shared.subarray(0, bytes));
        at += bytes;
      }
      return (
        seen.length === records.length &&
        records.every((pieces, index) => seen[index]?.equals(Buffer.concat(pieces)))
      );
    }),
  );
});
