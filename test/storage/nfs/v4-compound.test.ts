import fc from 'fast-check';
import t from 'tap';
import { setClientId } from '../../../src/storage/nfs/v4/client-id-operations.ts';
import { decodeCompound, encodeCompound } from '../../../src/storage/nfs/v4/compound.ts';
import { commit, read, seek, UNSTABLE, write } from '../../../src/storage/nfs/v4/content-operations.ts';
import {
  getFh,
  getNodeAttributes,
  lookup,
  putFh,
  readLink,
  setAttr,
} from '../../../src/storage/nfs/v4/handle-operations.ts';
import { create, DIRECTORY_START, readDir, rename } from '../../../src/storage/nfs/v4/name-operations.ts';
import { open } from '../../../src/storage/nfs/v4/open-operations.ts';
import type { Operation } from '../../../src/storage/nfs/v4/operation.ts';
import { createSession, exchangeId, sequence } from '../../../src/storage/nfs/v4/session-operations.ts';
import { ANONYMOUS } from '../../../src/storage/nfs/v4/state-id.ts';
import { XdrError, XdrReader, XdrWriter } from '../../../src/storage/nfs/xdr.ts';
import { StorageError } from '../../../src/storage/storage-error.ts';
import { fattr4 } from './nfs4-attributes.ts';
import { openedFile, page, STATE } from './scripted-nfs4.ts';

const HANDLE = Buffer.from('handle');
const state = () => ANONYMOUS;
const CHANNEL = { requestBytes: 1, responseBytes: 1, cachedBytes: 1, operations: 1, requests: 1 };
const owner = { name: 'owner', clientId: 1n, sequence: 0, answered: () => undefined };

/** The answer to a compound: its status, and what each operation says. */
function answer(status: number, ...operations: readonly (readonly [number, number, XdrWriter?])[]) {
  const writer = new XdrWriter().uint32(status).string('tag').uint32(operations.length);
  for (const [number, result, rest] of operations) {
    writer.uint32(number).uint32(result);
    if (rest) writer.fixed(rest.bytes());
  }
  return new XdrReader(Buffer.from(writer.bytes()));
}

const wanted = [putFh(HANDLE), lookup('a'), getFh()] as const;

t.test('answers that answer something else', async (t) => {
  const cases: readonly [string, XdrReader, RegExp][] = [
    ['a wrong operation', answer(0, [22, 0], [27, 0]), /operation 27 instead of LOOKUP/],
    ['a wrong operation that failed', answer(2, [22, 0], [25, 2]), /operation 25 instead of LOOKUP/],
    ['too few, and all well', answer(0, [22, 0]), /1 answers to 3 operations, none of which failed/],
    ['too many', answer(0, [22, 0], [15, 0], [10, 0], [10, 0]), /4 answers to 3 operations/],
    ['illegal, and well', answer(0, [22, 0], [10044, 0]), /operation 10044/],
    [
      'a handle that is too long',
      answer(0, [22, 0], [15, 0], [10, 0, new XdrWriter().opaque(Buffer.alloc(200))]),
      /200 bytes/,
    ],
    ['a tag without end', new XdrReader(Buffer.from([0, 0, 0, 0, 0x7f, 0xff, 0xff, 0xff])), /allowed/],
    ['nothing', new XdrReader(Buffer.alloc(0)), /too early/],
  ];
  for (const [name, reader, message] of cases) {
    t.throws(() => decodeCompound(reader, wanted), { name: 'XdrError', message }, name);
  }
});

t.test('operations that fail', async (t) => {
  const { failure, done, results } = decodeCompound(answer(2, [22, 0], [15, 2]), wanted);
  t.match(failure, { status: 'NOENT', procedure: 'LOOKUP' });
  t.equal(done, 1);
  t.equal(results[2], undefined);
  t.match(decodeCompound(answer(10044, [22, 0], [10044, 10044]), wanted).failure, {
    status: 'OP_ILLEGAL',
    procedure: 'LOOKUP',
  });
  t.match(decodeCompound(answer(10021), wanted).failure, {
    status: 'MINOR_VERS_MISMATCH',
    procedure: 'PUTFH',
  });
  t.match(decodeCompound(answer(4711, [22, 4711]), wanted).failure, { status: 'status 4711' });
  const all = answer(10006, [22, 0], [15, 0], [10, 0, new XdrWriter().opaque(HANDLE)]);
  t.match(decodeCompound(all, wanted).failure, { status: 'SERVERFAULT', procedure: 'COMPOUND' });
});

t.test('all is well', async (t) => {
  const reader = answer(0, [22, 0], [15, 0], [10, 0, new XdrWriter().opaque(HANDLE)]);
  const { failure, results, done } = decodeCompound(reader, wanted);
  t.equal(failure, undefined);
  t.equal(done, 3);
  t.same(results[2], HANDLE);
});

t.test('a call is named after what it is for; the last payload is not copied', async (t) => {
  const data = Buffer.from('12345');
  const alone = encodeCompound(1, [putFh(HANDLE), write(state, 0, data, UNSTABLE)]);
  t.equal(alone.procedure.name, 'WRITE');
  t.equal(alone.payload, data);
  const within = encodeCompound(1, [putFh(HANDLE), write(state, 0, data, UNSTABLE), getNodeAttributes()]);
  t.equal(within.procedure.name, 'WRITE');
  t.equal(within.payload, undefined);
  t.ok(within.args.bytes().includes(data));
  t.equal(encodeCompound(0, [getFh()]).procedure.name, 'GETFH');
  t.equal(encodeCompound(0, []).procedure.name, 'COMPOUND');
});

t.test('delegations of every kind', async (t) => {
  const request = { owner, access: 'read', name: 'a', refusesDelegation: true } as const;
  const opened = (delegation: XdrWriter) => {
    const start = openedFile().bytes().subarray(0, -4);
    return open(request).decode(new XdrReader(Buffer.concat([start, delegation.bytes()])));
  };
  const entry = (writer: XdrWriter) => writer.uint32(0).uint32(0).uint32(0).string('EVERYONE@');
  const granted = (type: number) => new XdrWriter().uint32(type).fixed(STATE).bool(false);
  t.throws(() => opened(new XdrWriter().uint32(9)), XdrError);
  t.throws(() => opened(granted(1).uint32(1)), XdrError);
  t.same(opened(entry(granted(1))).delegation, STATE);
  t.same(opened(entry(granted(2).uint32(1).uint64(5))).delegation, STATE);
  t.equal(opened(new XdrWriter().uint32(3).uint32(1).bool(true)).delegation, undefined);
  t.equal(opened(new XdrWriter().uint32(3).uint32(0)).delegation, undefined);
});

const DECODERS: readonly Operation<unknown>[] = [
  getFh(),
  getNodeAttributes(),
  setAttr({}),
  readLink(),
  create({ type: 'directory' }, 'a', {}),
  rename('a', 'b'),
  readDir(DIRECTORY_START, 1000),
  open({ owner, access: 'read', name: 'a', refusesDelegation: false }),
  read(state, 0, 10),
  write(state, 0, HANDLE, UNSTABLE),
  commit(),
  seek(state, 0, 'data'),
  setClientId({ name: 'a', verifier: Buffer.alloc(8) }),
  exchangeId({ name: 'a', verifier: Buffer.alloc(8) }),
  createSession(1n, 1, CHANNEL),
  sequence({ sessionId: Buffer.alloc(16), slot: 0, sequence: 1, highestSlot: 0, cached: true }),
];

/** Runs a decoder; what it may throw is an XdrError, or that owners are names. */
function isDecoded(operation: Operation<unknown>, bytes: Uint8Array): boolean {
  try {
    operation.decode(new XdrReader(Buffer.from(bytes)));
  } catch (error) {
    return error instanceof XdrError || (error instanceof StorageError && error.kind === 'Unsupported');
  }
  return true;
}

const RIGHT: readonly XdrWriter[] = [
  fattr4(new XdrWriter(), 'listed', {}),
  page(['a', 'b', 'c']),
  openedFile(),
  new XdrWriter().bool(true).opaque(HANDLE),
];

t.test('garbage is decoded or refused by every decoder', async () => {
  const garbage = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    // Small numbers look more like lengths, counts and types.
    fc.array(fc.oneof(fc.nat(12), fc.nat(0xffff_ffff)), { maxLength: 60 }).map((words) => {
      const writer = new XdrWriter();
      for (const word of words) writer.uint32(word);
      return writer.bytes();
    }),
  );
  fc.assert(fc.property(fc.constantFrom(...DECODERS), garbage, isDecoded));
});

t.test('right answers with a few wrong bytes, or an early end', async () => {
  const spoiled = fc
    .tuple(
      fc.constantFrom(...RIGHT),
      fc.array(fc.tuple(fc.nat(400), fc.nat(255)), { maxLength: 3 }),
      fc.nat(400),
    )
    .map(([right, changes, end]) => {
      const bytes = Buffer.from(right.bytes());
      for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value;
      return bytes.subarray(0, Math.max(1, end));
    });
  fc.assert(fc.property(fc.constantFrom(...DECODERS), spoiled, isDecoded));
});

t.test('whole answers of garbage', async () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.nat(40), fc.nat(0xffff_ffff)), { maxLength: 40 }), (words) => {
      const writer = new XdrWriter();
      for (const word of words) writer.uint32(word);
      try {
        decodeCompound(new XdrReader(Buffer.from(writer.bytes())), [...wanted, getNodeAttributes()]);
      } catch (error) {
        return error instanceof XdrError;
      }
      return true;
    }),
  );
});
