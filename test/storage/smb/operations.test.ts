// The codecs of file operations: hostile answers, odd values, and the bytes that MS-SMB2 and MS-FSCC ask for.

import fc from 'fast-check';
import t from 'tap';
import { MalformedAnswer } from '../../../src/storage/smb/operations/answer.ts';
import { create, decodeCreate } from '../../../src/storage/smb/operations/create.ts';
import { fileTimeOf, nsOfFileTime } from '../../../src/storage/smb/operations/file-time.ts';
import { decodePage } from '../../../src/storage/smb/operations/query-directory.ts';
import {
  decodeAll,
  decodeAttributeTag,
  decodeSecurity,
  decodeVolumeAttributes,
} from '../../../src/storage/smb/operations/query-info.ts';
import { decodeRead } from '../../../src/storage/smb/operations/read.ts';
import { deleteOnClose, rename, setBasic } from '../../../src/storage/smb/operations/set-info.ts';
import { checkWritten, write } from '../../../src/storage/smb/operations/write.ts';
import { RELATED_FILE_ID } from '../../../src/storage/smb/smb-tree.ts';
import { directoryEntry, fakeFile, page } from './fake-files.ts';

const HEADER = Buffer.alloc(64);

/** An answer with a variable part, as QUERY_INFO and QUERY_DIRECTORY have it. */
function answer(data: Uint8Array): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt16LE(9, 0);
  head.writeUInt16LE(72, 2);
  head.writeUInt32LE(data.length, 4);
  return Buffer.concat([HEADER, head, data]);
}

const DECODERS: Readonly<Record<string, (message: Buffer) => unknown>> = {
  CREATE: decodeCreate,
  READ: (message) => decodeRead({ status: 0, message }, 100),
  WRITE: (message) => checkWritten(message, 100),
  QUERY_DIRECTORY: (message) => decodePage({ status: 0, message }),
  all: (message) => decodeAll({ status: 0, message }),
  tag: (message) => decodeAttributeTag({ status: 0, message }),
  volume: (message) => decodeVolumeAttributes({ status: 0, message }),
  security: (message) => decodeSecurity({ status: 0, message }),
};

t.test('whatever a server sends is read or refused, never something else', async () => {
  for (const decode of Object.values(DECODERS)) {
    const read = (bytes: Uint8Array) => {
      try {
        decode(Buffer.concat([HEADER, bytes]));
      } catch (error) {
        if (!(error instanceof MalformedAnswer)) throw error;
      }
    };
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), read), { numRuns: 300 });
    const likely = fc.tuple(fc.constantFrom(9, 17, 89), fc.uint8Array({ minLength: 100, maxLength: 300 }));
    fc.assert(
      fc.property(likely, ([size, rest]) => read(Uint8Array.of(size, 0, 72, 0, 100, 0, 0, 0, ...rest))),
      { numRuns: 300 },
    );
  }
});

t.test('answers that are shorter than their kind are refused', async (t) => {
  for (const [name, decode] of Object.entries(DECODERS)) {
    for (const length of [0, 64, 65, 66]) t.throws(() => decode(Buffer.alloc(length)), MalformedAnswer, name);
  }
});

t.test('a READ that gives more than was asked for is refused', async (t) => {
  const head = Buffer.from('11005000650000000000000000000000', 'hex');
  const message = Buffer.concat([HEADER, head, Buffer.alloc(101)]);
  t.throws(() => decodeRead({ status: 0, message }, 100), /more than was asked for/);
  t.equal(decodeRead({ status: 0, message }, 101).length, 101);
});

t.test('a page of a directory that overlaps, is cut off or empty is refused', async (t) => {
  const entries = () => ['one', 'two'].map((name) => directoryEntry(fakeFile(name, 0x20), name));
  const whole = () => page(entries());
  t.equal(decodePage({ status: 0, message: answer(whole()) })?.length, 2);
  const lies: Readonly<Record<string, (bytes: Buffer) => Buffer>> = {
    empty: () => Buffer.alloc(0),
    'cut off': (bytes) => bytes.subarray(0, bytes.length - 8),
    overlapping: (bytes) => {
      bytes.writeUInt32LE(8, 0);
      return bytes;
    },
    'leading out': (bytes) => {
      bytes.writeUInt32LE(bytes.length, 0);
      return bytes;
    },
    'with an endless name': (bytes) => {
      bytes.writeUInt32LE(0xffffffff, 60);
      return bytes;
    },
  };
  for (const [what, lie] of Object.entries(lies))
    t.throws(() => decodePage({ status: 0, message: answer(lie(whole())) }), MalformedAnswer, what);
});

t.test(
  'times are steps of 100 ns since 1601; what cannot be told is the first or the last that can',
  async (t) => {
    t.equal(fileTimeOf(0n), 116_444_736_000_000_000n);
    t.equal(nsOfFileTime(fileTimeOf(1_700_000_000_123_456_789n)), 1_700_000_000_123_456_700n);
    t.equal(nsOfFileTime(fileTimeOf(-1n)), -100n);
    t.equal(fileTimeOf(-(2n ** 80n)), 1n);
    t.equal(fileTimeOf(2n ** 80n), 2n ** 63n - 1n);
    fc.assert(
      fc.property(
        fc.bigInt({ min: 1n, max: 2n ** 63n - 1n }),
        (steps) => fileTimeOf(nsOfFileTime(steps)) === steps,
      ),
    );
  },
);

t.test('requests have the sizes that servers insist on', async (t) => {
  const sizes = {
    'CREATE of the root': [create('', { access: 1 }).body.length, 64],
    'CREATE of a name': [create('a\\bcde', { access: 1 }).body.length, 56 + 14 - 2],
    'a rename to a name of one letter': [rename(RELATED_FILE_ID, 'a').body.length, 32 + 24],
    'a rename': [rename(RELATED_FILE_ID, 'abcdef').body.length, 32 + 20 + 12],
    disposition: [deleteOnClose(RELATED_FILE_ID).body.length, 33],
    'basic information': [setBasic(RELATED_FILE_ID, {}).body.length, 32 + 40],
    'WRITE, its data apart': [write(RELATED_FILE_ID, 5, [Buffer.alloc(7)], 7).body.length, 48],
  };
  for (const [what, [is, wanted]] of Object.entries(sizes)) t.equal(is, wanted, what);
});

t.test('what is not to be changed is 0 in basic information', async (t) => {
  const body = Buffer.from(setBasic(RELATED_FILE_ID, { mtimeNs: 0n }).body).subarray(32);
  t.strictSame(
    [0, 8, 16, 24].map((at) => body.readBigUInt64LE(at)),
    [0n, 0n, 116_444_736_000_000_000n, 0n],
  );
  t.equal(body.readUInt32LE(32), 0);
});
