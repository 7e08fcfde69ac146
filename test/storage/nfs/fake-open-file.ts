import type { OpenFile } from '../../../src/storage/nfs/nfs-client.ts';
import type { FakeInode } from './fake-inode.ts';

/** What an open file asks of its server. */
interface Server {
  /** How many bytes a READ gives at most. */
  shortReads(): number;
  readonly seeks: boolean;
  /** Makes a call, and finds the file by the handle that it had when it was opened. */
  call(procedure: string, offset: number): Promise<FakeInode>;
  closed(): Promise<void>;
}

/** A file of a `FakeNfs` that was opened. */
export function fakeOpenFile(inode: FakeInode, server: Server): OpenFile {
  const { handle, attributes } = inode;
  return {
    node: { handle, attributes },
    async read(offset, length) {
      const file = await server.call('READ', offset);
      const data = file.read(offset, Math.min(length, server.shortReads()));
      return { data, eof: offset + data.length >= file.sizeBytes };
    },
    async write(offset, data) {
      (await server.call('WRITE', offset)).write(offset, data);
    },
    ...(server.seeks && {
      seekData: async (offset: number) => (await server.call('SEEK', offset)).seekData(offset),
    }),
    async commit() {
      await server.call('COMMIT', 0);
    },
    close: () => server.closed(),
  };
}
