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
    return open(client);
  },
});

t.test('nothing stays open', async (t) => {
  const client = new FakeNfs();
  const backend = await open(client);
  await backend[Symbol.asyncDispose]();
  t.ok(client.closed);
});
