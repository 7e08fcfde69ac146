import t from 'tap';
import { VirtualClock } from '../../../src/base/virtual-clock.ts';
import { nfsTree } from '../../../src/storage/nfs/nfs-tree.ts';
import { backendContract } from '../../contract/backend.ts';
import { FakeNfs } from './fake-nfs.ts';

const open = (client: FakeNfs) =>
  nfsTree(client, { label: 'nfs://fake/export', clock: new VirtualClock(), stagingId: undefined });

backendContract('a server of NFS in memory', { open: () => open(new FakeNfs()) });

backendContract('one that lists names only, in small pieces, with coarse times', {
  open() {
    const client = new FakeNfs();
    client.namesOnly = true;
    client.shortReads = 100_000;
    client.limits = { ...client.limits, readBytes: 131_072, writeBytes: 65_536, timeStepNs: 1000n };
    client.rootInode.set({ atimeNs: 0n, mtimeNs: 0n });
    return open(client);
  },
});

t.test('nothing stays open', async (t) => {
  const client = new FakeNfs();
  const backend = await open(client);
  await backend[Symbol.asyncDispose]();
  t.ok(client.closed);
});

t.test('a server that shows finer times than it promises is believed', async (t) => {
  const steps = async (mtimeNs: bigint) => {
    const client = new FakeNfs();
    client.limits = { ...client.limits, timeStepNs: 100n };
    client.rootInode.set({ atimeNs: 1_700_000_000_000_000_000n, mtimeNs });
    await using backend = await open(client);
    return backend.capabilities.mtimePrecisionNs;
  };
  t.equal(await steps(1_700_000_000_123_456_700n), 100n);
  t.equal(await steps(1_700_000_000_123_456_789n), 1n);
});
