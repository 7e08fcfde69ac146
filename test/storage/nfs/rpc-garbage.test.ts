import fc from 'fast-check';
import t from 'tap';
import { systemClock } from '../../../src/base/system-clock.ts';
import { authSys } from '../../../src/storage/nfs/auth-sys.ts';
import { listExports, mnt } from '../../../src/storage/nfs/mount-client.ts';
import { NfsFailure } from '../../../src/storage/nfs/nfs-client.ts';
import { portOf } from '../../../src/storage/nfs/portmap.ts';
import { openRpc } from '../../../src/storage/nfs/rpc-client.ts';
import { expectSuccess, readReplyXid } from '../../../src/storage/nfs/rpc-message.ts';
import { XdrError, XdrReader } from '../../../src/storage/nfs/xdr.ts';
import { StorageError } from '../../../src/storage/storage-error.ts';
import { scriptedRpc } from './scripted-rpc.ts';

const NULL = { program: 1, version: 1, procedure: 0, name: 'NULL' };
const credentials = authSys({ uid: 0, gid: 0 });
const clock = systemClock();

/** Words as they stand in messages: small numbers, large ones, and what looks like lengths. */
const words = fc
  .array(fc.oneof(fc.constantFrom(0, 1, 2, 0xffff_ffff, 0x8000_0000), fc.nat(64), fc.nat()), {
    maxLength: 32,
  })
  .map((numbers) => {
    const bytes = Buffer.alloc(numbers.length * 4);
    for (const [index, number] of numbers.entries()) bytes.writeUInt32BE(number >>> 0, index * 4);
    return bytes;
  });
const garbage = fc.oneof(
  words,
  fc.uint8Array({ maxLength: 70 }).map((bytes) => Buffer.from(bytes)),
);

t.test('heads of replies', async () => {
  fc.assert(
    fc.property(garbage, (bytes) => {
      const reader = new XdrReader(bytes);
      try {
        if (readReplyXid(reader) !== undefined) expectSuccess(reader, NULL, 'host:1');
      } catch (error) {
        return error instanceof XdrError || error instanceof StorageError;
      }
      return true;
    }),
    { numRuns: 1000 },
  );
});

t.test('whole replies: the client fails clearly and can be used on', async (t) => {
  let reply: Buffer | undefined;
  const server = await scriptedRpc(t, (call) => (reply ? call.say(reply) : call.accept()));
  const rpc = await openRpc({ host: '127.0.0.1', port: server.port, credentials, clock });
  t.teardown(() => rpc.close());
  await fc.assert(
    fc.asyncProperty(
      garbage.filter((bytes) => bytes.length < 8 || bytes.readUInt32BE(4) !== 0),
      async (bytes) => {
        reply = bytes;
        const failure = await rpc.call(NULL, undefined, () => undefined).catch((error: unknown) => error);
        reply = undefined;
        await rpc.call(NULL, undefined, () => undefined);
        return failure instanceof StorageError;
      },
    ),
    { numRuns: 60 },
  );
});

t.test('results of MOUNT and of the port mapper', async (t) => {
  let results = Buffer.alloc(0);
  const server = await scriptedRpc(t, (call) => call.accept(results));
  const rpc = await openRpc({ host: '127.0.0.1', port: server.port, credentials, clock });
  t.teardown(() => rpc.close());
  const asks = [
    () => mnt(rpc, '/data'),
    () => listExports(rpc),
    () => portOf({ host: '127.0.0.1', mapperPort: server.port, program: 1, version: 1, credentials, clock }),
  ];
  await fc.assert(
    fc.asyncProperty(garbage, fc.constantFrom(...asks), async (bytes, ask) => {
      results = bytes;
      try {
        await ask();
      } catch (error) {
        return error instanceof NfsFailure || (error instanceof StorageError && error.kind === 'Io');
      }
      return true;
    }),
    { numRuns: 200 },
  );
});
